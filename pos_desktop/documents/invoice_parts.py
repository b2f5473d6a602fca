"""What stands around the table of goods: head, later pages' strip, tail, foot.

Each block is measured first (``height``) and drawn later from the top down (``draw``), because the
pages are counted before the first one is drawn.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.lib.pagesizes import A4

from pos_desktop.documents.pen import Ink, Pen, Tint
from pos_desktop.documents.typeface import Typefaces, cleaned
from pos_desktop.wire import v1
from pos_desktop.wire.logo import carried, png_size

LEFT = 36.0
RIGHT = A4[0] - 36.0
WIDTH = RIGHT - LEFT
STRIP = 30.0
"""Height of the strip that repeats shop, document and number on later pages."""

_BODY = Ink(8.5)
_STRONG = Ink(8.5, bold=True)
_MUTED = Ink(8.5, tint=Tint.MUTED)
_SMALL = Ink(7.5, tint=Tint.MUTED)
_LABEL = Ink(8, bold=True, tint=Tint.MUTED)
_SHOP = Ink(15, bold=True)
_TITLE = Ink(12, bold=True, tint=Tint.PRIMARY)
_INITIALS = Ink(14, bold=True, tint=Tint.WHITE)
_TOTAL = Ink(15, bold=True)
_PAID = Ink(10, bold=True, tint=Tint.PAID)
_NOTE = Ink(8, bold=True, tint=Tint.WARNING)

_LINE = 11.5
_BADGE = 36.0
_META_LEFT = 352.0
_ELECTRONIC = (
    "Issued electronically under the Information Technology Act, 2000: no signature needed."
)


@dataclass(frozen=True, slots=True)
class Logo:
    """The shop's picture; ``width`` in points at the height of the badge."""

    png: bytes
    width: float


@dataclass(frozen=True, slots=True)
class Head:
    """The head of the first page."""

    note: tuple[str, ...]
    shop_left: float
    initials: str
    logo: Logo | None
    shop: tuple[str, ...]
    address: tuple[str, ...]
    buyer: tuple[str, ...]
    title: str
    meta: tuple[tuple[str, str], ...]
    height: float

    def draw(self, pen: Pen, y: float) -> float:
        """Draw below ``y``; the height where the table may begin."""
        end = y - self.height
        for line in self.note:
            pen.text_centre(LEFT + WIDTH / 2, y - 8, line, _NOTE)
            y -= _LINE
        if self.note:
            y -= 6
        self._draw_meta(pen, y)
        if self.logo is not None:
            pen.picture((LEFT, y - _BADGE), (self.logo.width, _BADGE), self.logo.png)
        elif self.initials:
            pen.box((LEFT, y - _BADGE), (_BADGE, _BADGE), Tint.PRIMARY, radius=7)
            pen.text_centre(LEFT + _BADGE / 2, y - _BADGE / 2 - 5, self.initials, _INITIALS)
        for line in self.shop:
            pen.text(self.shop_left, y - 14, line, _SHOP)
            y -= 19
        for line in self.address:
            pen.text(self.shop_left, y - 9, line, _MUTED)
            y -= _LINE
        self._draw_buyer(pen, y - 8)
        return end

    def _draw_meta(self, pen: Pen, y: float) -> None:
        pen.text_right(RIGHT, y - 11, self.title, _TITLE)
        y -= 19
        for label, value in self.meta:
            pen.text(_META_LEFT, y - 9, label, _MUTED)
            pen.text_right(RIGHT, y - 9, value, _STRONG if label == "Number" else _BODY)
            y -= _LINE + 1

    def _draw_buyer(self, pen: Pen, y: float) -> None:
        if not self.buyer:
            return
        pen.text(LEFT, y - 9, "Billed to", _LABEL)
        for line in self.buyer:
            y -= _LINE
            pen.text(LEFT, y - 9, line, _BODY)


def head_of(content: v1.PageContent, faces: Typefaces) -> Head:
    """The measured head of ``content``."""
    initials = cleaned(content.shop_initials)[:3]
    logo = _logo_of(content)
    beside = logo.width if logo else _BADGE if initials else 0.0
    shop_left = LEFT + beside + 10 if beside else LEFT
    room = _META_LEFT - 18 - shop_left
    shop = faces.wrap(cleaned(content.shop_name), room * 1000 / 15, bold=True, most=3)
    reach = [
        f"{label} {value}"
        for label, value in (("Phone", content.shop_phone), ("GSTIN", content.gstin))
        if value
    ]
    address = _wrapped(content.shop_address, faces, room, 6) + _wrapped(reach, faces, room, 4)
    buyer = _wrapped(content.buyer, faces, _META_LEFT - 18 - LEFT, 8)
    note = _wrapped([content.declaration], faces, WIDTH, 3)
    meta = _meta(content, faces)
    left = max(19 * len(shop) + _LINE * len(address), _BADGE)
    if buyer:
        left += 8 + _LINE * (len(buyer) + 1)
    right = 19 + (_LINE + 1) * len(meta)
    height = max(left, right) + (_LINE * len(note) + 6 if note else 0) + 14
    return Head(
        note, shop_left, initials, logo, tuple(shop), address, buyer, _title(content), meta, height
    )


