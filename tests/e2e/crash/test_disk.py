"""Promise R3: a full or failing disk refuses the sale clearly, and selling goes on afterwards."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pos_desktop.domain.errors import StoreError
from pos_desktop.storage.store import SqliteStore
from pos_desktop.storage.verify import verify_database
from tests.unit.storage.samples import sell

ROOT = Path(__file__).parents[3]
pytestmark = [
    pytest.mark.serial,
    pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX limits"),
]


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of one megabyte; skips where none can be mounted."""
    folder = tmp_path / "tiny"
    folder.mkdir()
    mount = shutil.which("mount")
    if mount is None:
        pytest.skip("there is no mount command")
    command = [mount, "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    if subprocess.run(command, capture_output=True, check=False).returncode != 0:
        pytest.skip("this process may not mount a small disk; the limit test covers it")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk(tiny_disk: Path) -> None:
    path = tiny_disk / "counter.db"
    with SqliteStore(path).open() as store:
        told = [sell(store, 1)]
        filler = tiny_disk / "filler"
        free = shutil.disk_usage(tiny_disk).free
        filler.write_bytes(b"x" * (free - 100_000))
        code = ""
        for n in range(2, 200):
            try:
                told.append(sell(store, n, lines=12))
            except StoreError as error:
                code = error.code
                break
        assert code == "disk_full"
        with store.read() as unit:
            assert len(unit.sales.waiting()) == 0
            last = unit.sales.last_issued()
        assert last is not None and last.invoice_number == told[-1]
        filler.unlink()
        told.append(sell(store, 300))
    assert told == [f"C2A/2627/{n:06d}" for n in range(1, len(told) + 1)]
    assert verify_database(path).ok


_UNDER_A_LIMIT = """
import resource, signal, sys
from pathlib import Path
from pos_desktop.domain.errors import StoreError
from pos_desktop.storage.store import SqliteStore
from tests.unit.storage.samples import sell

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
store = SqliteStore(Path(sys.argv[1])).open()
hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, hard))
told = []
for n in range(1, 200):
    try:
        told.append(sell(store, n, lines=12))
    except StoreError as error:
        print(error.code, "|", error)
        break
resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
with store.read() as unit:
    assert unit.sales.last_issued().invoice_number == told[-1]
told.append(sell(store, 300))
store.close()
print(len(told), told[-1])
"""

_TEN_SALES = """
import sys
from pathlib import Path
from pos_desktop.domain.errors import StoreError
from pos_desktop.storage.store import SqliteStore
from tests.unit.storage.samples import sell

store = SqliteStore(Path(sys.argv[1])).open()
told = refused = 0
for n in range(1, 11):
    try:
        assert sell(store, n) == f"C2A/2627/{told + 1:06d}"
        told += 1
    except StoreError as error:
        assert error.code in ("disk_error", "marker"), error.code
        refused += 1
store.close()
print(told, refused)
"""


def _python(code: str, path: Path, *before: str) -> "subprocess.CompletedProcess[str]":
    command = [*before, sys.executable, "-c", code, str(path)]
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )


def test_a_limit_on_the_size_of_files(tmp_path: Path) -> None:
    path = tmp_path / "counter.db"
    done = _python(_UNDER_A_LIMIT, path)
    assert done.returncode == 0, done.stderr
    refusal, end = done.stdout.splitlines()
    assert refusal.split(" | ")[0] in ("disk_full", "disk_error")
    assert "nothing was saved" in refusal
    count, number = end.split()
    assert number == f"C2A/2627/{int(count):06d}"
    result = verify_database(path)
    assert (result.ok, result.entries) == (True, int(count))
    with SqliteStore(path).open() as store:
        assert store.locked_series == {}


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
@pytest.mark.parametrize(
    ("flush", "call", "wanted"),
    [
        # The marker: a prepare that fails refuses its sale, a done that fails is made up for.
        ("fdatasync", 1, 1), ("fdatasync", 2, 0), ("fdatasync", 7, 1), ("fdatasync", 8, 0),
        # The database: after the four of the start, one for each sale.
        ("fsync", 5, 1), ("fsync", 6, 1), ("fsync", 9, 1), ("fsync", 14, 1),
    ],
)  # fmt: skip
def test_a_flush_that_fails(tmp_path: Path, flush: str, call: int, wanted: int) -> None:
    """The N-th flush while selling answers EIO: refused or saved, never half, and told which."""
    path = tmp_path / "counter.db"
    SqliteStore(path).open().close()
    inject = f"inject={flush}:error=EIO:when={call}"
    traced = ("strace", "-f", "-o", "/dev/null", "-e", f"trace={flush}", "-e", inject)
    done = _python(_TEN_SALES, path, *traced)
    if "Operation not permitted" in done.stderr:
        pytest.skip("this machine lets no process be traced")
    assert done.returncode == 0, done.stderr
    told, refused = map(int, done.stdout.split())
    assert (told, refused) == (10 - wanted, wanted)
    result = verify_database(path)
    assert (result.ok, result.entries) == (True, told)
    with SqliteStore(path).open() as store:
        assert store.locked_series == {}


_KILLED_WHEN_REFUSED = """
import os, signal, sys
from pathlib import Path
from pos_desktop.domain.errors import StoreError
from pos_desktop.storage.store import SqliteStore
from tests.unit.storage.samples import sell

store = SqliteStore(Path(sys.argv[1])).open()
for n in range(1, 11):
    try:
        print(n, sell(store, n), flush=True)
    except StoreError:
        os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
def test_a_refused_sale_does_not_come_back(tmp_path: Path) -> None:
    """Its pages were written, only their flush failed: a kill right after must not revive it."""
    path = tmp_path / "counter.db"
    SqliteStore(path).open().close()
    inject = "inject=fsync:error=EIO:when=9"
    done = _python(
        _KILLED_WHEN_REFUSED, path, "strace", "-o", "/dev/null", "-e", "trace=fsync", "-e", inject
    )
    if "Operation not permitted" in done.stderr:
        pytest.skip("this machine lets no process be traced")
    told = done.stdout.splitlines()
    assert told == [f"{n} C2A/2627/{n:06d}" for n in range(1, 5)]
    with SqliteStore(path).open() as store:
        with store.read() as unit:
            assert unit.ledger.head()[0] == len(told)
        assert sell(store, 5) == "C2A/2627/000005"
