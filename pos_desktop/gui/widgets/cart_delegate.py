"""Paints the cells of the cart from the line's texts, one question to the model per cell."""

from PySide6.QtCore import QObject, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from pos_desktop.gui import theme
from pos_desktop.gui.models.cart import CartModel, Column, Index
from pos_desktop.gui.presenters.lines import LineView

PAD = 14
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class CartDelegate(QStyledItemDelegate):
    """``reserved`` is the room that the row buttons take in the item cell of the marked row;
    ``covers_mrp``: they stand on its MRP too."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.reserved = 0
        self.covers_mrp = False
        self._fonts = {weight: theme.font(16, weight) for weight in (400, 600)}
        self._metrics = {weight: QFontMetrics(font) for weight, font in self._fonts.items()}
        self._small = theme.font(12, 600)
        self._small_metrics = QFontMetrics(self._small)
        self.painted = 0

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """One cell."""
        self.painted += 1
        model = index.model()
        if not isinstance(model, CartModel):
            return
        t = theme.current()
        area: QRect = option.rect
        marked = bool(option.state & QStyle.StateFlag.State_Selected)
        if marked:
            painter.fillRect(area, QColor(t.selected))
            if index.column() == Column.NUMBER:
                painter.fillRect(
                    QRect(area.left(), area.top(), 4, area.height()), QColor(t.primary)
                )
        painter.fillRect(QRect(area.left(), area.bottom(), area.width(), 1), QColor(t.line))
        line = model.line(index.row())
        weight = 600 if marked else 400
        painter.setFont(self._fonts[weight])
        match index.column():
            case Column.NUMBER:
                painter.setPen(QColor(t.muted))
                painter.drawText(area.adjusted(PAD, 0, 0, 0), _LEFT, str(index.row() + 1))
            case Column.ITEM:
                self._item(painter, area, line, self.reserved if marked else 0)
            case Column.PRICE:
                self._price(painter, area, line)
            case Column.MRP if marked and self.covers_mrp:
                pass
            case column:
                texts = {Column.MRP: line.mrp, Column.QTY: line.qty, Column.AMOUNT: line.amount}
                painter.setPen(QColor(t.muted if column == Column.MRP else t.ink))
                painter.drawText(area.adjusted(0, 0, -PAD, 0), _RIGHT, texts[Column(column)])

    def name_width(self, line: LineView, room: int) -> int:
        """Where the name and its chip end when they have ``room``; the row buttons stand there."""
        wide = self._metrics[600].horizontalAdvance(line.name)
        chip = self._chip_width(line)
        return min(room, wide + (chip + 10 if chip and wide + chip + 10 <= room else 0))

    def _item(self, painter: QPainter, area: QRect, line: LineView, reserved: int) -> None:
        t = theme.current()
        room = area.width() - PAD - 8 - reserved
        metrics = QFontMetrics(painter.font())
        wide, chip = metrics.horizontalAdvance(line.name), self._chip_width(line)
        painter.setPen(QColor(t.ink))
        if wide > room:
            self._two_lines(
                painter, QRect(area.left() + PAD, area.top(), room, area.height()), line
            )
            return
        painter.drawText(area.adjusted(PAD, 0, 0, 0), _LEFT, line.name)
        if chip and wide + chip + 10 <= room:
            left = area.left() + PAD + wide + 10
            box = QRectF(left, area.center().y() - 9.5, chip, 20)
            self._chip(painter, box, line)

    def _two_lines(self, painter: QPainter, area: QRect, line: LineView) -> None:
        """A long name wraps in smaller letters; what two lines cannot hold ends in an ellipsis."""
        font = theme.font(14, painter.font().weight())
        metrics = QFontMetrics(font)
        name = line.name
        flags = int(_LEFT | Qt.TextFlag.TextWordWrap)
        while len(name) > 1 and metrics.boundingRect(area, flags, name).height() > area.height():
            name = name[:-2].rstrip(" …") + "…"
        painter.setFont(font)
        painter.drawText(area, flags, name)

    def _chip(self, painter: QPainter, box: QRectF, line: LineView) -> None:
        colour, soft = theme.tone_colours(theme.current(), line.chip_tone)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(soft))
        painter.drawRoundedRect(box, 5, 5)
        painter.setPen(QColor(colour))
        painter.setFont(self._small)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, line.chip)
        painter.restore()

    def _chip_width(self, line: LineView) -> int:
        return self._small_metrics.horizontalAdvance(line.chip) + 14 if line.chip else 0

    def _price(self, painter: QPainter, area: QRect, line: LineView) -> None:
        t = theme.current()
        box = area.adjusted(0, 0, -PAD, 0)
        if line.price_unit:
            figures: QFont = painter.font()
            painter.setFont(theme.font(13))
            painter.setPen(QColor(t.muted))
            painter.drawText(box, _RIGHT, line.price_unit)
            box.adjust(
                0, 0, -QFontMetrics(painter.font()).horizontalAdvance(line.price_unit) - 3, 0
            )
            painter.setFont(figures)
        painter.setPen(QColor(t.ink))
        painter.drawText(box, _RIGHT, line.price)
