"""What an examination found, written into the store: a cache that whoever only needs verdicts can read.

It may always be missing. So nothing is waited for, and a store that cannot be written now goes on without it.
"""

from __future__ import annotations

from pathlib import Path

from kb import storehistory
from kb.fingerprints import judging
from kb.kept import CODE, HISTORY
from kb.knowledge import collector_paused
from kb.outcomes import Outcomes
from kb.storefile import failures, writer
from kb.storeplace import StoreUnavailable
from kb.tables import JUDGED

MOMENT = 0.1  # seconds, for another process that writes


def keep(path: Path, history: str, found: Outcomes) -> bool:
    """Replaces what was kept by what was found of a history, all or nothing; gives whether it could.

    Nothing is written when the store has another history by now: what was found is not true of that.
    """
    made = writer(path, MOMENT)
    try:
        with failures(path), collector_paused(), made.begin() as db:
            if storehistory.digest(db) != history:
                return False
            storehistory.empty(db, JUDGED)
            for table in reversed(JUDGED):  # an application stands before its inputs
                storehistory.insert(db, table.__tablename__, getattr(found, table.__tablename__))
            stamps = [(HISTORY, history), (CODE, judging())]
            storehistory.execute(db, "INSERT OR REPLACE INTO stamp VALUES (?, ?)", stamps)
    except StoreUnavailable:
        return False
    finally:
        made.dispose()
    return True
