"""Whether the rules that the database itself keeps (tables, checks, triggers) are still ours.

A text flipped in the schema may turn a name into a constant or a rule into nothing, and no sum over
the rows would show it.
"""

from contextlib import closing
from functools import cache

from pysqlite3 import dbapi2 as dbapi

from pos_desktop.storage.schema import VERSION, lay_out
from pos_desktop.storage.session import Session
from pos_desktop.storage.verify_money import Broken

# The full-text tables and sqlite_... are SQLite's own, and differ from version to version.
_OBJECTS = (
    "SELECT name, type, tbl_name, sql FROM sqlite_schema "
    "WHERE sql IS NOT NULL AND substr(name, 1, 7) <> 'sqlite_' "
    "AND substr(name, 1, 10) <> 'items_fts_'"
)
_Rules = dict[str, tuple[str, str, tuple[str, ...]]]


def check_schema(session: Session) -> None:
    """Raises Broken with the first rule that is missing, changed or not ours. The file of a later
    minor version, which may have more, is not judged."""
    if session.row("PRAGMA user_version") != (VERSION,):
        return
    ours, found = _ours(), _rules(session)
    for name in sorted(ours.keys() | found.keys()):
        if name not in found:
            raise Broken(f"the {ours[name][0]} {name} of the database is missing")
        if name not in ours:
            raise Broken(f"the {found[name][0]} {name} of the database is not ours")
        if ours[name] != found[name]:
            raise Broken(f"the {ours[name][0]} {name} of the database was changed")


@cache
def _ours() -> _Rules:
    with closing(dbapi.connect(":memory:", isolation_level=None)) as raw:
        lay_out(raw)
        return _rules(Session(raw, writes=False))


def _rules(session: Session) -> _Rules:
    # How the text is set out differs between a new file and one that was brought up to date.
    return {row[0]: (row[1], row[2], tuple(str(row[3]).split())) for row in session.rows(_OBJECTS)}