def _logo_of(content: v1.PageContent) -> Logo | None:
    png = carried(content.logo)
    size = None if png is None else png_size(png)
    if png is None or size is None:
        return None
    return Logo(png, min(_BADGE * size[0] / size[1], 3 * _BADGE))


def _title(content: v1.PageContent) -> str:
    return cleaned(content.title)


def _meta(content: v1.PageContent, faces: Typefaces) -> tuple[tuple[str, str], ...]:
    pairs = (
        ("Number", content.number),
        ("Date", f"{content.date}, {content.time}" if content.time else content.date),
        ("Order", content.order_ref),
        ("Token", content.token_no),
        ("Counter", content.counter),
        ("Cashier", content.cashier),
        ("Place of supply", content.place_of_supply),
        ("Reverse charge", content.reverse_charge),
    )
    return tuple(
        (label, faces.cut(cleaned(value), _room_beside(label, faces)))
        for label, value in pairs
        if value.strip()
    )


def _room_beside(label: str, faces: Typefaces) -> float:
    """What ``label`` leaves of its row, in thousandths of the letters' size."""
    return (RIGHT - _META_LEFT) * 1000 / _BODY.size - faces.width(label, bold=False) - 500


@dataclass(frozen=True, slots=True)
class Tail:
    """What follows the last row: tax table, sums, words, payment, return policy."""

    taxes: tuple[tuple[str, ...], ...]
    sums: tuple[tuple[str, str], ...]
    total: str
    asides: tuple[str, ...]
    words: tuple[str, ...]
    paid: v1.PaidStamp | None
    policy: tuple[str, ...]
    height: float

    def draw(self, pen: Pen, y: float) -> None:
        """Draw below ``y``."""
        y -= 6
        end = min(self._draw_taxes(pen, y), self._draw_sums(pen, y)) - 8
        if self.words:
            pen.text(LEFT, end - 9, "Amount in words", _LABEL)
            for line in self.words:
                end -= _LINE
                pen.text(LEFT, end - 9, line, _BODY)
            end -= _LINE + 8
        if self.paid is not None:
            end = _draw_paid(pen, self.paid, end) - 10
        for line in self.policy:
            pen.text(LEFT, end - 9, line, _MUTED)
            end -= _LINE

    def _draw_taxes(self, pen: Pen, y: float) -> float:
        for at, row in enumerate(self.taxes):
            ink = _LABEL if at == 0 else _BODY
            pen.text(LEFT, y - 10, row[0], ink)
            for column, value in enumerate(row[1:]):
                pen.text_right(LEFT + 110 + 54 * column, y - 10, value, ink)
            y -= _LINE + 3
            pen.rule(LEFT, LEFT + 110 + 54 * (len(row) - 2), y)
        return y

    def _draw_sums(self, pen: Pen, y: float) -> float:
        left = _SUMS_LEFT
        for label, amount in self.sums:
            pen.text(left, y - 10, label, _MUTED)
            pen.text_right(RIGHT, y - 10, amount, _BODY)
            y -= _LINE + 2
        if self.sums:
            pen.rule(left, RIGHT, y - 2)
            y -= 4
        pen.text(left, y - 17, "Total", Ink(11, bold=True))
        pen.text_right(RIGHT, y - 18, self.total, _TOTAL)
        y -= 25
        for line in self.asides:
            pen.text_right(RIGHT, y - 8, line, _MUTED)
            y -= _LINE
        return y


_SUMS_LEFT = 392.0


def tail_of(content: v1.PageContent, faces: Typefaces) -> Tail:
    """The measured tail of ``content``."""
    taxes = _tax_rows(content)
    asides = _asides(content)
    sums = tuple((cleaned(label), cleaned(amount)) for label, amount in content.sums)
    words = _wrapped([content.words], faces, WIDTH, 3)
    policy = _wrapped([content.return_policy], faces, WIDTH, 6)
    left = (_LINE + 3) * len(taxes)
    right = (_LINE + 2) * len(sums) + (4 if sums else 0) + 25 + _LINE * len(asides)
    height = 6 + max(left, right) + 8
    if words:
        height += _LINE * (len(words) + 1) + 8
    if content.paid is not None:
        height += _paid_height(content.paid) + 10
    height += _LINE * len(policy)
    return Tail(taxes, sums, cleaned(content.total), asides, words, content.paid, policy, height)


