"""What all tests share: which examples are drawn, and a store of the shipped corpora to copy."""

from __future__ import annotations

import importlib
import pkgutil
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

import derivations
import kb
from kb.desk import Desk
from tests.commands import Kb
from tests.drawn import USUAL

# Hypothesis draws, among others, the constants that it finds in modules of ours: in all of them, whichever tests run.
for room in (kb, derivations):
    for module in pkgutil.walk_packages(room.__path__, f"{room.__name__}."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)

# The same examples in each run of the same code: nobody's run fails for what somebody else's had not drawn. How long an
# example takes is a matter of the machine.
settings.register_profile(
    "same",
    max_examples=USUAL,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
# New ones in each run, and many: pytest's --hypothesis-profile explore.
settings.register_profile(
    "explore", max_examples=10 * USUAL, deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("same")  # before any test module reads how many are asked for; the option comes later still


@pytest.fixture(scope="session")
def shipped_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of the shipped corpora with what an examination found; to be copied, never to be written."""
    path = tmp_path_factory.mktemp("shipped") / "kb.sqlite"
    with Desk.open(path) as at:
        at.examine_and_keep()
    assert [file.name for file in path.parent.iterdir()] == [path.name], "all of it is in the one file"
    path.chmod(0o400)
    return path


@pytest.fixture(name="kb")
def command(shipped_store: Path, tmp_path: Path) -> Kb:
    """The command on a copy of that store."""
    made = Kb(tmp_path)
    shutil.copyfile(shipped_store, made.path)
    return made
