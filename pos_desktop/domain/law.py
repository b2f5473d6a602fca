"""Figures of the law, each with the day from which it held (reference domain 1.4 to 1.6, 1.13)."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from pos_desktop.domain.errors import DomainError

_T = TypeVar("_T")

#: The day on which GST began.
GST_BEGAN = 20170701


@dataclass(frozen=True, slots=True)
class Dated(Generic[_T]):
    """One figure of the law: ``steps`` are (first day ``yyyymmdd``, value), oldest first."""

    steps: tuple[tuple[int, _T], ...]

    def on(self, day: int) -> _T:
        """What held on this day (``yyyymmdd``). Raises DomainError ``before_gst``."""
        known = [value for first, value in self.steps if first <= day]
        if not known:
            raise DomainError("before_gst", day=day)
        return known[-1]


#: An inter-State bill to an unregistered buyer above this many paise stands in table 5 of GSTR-1
#: by itself (Notification 12/2024).
B2CL_ABOVE = Dated(((GST_BEGAN, 25_000_000), (20240801, 10_000_000)))

#: Table 12 of GSTR-1 is split by registered and unregistered buyers.
HSN_SPLIT = Dated(((GST_BEGAN, False), (20250501, True)))

#: From this taxable value (paise) on, a bill names even an unregistered buyer (Rule 46 (e)).
BUYER_NAMED_FROM = Dated(((GST_BEGAN, 5_000_000),))

#: Rates of goods in 1/10000 percent (domain 1.6). 12 % lives on for certain bricks and tiles only.
GOODS_RATES: Dated[frozenset[int]] = Dated(
    (
        (GST_BEGAN, frozenset({0, 2_500, 30_000, 50_000, 120_000, 180_000, 280_000})),
        (20220718, frozenset({0, 2_500, 15_000, 30_000, 50_000, 120_000, 180_000, 280_000})),
        (
            20250922,
            frozenset({0, 2_500, 15_000, 30_000, 50_000, 120_000, 180_000, 280_000, 400_000}),
        ),
        (20260201, frozenset({0, 2_500, 15_000, 30_000, 50_000, 120_000, 180_000, 400_000})),
    )
)
