"""The line that says what long work is at: on standard error, where that is a terminal, from the second second on."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable, Iterator, Sized
from dataclasses import dataclass
from threading import Timer
from typing import TYPE_CHECKING, TypeVar

from kb.watching import Watch, unwatched

if TYPE_CHECKING:
    from rich.live import Live
    from rich.spinner import Spinner

T = TypeVar("T")

PATIENCE = 1.0  # seconds without a line
SPUN = 3  # columns: what spins, a blank, and the last one, after which some terminals go on below
PLAIN = {"dumb", "unknown"}  # terminals on which a line cannot be taken back


@dataclass
class Stage:
    """One part of the work: what is done, with how many things, and of how many if that is known."""

    what: str
    total: int | None = None
    done: int = 0

    def __str__(self) -> str:
        if self.total == 1 or (self.total is None and not self.done):  # a thing alone is not counted
            return self.what
        return f"{self.what} {self.done:,}" + ("" if self.total is None else f" of {self.total:,}")


class Line:
    """The line; whoever writes to the terminal hides it first, and the next part of the work begins another."""

    def __init__(self) -> None:
        self._stage = Stage("")
        self._began = 0.0
        self._timer: Timer | None = None
        self._live: Live | None = None

    def __call__(self, things: Iterable[T], what: str, /) -> Iterator[T]:
        """The things, counted as they go by."""
        stage = self.begin(what, len(things) if isinstance(things, Sized) else None)
        for thing in things:
            yield thing
            stage.done += 1

    def begin(self, what: str, total: int | None = None) -> Stage:
        """Begins a part of the work; the line is shown if the work is not done soon."""
        self._stage = Stage(what, total)
        if self._timer is None:
            self._began = time.monotonic()
            self._timer = Timer(PATIENCE, self._show)
            self._timer.daemon = True
            self._timer.start()
        return self._stage

    def go_on(self, what: str) -> None:
        """Begins another part of the work, if it is watched at all."""
        if self._timer is not None:
            self.begin(what)

    def hide(self) -> None:
        """Takes the line back."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer.join()  # it may be about to show the line
            self._timer = None
        if self._live is not None:
            self._live.stop()
            self._live = None

    def _show(self) -> None:
        from rich.console import Console
        from rich.live import Live
        from rich.spinner import Spinner

        class Plain(Console):
            """A console that leaves the cursor alone: whoever is killed could not show it again."""

            def show_cursor(self, show: bool = True) -> bool:
                return False

        console, spinner = Plain(stderr=True, color_system=None), Spinner("line")  # of characters in every encoding
        self._live = Live(
            console=console,
            get_renderable=lambda: self._written(spinner, console.width),
            transient=True,
            redirect_stdout=False,  # it would send data to standard error
            redirect_stderr=False,
            refresh_per_second=8,
        )
        self._live.start()

    def _written(self, spinner: Spinner, width: int) -> Spinner:
        from rich.text import Text

        seconds = time.monotonic() - self._began
        text = Text(f"{self._stage}, {seconds:.0f} s")
        text.truncate(max(0, width - SPUN))  # a second line could not be taken back after the window changed
        spinner.update(text=text)
        return spinner


LINE = Line()


def watching() -> Watch:
    """The line where it can be seen, else nobody."""
    if sys.stderr is None or not sys.stderr.isatty() or os.environ.get("TERM", "").lower() in PLAIN:
        return unwatched
    LINE.begin("reading the store")
    return LINE
