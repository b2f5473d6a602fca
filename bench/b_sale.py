"""A sale becomes durable: the same statements through our code and on a bare connection.

Our code runs first while its statements are written down, sale by sale; the floor replays them
with the same values on a copy of the same empty database.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from unittest.mock import patch

from bench import floors, naive
from bench.harness import Bench
from bench.quiet import checkout
from bench.setting import Setting
from pos_desktop.domain.sale import Consent, RoundOff, Scheme
from pos_desktop.domain.tax import LineToPrice, price_bill
from pos_desktop.services.checkout import Checkout
from pos_desktop.services.order import Order
from pos_desktop.storage.session import Row, Session, Values
from pos_desktop.storage.store import SqliteStore

_INNER = 4
# More than three tries of a full run take.
_RECORDED = 400
Sell = Callable[[Checkout, Order], object]


@contextmanager
def sale(setting: Setting) -> Iterator[Bench]:
    """A bill is frozen and payment asked for: bill, lines, collect, message, outbox, ledger."""
    with _bench(setting.folder / "sale", _request, flushes=0) as bench:
        yield bench


@contextmanager
def cash_sale(setting: Setting) -> Iterator[Bench]:
    """A bill is frozen, paid in cash, numbered and issued in one go."""
    with _bench(setting.folder / "cash", _cash, flushes=2) as bench:
        yield bench


def _request(till: Checkout, order: Order) -> object:
    return till.request(order)


def _cash(till: Checkout, order: Order) -> object:
    return till.cash(order, 10_000_000)


@contextmanager
def _bench(home: Path, sell: Sell, *, flushes: int) -> Iterator[Bench]:
    home.mkdir()
    order = ten_lines()
    recorded = iter(record(home / "recorded.db", sell, order, _RECORDED))
    marker = floors.Flushed(home / "marker")
    with SqliteStore(home / "floor.db").open():
        pass
    with (
        closing(floors.raw_database(home / "floor.db")) as raw,
        SqliteStore(home / "ours.db").open() as store,
        closing(naive.OrmBook(home / "naive.db")) as book,
        closing(marker),
    ):
        till = checkout(store)

        def floor() -> None:
            for _ in range(flushes // 2):
                marker.step()
            floors.replay(raw, next(recorded))
            for _ in range(flushes // 2):
                marker.step()

        yield Bench(
            floor=floor,
            ours=lambda: sell(till, order),
            naive=lambda: book.sell(order.bill),
            inner=_INNER,
        )


def record(path: Path, sell: Sell, order: Order, count: int) -> list[list[floors.Statement]]:
    """The statements of ``count`` sales in a new database, each with its values."""
    sales: list[list[floors.Statement]] = []
    with SqliteStore(path).open() as store, _listening() as seen:
        till = checkout(store)
        for _ in range(count):
            seen.clear()
            sell(till, order)
            sales.append(list(seen))
    return sales


@contextmanager
def _listening() -> Iterator[list[floors.Statement]]:
    """Notes every statement of every session; ``row`` and ``change_rows`` go through ``rows``."""
    seen: list[floors.Statement] = []
    rows, change, many, control = (
        Session.rows,
        Session.change,
        Session.change_many,
        Session.control,
    )

    def noted_rows(self: Session, sql: str, values: Values = ()) -> list[Row]:
        seen.append(("one", sql, values))
        return rows(self, sql, values)

    def noted_change(self: Session, sql: str, values: Values = ()) -> int:
        seen.append(("one", sql, values))
        return change(self, sql, values)

    def noted_many(self: Session, sql: str, values: Sequence[Values]) -> None:
        seen.append(("many", sql, values))
        many(self, sql, values)

    def noted_control(self: Session, sql: str) -> None:
        seen.append(("one", sql, ()))
        control(self, sql)

    with (
        patch.object(Session, "rows", noted_rows),
        patch.object(Session, "change", noted_change),
        patch.object(Session, "change_many", noted_many),
        patch.object(Session, "control", noted_control),
    ):
        yield seen


def ten_lines() -> Order:
    """A priced cart of ten articles for a customer with a phone."""
    lines = tuple(
        LineToPrice(name=f"Whole wheat atta {number} kg", price=25_000 + number, gst_rate=50_000)
        for number in range(10)
    )
    bill = price_bill(
        lines,
        supplier_state="27",
        place_of_supply="27",
        scheme=Scheme.REGULAR,
        round_off=RoundOff.NEAREST,
    )
    return Order(bill, "+919876543210", Consent("bill", "Asha", 0, "1"), "Asha")
