"""Runs: device time, energy, cost, throughput."""

from kb.marks import derivation


@derivation("run.device_time", devices="run.devices", duration="run.duration")
def device_time(devices, duration):
    """Device time of a run that keeps all its devices throughout.

    >>> device_time(1000.0, 86400.0)
    86400000.0

    Reference: definition.
    """
    return devices * duration


@derivation("run.energy", device_time="run.device_time", power="chip.power", rule="rule.power")
def run_energy(device_time, power, rule):
    """Energy of a run whose devices take a share of the power that they are rated for.

    >>> run_energy(86400000.0, 400.0, 1.0)
    34560000000.0

    Reference: definition; what is counted in besides the devices is a part of the rule.
    """
    return device_time * power * rule


@derivation("run.power", devices="run.devices", power="chip.power", rule="rule.power")
def run_power(devices, power, rule):
    """Power that the devices of a run take while they work.

    >>> run_power(1000.0, 400.0, 1.0)
    400000.0

    Reference: definition; what is counted in besides the devices is a part of the rule.
    """
    return devices * power * rule


@derivation("run.cost", device_time="run.device_time", rent="chip.rent")
def run_cost(device_time, rent):
    """Cost of the device time at a rent.

    >>> run_cost(3600.0, 0.5)
    1800.0

    Reference: definition.
    """
    return device_time * rent


@derivation("run.hardware_price", devices="run.devices", price="chip.price")
def hardware_price(devices, price):
    """Price of buying the devices of a run, without hosts and network.

    >>> hardware_price(1000.0, 15000.0)
    15000000.0

    Reference: definition.
    """
    return devices * price


@derivation(
    "run.throughput",
    devices="run.devices",
    mfu="run.mfu",
    peak="chip.peak",
    per_token="forward.flop_per_token",
    where="stage=inference",
)
def inference_throughput(devices, mfu, peak, per_token):
    """Tokens that the devices serve in a second at that utilisation.

    >>> inference_throughput(8.0, 0.5, 1.0e15, 1.0e11)
    40000.0

    Reference: Pope et al., "Efficiently Scaling Transformer Inference", arXiv:2211.05102, section 2: MFU of inference.
    """
    return devices * mfu * peak / per_token


@derivation(
    "run.throughput",
    tokens="data.tokens{counted=seen}",
    duration="run.duration",
    where="stage=training",
)
def training_throughput(tokens, duration):
    """Tokens that a training run takes in each second.

    >>> training_throughput(8.64e12, 8.64e6)
    1000000.0

    Reference: definition.
    """
    return tokens / duration


@derivation(
    "run.cost_per_token",
    devices="run.devices",
    rent="chip.rent",
    throughput="run.throughput",
    where="stage=inference",
)
def cost_per_token(devices, rent, throughput):
    """Cost of serving one token when the devices are rented.

    >>> cost_per_token(8.0, 0.0005, 4000.0)
    1e-06

    Reference: definition.
    """
    return devices * rent / throughput
