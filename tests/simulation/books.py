"""The counter's database as a stranger reads it: plain SQL, no class of the program."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pysqlite3 import dbapi2 as sqlite

Row = dict[str, Any]


class Books:
    """Read-only look at one file, on a connection that lives as long as the process beside it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._raw: Any = None
        self._version = -1

    def reopen(self) -> None:
        """A new connection: the old one may hold on to a file that is gone."""
        self.close()
        uri = f"{self._path.absolute().as_uri()}?mode=ro"
        self._raw = sqlite.connect(uri, uri=True, isolation_level=None)
        self._raw.row_factory = _as_dict
        self._version = -1

    def close(self) -> None:
        """Harmless twice."""
        if self._raw is not None:
            self._raw.close()
            self._raw = None

    def is_open(self) -> bool:
        """Whether there is a process beside it, or was."""
        return self._raw is not None

    def changed(self) -> bool:
        """Whether anybody has committed since the last time."""
        if self._raw is None:
            return False
        # Another connection's commits change this number, and nothing else does.
        (version,) = self._raw.execute("PRAGMA data_version").fetchone().values()
        was, self._version = self._version, version
        return bool(was != version)

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[Row]:
        """Every row, as column name -> value."""
        found: list[Row] = self._raw.execute(sql, values).fetchall()
        return found


def _as_dict(cursor: Any, row: tuple[Any, ...]) -> Row:
    return {column[0]: value for column, value in zip(cursor.description, row, strict=True)}
