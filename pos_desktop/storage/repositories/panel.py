"""The waiting panel: a statement per table, however many bills there are."""

import json
from collections.abc import Callable, Sequence
from typing import TypeVar

from pos_desktop.domain.sale import Channel, SaleState
from pos_desktop.ports import ParkedBill
from pos_desktop.storage.repositories.collects import COLLECT_NAMES, collect_of
from pos_desktop.storage.repositories.desk import FLAG_NAMES, flag_of
from pos_desktop.storage.repositories.facts import FACT_NAMES, fact_of
from pos_desktop.storage.repositories.messages import MESSAGE_NAMES, message_of
from pos_desktop.storage.repositories.people import WISH_NAMES, wish_of
from pos_desktop.storage.repositories.tenders import STANDING, TENDER_NAMES, tender_of
from pos_desktop.storage.session import Row, Session
from pos_desktop.storage.tables import (
    collects,
    facts,
    flags,
    messages,
    sales,
    select_sql,
    tenders,
    wishes,
)

_HEAD = (
    "order_id", "token_no", "state", "channel", "due", "created_at", "phone", "invoice_number",
    "issued_at", "remote", "handed_over_at",
)  # fmt: skip
_BILLS = select_sql(
    sales,
    _HEAD,
    "WHERE order_id IN ("
    "SELECT order_id FROM sales WHERE state <> 'abandoned' AND handed_over_at IS NULL "
    "UNION SELECT order_id FROM flags WHERE state = 'open') ORDER BY created_at, order_id",
)
_MINE = "WHERE order_id IN (SELECT value FROM json_each(?))"
_COLLECTS = select_sql(collects, ("order_id", *COLLECT_NAMES), f"{_MINE} ORDER BY attempt")
_FACTS = select_sql(facts, ("order_id", "reference", *FACT_NAMES), f"{_MINE} ORDER BY fact_seq")
_MESSAGES = select_sql(
    messages, ("order_id", *MESSAGE_NAMES), f"{_MINE} ORDER BY created_at, message_id"
)
_TENDERS = select_sql(
    tenders, ("order_id", *TENDER_NAMES), f"{_MINE} AND {STANDING} ORDER BY tender_id"
)
_FLAGS = select_sql(flags, ("order_id", *FLAG_NAMES), f"{_MINE} ORDER BY flag_id")
_WISHES = select_sql(wishes, ("order_id", *WISH_NAMES), _MINE)
_Part = TypeVar("_Part")


class SqlPanel:
    """``ports.Panel``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def bills(self) -> Sequence[ParkedBill]:
        """Oldest first; each with every flag that it ever had, open or closed."""
        heads = self._session.rows(_BILLS)
        ids = json.dumps([row[0] for row in heads])
        of_collects = self._by_order(_COLLECTS, ids, collect_of)
        of_facts = self._by_order(_FACTS, ids, lambda row: (row[0], fact_of(row[1:])))
        of_messages = self._by_order(_MESSAGES, ids, message_of)
        of_tenders = self._by_order(_TENDERS, ids, tender_of)
        of_flags = self._by_order(_FLAGS, ids, flag_of)
        of_wishes = self._by_order(_WISHES, ids, wish_of)
        return tuple(
            ParkedBill(
                order_id=row[0],
                token_no=row[1],
                state=SaleState(row[2]),
                channel=Channel(row[3]),
                due=row[4],
                created_at=row[5],
                phone=row[6],
                invoice_number=row[7],
                issued_at=row[8],
                remote=bool(row[9]),
                handed_over=row[10] is not None,
                collects=tuple(of_collects.get(row[0], ())),
                facts=tuple(of_facts.get(row[0], ())),
                messages=tuple(of_messages.get(row[0], ())),
                tenders=tuple(of_tenders.get(row[0], ())),
                flags=tuple(of_flags.get(row[0], ())),
                wish=next(iter(of_wishes.get(row[0], ())), None),
            )
            for row in heads
        )

    def _by_order(self, sql: str, ids: str, made: Callable[[Row], _Part]) -> dict[str, list[_Part]]:
        parts: dict[str, list[_Part]] = {}
        for order_id, *rest in self._session.rows(sql, (ids,)):
            parts.setdefault(order_id, []).append(made(tuple(rest)))
        return parts
