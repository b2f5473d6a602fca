"""The canary of PySide6 6.12.0: a call that returns nothing must not lose a reference to None.

On Python 3.11, where None can still be freed, a few thousand such calls end in an abort
(``none_dealloc``). From 3.12 on None lives for ever and its count says nothing.
"""

import sys
from collections.abc import Callable

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtGui import QImage, QStandardItem
from PySide6.QtWidgets import QLabel, QLineEdit
from pytestqt.qtbot import QtBot

CALLS = 500
LOST_PER_CALL = 0.05  # other threads may touch None as well

pytestmark = pytest.mark.skipif(
    sys.version_info >= (3, 12), reason="None is immortal from Python 3.12 on"
)


def lost(call: Callable[[], object]) -> float:
    """References to None that one call costs."""
    call()
    before = sys.getrefcount(None)
    for _ in range(CALLS):
        call()
    return abs(sys.getrefcount(None) - before) / CALLS


def test_calls_of_qt_keep_their_references_to_none(qtbot: QtBot) -> None:
    label, edit, timer, item = QLabel(), QLineEdit(), QTimer(), QStandardItem("x")
    for widget in (label, edit):
        qtbot.addWidget(widget)
    image = QImage(10, 10, QImage.Format.Format_RGB32)
    calls: dict[str, Callable[[], object]] = {
        "QLabel.setText": lambda: label.setText("1,249.50"),
        "QLabel.update": label.update,
        "QLabel.resize": lambda: label.resize(10, 10),
        "QLineEdit.clear": edit.clear,
        "QImage.setPixel": lambda: image.setPixel(1, 1, 0),
        "QTimer.stop": timer.stop,
        "QStandardItem.setText": lambda: item.setText("y"),
    }
    assert {name: lost(call) for name, call in calls.items() if lost(call) > LOST_PER_CALL} == {}


def test_the_canary_can_fail() -> None:
    kept: list[None] = []
    assert lost(lambda: kept.append(None)) > LOST_PER_CALL
