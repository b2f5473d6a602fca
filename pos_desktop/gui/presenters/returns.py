"""What of a sold bill comes back: chosen line by line, worth what services will give. No Qt."""

from dataclasses import dataclass, field

from pos_desktop.domain.errors import InputError
from pos_desktop.domain.money import format_qty, format_rupees, is_loose, parse_qty
from pos_desktop.domain.returns import part_value
from pos_desktop.gui.texts import say
from pos_desktop.services.views import RefundableLine, RefundOffer

_ONE = 1000


@dataclass(frozen=True, slots=True)
class ReturnRow:
    """A sold line: how much was sold, how much may still come back, how much does now."""

    name: str
    sold: str
    left: str
    chosen: str
    amount: str
    marked: bool
    empty: bool


@dataclass(slots=True)
class Basket:
    """The lines of one offer with what comes back of each (thousandths by line number).

    ``typed`` is what stands in the field as it was typed; ``problem`` what is wrong with it.
    """

    offer: RefundOffer
    chosen: dict[int, int] = field(default_factory=dict)
    selected: int = 0
    typed: str = ""
    problem: str = ""

    @property
    def line(self) -> RefundableLine | None:
        """The marked line."""
        return self.offer.lines[self.selected] if self.offer.lines else None

    @property
    def amount(self) -> int:
        """What goes back, in paise: the return that empties the bill brings its rounding along."""
        value = sum(_value(line, self._of(line)) for line in self.offer.lines)
        left = sum(line.left - self._of(line) for line in self.offer.lines)
        return min(value, self.offer.rest) if left else self.offer.rest

    @property
    def quantity(self) -> str:
        """What stands in the field."""
        line = self.line
        chosen = self._of(line) if line is not None else 0
        return self.typed or (format_qty(chosen, "PCS") if chosen else "")

    @property
    def lines(self) -> tuple[tuple[int, int], ...]:
        """(line number, thousandths) of what comes back."""
        return tuple((number, qty) for number, qty in sorted(self.chosen.items()) if qty)

    def type(self, text: str) -> None:
        """How much of the marked line comes back; an empty field means nothing of it."""
        self.problem, self.typed = "", text
        qty = 0
        if text.strip():
            try:
                qty = parse_qty(text)
            except InputError as error:
                self.problem = say(error.code, **error.params)
        self._choose(qty)

    def step(self, steps: int) -> None:
        """One more or one less; a measured article comes back whole or not at all."""
        line = self.line
        if line is not None:
            self._settle()
            one = line.left if is_loose(line.unit) else _ONE
            self._choose(max(0, min(self._of(line) + steps * one, line.left)))

    def everything(self) -> None:
        """All that is left comes back."""
        self._settle()
        self.chosen = {line.line_no: line.left for line in self.offer.lines if line.left}

    def select(self, row: int) -> None:
        """Mark a line."""
        self._settle()
        self.selected = max(0, min(row, len(self.offer.lines) - 1))

    def refusal(self) -> str:
        """Why nothing can go back now; "" where it can, or nothing is chosen."""
        if self.problem:
            return self.problem
        if not self.offer.payable:
            return say("return_no_payment")
        return say("return_above") if self.amount > self.offer.payable and self.lines else ""

    def rows(self) -> tuple[ReturnRow, ...]:
        """The lines as they are listed."""
        return tuple(self._row(at, line) for at, line in enumerate(self.offer.lines))

    def _choose(self, qty: int) -> None:
        line = self.line
        if line is None:
            return
        if qty > line.left:
            self.problem = say("return_too_much", left=format_qty(line.left, line.unit))
            qty = 0
        self.chosen[line.line_no] = qty

    def _settle(self) -> None:
        self.typed = self.problem = ""

    def _of(self, line: RefundableLine) -> int:
        return self.chosen.get(line.line_no, 0)

    def _row(self, at: int, line: RefundableLine) -> ReturnRow:
        chosen = self._of(line)
        left = format_qty(line.left, line.unit) if line.left else say("return_none_left")
        return ReturnRow(
            name=line.name,
            sold=format_qty(line.sold, line.unit),
            left=left,
            chosen=format_qty(chosen, line.unit) if chosen else "",
            amount=format_rupees(_value(line, chosen), sign=True) if chosen else "",
            marked=at == self.selected,
            empty=line.left == 0,
        )


def _value(line: RefundableLine, qty: int) -> int:
    return part_value(line.total, line.sold, line.sold - line.left, qty) if qty else 0
