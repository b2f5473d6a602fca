"""The table of goods on an invoice: which columns, how wide, and which rows stand on which page.

Everything here is measured before anything is drawn, because every page says "page n of m".
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pos_desktop.documents.typeface import Typefaces, cleaned
from pos_desktop.wire import v1

SIZE = 8.5
LEADING = 10.5
ROW_PAD = 5.5
HEAD_HEIGHT = 19.0
GAP = 11.0
"""Points between two columns."""

_NAME_LEAST = 120.0

# Title, field of BillLine, and in which order columns go if the page is too narrow (0 = never).
_COLUMNS = (
    ("HSN", "hsn", 0),
    ("Qty", "qty", 0),
    ("MRP", "mrp", 1),
    ("Price", "price", 0),
    ("Taxable", "taxable", 3),
    ("GST", "rate", 0),
    ("Tax", "tax", 2),
    ("Amount", "amount", 0),
)
_FAINT = ("HSN", "MRP", "GST")


@dataclass(frozen=True, slots=True)
class Column:
    """One column of figures: its title, the x where its texts end, and a text for each row."""

    title: str
    right: float
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One article: the lines of its name and the height that it takes."""

    number: str
    name: tuple[str, ...]
    height: float


@dataclass(frozen=True, slots=True)
class Table:
    """A measured table. ``cells`` of every column run parallel to ``rows``; ``faint`` columns are
    printed paler than ``strong`` ones."""

    name_left: float
    faint: tuple[Column, ...]
    strong: tuple[Column, ...]
    rows: tuple[Row, ...]


def measured(lines: Sequence[v1.BillLine], faces: Typefaces, left: float, right: float) -> Table:
    """The table of ``lines`` between two margins; columns that say nothing are left out."""
    name_left = left + faces.width(str(len(lines))) * SIZE / 1000 + GAP
    wanted = [
        (title, [_cell(getattr(line, field), faces) for line in lines], drop)
        for title, field, drop in _COLUMNS
    ]
    filled = [column for column in wanted if any(column[1])]
    kept, widths = _fitting(filled, faces, right - name_left - _NAME_LEAST)
    columns: list[Column] = []
    edge = right
    for (title, cells, _), width in zip(reversed(kept), reversed(widths), strict=True):
        columns.append(Column(title, edge, tuple(cells)))
        edge -= width + GAP
    room = (edge - name_left) * 1000 / SIZE
    rows = tuple(_row(number, line.name, faces, room) for number, line in enumerate(lines, 1))
    faint = tuple(column for column in columns if column.title in _FAINT)
    strong = tuple(column for column in columns if column.title not in _FAINT)
    return Table(name_left, faint, strong, rows)


def paged(rows: Sequence[Row], first: float, later: float, tail: float) -> list[range]:
    """Which rows stand on which page, given the height free for rows on the first and on later
    pages and the height of what follows the table. The last range may be empty: then only the
    tail stands there."""
    pages: list[range] = []
    start, free = 0, first
    for index, row in enumerate(rows):
        if row.height > free and index > start:
            pages.append(range(start, index))
            start, free = index, later
        free -= row.height
    pages.append(range(start, len(rows)))
    if free < tail:
        pages.append(range(len(rows), len(rows)))
    return pages


def _fitting(
    columns: list[tuple[str, list[str], int]], faces: Typefaces, room: float
) -> tuple[list[tuple[str, list[str], int]], list[float]]:
    """The columns that leave the name enough room, with their widths in points."""
    kept = columns
    widths = [_widest(title, cells, faces) for title, cells, _ in kept]
    for turn in (1, 2, 3):
        if sum(widths) + GAP * len(widths) <= room:
            break
        stay = [index for index, column in enumerate(kept) if column[2] != turn]
        kept = [kept[index] for index in stay]
        widths = [widths[index] for index in stay]
    return kept, widths


def _widest(title: str, cells: Sequence[str], faces: Typefaces) -> float:
    # Figures of one length are equally wide (tabular digits): measure each shape of text once.
    shapes = {cell.translate(_SAME_WIDTH) for cell in cells}
    widest = max(faces.width(shape) for shape in shapes)
    return max(widest, faces.width(title, bold=True)) * SIZE / 1000


def _cell(text: str, faces: Typefaces) -> str:
    """Figures as they are; something that is no figure may not push the table off the page."""
    cell = cleaned(text)
    return cell if len(cell) <= _SURELY_FITS else faces.cut(cell, _CELL_MOST)


_SURELY_FITS = 12
_CELL_MOST = 10_000
_SAME_WIDTH = str.maketrans("123456789", "000000000")


def _row(number: int, name: str, faces: Typefaces, room: float) -> Row:
    lines = tuple(faces.wrap(cleaned(name), room))
    return Row(str(number), lines, LEADING * len(lines) + ROW_PAD)