def _tax_rows(content: v1.PageContent) -> tuple[tuple[str, ...], ...]:
    """Head and rows of the GST table; a head without any amount is left out (a dash is none)."""
    if not content.tax_rows:
        return ()
    columns = [
        ("GST", "label"),
        ("Taxable", "taxable"),
        ("CGST", "central"),
        (content.state_tax_label, "state"),
        ("IGST", "integrated"),
        ("Cess", "cess"),
    ]
    shown = [
        (title, [cleaned(getattr(row, field)) for row in content.tax_rows])
        for title, field in columns
    ]
    kept = [column for column in shown if any(map(_says_something, column[1]))]
    return (
        tuple(title for title, _ in kept),
        *(tuple(cells[at] or "\u2014" for _, cells in kept) for at in range(len(content.tax_rows))),
    )


def _says_something(cell: str) -> bool:
    return any(letter.isalnum() for letter in cell)


def _asides(content: v1.PageContent) -> tuple[str, ...]:
    """The small lines under the total. Bare figures get their words, whole sentences stay."""
    pairs = (
        ("Items", content.pieces),
        ("Includes GST", content.tax_included),
        ("You saved", content.saved),
    )
    return tuple(
        text if any(map(str.isalpha, text)) else f"{label} {text}"
        for label, text in ((label, cleaned(text)) for label, text in pairs)
        if text
    )


def _paid_height(paid: v1.PaidStamp) -> float:
    return 27 + (_LINE * len(paid.tenders) + 4 if len(paid.tenders) > 1 else 0)


def _draw_paid(pen: Pen, paid: v1.PaidStamp, y: float) -> float:
    """The paid stamp with its reference (Circular 146/2021: cross-reference of the payment)."""
    height = _paid_height(paid)
    bottom = y - height
    pen.box((LEFT, bottom), (WIDTH, height), Tint.PAID_SOFT, radius=6)
    pen.tick(LEFT + 12, y - 17.5, Tint.PAID)
    pen.text(LEFT + 25, y - 17, pen.faces.cut(cleaned(paid.label), 18_000, bold=True), _PAID)
    about = " \u00b7 ".join(filter(None, (cleaned(paid.when), _reference(cleaned(paid.reference)))))
    pen.text_right(RIGHT - 12, y - 17, pen.faces.cut(about, 36_000), _BODY)
    if len(paid.tenders) > 1:
        y -= 22
        for tender, amount in paid.tenders:
            pen.text(LEFT + 25, y - 9, cleaned(tender), _BODY)
            pen.text_right(RIGHT - 12, y - 9, cleaned(amount), _BODY)
            y -= _LINE
    return bottom


def _reference(reference: str) -> str:
    return reference if not reference or " " in reference else f"Ref. {reference}"


def draw_strip(pen: Pen, content: v1.PageContent, y: float) -> float:
    """The head of later pages below ``y``; the height where the table may begin."""
    pen.text(LEFT, y - 11, pen.faces.cut(cleaned(content.shop_name), 30_000, bold=True), _STRONG)
    what = " \u00b7 ".join(
        filter(None, (_title(content), cleaned(content.number or content.order_ref), content.date))
    )
    pen.text_right(RIGHT, y - 11, what, _MUTED)
    pen.rule(LEFT, RIGHT, y - 18)
    return y - STRIP


def draw_foot(pen: Pen, content: v1.PageContent, page: str) -> None:
    """The foot of every page."""
    pen.rule(LEFT, RIGHT, 36)
    if content.practice:
        said = "PRACTICE: not a tax document, no goods were sold."
    elif content.kind == "invoice":
        said = _ELECTRONIC
    else:
        said = "Not paid yet: the invoice follows after payment."
    pen.text(LEFT, 24, said, _SMALL)
    pen.text_right(RIGHT, 24, page, _SMALL)


def _wrapped(texts: Sequence[str], faces: Typefaces, room: float, most: int) -> tuple[str, ...]:
    """Every text cleaned and wrapped to ``room`` points, at most ``most`` lines in all."""
    found: list[str] = []
    for text in map(cleaned, texts):
        if text:
            found += faces.wrap(text, room * 1000 / 8.5, most=most)
    return tuple(found[:most])
