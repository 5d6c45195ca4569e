"""Weights: total, active, idle, and what they say about the shape of a model."""

from kb.marks import derivation, sqrt


@derivation(
    "parameters.total",
    experts="moe.experts",
    expert="parameters.expert",
    shared="parameters.shared{held=once}",
)
def total_from_experts(experts, expert, shared):
    """Total weights of a mixture of experts whose shared weights are held once.

    >>> total_from_experts(8.0, 7.0e9, 2.0e9)
    58000000000.0

    Reference: Fedus, Zoph, Shazeer, "Switch Transformers", arXiv:2101.03961, section 2: only the feed-forward part
    is copied per expert.
    """
    return experts * expert + shared


@derivation(
    "parameters.total",
    experts="moe.experts",
    expert="parameters.expert",
    shared="parameters.shared{held=per-expert}",
    copy="rule.copy",
)
def total_from_whole_experts(experts, expert, shared, copy):
    """Total weights if every expert also holds its own copy of what is called shared.

    >>> total_from_whole_experts(8.0, 7.0e9, 1.0e9, 1.0)
    64000000000.0

    Reference: definition of the reading "held per expert": an expert is then a whole model.
    """
    return experts * (expert + shared * copy)


@derivation(
    "parameters.active",
    routed="moe.routed",
    expert="parameters.expert",
    shared="parameters.shared{held=once}",
)
def active_from_routed(routed, expert, shared):
    """Weights that one token uses, the shared ones counted once.

    >>> active_from_routed(2.0, 7.0e9, 2.0e9)
    16000000000.0

    Reference: Fedus, Zoph, Shazeer, "Switch Transformers", arXiv:2101.03961, section 2.1: a token meets only the
    experts it is routed to.
    """
    return routed * expert + shared


@derivation(
    "parameters.active",
    routed="moe.routed",
    expert="parameters.expert",
    shared="parameters.shared{held=per-expert}",
    copy="rule.copy",
)
def active_from_whole_experts(routed, expert, shared, copy):
    """Weights that one token uses if every expert holds its own copy of what is called shared.

    >>> active_from_whole_experts(2.0, 7.0e9, 1.0e9, 1.0)
    16000000000.0

    Reference: definition of the reading "held per expert": an expert is then a whole model.
    """
    return routed * (expert + shared * copy)


@derivation("parameters.active", total="parameters.total", unless="moe.experts")
def dense_active(total):
    """A model without experts uses all its weights for every token.

    >>> dense_active(7.0e9)
    7000000000.0

    Reference: definition of a dense model.
    """
    return total


@derivation("moe.idle", experts="moe.experts", routed="moe.routed")
def idle_experts(experts, routed):
    """Experts that a token does not meet.

    >>> idle_experts(8.0, 2.0)
    6.0

    Reference: definition.
    """
    return experts - routed


@derivation("parameters.active_share", active="parameters.active", total="parameters.total")
def active_share(active, total):
    """The share of all weights that one token uses.

    >>> active_share(16.0e9, 64.0e9)
    0.25

    Reference: definition.
    """
    return active / total


@derivation("model.width", total="parameters.total", layers="model.layers", block="rule.block", unless="moe.experts")
def width_from_parameters(total, layers, block):
    """The width of a dense transformer whose layers hold all its weights.

    >>> width_from_parameters(96 * 12 * 1024.0**2, 96.0, 12.0)
    1024.0

    Reference: Kaplan et al., "Scaling Laws for Neural Language Models", arXiv:2001.08361, table 1:
    N = 12 n_layer d_model^2.
    """
    return sqrt(total / (layers * block))
