"""The naive twin of each path: what the usual tutorial does. It shows the gap, and a row on which
the twin is not slower measures nothing."""

import io
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import qrcode
import sqlalchemy as sa
from pysqlite3 import dbapi2 as dbapi
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import LongTable, Paragraph, SimpleDocTemplate
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship

from bench import floors
from pos_desktop.domain.sale import PricedBill
from pos_desktop.storage import tables
from pos_desktop.wire import v1


def qr_picture(text: str) -> bytes:
    """QR by way of a Pillow picture."""
    code = qrcode.QRCode(error_correction=qrcode.ERROR_CORRECT_M, box_size=6, border=4)
    code.add_data(text)
    file = io.BytesIO()
    code.make_image().save(file)
    return file.getvalue()


def platypus_invoice(content: v1.PageContent) -> bytes:
    """One Paragraph for each cell."""
    style = getSampleStyleSheet()["Normal"]
    rows = [
        [Paragraph(text, style) for text in floors.cells(number, line)]
        for number, line in enumerate(content.lines, 1)
    ]
    story: list[Any] = [Paragraph(text, style) for text in floors.head_texts(content)]
    story.append(LongTable(rows, style=[("FONTSIZE", (0, 0), (-1, -1), 8)]))
    story += [Paragraph(text, style) for text in floors.tail_texts(content)]
    file = io.BytesIO()
    SimpleDocTemplate(file, pagesize=A4, leftMargin=30, rightMargin=30).build(story)
    return file.getvalue()


class _Catalogue(DeclarativeBase):
    metadata = tables.metadata


class _Article(_Catalogue):
    __table__ = tables.items


class OrmCatalogue:
    """One session for each scan."""

    def __init__(self, path: Path) -> None:
        self._engine = _engine(path)

    def find(self, code: str) -> object:
        """The article, or None."""
        with Session(self._engine) as session:
            return session.scalars(
                sa.select(_Article).where(tables.items.c.barcode == code)
            ).first()

    def close(self) -> None:
        """Close the pool."""
        self._engine.dispose()


def like_search(raw: dbapi.Connection, text: str) -> list[Any]:
    """Anywhere in the name; without a hit it reads the whole table."""
    found: list[Any] = raw.execute(
        "SELECT * FROM items WHERE name LIKE ? LIMIT 20", (f"%{text}%",)
    ).fetchall()
    return found


def orm_import(path: Path, rows: Iterable[tuple[object, ...]]) -> None:
    """One object for each row; triggers keep the search index."""
    names = (
        "barcode", "name", "mrp", "price", "price_includes_tax", "gst_rate", "hsn", "unit",
        "category",
    )  # fmt: skip
    rest = {"tax_class": "taxable", "cess_rate": 0, "cess_per_unit": 0, "active": 1}
    engine = _engine(path)
    with Session(engine) as session, session.begin():
        session.add_all(_Article(**dict(zip(names, row, strict=True)), **rest) for row in rows)
    engine.dispose()


class _Book(DeclarativeBase):
    pass


class _Invoice(_Book):
    __tablename__ = "invoice"
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(unique=True)
    total: Mapped[int]
    tax: Mapped[int]
    phone: Mapped[str]
    lines: Mapped[list["_Line"]] = relationship()


class _Line(_Book):
    __tablename__ = "line"
    id: Mapped[int] = mapped_column(primary_key=True)
    invoice_id: Mapped[int] = mapped_column(sa.ForeignKey("invoice.id"), index=True)
    name: Mapped[str]
    qty: Mapped[int]
    price: Mapped[int]
    gst_rate: Mapped[int]
    taxable: Mapped[int]
    cgst: Mapped[int]
    sgst: Mapped[int]
    total: Mapped[int]


class _Effect(_Book):
    __tablename__ = "effect"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    invoice_id: Mapped[int]


class OrmBook:
    """Sales as objects; fewer rows than ours writes, and no ledger."""

    def __init__(self, path: Path) -> None:
        self._engine = _engine(path)
        self._number = 0
        _Book.metadata.create_all(self._engine)

    def sell(self, bill: PricedBill) -> None:
        """One invoice with its lines and an effect."""
        self._number += 1
        lines = [
            _Line(
                name=line.name, qty=line.qty, price=line.price, gst_rate=line.gst_rate,
                taxable=line.taxable, cgst=line.cgst, sgst=line.sgst, total=line.total,
            )
            for line in bill.lines
        ]  # fmt: skip
        totals = bill.totals
        with Session(self._engine) as session, session.begin():
            invoice = _Invoice(
                number=self._number, total=totals.payable, tax=totals.tax, phone="", lines=lines
            )
            session.add(invoice)
            session.flush()
            session.add(_Effect(kind="publish", invoice_id=invoice.id))

    def close(self) -> None:
        """Close the pool."""
        self._engine.dispose()


def _engine(path: Path) -> sa.Engine:
    engine = sa.create_engine(f"sqlite+pysqlite:///{path}", module=dbapi)

    @sa.event.listens_for(engine, "connect")
    def durable(raw: dbapi.Connection, _record: object) -> None:
        raw.execute("PRAGMA journal_mode=WAL").fetchall()
        raw.execute("PRAGMA synchronous=FULL")

    return engine
