"""Counts which rows of the program's two tables a run took."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TypeVar

from pos_desktop.domain import collect, refund
from pos_desktop.domain.payment import CollectState

K = TypeVar("K")
V = TypeVar("V")


class Counted(Mapping[K, V]):
    """A table that counts how often each of its rows was looked up."""

    def __init__(self, table: Mapping[K, V], hits: Counter[K]) -> None:
        self._table = table
        self._hits = hits

    def __getitem__(self, key: K) -> V:
        value = self._table[key]
        self._hits[key] += 1
        return value

    def __iter__(self) -> Iterator[K]:
        return iter(self._table)

    def __len__(self) -> int:
        return len(self._table)


_collects: Counter[tuple[CollectState, collect.Event]] = Counter()
_refunds: Counter[tuple[refund.RefundState, refund.RefundEvent]] = Counter()


def count_rows() -> None:
    """From now on this process counts; harmless twice."""
    if not isinstance(collect.TRANSITIONS, Counted):
        collect.TRANSITIONS = Counted(collect.TRANSITIONS, _collects)
        refund.REFUND_TRANSITIONS = Counted(refund.REFUND_TRANSITIONS, _refunds)


def every_row() -> list[str]:
    """The names of all rows of both tables."""
    names = [f"collect {s.value} {e.value}" for s, e in collect.TRANSITIONS]
    return names + [f"refund {s.value} {e.value}" for s, e in refund.REFUND_TRANSITIONS]


def taken() -> Counter[str]:
    """What was counted since the last call, by name."""
    found = Counter({f"collect {s.value} {e.value}": n for (s, e), n in _collects.items()})
    found.update({f"refund {s.value} {e.value}": n for (s, e), n in _refunds.items()})
    _collects.clear()
    _refunds.clear()
    return found
