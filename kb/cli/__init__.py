"""The command `kb`: read, examine, render, exit. It decides nothing; heavy modules are imported inside commands.

Commands are found by looking: every file beside this one that does not start with an underscore adds some.
"""

from __future__ import annotations

import codecs
import importlib
import io
import os
import pkgutil
import sys

from kb.cli._progress import LINE
from kb.cli._shell import OK, app, say

INTERRUPTED = 130


def escaped(error: UnicodeError) -> tuple[str, int]:
    """What an encoding lacks, as JSON escapes it, so that JSON stays JSON."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    units = error.object[error.start : error.end].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2)), error.end


def main() -> None:
    """Run the command; every error that Claimcheck knows is one line and an exit code."""
    from kb.errors import KbError

    for module in pkgutil.iter_modules(__path__):
        if not module.name.startswith("_"):
            importlib.import_module(f"{__name__}.{module.name}")
    codecs.register_error("escaped", escaped)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="escaped")
    try:
        app()
    except BrokenPipeError:  # whoever read the output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(OK) from None
    except KeyboardInterrupt:
        raise SystemExit(INTERRUPTED) from None
    except KbError as error:
        say(f"kb: {error}")
        raise SystemExit(error.exit_code) from None
    finally:
        LINE.hide()
