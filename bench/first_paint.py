"""One start of the counter as it is in a shop: ``python -m bench.first_paint SHOP``.

Says "painted" in the first turn after the first paint, with the scan field focused, and
"sold CODE" when the article that was scanned at that very moment stands on the bill: by then all
that opens late is open. With ``--eager`` every library of the program is imported first, as a
program would that lists them at its top. ``bench.shops`` makes the folder SHOP.
"""

import gc
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

os.environ["QT_QPA_PLATFORM"] = "offscreen"

if TYPE_CHECKING:
    from pos_desktop.bootstrap.window import Till

_EVERYTHING = (
    "sqlalchemy.orm", "requests", "keyring", "qrcode.main", "PIL.Image", "reportlab.platypus",
    "uharfbuzz", "cryptography.fernet", "litestar", "httpx",
)  # fmt: skip


def main(shop: Path, code: str, *, eager: bool) -> None:
    """Open the till, sell one article where a code is given, and end in order."""
    # As cli does before the window; its own collector takes over (gui.crash.Collector).
    gc.disable()
    if eager:
        for name in _EVERYTHING:
            __import__(name)
    from pos_desktop.bootstrap.window import open_till, practice_setup

    till = open_till(practice_setup(shop / "counter", shop / "practice.json"))
    run(till, code)


def run(till: "Till", code: str) -> None:
    """Show the window and serve it until both words are said."""
    from PySide6.QtCore import QTimer

    from pos_desktop.gui.app import application

    counter = till.window
    window = counter.window

    def painted() -> None:
        if not window.sale_page.form.scanField.hasFocus():
            sys.exit("the scan field never got the focus")
        print("painted", flush=True)
        # After the counter's own turn has begun everything else.
        QTimer.singleShot(0, window, scanned)

    def scanned() -> None:
        if code:
            counter.scanner.scanned.emit(code)
            window.repaint()
            lines = counter.presenters.sale.bill.lines
            print("sold", *(line.barcode for line in lines), flush=True)
        window.close()

    window.painted.connect(painted)
    counter.start()
    application().exec()
    till.shut()


if __name__ == "__main__":
    words = [word for word in sys.argv[1:] if word != "--eager"]
    main(Path(words[0]), "".join(words[1:]), eager="--eager" in sys.argv)
