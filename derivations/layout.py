"""How a model is laid out over devices: parallel ways, replicas, stages, memory."""

from kb.marks import derivation


@derivation(
    "run.devices_per_replica",
    tensor="run.ways{split=tensor}",
    pipeline="run.ways{split=pipeline}",
    cell="rule.cell",
)
def devices_per_replica(tensor, pipeline, cell):
    """Devices that hold one copy of the model.

    >>> devices_per_replica(8.0, 4.0, 1.0)
    32.0

    Reference: Narayanan et al., "Efficient Large-Scale Language Model Training on GPU Clusters", arXiv:2104.04473,
    section 3: n = p t d.
    """
    return tensor * pipeline * cell


@derivation("run.devices", replica="run.devices_per_replica", data="run.ways{split=data}")
def devices_from_replicas(replica, data):
    """Devices of all replicas together.

    >>> devices_from_replicas(32.0, 16.0)
    512.0

    Reference: Narayanan et al., "Efficient Large-Scale Language Model Training on GPU Clusters", arXiv:2104.04473,
    section 3: n = p t d.
    """
    return replica * data


@derivation("run.layers_per_stage", layers="model.layers", pipeline="run.ways{split=pipeline}")
def layers_per_stage(layers, pipeline):
    """Layers that one pipeline stage holds when all hold equally many.

    >>> layers_per_stage(96.0, 8.0)
    12.0

    Reference: Huang et al., "GPipe", arXiv:1811.06965, section 2.2.
    """
    return layers / pipeline


@derivation(
    "run.weights_per_device",
    total="parameters.total",
    size="rule.bytes",
    replica="run.devices_per_replica",
)
def weights_per_device(total, size, replica):
    """Bytes of weights on each device of a replica at a precision.

    >>> weights_per_device(64.0e9, 2.0, 32.0)
    4000000000.0

    Reference: definition; optimiser state and activations come on top.
    """
    return total * size / replica


@derivation("at most run.weights_per_device", memory="chip.memory")
def weights_in_memory(memory):
    """The weights on a device fit in its memory.

    >>> weights_in_memory(80.0e9)
    80000000000.0

    Reference: definition; a device holds no more than its memory.
    """
    return memory


@derivation(
    "at least run.devices",
    total="parameters.total",
    size="rule.bytes",
    resident="rule.resident",
    memory="chip.memory",
)
def devices_for_weights(total, size, resident, memory):
    """A run has at least as many devices as its weights fill.

    >>> devices_for_weights(320.0e9, 2.0, 1.0, 80.0e9)
    8.0

    Reference: definition; what is kept in other memory is not counted.
    """
    return total * size * resident / memory


@derivation("at most run.ways{split=tensor}", domain="chip.domain", cell="rule.cell")
def tensor_in_domain(domain, cell):
    """Tensor parallelism stays within the group of devices that the fast link joins.

    >>> tensor_in_domain(8.0, 1.0)
    8.0

    Reference: Narayanan et al., "Efficient Large-Scale Language Model Training on GPU Clusters", arXiv:2104.04473,
    section 3.2.
    """
    return domain / cell
