"""``packaging/linux/build`` makes what ``apt`` installs on a Debian that has not even Python."""

import os
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = [pytest.mark.full, pytest.mark.serial, pytest.mark.timeout(1800)]
ROOT = Path(__file__).parents[2]
MAX_ARCHIVE = 90_000_000
MAX_FOLDER = 280_000_000
# Under the GPL alone, or of no use at a counter.
FORBIDDEN = (
    "VirtualKeyboard", "virtualkeyboard", "Lottie", "QuickTimeline", "Charts", "DataVisualization",
    "WebEngine", "NetworkAuth", "HttpServer", "Qt6Quick", "Qt6Qml", "libgtk", "keyrings/alt",
    "readline", "gdbm", "python_stdnum", "num2words", "pytest", "PyInstaller",
)  # fmt: skip
# Only what a root shell of the bare system sets: the builder's own certificates are not there.
BARE = {
    "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/root",
    "LANG": "C.UTF-8",
    "DEBIAN_FRONTEND": "noninteractive",
    "QT_QPA_PLATFORM": "offscreen",
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the one documented command leaves."""
    out = tmp_path_factory.mktemp("dist")
    subprocess.run([ROOT / "packaging/linux/build", out], check=True)
    return out


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A Debian 12 with nothing but apt."""
    debootstrap = shutil.which("debootstrap")
    if debootstrap is None or os.geteuid() != 0:
        pytest.skip("needs debootstrap and root")
    root = tmp_path_factory.mktemp("bare") / "root"
    subprocess.run([debootstrap, "--variant=minbase", "bookworm", root], check=True)
    yield root
    shutil.rmtree(root)


def _inside(root: Path, *words: str) -> subprocess.CompletedProcess[str]:
    chroot = shutil.which("chroot")
    assert chroot is not None
    return subprocess.run(
        [chroot, root, *words], env=BARE, capture_output=True, text=True, check=False, timeout=900
    )


def _one(folder: Path, pattern: str) -> Path:
    (found,) = folder.glob(pattern)
    return found


def test_the_archive_is_small_and_has_nothing_that_may_not_be_passed_on(made: Path) -> None:
    archive = _one(made, "*.tar.xz")
    assert archive.stat().st_size <= MAX_ARCHIVE
    with tarfile.open(archive) as packed:
        members = packed.getmembers()
    names = [member.name for member in members]
    assert sum(member.size for member in members) <= MAX_FOLDER
    assert [name for name in names if any(bad in name for bad in FORBIDDEN)] == []
    # The list must be able to find something: Qt itself is there, and replaceable (LGPL).
    assert any(name.endswith("libQt6Widgets.so.6") for name in names)
    assert "raseed/NOTICES.txt" in names


def test_both_packages_are_made(made: Path) -> None:
    assert _one(made, "*.deb").stat().st_size <= MAX_ARCHIVE
    assert _one(made, "*.rpm").read_bytes()[:4] == b"\xed\xab\xee\xdb"


def test_apt_installs_it_on_a_bare_debian_and_it_sells(made: Path, bare: Path) -> None:
    package = _one(made, "*.deb")
    shutil.copy(package, bare / "srv" / package.name)
    assert _inside(bare, "which", "python3").returncode != 0
    assert _inside(bare, "apt-get", "update", "-qq").returncode == 0
    installed = _inside(
        bare, "apt-get", "install", "-y", "-qq", "--no-install-recommends", f"/srv/{package.name}"
    )
    assert installed.returncode == 0, installed.stderr
    tested = _inside(bare, "raseed", "selftest")
    assert tested.returncode == 0, tested.stdout + tested.stderr
    assert tested.stdout.endswith("self-test passed\n")
    for file in ("applications/raseed.desktop", "man/man1/raseed.1.gz", "doc/raseed/copyright"):
        assert (bare / "usr/share" / file).is_file()
    assert _inside(bare, "apt-get", "remove", "-y", "-qq", "raseed").returncode == 0
    assert not (bare / "opt/raseed").exists()
    assert not (bare / "usr/bin/raseed").is_symlink()
