"""The relay runs on a server that has nothing of a counter: no window, no key store, no requests.

Another process imports every module of it and serves, while the counter's libraries cannot be
imported at all.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).resolve().parents[2]
COUNTERS = ("PySide6", "requests", "keyring")
SERVE = """
import pkgutil, sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in sys.argv[2].split(","):
            raise ModuleNotFoundError(f"{name} is absent here")

sys.meta_path.insert(0, Absent())
import pos_relay
for module in pkgutil.walk_packages(pos_relay.__path__, "pos_relay."):
    if not module.name.endswith("__main__"):
        __import__(module.name)
from pos_relay.cli import main
main(["serve", "--port", "0", "--announce", "--data", sys.argv[1]])
"""


@contextmanager
def without(absent: tuple[str, ...], data: Path) -> Iterator[subprocess.Popen[str]]:
    """A relay in a process where ``absent`` cannot be imported."""
    with subprocess.Popen(
        [sys.executable, "-P", "-c", SERVE, str(data), ",".join(absent)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.terminate()


def test_every_module_is_imported_and_it_serves_without_the_counters_libraries(
    tmp_path: Path,
) -> None:
    with without(COUNTERS, tmp_path / "data") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        said = process.stdout.readline()
        assert said, process.stderr.read()
        with httpx.Client(base_url=json.loads(said)["base_url"], trust_env=False) as http:
            assert http.get("/healthz").json() == {"ok": True}
            assert http.get("/readyz").status_code == 200
            assert http.get("/i/AAAAAAAAAAAAAAAAAAAAAA").status_code == 404
            assert http.get("/v1/feed").status_code == 401
            assert "/v1/sync" in http.get("/schema/openapi.json").json()["paths"]


@pytest.mark.parametrize("needed", ["litestar", "cryptography"])
def test_the_guard_can_fail(tmp_path: Path, needed: str) -> None:
    with without((needed,), tmp_path / "data") as process:
        said, errors = process.communicate(timeout=30)
    assert said == ""
    assert f"{needed} is absent here" in errors
