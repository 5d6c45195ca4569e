"""What tests share: a store of the shipped corpora, filled once, to copy."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from kb.desk import Desk
from tests.commands import Kb


@pytest.fixture(scope="session")
def shipped_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of the shipped corpora with what an examination found; to be copied, never to be written."""
    path = tmp_path_factory.mktemp("shipped") / "kb.sqlite"
    with Desk.open(path) as at:
        at.examine_and_keep()
    assert [file.name for file in path.parent.iterdir()] == [path.name], "all of it is in the one file"
    path.chmod(0o400)
    return path


@pytest.fixture
def kb(shipped_store: Path, tmp_path: Path) -> Kb:
    """The command on a copy of that store."""
    made = Kb(tmp_path)
    shutil.copyfile(shipped_store, made.path)
    return made
