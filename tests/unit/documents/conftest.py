"""One renderer for all tests, and what poppler reads in its documents."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from pos_desktop import assets
from pos_desktop.documents.invoice_pdf import RaseedRenderer
from pos_desktop.documents.typeface import Typefaces
from pos_desktop.wire import v1

Words = Callable[..., str]


@pytest.fixture(scope="session")
def renderer() -> RaseedRenderer:
    return RaseedRenderer(assets.path("fonts"))


@pytest.fixture(scope="session")
def faces() -> Typefaces:
    return Typefaces(assets.path("fonts"))


@pytest.fixture
def words_of(renderer: RaseedRenderer, tmp_path: Path) -> Words:
    """Render and let pdftotext read it; pages end in a form feed."""

    def read(content: v1.PageContent, *, practice: bool = False) -> str:
        file = tmp_path / "invoice.pdf"
        file.write_bytes(renderer.invoice_pdf(content, practice=practice))
        done = subprocess.run(
            ["pdftotext", "-layout", str(file), "-"], capture_output=True, check=True
        )
        assert done.stderr == b""
        return done.stdout.decode()

    return read
