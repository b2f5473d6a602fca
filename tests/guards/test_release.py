"""What is handed out: version, locks, README and nothing of the machine it was made on."""

import re
import tomllib
from typing import Any

import pytest

from pos_desktop import __version__
from pos_desktop.settings.store import parse_options
from tests.guards.source import ROOT, judge, tracked

# One letter in brackets, so that the pattern does not find itself.
MACHINE = re.compile(
    r"ind[e]x-url|python[h]osted\.org|registry\.np[m]js|[\"]resolved\": *\"http"
    r"|(?:^|[^a-z.])/(?:[r]oot|[w]ork|[f]arm|[h]ome|[U]sers)/"
)
BINARY = (".ttf", ".png", ".jpg", ".wav", ".ico", ".gz", ".pdf", ".xlsx", ".db")
LOCKS = ("run", "dev")
PIN = re.compile(r"^([a-z0-9][a-z0-9._-]*)==([^\s;]+)", re.MULTILINE)
QT_RANGE = ">=6.11.3,<6.12"


def project() -> dict[str, Any]:
    with (ROOT / "pyproject.toml").open("rb") as file:
        return tomllib.load(file)


def read(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def lock_faults(text: str) -> list[str]:
    """Addresses, and requirements without a hash."""
    faults = ["carries an address"] if "://" in text else []
    blocks = re.split(r"\n(?=[a-z0-9])", text)
    faults += [block.splitlines()[0] for block in blocks if "--hash=sha256:" not in block]
    return faults


def machine_marks(texts: dict[str, str]) -> dict[str, str]:
    return {
        f"{name} line {number}": line.strip()[:100]
        for name, text in texts.items()
        for number, line in enumerate(text.splitlines(), 1)
        if MACHINE.search(line)
    }


def released(changelog: str) -> str:
    """The newest version that the change log names."""
    found = re.search(r"^## \[(\d+\.\d+\.\d+)\]", changelog, re.MULTILINE)
    return found.group(1) if found else ""


def test_version_and_change_log_agree() -> None:
    version = project()["project"]["version"]
    assert released(read("CHANGELOG.md")) == version == __version__


def test_locks_are_hashed_and_carry_no_address() -> None:
    for name in LOCKS:
        assert lock_faults(read(f"packaging/locks/{name}.txt")) == []


def pins(lock: str) -> set[tuple[str, str]]:
    """Name and version of everything that a lock installs."""
    found = PIN.findall(read(f"packaging/locks/{lock}.txt"))
    return {(name, version) for name, version in found}


def test_the_run_lock_is_a_part_of_the_full_one() -> None:
    assert pins("run")
    assert pins("run") - pins("dev") == set()


def test_qt_is_held_below_the_release_that_aborts() -> None:
    """6.12.0 drops references to None, which kills Python 3.11 after a few thousand calls."""
    wanted = f"pyside6-essentials{QT_RANGE}"
    assert wanted in project()["project"]["optional-dependencies"]["desktop"]
    assert wanted in project()["build-system"]["requires"]
    for lock in LOCKS:
        versions = [version for name, version in pins(lock) if name == "pyside6-essentials"]
        assert [tuple(map(int, version.split(".")))[:2] for version in versions] == [(6, 11)]
        assert all(int(version.split(".")[2]) >= 3 for version in versions)


def test_the_readme_names_both_commands() -> None:
    text = read("README.md")
    assert re.search(r"^\s*\./run$", text, re.MULTILINE)
    assert re.search(r"^\s*\./test$", text, re.MULTILINE)


def test_links_of_the_documents_lead_somewhere() -> None:
    for document in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md"):
        for target in re.findall(r"\]\(([^)#]+)", read(document)):
            assert "://" in target or (ROOT / target).exists(), f"{document}: {target}"


def test_no_address_of_a_registry_or_path_of_a_machine_is_tracked() -> None:
    texts = {
        name: (ROOT / name).read_text(encoding="utf-8")
        for name in tracked()
        if not name.endswith(BINARY)
    }
    judge("machine_marks", machine_marks(texts))


@pytest.mark.parametrize(
    "line",
    [
        "--ind~ex-url https://example.org",
        "open('/wo~rk/file')",
        "see /ho~me/me/notes",
        "https://files.python~hosted.org/x",
    ],
)
def test_the_guard_of_machine_marks_can_fail(line: str) -> None:
    """The marks stand here with a ~ inside, or the guard would find this file."""
    assert machine_marks({"a.txt": line.replace("~", "")})
    assert not machine_marks({"a.txt": "docs/wo~rk/file".replace("~", "")})


def test_the_guard_of_locks_can_fail() -> None:
    assert lock_faults("a==1 \\\n    --hash=sha256:00\nb==2\n") == ["b==2"]
    assert lock_faults("a @ https://example.org/a.whl --hash=sha256:00")
    assert not lock_faults("a==1 \\\n    --hash=sha256:00\n")
    assert released("## [1.2.3] - 2026-01-01\n## [1.2.2] - 2025-01-01") == "1.2.3"
    assert released("# Changes") == ""


def test_the_settings_in_the_readme_are_settings() -> None:
    block = re.search(r"```json\n(.*?)```", read("README.md"), re.DOTALL)
    assert block is not None
    options = parse_options(block.group(1).encode())
    assert options.gateway.base_url == "https://api.razorpay.com"
    assert options.channel.value in read("README.md")
