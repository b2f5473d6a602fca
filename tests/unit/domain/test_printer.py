"""Where a receipt printer may stand, and how wide its line is."""

import pytest

from pos_desktop.domain.errors import InputError
from pos_desktop.domain.printer import (
    PaperSize,
    PrinterKind,
    PrinterOptions,
    check_printer,
    columns_of,
    network_address,
)

NETWORK, DEVICE, SPOOLER = PrinterKind.NETWORK, PrinterKind.DEVICE, PrinterKind.SPOOLER
ROLL = PaperSize.ROLL


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("192.168.1.50", ("192.168.1.50", 9100)),
        ("192.168.1.50:9101", ("192.168.1.50", 9101)),
        ("kitchen.local:65535", ("kitchen.local", 65535)),
    ],
)
def test_a_network_address_has_a_host_and_a_port(text: str, place: tuple[str, int]) -> None:
    assert network_address(text) == place


@pytest.mark.parametrize(
    "text",
    ["", ":9100", "host:", "host:0", "host:65536", "host:x", "a b", "-h", "http://h", "h:1:2"],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"192\.168\.1\.50") as refused:
        network_address(text)
    assert refused.value.code == "printer_address"


@pytest.mark.parametrize(
    ("kind", "address"),
    [
        (PrinterKind.SYSTEM, ""),
        (NETWORK, "printer:9100"),
        (DEVICE, "/dev/usb/lp0"),
        (SPOOLER, "TVS_RP-3200.raw"),
    ],
)
def test_each_kind_has_an_address_of_its_own(kind: PrinterKind, address: str) -> None:
    for paper in (ROLL, PaperSize.NARROW):
        check_printer(PrinterOptions(kind, address), paper)


@pytest.mark.parametrize(
    ("kind", "address"),
    [(NETWORK, ""), (DEVICE, "usb/lp0"), (DEVICE, ""), (SPOOLER, ""), (SPOOLER, "-o raw")],
)
def test_a_wrong_address_is_refused(kind: PrinterKind, address: str) -> None:
    with pytest.raises(InputError) as refused:
        check_printer(PrinterOptions(kind, address), ROLL)
    assert refused.value.code == "printer_address"


def test_a_receipt_printer_takes_rolls_only() -> None:
    assert (columns_of(ROLL), columns_of(PaperSize.NARROW)) == (48, 32)
    check_printer(PrinterOptions(), PaperSize.A5)
    for sheet in (PaperSize.A4, PaperSize.A5):
        with pytest.raises(InputError) as refused:
            check_printer(PrinterOptions(NETWORK, "h"), sheet)
        assert refused.value.code == "printer_paper"
