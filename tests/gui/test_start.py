"""What the start may cost, and that this PySide6 fits this Python."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

ROOT = Path(__file__).resolve().parents[2]
HEAVY = (
    "sqlalchemy",
    "requests",
    "httpx",
    "reportlab",
    "keyring",
    "PIL",
    "qrcode",
    "litestar",
    "alembic",
    "PySide6.QtPrintSupport",
    "PySide6.QtNetwork",
    "PySide6.QtQml",
)
CODE = """
import json, os, sys
os.environ["QT_QPA_PLATFORM"] = "offscreen"
from pos_desktop.gui.app import Deps, build_counter
from pos_desktop.gui.events import Events
from tests.support.window_fakes import Played
counter = build_counter(Deps(Played().services, Events(), lambda text: ((True,),)))
counter.start()
counter.window.repaint()
focused = counter.window.focusWidget().objectName()
print(json.dumps([focused, sorted(sys.modules)]))
sys.stdout.flush()
os._exit(0)
"""


def test_the_first_paint_loads_nothing_heavy() -> None:
    done = subprocess.run(
        [sys.executable, "-c", CODE],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    focused, modules = json.loads(done.stdout)
    assert focused == "scanField"
    loaded = [m for m in modules if any(m == h or m.startswith(f"{h}.") for h in HEAVY)]
    assert loaded == []


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="None is immortal from Python 3.12 on")
def test_void_calls_of_qt_keep_the_references_to_none(qtbot: QtBot) -> None:
    """PySide6 6.12.0 loses one at each void call; Python 3.11 then aborts in mid-sale."""
    label = QLabel()
    qtbot.addWidget(label)
    label.setText("warm")
    before = sys.getrefcount(None)
    for number in range(30_000):
        label.setText(str(number & 1))
        if number % 1000 == 0:
            QCoreApplication.processEvents()
    assert abs(sys.getrefcount(None) - before) < 1000


def test_building_forms_again_does_nothing(tmp_path: Path) -> None:
    script = ROOT / "packaging/build_forms.py"
    form = ROOT / "pos_desktop/gui/forms/ui_sale_page.py"
    before = form.stat().st_mtime_ns
    subprocess.run([sys.executable, str(script)], check=True)
    assert form.stat().st_mtime_ns == before
    assert subprocess.run([sys.executable, str(script), "--check"], check=False).returncode == 0
