"""A smoke test of what users get: the wheel, with its runtime dependencies only, run from another folder."""

import json
import os
import subprocess
import sys
import zipfile
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parent.parent
BIN = "Scripts" if os.name == "nt" else "bin"
ROOMS = {"kb", "derivations", "claims"}


class Installed(NamedTuple):
    """A fresh environment that has only the wheel and what the wheel needs."""

    scripts: Path
    elsewhere: Path

    def run(self, program: str, *words: str) -> subprocess.CompletedProcess[str]:
        """Runs a program of the environment from an empty folder, with a knowledge base of its own."""
        kept = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
        ours = kept | {"KB_DB": str(self.elsewhere / "kb.sqlite"), "NO_COLOR": "1", "PYTHONUTF8": "1"}
        command = [str(self.scripts / program), *words]
        return subprocess.run(command, cwd=self.elsewhere, env=ours, capture_output=True, text=True, check=False)


def done(*command: str | Path) -> None:
    """Runs a command from the checkout; fails with what it said."""
    result = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    assert result.returncode == 0, result.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    done(sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    folder = tmp_path_factory.mktemp("installed")
    done(sys.executable, "-m", "venv", "--without-pip", folder / "venv")
    (folder / "elsewhere").mkdir()
    scripts = folder / "venv" / BIN
    wanted = folder / "wanted.txt"  # with a hash of its own the wheel may need nothing that the lock lacks
    wanted.write_text(f"{wheel.as_uri()} --hash=sha256:{sha256(wheel.read_bytes()).hexdigest()}\n", encoding="utf-8")
    pip: list[str | Path] = [sys.executable, "-m", "pip", "-qq", "--python", scripts / "python", "install"]
    done(*pip, "--no-compile", "--only-binary", ":all:", "--require-hashes", "-r", "requirements/run.txt", "-r", wanted)
    return Installed(scripts, folder / "elsewhere")


def test_the_wheel_carries_the_three_rooms_and_nothing_else(wheel: Path) -> None:
    packed = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    here = {
        path.relative_to(ROOT).as_posix()
        for room in ROOMS
        for path in (ROOT / room).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert {name.partition("/")[0] for name in packed} == ROOMS
    assert packed == here


def test_the_report_runs_from_another_folder(installed: Installed) -> None:
    result = installed.run("kb", "report")
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith("Claimcheck report")
    assert (installed.elsewhere / "kb.sqlite").exists()


def test_the_report_is_json_too(installed: Installed) -> None:
    result = installed.run("python", "-m", "kb", "report", "--format", "json")
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["claims"]


def test_it_knows_its_version(installed: Installed) -> None:
    assert version("claimcheck") in installed.run("kb", "--version").stdout


def test_nothing_of_the_workbench_is_needed(installed: Installed) -> None:
    """Neither the tools nor anything that only they bring can be what makes the report work."""
    listing = "import importlib.metadata as m, json; print(json.dumps([d.metadata['Name'] for d in m.distributions()]))"
    found = {name.lower().replace("_", "-") for name in json.loads(installed.run("python", "-c", listing).stdout)}
    lock = (ROOT / "requirements" / "run.txt").read_text(encoding="utf-8")
    assert "claimcheck" in found
    assert found - {"claimcheck"} <= {line.partition("==")[0] for line in lock.splitlines() if "==" in line}
    for tool in ("hypothesis", "mypy", "pytest", "ruff"):
        assert installed.run("python", "-c", f"import {tool}").returncode != 0
