"""A small shop written by hand, row by row: what the checker reads, and no part of the program.

Two real database files made from the template, and plain dicts for the outside. ``Scene`` starts
with a history in which every promise holds; tests break one of them.
"""

import shutil
from pathlib import Path
from typing import Any

from pysqlite3 import dbapi2 as sqlite

from tests.simulation.books import Books
from tests.simulation.checker import Checker, Outside

Thing = dict[str, Any]
NOW = 1_795_409_130_000
MINUTE = 60_000
_KINDS = {"TEXT": "", "INTEGER": 0, "BLOB": b""}


class Scene:
    """Orders are ``01-...`` at counter 1 and ``02-...`` at counter 2, as the checker expects."""

    def __init__(self, empty: Path, folder: Path) -> None:
        self._files: dict[int, Any] = {}
        books: dict[int, Books] = {}
        for number in (1, 2):
            file = folder / f"counter-{number}.db"
            shutil.copy(empty / empty.name, file)
            self._files[number] = _unguarded(file)
            books[number] = Books(file)
            books[number].reopen()
        self.gateway: Thing = {"objects": {}, "payments": {}, "refunds": {}, "requests": []}
        self.exotel: Thing = {"sent": [], "asked": []}
        self.relay: Thing = {
            "pages": {}, "pictures": {}, "ledgers": {}, "changed_pages": [], "asked": [],
        }  # fmt: skip
        self.history: list[Thing] = []
        self._books = books
        self.checker = Checker(Outside(self.gateway, self.exotel, self.relay, self.history), books)

    def close(self) -> None:
        """Let the files go."""
        for books in self._books.values():
            books.close()
        for file in self._files.values():
            file.close()

    def look(self) -> None:
        """Judge as after a step in which both counters have committed."""
        self._commit()
        self.checker.after_step(NOW, (1, 2))

    def rest(self) -> None:
        """Judge as at the end of a day."""
        self._commit()
        self.checker.at_rest(NOW)

    # -- rows ----------------------------------------------------------------------------------

    def put(self, table: str, number: int = 1, **values: object) -> None:
        """A row; what is not named and may not be missing is empty or 0."""
        columns = self._files[number].execute(f"PRAGMA table_info({table})").fetchall()
        row = dict(values)
        for _, name, kind, needed, _, key in columns:
            if name not in row and needed and not (key and kind == "INTEGER"):
                row[name] = _KINDS[kind]
        names = ", ".join(f'"{name}"' for name in row)
        marks = ", ".join("?" * len(row))
        self.sql(f"INSERT INTO {table} ({names}) VALUES ({marks})", *row.values(), number=number)  # noqa: S608  # names of the schema

    def sql(self, statement: str, *values: object, number: int = 1) -> None:
        """Anything, though the program could not."""
        self._files[number].execute(statement, values)

    def sale(self, order: str, state: str, due: int, number: int | None = None) -> None:
        """A bill; an issued one has this invoice number and its page at the relay."""
        token = f"token {order}"
        self.put(
            "sales",
            order_id=order,
            state=state,
            due=due,
            payable=due,
            total=due,
            link_token=token,
            created_at=NOW,
            invoice_number=None if number is None else f"P2A/2627/{number:06d}",
            issued_at=None if number is None else NOW,
        )
        self.relay["pages"][token] = [1] if number is None else [1, 2]

    def tender(self, order: str, kind: str, amount: int, reference: str = "") -> None:
        """Something that was taken for the bill."""
        self.put("tenders", order_id=order, kind=kind, amount=amount, reference=reference)

    def flag(
        self, order: str, kind: str, amount: int, detail: str, resolution: str | None = None
    ) -> None:
        """An entry of the inbox, closed where it has a resolution."""
        closed = resolution is not None
        self.put(
            "flags",
            order_id=order,
            kind=kind,
            amount=amount,
            detail=detail,
            state="closed" if closed else "open",
            closed_at=NOW if closed else None,
            closed_by="Meena" if closed else None,
            resolution=resolution,
        )

    # -- the gateway and what the books say of it ------------------------------------------------

    def thing(self, order: str, number: int, status: str = "active") -> Thing:
        """Something payable at the gateway, for half an hour."""
        made = {
            "id": f"plink {order} {number}",
            "reference": f"{order}-{number}",
            "order": order,
            "status": status,
            "expires_at": NOW + 30 * MINUTE,
        }
        self.gateway["objects"][made["id"]] = made
        return made

    def collect(self, order: str, number: int, state: str, **values: object) -> None:
        """Our row about it."""
        row: Thing = {
            "gateway": "razorpay",
            "gateway_id": f"plink {order} {number}",
            "amount": 100_00,
            "kind": "link",
            **values,
        }
        reference = f"{order}-{number}"
        self.put(
            "collects", reference=reference, order_id=order, attempt=number, state=state, **row
        )

    def payment(self, payment_id: str, order: str, amount: int, currency: str = "INR") -> Thing:
        """A customer's captured payment, as the gateway has it."""
        made = {
            "id": payment_id,
            "order": order,
            "amount": amount,
            "currency": currency,
            "captured_at": NOW,
            "refunded": 0,
            "rrn": f"6327{len(self.gateway['payments']):08d}",
        }
        self.gateway["payments"][payment_id] = made
        return made

    def fact(self, payment_id: str, amount: int, number: int = 1, **values: object) -> None:
        """What a counter was told of a payment."""
        row = {"status": "captured", "currency": "INR", **values}
        self.put("facts", number, payment_id=payment_id, amount=amount, **row)

    def paid(self, payment_id: str, order: str, amount: int, currency: str = "INR") -> Thing:
        """A captured payment that counter 1 has been told of."""
        made = self.payment(payment_id, order, amount, currency)
        self.fact(payment_id, amount, order_id=order, currency=currency)
        return made

    def refund(
        self, key: str, order: str, payment_id: str, amount: int, state: str = "done"
    ) -> None:
        """Our row about money that goes back."""
        self.put(
            "refunds",
            key=key,
            order_id=order,
            payment_id=payment_id,
            amount=amount,
            state=state,
            attempt=1,
        )

    def given_back(self, key: str, payment_id: str, amount: int, status: str = "processed") -> None:
        """A refund as the gateway has it; one without a key was asked for in its dashboard."""
        number = len(self.gateway["refunds"])
        self.gateway["refunds"][f"rfnd_{number}"] = {
            "key": key,
            "payment": payment_id,
            "amount": amount,
            "status": status,
        }
        if status == "processed":
            self.gateway["payments"][payment_id]["refunded"] += amount

    def _commit(self) -> None:
        """Both files change, so that the checker reads them again."""
        for number in self._files:
            self.sql("UPDATE marks SET n = n + 1", number=number)


