"""Runs Claimcheck from a checkout with nothing but Python: `python3 dev.py report`, `python3 dev.py test`.

Each command has a virtual environment of its own, `.venv/run` and `.venv/dev`, made from the hash-locked files
in `requirements/` the first time, and again when those files, the project table or Python change. Nothing outside
the checkout is installed. Words after the command go on: `dev.py report --format json`, `dev.py test -k interval`.
"""

import hashlib
import os
import shlex
import subprocess
import sys
import time
from pathlib import Path

if sys.version_info < (3, 11):  # this far, the file must parse and run on any Python 3
    sys.exit(
        f"this is Python {sys.version_info[0]}.{sys.version_info[1]}; Claimcheck needs Python 3.11 or newer; "
        f"name a newer one, for example: python3.13 {' '.join(sys.argv)}"
    )

import tomllib

ROOT = Path(__file__).resolve().parent
LOCKS = {"run": ["run.txt", "build.txt"], "dev": ["dev.txt"]}
SCRIPTS = "Scripts" if os.name == "nt" else "bin"
PIP = ["-m", "pip", "-qq", "--disable-pip-version-check", "--no-input", "install"]
STEPS = [
    ("format", ["ruff", "format", "--check", "."]),
    ("lint", ["ruff", "check", "."]),
    ("types", ["mypy"]),
    ("imports", ["lint-imports", "--no-logo"]),
    ("tests", ["python", "-m", "pytest", "--numprocesses", "auto", "--dist", "worksteal"]),
]


def main(words: list[str]) -> int:
    """The exit code of the command that `words` begin with."""
    command, rest = (words[0], words[1:]) if words else ("no command", [])
    if command in COMMANDS:
        return COMMANDS[command](rest)
    say(f"found {command}; expected {' or '.join(COMMANDS)}; see README.md")
    return 2


def report(rest: list[str]) -> int:
    """Runs `kb report` on the corpora of this checkout."""
    scripts = environment("run")
    return run([scripts / "kb", "report", *rest], folder=Path.cwd())  # file names among the words are the caller's


def test(rest: list[str]) -> int:
    """Runs every step, whatever the one before said, and tells which failed."""
    scripts = environment("dev")
    failed = []
    for name, (program, *arguments) in STEPS:
        more = rest if name == "tests" else []
        say(f"\n{name}: {shlex.join([program, *arguments, *more])}")
        start = time.monotonic()
        if run([scripts / program, *arguments, *more]):
            failed.append(name)
        say(f"{name}: {'FAILED' if name in failed else 'ok'} in {time.monotonic() - start:.1f} s")
    say(f"\nfailed: {', '.join(failed)}" if failed else "\nall steps passed")
    return int(bool(failed))


def environment(name: str) -> Path:
    """The folder of programs of the environment `name`, made first if what it is made from has changed."""
    folder = ROOT / ".venv" / name
    scripts, stamp = folder / SCRIPTS, folder / "made-from.sha256"
    if not stamp.exists() or stamp.read_text(encoding="ascii") != fingerprint(name):
        say(f"making {folder.relative_to(ROOT)} from requirements/, once")
        locked = [word for lock in LOCKS[name] for word in ("-r", f"requirements/{lock}")]
        must([sys.executable, "-m", "venv", "--clear", folder])
        must([scripts / "python", *PIP, "--only-binary", ":all:", "--require-hashes", *locked])
        must([scripts / "python", *PIP, "--no-index", "--no-deps", "--no-build-isolation", "--editable", "."])
        stamp.write_text(fingerprint(name), encoding="ascii")  # last: a half-made environment is made again
    return scripts


def fingerprint(name: str) -> str:
    """A digest of all that the environment `name` is made from."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    locks = [(ROOT / "requirements" / lock).read_text(encoding="utf-8") for lock in LOCKS[name]]
    return hashlib.sha256(repr([sys.version, sys.base_prefix, str(ROOT), project, locks]).encode()).hexdigest()


def must(command: list[str | Path]) -> None:
    """Runs one step of making an environment; the program ends where it fails."""
    if run(command, stdout=sys.stderr.fileno()):
        sys.exit(
            f"'{shlex.join(map(str, command))}' failed, see above; an environment was to be made by it; "
            "mend that (is the package index reached? is the venv module installed?) and run the same command again"
        )


def run(command: list[str | Path], *, folder: Path = ROOT, stdout: int | None = None) -> int:
    """The exit code of a command run in a folder, away from the caller's own Python packages."""
    ours = {key: value for key, value in os.environ.items() if key not in {"PYTHONPATH", "PYTHONHOME"}}
    try:
        return subprocess.run(command, cwd=folder, env=ours, stdout=stdout, check=False).returncode
    except KeyboardInterrupt:
        sys.exit(130)


def say(line: str) -> None:
    """Prints to stderr, so that stdout is the report and nothing else."""
    print(line, file=sys.stderr, flush=True)


COMMANDS = {"report": report, "test": test}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
