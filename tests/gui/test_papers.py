"""QRs on the screen and bills on paper, read back as customers would."""

import io
import subprocess
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image
from PySide6.QtCore import QBuffer, QCoreApplication, QIODevice
from PySide6.QtPrintSupport import QPrinterInfo
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from pos_desktop.documents.qr import qr_matrix
from pos_desktop.domain.errors import Unavailable
from pos_desktop.domain.payment import CollectKind
from pos_desktop.gui import theme
from pos_desktop.gui.printing import Printer
from pos_desktop.gui.widgets.qr_canvas import QUIET, SMALLEST, QrCanvas
from pos_desktop.services.views import LampState, PayableQr
from tests.gui.conftest import Bench
from tests.support.window_fakes import CONTENT, NOW

UPI = "upi://pay?pa=rzp.freshmart@hdfcbank&pn=Fresh%20Mart&am=1132.00&cu=INR&tr=RZPQR0001"


def _picture(widget: QWidget) -> Image.Image:
    for _ in range(3):
        QCoreApplication.processEvents()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.ReadWrite)
    assert widget.grab().save(buffer, "PNG")
    return Image.open(io.BytesIO(buffer.data().data()))


@pytest.mark.parametrize("size", [(1024, 768), (1366, 768)])
@pytest.mark.parametrize("name", ["light", "dark", "high-contrast"])
def test_the_qr_on_the_screen_can_be_scanned(
    bench: Bench, name: str, size: tuple[int, int]
) -> None:
    theme.apply(_app(), theme.tokens_for(name))
    bench.window.resize(*size)
    QCoreApplication.processEvents()
    bench.played.desk.qr = PayableQr(
        "A19", 19, 113200, CollectKind.QR, UPI, None, NOW + 272_000, "qr_on_screen"
    )
    bench.presenters.qr.open("A19", 19, 113200)
    codes = zxingcpp.read_barcodes(_picture(bench.window))
    theme.apply(_app(), theme.LIGHT)
    assert [code.text for code in codes] == [UPI]
    canvas = bench.window.qr_sheet.form.qrCanvas
    assert canvas.module >= SMALLEST
    assert canvas.accessibleName() == "Payment QR for ₹1,132.00"


def _app() -> QApplication:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    return app


def test_the_code_is_black_on_white_with_its_quiet_zone(qtbot: QtBot) -> None:
    canvas = QrCanvas()
    qtbot.addWidget(canvas)
    modules = qr_matrix(UPI)
    canvas.resize(500, 460)
    canvas.show_modules(modules, "QR")
    image = canvas.grab().toImage()
    colours = {image.pixelColor(x, y).name() for x in range(500) for y in range(0, 460, 3)}
    assert len(colours) == 2
    assert {image.pixelColor(2, 2).lightness(), 0} == {255, 0}
    side = canvas.module
    left = (500 - side * len(modules)) // 2
    assert left >= QUIET * side
    assert image.pixelColor(left + side // 2, (460 - side * len(modules)) // 2 + 1).lightness() == 0


def test_the_gateways_picture_is_shown_whole(qtbot: QtBot) -> None:
    canvas = QrCanvas()
    qtbot.addWidget(canvas)
    canvas.resize(300, 300)
    picture = io.BytesIO()
    Image.new("RGB", (100, 50), (0, 0, 0)).save(picture, "PNG")
    assert canvas.show_picture(picture.getvalue(), "QR")
    image = canvas.grab().toImage()
    assert image.pixelColor(150, 150).lightness() == 0
    assert image.pixelColor(150, 20).lightness() == 255
    assert not canvas.show_picture(b"junk", "QR")
    canvas.clear()
    assert canvas.module == 0


@pytest.mark.parametrize(
    ("kind", "points"), [("80mm", 226.8), ("58mm", 164.4), ("a4", 595), ("a5", 419.5)]
)
def test_a_bill_on_paper_is_plain_text(
    qtbot: QtBot, tmp_path: Path, kind: str, points: float
) -> None:
    theme.load_fonts()
    Printer(tmp_path).print(CONTENT, kind)
    (file,) = tmp_path.glob("*.pdf")
    assert file.name == "0001-C2A-2627-000124.pdf"
    text = subprocess.run(
        ["pdftotext", "-layout", str(file), "-"], capture_output=True, text=True, check=True
    ).stdout
    for part in ("Fresh Mart", "TAX INVOICE", "C2A/2627/000124", "144.00", "197.00"):
        assert part in text
    assert "<b>" in text
    pages = subprocess.run(
        ["pdfinfo", str(file)], capture_output=True, text=True, check=True
    ).stdout
    assert "Pages:           1" in pages
    size = next(line for line in pages.splitlines() if line.startswith("Page size"))
    width = float(size.split()[2])
    assert width == pytest.approx(points, abs=1.5)


def test_no_amount_is_broken_on_a_narrow_roll(qtbot: QtBot, tmp_path: Path) -> None:
    from msgspec.structs import replace

    theme.load_fonts()
    dear = replace(CONTENT.lines[0], price="99,999.00", amount="9,99,990.00")
    Printer(tmp_path).print(replace(CONTENT, lines=(dear,), total="₹9,99,990.00"), "58mm")
    (file,) = tmp_path.glob("*.pdf")
    text = subprocess.run(
        ["pdftotext", "-layout", str(file), "-"], capture_output=True, text=True, check=True
    ).stdout
    assert "× 99,999.00" in text
    assert text.count("9,99,990.00") == 2


def test_practice_stands_on_the_paper(qtbot: QtBot, tmp_path: Path) -> None:
    from msgspec.structs import replace

    Printer(tmp_path).print(replace(CONTENT, practice=True), "80mm")
    (file,) = tmp_path.glob("*.pdf")
    text = subprocess.run(["pdftotext", str(file), "-"], capture_output=True, text=True, check=True)
    assert "PRACTICE" in text.stdout


def test_no_printer_is_said(monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> None:
    monkeypatch.setattr(QPrinterInfo, "defaultPrinter", staticmethod(QPrinterInfo))
    printer = Printer()
    assert printer.state() is LampState.DOWN
    with pytest.raises(Unavailable, match="printer_missing"):
        printer.print(CONTENT, "80mm")
    assert Printer(Path("anywhere")).state() is LampState.OK
