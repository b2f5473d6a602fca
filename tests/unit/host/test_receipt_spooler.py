"""The spooler's commands played by small programs of the same names, which tell what they did."""

import os
from pathlib import Path

import pytest

from pos_desktop.domain.errors import Unavailable
from pos_desktop.host import receipt_spooler
from pos_desktop.host.receipt_spooler import Spooler
from pos_desktop.ports.paper import HalfPrinted

JOB = b"\x1b@Fresh Mart\n\x1dVB\x00"
IDLE = 'echo "printer till is idle.  enabled since Tue 24 Nov 2026"'


class Spool:
    """A folder in front of the path with the commands in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.job = folder / "job"
        self.log = folder / "log"
        self.command("lp", f'cat > {self.job}; echo "request id is till-7 (1 file(s))"')
        self.status(IDLE, "true")
        self.command("cancel", "true")

    def command(self, name: str, does: str) -> None:
        file = self.folder / name
        said = f'echo "$LC_ALL {name} $*" >> {self.log}'
        file.write_text(f"#!/bin/sh\n{said}\n{does}\n", encoding="ascii")
        file.chmod(0o755)

    def status(self, state: str, waiting: str) -> None:
        """What lpstat says of the queue, and of its jobs."""
        self.command("lpstat", f'if [ "$1" = -p ]; then {state}; else {waiting}; fi')

    def did(self) -> list[str]:
        return self.log.read_text(encoding="utf-8").splitlines()


@pytest.fixture
def spool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Spool:
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    return Spool(tmp_path)


def test_a_job_goes_through_untouched(spool: Spool) -> None:
    printer = Spooler("till")
    printer.check()
    printer.send(JOB)
    assert spool.job.read_bytes() == JOB
    assert spool.did() == [
        "C lpstat -p till",
        "C lpstat -p till",
        "C lp -d till -o raw -t Raseed -",
        "C lpstat -W not-completed -o till",
    ]


def test_a_queue_that_is_not_there_or_stopped_is_given_nothing(spool: Spool) -> None:
    spool.status('echo "lpstat: Invalid destination name" >&2; exit 1', "true")
    with pytest.raises(Unavailable, match="Invalid destination") as refused:
        Spooler("till").send(JOB)
    assert refused.value.code == "printer_off"
    spool.status('echo "printer till disabled since Tue 24 Nov 2026 -"', "true")
    with pytest.raises(Unavailable, match="disabled") as stopped:
        Spooler("till").check()
    assert stopped.value.code == "printer_not_ready"
    assert not spool.job.exists()


def test_a_job_that_the_spooler_refuses_is_not_printed(spool: Spool) -> None:
    spool.command("lp", 'echo "lp: Unable to connect" >&2; exit 1')
    with pytest.raises(Unavailable, match="Unable to connect"):
        Spooler("till").send(JOB)


def test_a_job_that_stays_there_is_cancelled_and_a_doubt(spool: Spool) -> None:
    spool.status(IDLE, 'echo "till-77 asha 1024"; echo "till-7 asha 1024"')
    with pytest.raises(HalfPrinted) as doubt:
        Spooler("till", leaves=0.1).send(JOB)
    assert doubt.value.code == "print_doubt"
    assert spool.did()[-1] == "C cancel till-7"


@pytest.mark.parametrize(
    ("lp", "waiting"),
    [
        ("echo accepted", "true"),
        ('echo "request id is till-7"', "exit 1"),
        ("sleep 5", "true"),
    ],
)
def test_what_the_spooler_may_have_is_a_doubt(
    spool: Spool, monkeypatch: pytest.MonkeyPatch, lp: str, waiting: str
) -> None:
    monkeypatch.setattr(receipt_spooler, "_COMMAND_S", 1.0)
    spool.command("lp", f"exec {lp}" if lp.startswith("sleep") else lp)
    spool.status(IDLE, waiting)
    with pytest.raises(HalfPrinted) as doubt:
        Spooler("till").send(JOB)
    assert doubt.value.code == "print_doubt"


def test_one_job_at_a_time(spool: Spool) -> None:
    printer = Spooler("till")
    with printer._busy, pytest.raises(Unavailable, match="printer_busy"):
        printer.send(JOB)
    assert not spool.log.exists()


def test_a_computer_without_a_spooler_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Unavailable, match="lpstat") as missing:
        Spooler("till").check()
    assert missing.value.code == "printer_missing"
