"""Keys as the system delivers them: the real program on an X server, a scanner typed by xdotool."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pysqlite3 import dbapi2 as sqlite

from pos_desktop.sandbox.surroundings import Surroundings
from tests.e2e.remote import wait_for

ROOT = Path(__file__).parents[2]
_MISSING = [name for name in ("Xvfb", "xdotool") if shutil.which(name) is None]
pytestmark = [
    pytest.mark.serial,
    pytest.mark.timeout(90),
    pytest.mark.skipif(bool(_MISSING), reason=f"not installed: {', '.join(_MISSING)}"),
]

_KEY_MS = 2
CODES = (
    "8901234000083", "8901234000502", "8901234000571", "8901234000786", "8901234001554",
    "8901234001769", "8901234001974", "8901234000649", "8901234001134", "8901234000014",
    "8901234000151", "8901234000229",
)  # fmt: skip
# Twenty scans: each article once, some again, the same one twice running.
SCANS = (*CODES, *CODES[:6], CODES[5], CODES[0])


@dataclass
class Desk:
    """A till under Xvfb: its keyboard, and its database seen from outside."""

    program: "subprocess.Popen[bytes]"
    display: str
    data: Path

    def xdotool(self, *words: str) -> str:
        environment = {**os.environ, "DISPLAY": self.display}
        command = ["xdotool", *words]
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=30, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def scan(self, codes: tuple[str, ...]) -> None:
        """All of them without a pause: a key each two milliseconds, Enter after each code."""
        keys = [key for code in codes for key in (*code, "Return")]
        self.xdotool("key", "--delay", str(_KEY_MS), *keys)

    def bill(self) -> dict[str, Any]:
        """The bill that is being made, as it would come back after a power cut."""
        rows = self.rows("SELECT value FROM notes WHERE name = 'draft' AND value <> ''")
        return dict(json.loads(rows[0][0])["bills"][0]) if rows else {}

    def pieces(self) -> Counter[str]:
        """How many of each article are on the bill."""
        lines = self.bill().get("cart", {}).get("lines", [])
        return Counter({line["item"]["barcode"]: line["qty"] // 1000 for line in lines})

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        file = self.data / "counter.db"
        if not file.exists():
            return []
        connection = sqlite.connect(f"{file.as_uri()}?mode=ro", uri=True, timeout=5)
        try:
            return list(connection.execute(query))
        except sqlite.OperationalError:
            # It is being made right now.
            return []
        finally:
            connection.close()


@pytest.fixture
def display() -> Iterator[str]:
    """An X server of its own."""
    out, inside = os.pipe()
    command = ["Xvfb", "-displayfd", str(inside), "-screen", "0", "1366x768x24", "-nolisten", "tcp"]
    server = subprocess.Popen(
        command, pass_fds=[inside], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    os.close(inside)
    try:
        with os.fdopen(out) as told:
            number = told.readline().strip()
        assert number, f"Xvfb ended with {server.wait(10)}"
        yield f":{number}"
    finally:
        server.terminate()
        server.wait(10)


@pytest.fixture
def desk(display: str, tmp_path: Path) -> Iterator[Desk]:
    """The program as ``./run`` opens it, its window up and its catalogue open."""
    environment = {**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
    with Surroundings(tmp_path / "shop") as around:
        data = tmp_path / "till"
        command = [sys.executable, "-m", "pos_desktop", "--practice", str(around.file)]
        program = subprocess.Popen([*command, "--data", str(data)], cwd=ROOT, env=environment)
        try:
            desk = Desk(program, display, data)
            window = desk.xdotool("search", "--sync", "--onlyvisible", "--name", "^Raseed$")
            desk.xdotool("windowfocus", "--sync", window.split()[-1])
            wait_for(lambda: bool(desk.rows("SELECT 1 FROM items")), "the catalogue is open", 20)
            yield desk
        finally:
            program.terminate()
            program.wait(10)


def test_twenty_scans_at_two_milliseconds_a_key(desk: Desk) -> None:
    """On the bill and, while the phone sheet has the keys, on the bill all the same."""
    began = time.monotonic()
    desk.scan(SCANS)
    typed = time.monotonic() - began
    expected = Counter(SCANS)
    wait_for(lambda: desk.pieces().total() >= len(SCANS), f"twenty pieces: {desk.pieces()}", 10)
    assert desk.pieces() == expected

    desk.xdotool("key", "F3")
    time.sleep(0.5)
    desk.scan(SCANS)
    twice = Counter({code: 2 * count for code, count in expected.items()})
    wait_for(lambda: desk.pieces().total() >= 2 * len(SCANS), "twenty more", 10)
    assert desk.pieces() == twice
    # The sheet is still open and its field was left alone: ten digits are exactly the number.
    desk.xdotool("type", "--delay", "90", "9876543210")
    desk.xdotool("key", "Return")
    wait_for(lambda: desk.bill()["customer"]["phone"] == "+919876543210", "the phone", 5)

    desk.xdotool("key", "F10")
    time.sleep(0.5)
    desk.xdotool("key", "Return")
    wait_for(lambda: bool(desk.rows("SELECT 1 FROM sales WHERE state = 'issued'")), "cash", 10)
    sold = desk.rows("SELECT barcode, qty / 1000 FROM sale_lines")
    assert Counter(dict(sold)) == twice
    assert desk.bill() == {}
    print(f"{len(SCANS)} scans of 13 digits typed in {typed:.2f} s, none garbled, twice")


@pytest.mark.skipif(shutil.which("setxkbmap") is None, reason="setxkbmap is not installed")
def test_a_french_keyboard_layout_does_not_break_scans(desk: Desk) -> None:
    """The scanner sends the places of keys; on AZERTY their unshifted row has no digits."""
    environment = {**os.environ, "DISPLAY": desk.display}
    subprocess.run(["setxkbmap", "fr"], env=environment, check=True)
    time.sleep(0.3)
    places = {digit: str(10 + (int(digit) - 1) % 10) for digit in "0123456789"}
    for code in CODES[:5]:
        keys = [places[digit] for digit in code]
        desk.xdotool("key", "--delay", str(_KEY_MS), *keys, "Return")
    wait_for(lambda: desk.pieces() == Counter(CODES[:5]), "five articles", 10)
    assert desk.pieces() == Counter(CODES[:5])
