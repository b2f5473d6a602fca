"""One start of the counter, to the painted window: ``python -m bench.first_paint DATABASE``.

Says "painted" when the sale page has been painted and the scan field has the focus. With
``--eager`` every library of the program is imported first, as a program would that lists them at
its top.
"""

import os
import sys
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"

_EVERYTHING = (
    "sqlalchemy.orm", "requests", "keyring", "qrcode.main", "PIL.Image", "reportlab.platypus",
    "uharfbuzz", "cryptography.fernet", "litestar", "httpx",
)  # fmt: skip


def main(database: Path, *, eager: bool) -> None:
    """Show the window, say so, and end in order (an unclean end would cost the next start)."""
    if eager:
        for name in _EVERYTHING:
            __import__(name)
    from bench.counter import OpenCounter, turn

    opened = OpenCounter.on(database)
    field = opened.counter.window.sale_page.form.scanField
    for _ in range(100):
        turn()
        if field.hasFocus():
            print("painted", flush=True)
            opened.close()
            return
    sys.exit("the scan field never got the focus")


if __name__ == "__main__":
    main(Path(sys.argv[1]), eager="--eager" in sys.argv)
