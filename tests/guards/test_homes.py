"""One home per library: where it is imported, it can be replaced."""

from tests.guards.source import PROGRAM, Source, imports, judge, snippet, sources

WINDOW = "pos_desktop/gui/"
PAPER = "pos_desktop/documents/"
STORES = ("pos_desktop/storage/", "pos_relay/store/")
WEB = ("pos_relay/", "pos_desktop/sandbox/")
HOMES: dict[str, tuple[str, ...]] = {
    "PySide6": (WINDOW,),
    "shiboken6": (WINDOW,),
    "sqlalchemy": STORES,
    "pysqlite3": STORES,
    "alembic": STORES,
    "sqlite3": (),  # the system's own may carry the WAL-reset bug
    "requests": ("pos_desktop/net/http.py",),
    "urllib3": ("pos_desktop/net/",),
    "keyring": ("pos_desktop/settings/secrets.py",),
    "argon2": ("pos_desktop/settings/pins.py",),
    "reportlab": (PAPER,),
    "uharfbuzz": (PAPER,),
    "qrcode": (PAPER,),
    "PIL": (PAPER,),
    "escpos": (),  # the tests' second maker of a printer's bytes; the program never
    "platformdirs": ("pos_desktop/settings/",),
    "httpx": ("pos_desktop/sandbox/", "pos_desktop/story/"),  # story: the customer's phone
    "litestar": WEB,
    "uvicorn": WEB,
    "prometheus_client": ("pos_relay/",),
    "razorpay": (),  # the gateway's own SDK reads our practice server in tests; the program never
}
NOT_WITH_QT = "pos_desktop/gui/presenters/"


def strangers(files: tuple[Source, ...]) -> dict[str, str]:
    """Imports of a library outside its home."""
    found = {}
    for file in files:
        for _, name in imports(file.tree):
            library = name.split(".")[0]
            homes = HOMES.get(library)
            if homes is None:
                continue
            at_home = file.path.startswith(homes) and not (
                library in ("PySide6", "shiboken6") and file.path.startswith(NOT_WITH_QT)
            )
            if not at_home:
                found[f"{file.path}::{name}"] = f"imports {library}"
    return found


def test_every_library_stays_at_home() -> None:
    judge("homes", strangers(sources(*PROGRAM)))


def test_the_guard_of_homes_can_fail() -> None:
    assert strangers((snippet("import requests", "pos_desktop/gateways/razorpay.py"),))
    assert strangers((snippet("from PySide6 import QtCore", "pos_desktop/gui/presenters/sale.py"),))
    assert strangers((snippet("import sqlite3", "pos_desktop/storage/engine.py"),))
    assert strangers((snippet("import razorpay", "pos_desktop/gateways/razorpay.py"),))
    assert strangers((snippet("def f():\n    from PIL import Image", "pos_desktop/gui/qr.py"),))
    assert not strangers((snippet("import requests", "pos_desktop/net/http.py"),))
    assert not strangers((snippet("from PySide6 import QtCore", "pos_desktop/gui/app.py"),))
