"""The kinds of columns that our tables are made of."""

import sqlalchemy as sa
from sqlalchemy import INTEGER, TEXT, CheckConstraint, Column, Table

metadata = sa.MetaData()


def text(name: str, *, null: bool = False) -> "Column[str]":
    """A text."""
    return Column(name, TEXT, nullable=null)


def whole(name: str, *, null: bool = False) -> "Column[int]":
    """An integer: a moment, a count, a signed amount."""
    return Column(name, INTEGER, nullable=null)


def paise(name: str, *, null: bool = False) -> "Column[int]":
    """An amount or a rate, never below zero."""
    return Column(name, INTEGER, CheckConstraint(f"{name} >= 0"), nullable=null)


def yes_no(name: str) -> "Column[int]":
    """0 or 1."""
    return Column(name, INTEGER, CheckConstraint(f"{name} IN (0, 1)"), nullable=False)


def word(name: str, *words: str) -> "Column[str]":
    """One of these words."""
    known = ", ".join(f"'{word}'" for word in words)
    return Column(name, TEXT, CheckConstraint(f"{name} IN ({known})"), nullable=False)


def key(name: str) -> "Column[str]":
    """A text that is (part of) the primary key."""
    return Column(name, TEXT, primary_key=True, nullable=False)


def above_zero(name: str) -> "Column[int]":
    """An amount that is not nothing."""
    return Column(name, INTEGER, CheckConstraint(f"{name} > 0"), nullable=False)


def order() -> "Column[str]":
    """The bill that the row belongs to."""
    return Column("order_id", TEXT, sa.ForeignKey("sales.order_id"), nullable=False)


def table(name: str, *parts: sa.schema.SchemaItem, rowid: bool = True) -> Table:
    """A STRICT table of the one schema."""
    return Table(name, metadata, *parts, sqlite_strict=True, sqlite_with_rowid=rowid)
