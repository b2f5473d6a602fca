"""The numbering fence: which document numbers were given out, and which series must not go on."""

from collections.abc import Mapping
from typing import Protocol


class NumberFence(Protocol):
    """Kept beside the database and older than none of its copies (design relay 2). Keys are
    (series, financial year)."""

    def reason(self, series: str) -> str | None:
        """Why the series must not go on (``rolled_back``, ``marker_behind``, ``locked_before``, or
        what ``lock`` was told), or None."""
        ...

    def recorded(self) -> Mapping[tuple[str, str], int]:
        """The highest numbers that the database has."""
        ...

    def highest(self) -> Mapping[tuple[str, str], int]:
        """The highest numbers that anybody was told, as far as this machine knows."""
        ...

    def lock(self, series: str, reason: str) -> None:
        """No number of the series nor of its credit notes is given out again, after a restart
        neither; db lane. Raises StoreError where that cannot be written down."""
        ...