def sound(scene: Scene) -> None:
    """A day on which every promise was kept, and most of what may happen did."""
    _paid_twice(scene)
    scene.sale("01-B", "issued", 30_000, 2)
    scene.tender("01-B", "cash", 30_000)
    _given_up(scene)
    scene.sale("01-D", "awaiting", 40_000)
    scene.thing("01-D", 1, "cancelled")
    scene.collect("01-D", 1, "cancelled")
    scene.collect("01-D", 2, "open", gateway="own_upi", gateway_id=None)
    scene.paid("pay_4", "01-D", 10_000)
    scene.flag("01-D", "part", 10_000, "10000 of 40000")
    scene.sale("01-E", "issued", 20_000, 3)
    scene.tender("01-E", "own_upi", 20_000, "555500000001")
    scene.paid("pay_5", "", 7_700)
    scene.flag("", "unmatched", 7_700, "pay_5")
    ledger = [(1, "a" * 64), (2, "b" * 64)]
    for seq, known in ledger:
        scene.put("ledger", seq=seq, prev_hash="0" * 64, hash=known)
    scene.relay["ledgers"][1] = ledger
    for order, state, number in (("01-A", "issued", "P2A/2627/000001"), ("01-D", "awaiting", None)):
        told = {"what": "knows bill", "order": order, "state": state, "number": number}
        scene.history.append(told)


def _paid_twice(scene: Scene) -> None:
    """A bill paid by its second link while somebody paid the first, and part of its goods back."""
    scene.sale("01-A", "issued", 50_000, 1)
    scene.thing("01-A", 1, "cancelled")
    scene.collect("01-A", 1, "cancelled")
    scene.thing("01-A", 2, "paid")
    scene.collect("01-A", 2, "paid")
    scene.paid("pay_1", "01-A", 50_000)
    scene.tender("01-A", "gateway_link", 50_000, "pay_1")
    scene.paid("pay_2", "01-A", 50_000)
    scene.flag("01-A", "duplicate", 50_000, "pay_2", "refunded")
    scene.refund("dup-pay_2", "01-A", "pay_2", 50_000)
    scene.given_back("dup-pay_2", "pay_2", 50_000)
    scene.refund("ret-01-A-1", "01-A", "pay_1", 20_000)
    scene.given_back("ret-01-A-1", "pay_1", 20_000)
    scene.put("pictures", reference="01-A-1", token="picture")
    scene.relay["pictures"]["picture"] = "closed"
    for purpose in ("payment_request", "receipt"):
        scene.exotel["sent"].append({"order": "01-A", "purpose": purpose})


def _given_up(scene: Scene) -> None:
    """A bill that was given up, paid all the same, and once more in another currency."""
    scene.sale("01-C", "abandoned", 40_000)
    scene.thing("01-C", 1, "cancelled")
    scene.collect("01-C", 1, "cancelled")
    scene.paid("pay_3", "01-C", 40_000)
    scene.flag("01-C", "late", 40_000, "pay_3")
    scene.paid("pay_6", "01-C", 5_000, "USD")
    scene.flag("01-C", "mismatch", 5_000, "pay_6")


def _unguarded(file: Path) -> Any:
    """The database without what keeps the program from such mistakes."""
    raw = sqlite.connect(str(file), isolation_level=None)
    raw.execute("PRAGMA ignore_check_constraints = ON")
    names = raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for (name,) in names:
        raw.execute(f"DROP TRIGGER {name}")
    raw.execute("CREATE TABLE marks (n INTEGER)")
    raw.execute("INSERT INTO marks VALUES (0)")
    return raw
