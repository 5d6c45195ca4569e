"""Arithmetic work: training compute by counting and by hardware, and the cost of a forward pass."""

from kb.marks import derivation


@derivation(
    "training.compute{base=excluded}",
    active="parameters.active",
    tokens="data.tokens{counted=seen}",
    rule="rule.training",
)
def compute_by_counting(active, tokens, rule):
    """Training compute counted from the weights a token uses and the tokens seen.

    >>> compute_by_counting(70.0e9, 1.4e12, 6.0)
    5.88e+23

    Reference: Kaplan et al., "Scaling Laws for Neural Language Models", arXiv:2001.08361, section 2.1: C = 6 N D.
    """
    return rule * active * tokens


@derivation(
    "training.compute{base=excluded}",
    device_time="run.device_time",
    mfu="run.mfu",
    peak="chip.peak",
)
def compute_by_hardware(device_time, mfu, peak):
    """Training compute that the devices delivered: time, peak rate, and the share of it that was used.

    >>> compute_by_hardware(1.0e9, 0.5, 3.0e14)
    1.5e+23

    Reference: Chowdhery et al., "PaLM", arXiv:2204.02311, appendix B: definition of model FLOP utilisation.
    """
    return device_time * mfu * peak


@derivation(
    "training.compute{base=included}",
    own="training.compute{base=excluded}",
    base="each base>training.compute{base=included}",
)
def compute_with_base(own, base):
    """Training compute of a fine-tuned model with that of the models it started from.

    >>> compute_with_base(1.0e22, 5.0e23)
    5.1e+23

    Reference: Epoch AI, "Data on AI Models: documentation", definition of training compute of fine-tuned models.
    """
    return own + base


@derivation("forward.flop_per_token", active="parameters.active", rule="rule.forward")
def forward_per_token(active, rule):
    """FLOP of one forward pass for each token: one multiplication and one addition a weight.

    >>> forward_per_token(7.0e9, 2.0)
    14000000000.0

    Reference: Kaplan et al., "Scaling Laws for Neural Language Models", arXiv:2001.08361, table 1: C_forward = 2 N.
    """
    return rule * active


@derivation("forward.flop", per_token="forward.flop_per_token", tokens="forward.tokens")
def forward_pass(per_token, tokens):
    """FLOP of one forward pass over so many tokens.

    >>> forward_pass(14.0e9, 1.0)
    14000000000.0

    Reference: definition of a forward pass.
    """
    return per_token * tokens
