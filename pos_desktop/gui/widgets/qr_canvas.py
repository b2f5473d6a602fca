"""A QR for a phone's camera: black on white in every theme, quiet zone 4, whole pixels."""

from collections.abc import Sequence

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from pos_desktop.gui.widgets import icons

QUIET = 4
SMALLEST = 4
"""Pixels of a module: smaller ones are missed by cheap cameras."""


class QrCanvas(QWidget):
    """Shows modules (True is dark), or the gateway's own picture, or white paper."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._modules: Sequence[Sequence[bool]] = ()
        self._picture = QImage()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_modules(self, modules: Sequence[Sequence[bool]], name: str) -> None:
        """Draw these modules; ``name`` is for screen readers."""
        self._modules, self._picture = modules, QImage()
        self._change(name)

    def show_picture(self, png: bytes, name: str) -> bool:
        """Draw the gateway's picture; False where it is none."""
        self._modules = ()
        self._picture = QImage.fromData(png)
        self._change(name)
        return not self._picture.isNull()

    def clear(self) -> None:
        """White paper."""
        self._modules, self._picture = (), QImage()
        self._change("")

    @property
    def module(self) -> int:
        """Pixels of one module as it is painted now; 0 where there is none."""
        if not self._modules:
            return 0
        return min(self.width(), self.height()) // (len(self._modules) + 2 * QUIET)

    def sizeHint(self) -> QSize:
        """Large enough for the codes of payments."""
        side = (max(len(self._modules), 41) + 2 * QUIET) * 8
        return QSize(side, side)

    def minimumSizeHint(self) -> QSize:
        """Never below four pixels a module."""
        side = (max(len(self._modules), 41) + 2 * QUIET) * SMALLEST
        return QSize(side, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        """No smoothing: every module is a square of whole pixels."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), Qt.GlobalColor.white)
        if not self._picture.isNull():
            self._paint_picture(painter)
        else:
            self._paint_modules(painter)
        painter.end()

    def _paint_picture(self, painter: QPainter) -> None:
        size = self._picture.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        area = QRect(0, 0, size.width(), size.height())
        area.moveCenter(self.rect().center())
        painter.drawImage(area, self._picture)

    def _paint_modules(self, painter: QPainter) -> None:
        side = self.module
        count = len(self._modules)
        left = (self.width() - side * count) // 2
        top = (self.height() - side * count) // 2
        if not self._modules:
            # White paper alone looks broken; dots say that something is coming.
            box = QRectF(self.width() / 2 - 24, self.height() / 2 - 24, 48, 48)
            icons.draw(painter, "dots", box, QColor(Qt.GlobalColor.gray), 5)
        for y, row in enumerate(self._modules):
            for x, dark in enumerate(row):
                if dark:
                    painter.fillRect(
                        left + x * side, top + y * side, side, side, Qt.GlobalColor.black
                    )

    def _change(self, name: str) -> None:
        self.setAccessibleName(name)
        self.updateGeometry()
        self.update()
