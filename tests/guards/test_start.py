"""The start stays quick: what is not needed for the first picture is not loaded for it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench.shops import write_endpoints

WEB = {"litestar", "uvicorn", "httpx", "pos_relay", "jinja2"}
PAPER = {"reportlab", "uharfbuzz", "alembic"}
WINDOW = {"PySide6", "sqlalchemy", "requests", "keyring", "qrcode", "PIL"}


def loaded_by(statement: str) -> set[str]:
    """Top-level names of everything that a fresh interpreter loads for ``statement``."""
    program = f"{statement}\nimport sys\nprint(*{{name.split('.')[0] for name in sys.modules}})"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


@pytest.mark.parametrize(
    ("statement", "absent"),
    [
        ("import pos_desktop.cli", WEB | PAPER | WINDOW),
        ("import pos_desktop.domain.pricing_json", WEB | PAPER | WINDOW),
        # The counter's process never loads a web framework; PDF is drawn on first use.
        ("import pos_desktop.bootstrap", WEB | PAPER),
        ("import pos_relay.cli", WINDOW - {"sqlalchemy"} | PAPER),
    ],
)
def test_the_start_loads_only_what_it_needs(statement: str, absent: set[str]) -> None:
    assert loaded_by(statement) & absent == set()


def test_the_guard_of_the_start_can_fail() -> None:
    assert "sqlalchemy" in loaded_by("import sqlalchemy.engine")


# What the first paint must do without: some of it costs as much again as the whole window.
LATER = {
    "sqlalchemy", "pysqlite3", "requests", "reportlab", "keyring", "PIL", "qrcode", "segno",
    "cryptography", "uharfbuzz", "alembic", "litestar", "httpx", "concurrent.futures.thread",
    "argon2",
    "PySide6.QtPrintSupport", "PySide6.QtNetwork", "PySide6.QtSvg",
    "pos_desktop.bootstrap.counter", "pos_desktop.gui.wiring", "pos_desktop.services.checkout",
}  # fmt: skip
FIRST_PAINT = """
import json, os, sys
from pathlib import Path
from pos_desktop.bootstrap.window import open_till, practice_setup
from pos_desktop.gui.app import application

home = Path(sys.argv[1])
till = open_till(practice_setup(home / "counter", home / "practice.json"))
window = till.window.window

def painted():
    database = home / "counter" / "counter.db"
    field = window.sale_page.form.scanField
    print(json.dumps([field.hasFocus(), database.exists(), sorted(sys.modules)]), flush=True)
    # Nothing is open yet that would have to be closed.
    os._exit(0)

window.painted.connect(painted)
till.window.start()
application().exec()
"""


def test_the_first_paint_of_the_real_window_comes_before_all_else(tmp_path: Path) -> None:
    write_endpoints(tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", FIRST_PAINT, str(tmp_path)],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    focused, opened, modules = json.loads(done.stdout)
    assert focused
    assert not opened, "the database was opened before the first paint"
    assert "pos_desktop.gui.views.sale_page" in modules
    loaded = {name for name in modules for late in LATER if f"{name}.".startswith(f"{late}.")}
    assert loaded == set()


# The keys of a whole scan wait in the program's queue when the window opens, each with its moment.
EARLY_SCAN = """
import os, sys
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QKeyEvent
from pos_desktop.gui.app import Deps, build_counter
from pos_desktop.gui.events import Events
from tests.support.window_fakes import MILK, Played

counter = build_counter(Deps(Played().services, Events(), lambda text: ((True,),)))
counter.start()
assert "pos_desktop.gui.wiring" not in sys.modules
none = Qt.KeyboardModifier.NoModifier
for at, character in enumerate(MILK.barcode + "\\r"):
    key = Qt.Key.Key_Return if character == "\\r" else Qt.Key(ord(character))
    for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
        event = QKeyEvent(kind, key, none, character)
        event.setTimestamp(1000 + 2 * at)
        QCoreApplication.postEvent(counter.window.windowHandle(), event)
for _ in range(5):
    QCoreApplication.processEvents()
page = counter.window.sale_page
lines = counter.presenters.sale.bill.lines
print(*(line.barcode for line in lines), page.scan_text, flush=True)
os._exit(0)
"""


def test_a_scan_before_the_first_paint_is_not_lost() -> None:
    done = subprocess.run(
        [sys.executable, "-c", EARLY_SCAN],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        cwd=Path(__file__).resolve().parents[2],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.split() == ["8901262010016"]
