"""The third place of the watermark: the highest number of each series, in clear.

A counter that was restored, cloned or set up anew learns here how far its numbers went, also where
the entries themselves never came (reference reliability (d)).
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence

import msgspec
from sqlalchemy import ColumnElement, Connection, func, insert, select, update

from pos_desktop.wire import v1
from pos_relay.store.tables import epochs, marks

MOST = 64
"""Marks that one batch may bring."""
_MOST_KEPT = 1000
_LETTER = "0-9A-HJKMNP-TV-Z"
# An enrolled or practice series, or an emergency one made offline; a C for its credit notes.
_SERIES = re.compile(f"([A-DF-HJKMNP-TV-Z][{_LETTER}]{{2}}|E[{_LETTER}]{{3}})C?")
_FY = re.compile(r"[0-9]{4}")
_HIGHEST = 999_999


def note(
    connection: Connection, tenant: str, device: str, raw: Sequence[msgspec.Raw], now: int
) -> int:
    """Keep what has grown; how many were no marks of this device and changed nothing.

    A mark that cannot be believed must not hold up the entries that it came with.
    """
    told = [_read(one) for one in raw[:MOST]]
    believed = {(mark.series, mark.fy): mark for mark in told if mark is not None}
    mine = _series_of(connection, tenant, device)
    refused = len(raw) - sum(mark is not None for mark in told)
    for mark in believed.values():
        if not _keep(connection, tenant, device, mark, now=now, mine=mine):
            refused += 1
    return refused


def of_device(connection: Connection, tenant: str, device: str) -> tuple[v1.Mark, ...]:
    """The marks of every series that this device ever used."""
    return _listed(connection, marks.c.tenant == tenant, marks.c.device == device)[device]


def of_shop(connection: Connection, tenant: str) -> Mapping[str, tuple[v1.Mark, ...]]:
    """The same of every device of a shop; () of those that have none."""
    return _listed(connection, marks.c.tenant == tenant)


def _listed(
    connection: Connection, *where: ColumnElement[bool]
) -> defaultdict[str, tuple[v1.Mark, ...]]:
    found: defaultdict[str, tuple[v1.Mark, ...]] = defaultdict(tuple)
    query = select(marks).where(*where).order_by(marks.c.series, marks.c.fy)
    for row in connection.execute(query):
        found[row.device] += (v1.Mark(series=row.series, fy=row.fy, highest=row.highest),)
    return found


def _read(raw: msgspec.Raw) -> v1.Mark | None:
    try:
        mark = msgspec.json.decode(raw, type=v1.Mark)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    year = mark.fy if _FY.fullmatch(mark.fy) else "0000"
    fits = _SERIES.fullmatch(mark.series) and (int(year[:2]) + 1) % 100 == int(year[2:])
    return mark if fits and 1 <= mark.highest <= _HIGHEST else None


def _series_of(connection: Connection, tenant: str, device: str) -> set[str]:
    query = select(epochs.c.series).where(epochs.c.tenant == tenant, epochs.c.device == device)
    return set(connection.execute(query).scalars())


def _keep(
    connection: Connection, tenant: str, device: str, mark: v1.Mark, *, now: int, mine: set[str]
) -> bool:
    """Whether the series is this device's: given to it, or an emergency one it was first to use."""
    here = (marks.c.tenant == tenant, marks.c.series == mark.series, marks.c.fy == mark.fy)
    row = connection.execute(select(marks).where(*here)).first()
    if row is not None:
        if row.device == device and row.highest < mark.highest:
            connection.execute(update(marks).where(*here).values(highest=mark.highest, at=now))
        return bool(row.device == device)
    if mark.series.startswith("E"):
        used = _used(connection, tenant, device, mark.series)
        fits = not used and not _full(connection, tenant, device)
    else:
        fits = mark.series[:3] in mine  # without the letter of credit notes
    if not fits:
        return False
    connection.execute(
        insert(marks).values(
            tenant=tenant,
            series=mark.series,
            fy=mark.fy,
            device=device,
            highest=mark.highest,
            at=now,
        )
    )
    return True


def _used(connection: Connection, tenant: str, device: str, series: str) -> bool:
    """Whether another device has used this emergency series, for bills or credit notes."""
    both = (series[:4], series[:4] + "C")
    query = select(marks.c.device).where(
        marks.c.tenant == tenant, marks.c.series.in_(both), marks.c.device != device
    )
    return connection.execute(query).first() is not None


def _full(connection: Connection, tenant: str, device: str) -> bool:
    query = select(func.count()).where(marks.c.tenant == tenant, marks.c.device == device)
    return int(connection.execute(query).scalar_one()) >= _MOST_KEPT
