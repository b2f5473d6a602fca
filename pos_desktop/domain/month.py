"""One calendar month in the shop's time, as returns count it."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Self

from pos_desktop.domain.errors import InputError
from pos_desktop.domain.law import GST_BEGAN
from pos_desktop.domain.numbering import ist_day, ist_midnight

_WRITTEN = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")
_EPOCH = date(1970, 1, 1)
_DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """``number`` counts from 1."""

    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """``2026-11``. Raises InputError ``month_invalid`` or ``month_before_gst``."""
        written = _WRITTEN.fullmatch(text)
        if written is None:
            raise InputError("month_invalid", text=text)
        month = cls(int(written[1]), int(written[2]))
        if month.first_day < GST_BEGAN:
            raise InputError("month_before_gst", text=text)
        return month

    @classmethod
    def of(cls, at_ms: int) -> Self:
        """The month of a moment."""
        day = ist_day(at_ms)
        return cls(day // 10_000, day // 100 % 100)

    @property
    def first_day(self) -> int:
        """As ``yyyymmdd``."""
        return self.year * 10_000 + self.number * 100 + 1

    @property
    def begins(self) -> int:
        """The moment at which it begins in India."""
        # Midnight UTC is half past five in India, of the same day.
        return ist_midnight((date(self.year, self.number, 1) - _EPOCH).days * _DAY_MS)

    @property
    def ends(self) -> int:
        """The moment at which the next one begins."""
        return self.next.begins

    @property
    def next(self) -> Self:
        """The month after this one."""
        months = self.year * 12 + self.number
        return type(self)(months // 12, months % 12 + 1)

    @property
    def period(self) -> str:
        """As the portal writes it: ``112026``."""
        return f"{self.number:02d}{self.year}"

    def __str__(self) -> str:
        return f"{self.year}-{self.number:02d}"
