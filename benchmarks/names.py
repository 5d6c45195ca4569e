"""Names that nobody bears."""

from __future__ import annotations

import random

STARTS, MIDDLES, ENDS = (
    text.split()
    for text in (
        "bal dor fen gal hul jor kel lun mir nor pel quil ras sol tam ulv ves wen yar zan",
        "a e i o u an ar el en er in ir ol on or um",
        "ba da dra fa ga ka la lo ma mo na ra ro sa ta ti va vo xa za",
    )
)


class Names:
    """An endless supply of names, each given once."""

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice
        self.given: set[str] = set()

    def new(self) -> str:
        """A name that was not given before."""
        while True:
            syllables = [self.dice.choice(part) for part in (STARTS, MIDDLES, ENDS, MIDDLES, ENDS)]
            name = "".join(syllables).capitalize()
            if name not in self.given:
                self.given.add(name)
                return name
