"""The start stays quick: what is not needed for the first picture is not loaded for it."""

import subprocess
import sys

import pytest

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
