"""How many examples a property test draws."""

from hypothesis import settings

USUAL = 100


def draws(count: int) -> settings:
    """So many examples in a usual run, and in another the same share of however many its profile asks for."""
    return settings(max_examples=max(1, count * settings().max_examples // USUAL))
