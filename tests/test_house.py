"""The house itself: its rooms, its sizes, what its commands are, and what no file of it may say."""

import ast
import re
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
IGNORED = [line for line in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines() if line[:1] not in {"", "#"}]
TOP = {".ci", ".gitignore", "benchmarks", "claims", "derivations", "docs", "kb", "requirements", "tests"} | {
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "LICENSE",
    "README.md",
    "dev.py",
    "pyproject.toml",
}
MOST_LINES = 450
# Written in parts, so that this file does not say what it forbids.
FORBIDDEN = {
    "a folder of somebody's machine": r"(?<![\w.~/-])/" + r"(?:home|root|tmp|Users|work)/\w",
    "a host of a package index": r"pypi\." + r"org|python" + r"hosted\.|npm" + r"js\.|deb\." + r"debian\.",
}


def committed(folder: Path = ROOT) -> Iterator[Path]:
    """Every file that is, or is about to be, part of the project."""
    for path in sorted(folder.iterdir()):
        if path.name == ".git" or any(fnmatch(path.name, pattern) for pattern in IGNORED):
            continue
        if path.is_dir():
            yield from committed(path)
        else:
            yield path


FILES = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8", errors="replace") for path in committed()}
PYTHON = {name: text for name, text in FILES.items() if name.endswith(".py")}


def test_the_top_level_has_only_its_rooms() -> None:
    assert {name.partition("/")[0] for name in FILES} <= TOP


def test_the_claims_are_data() -> None:
    suffixes = {Path(name).suffix for name in FILES if name.startswith("claims/")}
    assert suffixes == {".yaml", ".md"}  # data, and one page that says how it is written


def test_no_file_of_the_machine_is_long() -> None:
    lines = {name: text.count("\n") for name, text in PYTHON.items() if name.startswith(("kb/", "derivations/"))}
    assert lines, "no file was counted"
    assert {name: count for name, count in lines.items() if count > MOST_LINES} == {}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_names(what: str) -> None:
    said = {name: match[0] for name, text in FILES.items() if (match := re.search(FORBIDDEN[what], text))}
    assert said == {}


@pytest.mark.parametrize(
    ("what", "text"),
    [
        ("a folder of somebody's machine", "open('/" + "home/ada/notes')"),
        ("a host of a package index", "index-url = https://" + "pypi." + "org/simple"),
    ],
)
def test_the_forbidden_is_recognised(what: str, text: str) -> None:
    assert re.search(FORBIDDEN[what], text)


def test_every_module_says_what_it_is() -> None:
    assert [name for name, text in PYTHON.items() if not ast.get_docstring(ast.parse(text))] == []


def test_a_derivation_imports_only_the_marks() -> None:
    """The import contracts see to `kb`; this also keeps out everything that is not ours."""
    formulas = {name: text for name, text in PYTHON.items() if name.startswith("derivations/")}
    imported = {name: set(imports(text)) - {"kb.marks"} for name, text in formulas.items()}
    assert imported
    assert {name: others for name, others in imported.items() if others} == {}


def imports(source: str) -> Iterator[str]:
    """The modules that a source text imports anywhere."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or "."


def test_the_commands_of_the_readme_are_the_ones_that_ci_runs() -> None:
    first_screen = FILES["README.md"].partition("\n## ")[0]
    promised = re.findall(r"^    (\S.*)$", first_screen, re.MULTILINE)
    assert promised == ["python3 dev.py report", "python3 dev.py test"]
    assert FILES[".ci/run"].splitlines()[-2:] == promised


def test_an_older_python_is_told_so() -> None:
    """`dev.py` must parse on it and stop before it needs anything newer."""
    body = ast.parse(PYTHON["dev.py"], feature_version=(3, 7)).body
    check = next(place for place, node in enumerate(body) if isinstance(node, ast.If))
    assert "3.11" in ast.unparse(body[check])
    assert "tomllib" not in {name for node in body[:check] for name in imports(ast.unparse(node))}


def test_every_requirement_is_pinned_and_hashed() -> None:
    locks = {name: text for name, text in FILES.items() if name.startswith("requirements/")}
    assert set(locks) == {f"requirements/{name}.txt" for name in ("run", "build", "llm", "dev")}
    for name, text in locks.items():
        for entry in re.split(r"\n(?=\S)", text.strip()):
            assert re.match(r"[a-z0-9-]+==\S+ .*--hash=sha256:[0-9a-f]{64}", entry, re.DOTALL), (name, entry)


def test_the_locks_agree() -> None:
    """What is tested is what is run."""
    run, build, llm, dev = (pins(FILES[f"requirements/{name}.txt"]) for name in ("run", "build", "llm", "dev"))
    assert run <= llm
    assert run | build | llm <= dev


def pins(lock: str) -> set[str]:
    """The names with their versions in the text of a lock file."""
    return set(re.findall(r"^\S+==\S+", lock, re.MULTILINE))
