"""How one line of the bill reads in the table. Made only for the rows that are painted."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from pos_desktop.domain.money import format_qty, format_rupees, half_up, is_loose
from pos_desktop.gui.texts import say

if TYPE_CHECKING:
    from pos_desktop.domain.sale import PricedLine


@dataclass(frozen=True, slots=True)
class LineView:
    """The texts of a row; ``chip`` is "" or the words of the small label beside the name.

    ``chip_tone`` is a name of ``services.views.Tone``. ``price_unit`` is muted ("/kg").
    """

    name: str
    chip: str
    chip_tone: str
    mrp: str
    price: str
    price_unit: str
    qty: str
    amount: str


@lru_cache(maxsize=1024)
def line_view(line: PricedLine) -> LineView:
    """The texts of ``line``; pure, so that a repaint costs nothing for an unchanged line."""
    loose = is_loose(line.unit)
    chip, tone = _chip(line, loose)
    return LineView(
        name=line.name,
        chip=chip,
        chip_tone=tone,
        mrp="" if line.mrp is None else format_rupees(line.mrp),
        price=format_rupees(line.price),
        price_unit=f"/{unit_word(line.unit)}" if loose else "",
        qty=format_qty(line.qty, line.unit),
        amount=format_rupees(line.total),
    )


def unit_word(unit: str) -> str:
    """The word of a measured unit as it stands behind figures ("kg"); "" for counted goods."""
    return format_qty(1000, unit).partition(" ")[2]


def _chip(line: PricedLine, loose: bool) -> tuple[str, str]:
    if line.mrp is not None:
        kept = half_up(line.mrp * line.qty, 1000) - line.total
        if kept > 0:
            return say("chip_saves", amount=format_rupees(kept)), "paid"
    if loose:
        return say("chip_weight"), "info"
    return "", ""
