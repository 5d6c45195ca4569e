"""Training data: tokens seen, tokens for each weight, shares of the stages."""

from kb.marks import derivation


@derivation("data.tokens{counted=seen}", unique="data.tokens{counted=unique}", epochs="data.epochs")
def tokens_seen(unique, epochs):
    """Tokens seen in training: each unique token once an epoch.

    >>> tokens_seen(2.0e12, 1.5)
    3000000000000.0

    Reference: definition of an epoch.
    """
    return unique * epochs


@derivation("data.tokens", items="data.items", each_holds="data.tokens_per_item")
def tokens_from_items(items, each_holds):
    """Tokens of a data set whose items hold so many each.

    >>> tokens_from_items(1.0e6, 512.0)
    512000000.0

    Reference: definition of a mean.
    """
    return items * each_holds


@derivation("data.tokens{counted=seen}", batch="batch.tokens", steps="training.steps")
def tokens_from_steps(batch, steps):
    """Tokens seen in so many steps of one batch each.

    >>> tokens_from_steps(4.0e6, 250000.0)
    1000000000000.0

    Reference: definition of a training step.
    """
    return batch * steps


@derivation(
    "data.tokens_per_parameter",
    tokens="data.tokens{counted=seen, stage=training}",
    total="parameters.total",
)
def tokens_per_parameter(tokens, total):
    """Tokens seen for each weight, to set beside the recommended ratio.

    >>> tokens_per_parameter(1.4e12, 70.0e9)
    20.0

    Reference: Hoffmann et al., "Training Compute-Optimal Large Language Models", arXiv:2203.15556, table 3.
    """
    return tokens / total


@derivation(
    "data.stage_share",
    later="data.tokens{counted=seen}",
    main="data.tokens{counted=seen, stage=pretraining}",
)
def stage_share(later, main):
    """Tokens of a later stage as a share of those of the main one.

    >>> stage_share(1.0e11, 2.0e12)
    0.05

    Reference: definition.
    """
    return later / main
