"""Power cuts, lost and damaged files, full disks: nothing half-written is ever served."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pysqlite3 import dbapi2
from sqlalchemy import insert
from sqlalchemy.exc import DBAPIError

from pos_desktop.wire import seal
from pos_relay.store import repair
from pos_relay.store.faults import BROKEN, BUSY, FULL, storage_fault
from pos_relay.store.files import SealedFolder, blob_name, digest
from pos_relay.store.tables import meta
from tests.relay.samples import BILL, INVOICE, PDF
from tests.relay.support import (
    Relay,
    Till,
    batch,
    captured_log,
    chain,
    command,
    enrol_body,
    operator,
)
from tests.relay.support import running as serving
from tests.relay.test_pages import new_token


def files(data: Path) -> list[Path]:
    """Everything in the folder of sealed files."""
    return sorted(path for path in (data / "sealed").rglob("*") if path.is_file())


def age(path: Path, hours: float) -> None:
    """Make a file look old."""
    then = time.time() - hours * 3600
    os.utime(path, (then, then))


def metric(relay: Relay, name: str, **labels: str) -> float:
    """What the relay counts."""
    return relay.node.meters.registry.get_sample_value(name, labels) or 0.0


def test_drafts_go_and_orphans_are_set_aside(data: Path) -> None:
    with serving(data) as relay:
        till, token = relay.enrol(relay.shop()), new_token()
        relay.publish(till, token, INVOICE, pdf=PDF)
    kept = files(data)
    folder = SealedFolder(data / "sealed")
    old, young = "cd" + "1" * 62, "cd" + "2" * 62
    for page in (old, young):
        folder.put(page, digest(b"cut"), b"cut")
    age(data / "sealed" / "cd" / blob_name(old, digest(b"cut")), 2)
    (data / "sealed" / "cd" / "x.part").write_bytes(b"half")
    (data / "sealed" / "cd" / "notes.txt").write_bytes(b"somebody's")
    with captured_log() as lines, serving(data) as relay:
        assert relay.http.get(f"/i/{token}.pdf").content == PDF
        assert metric(relay, "relay_repairs_total", kind="orphans") == 1
        assert metric(relay, "relay_repairs_total", kind="drafts") == 1
    assert '{"repair": {"drafts": 1, "orphans": 1, "lost": 0, "found": 0}}' in lines
    left = {path.name for path in files(data)} - {path.name for path in kept}
    assert left == {
        blob_name(young, digest(b"cut")),
        blob_name(old, digest(b"cut")),
        "notes.txt",
    }
    aside = data / "sealed" / "aside" / blob_name(old, digest(b"cut"))
    assert aside.read_bytes() == b"cut"
    age(aside, 31 * 24)
    with serving(data):
        assert not aside.exists()


def test_a_cut_between_file_and_row_publishes_nothing(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process dies after the file and before the row; the counter pushes again."""
    with serving(data) as relay:
        till, token = relay.enrol(relay.shop()), new_token()

        def die(*_arguments: object) -> None:
            raise KeyError("killed here")

        monkeypatch.setattr("pos_relay.store.pages.put", die)
        assert relay.publish(till, token, BILL, pdf=PDF).status_code == 500
        monkeypatch.undo()
        assert relay.http.get(f"/i/{token}").status_code == 404
    assert len(files(data)) == 2
    with serving(data) as relay:
        assert relay.http.get(f"/i/{token}").status_code == 404
        assert relay.publish(till, token, BILL, pdf=PDF).json() == {"result": "stored"}
        assert relay.http.get(f"/i/{token}").status_code == 200
    assert len(files(data)) == 2


def test_a_lost_file_is_told_and_mended_by_a_push(data: Path) -> None:
    with serving(data) as relay:
        till, token, other = relay.enrol(relay.shop()), new_token(), new_token()
        relay.publish(till, token, INVOICE, pdf=PDF)
        relay.publish(till, other, BILL)
    page = seal.page_id(token)
    for path in files(data):
        if path.name.startswith(page):
            path.unlink()
    with captured_log() as lines, serving(data) as relay:
        assert metric(relay, "relay_repairs_total", kind="lost") == 1
        with relay.node.store.database.read() as sql:
            assert repair.lost(sql) == [page]
            assert repair.lost(sql, till.answer.tenant) == [page]
            assert repair.lost(sql, "another") == []
            assert repair.count_lost(sql) == 1
        gone, unknown = relay.http.get(f"/i/{token}"), relay.http.get(f"/i/{new_token()}")
        assert (gone.status_code, gone.content) == (404, unknown.content)
        assert dict(gone.headers) == dict(unknown.headers)
        assert relay.http.get(f"/i/{token}.pdf").content == unknown.content
        assert relay.http.get(f"/i/{other}").status_code == 200
        assert metric(relay, "relay_lost_total", fault="missing") == 2
        assert json.dumps({"lost": "missing", "page": page[:6]}) in lines
        assert relay.publish(till, token, INVOICE).json() == {"result": "same"}
        with relay.node.store.database.read() as sql:
            assert repair.count_lost(sql) == 1, "the PDF is still missing"
        assert relay.publish(till, token, INVOICE, pdf=PDF).json() == {"result": "same"}
        assert relay.http.get(f"/i/{token}.pdf").content == PDF
        with relay.node.store.database.read() as sql:
            assert repair.count_lost(sql) == 0


def test_files_that_come_back_are_found(data: Path, tmp_path: Path) -> None:
    """The relay was started before its disk was there: nothing is given up."""
    with serving(data) as relay:
        till, tokens = relay.enrol(relay.shop()), [new_token() for _ in range(3)]
        for token in tokens:
            relay.publish(till, token, BILL)
    (data / "sealed").rename(tmp_path / "elsewhere")
    with serving(data) as relay:
        assert metric(relay, "relay_repairs_total", kind="lost") == 3
        assert relay.http.get(f"/i/{tokens[0]}").status_code == 404
    (data / "sealed").rmdir()
    (tmp_path / "elsewhere").rename(data / "sealed")
    with serving(data) as relay:
        assert metric(relay, "relay_repairs_total", kind="found") == 3
        assert [relay.http.get(f"/i/{token}").status_code for token in tokens] == [200] * 3


def test_a_new_database_beside_old_files_throws_none_away(data: Path) -> None:
    with serving(data) as relay:
        till, token = relay.enrol(relay.shop()), new_token()
        relay.publish(till, token, BILL)
    for path in files(data):
        age(path, 2)
    saved = [(path, path.read_bytes()) for path in data.glob("relay.db*")]
    for path, _ in saved:
        path.unlink()
    with serving(data) as relay:
        assert relay.http.get(f"/i/{token}").status_code == 404
    (moved,) = files(data)
    assert moved.parent.name == "aside"
    for path in data.glob("relay.db*"):
        path.unlink()
    for path, content in saved:
        path.write_bytes(content)
    moved.rename(data / "sealed" / moved.name[:2] / moved.name)
    with serving(data) as relay:
        assert relay.http.get(f"/i/{token}").status_code == 200


@pytest.mark.parametrize("harm", ["flipped", "cut", "emptied", "swapped"])
def test_a_damaged_file_answers_like_a_missing_page(data: Path, harm: str) -> None:
    with serving(data) as relay:
        till, token, other = relay.enrol(relay.shop()), new_token(), new_token()
        relay.publish(till, token, INVOICE)
        relay.publish(till, other, BILL)
        path = next(p for p in files(data) if p.name.startswith(seal.page_id(token)))
        whole = path.read_bytes()
        foreign = next(p for p in files(data) if p != path).read_bytes()
        harmed = {
            "flipped": whole[:-1] + bytes([whole[-1] ^ 1]),
            "cut": whole[: len(whole) // 2],
            "emptied": b"",
            "swapped": foreign,
        }
        path.write_bytes(harmed[harm])
        gone, unknown = relay.http.get(f"/i/{token}"), relay.http.get(f"/i/{new_token()}")
        assert (gone.status_code, gone.content) == (404, unknown.content)
        assert metric(relay, "relay_lost_total", fault="damaged") == 1
        code, out, _ = operator(data, "check")
        told = [json.loads(line) for line in out.splitlines()]
        assert code == 1
        assert told == [
            {"page": seal.page_id(token), "revision": 1, "fault": "damaged"},
            {"faults": 1},
        ]
        assert relay.publish(till, token, INVOICE).json() == {"result": "same"}
        assert relay.http.get(f"/i/{token}").status_code == 200
        assert operator(data, "check")[:2] == (0, '{"faults": 0}\n')


def test_a_lost_picture_is_missing_and_a_closed_one_needs_no_file(data: Path) -> None:
    with serving(data) as relay:
        till, tokens = relay.enrol(relay.shop()), [new_token() for _ in range(3)]
        for token in tokens:
            body = {"sealed": seal.encode(seal.seal(token, seal.PICTURE, 0, b"png"))}
            url = f"/v1/pictures/{seal.page_id(token)}"
            assert relay.http.put(url, json=body, headers=till.headers).status_code == 200
        left = files(data)[0]
        keep = left.read_bytes()
        for token in tokens[1:]:
            url = f"/v1/pictures/{seal.page_id(token)}/close"
            assert relay.http.post(url, json={}, headers=till.headers).status_code == 200
        for path in files(data):
            path.unlink()
        reply = relay.http.get(f"/q/{tokens[0]}.png")
        assert reply.status_code == 404
        assert metric(relay, "relay_lost_total", fault="missing") == 1
    # The relay died between a close and the removal of the file.
    left.write_bytes(keep)
    age(left, 2)
    with serving(data) as relay:
        still = left.name.startswith(seal.page_id(tokens[0]))
        assert metric(relay, "relay_repairs_total", kind="lost") == (0 if still else 1)
        assert metric(relay, "relay_repairs_total", kind="orphans") == (0 if still else 1)
        url = f"/v1/pictures/{seal.page_id(tokens[0])}"
        body = {"sealed": seal.encode(seal.seal(tokens[0], seal.PICTURE, 0, b"png"))}
        assert relay.http.put(url, json=body, headers=till.headers).json() == {"result": "same"}
        assert relay.http.get(f"/q/{tokens[0]}.png").content == b"png"
        assert relay.http.get(f"/q/{tokens[1]}.png").status_code == 200


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (OSError(28, "No space left on device"), FULL),
        (OSError(5, "Input/output error"), BROKEN),
        (OSError(24, "Too many open files"), BUSY),
        (OSError("no number"), None),
        (ConnectionResetError(104, "reset"), None),
        (ValueError("disk is full"), None),
    ],
)
def test_what_counts_as_trouble_of_the_store(error: Exception, fault: str | None) -> None:
    assert storage_fault(error) == fault


def test_a_full_database_is_said_so_and_goes_on(data: Path) -> None:
    with serving(data) as relay:
        till = relay.enrol(relay.shop())
        _on_the_writer(relay, "PRAGMA max_page_count = 1")
        reply = _sync(relay, till)
        assert (reply.status_code, reply.json()["code"]) == (507, "storage_full")
        assert reply.headers["retry-after"] == "30"
        assert metric(relay, "relay_storage_faults_total", fault="full") == 1
        _on_the_writer(relay, "PRAGMA max_page_count = 1000000")
        assert _sync(relay, till).json()["last_seq"] == 200


def test_a_database_that_another_holds_too_long_is_busy(data: Path) -> None:
    with serving(data) as relay:
        till = relay.enrol(relay.shop())
        _on_the_writer(relay, "PRAGMA busy_timeout = 50")
        other = dbapi2.connect(str(data / "relay.db"), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        reply = _sync(relay, till)
        assert (reply.status_code, reply.json()["code"]) == (503, "storage_busy")
        other.execute("ROLLBACK")
        other.close()
        assert _sync(relay, till).json()["last_seq"] == 200


def test_a_database_that_cannot_be_written_is_broken(data: Path) -> None:
    with serving(data) as relay:
        with pytest.raises(DBAPIError) as error, relay.node.store.database.read() as sql:
            sql.execute(insert(meta).values(name="x", value=b""))
        assert storage_fault(error.value) == BROKEN
        with pytest.raises(DBAPIError) as error, relay.node.store.database.write() as sql:
            sql.exec_driver_sql("no statement")
        assert storage_fault(error.value) is None


def test_a_relay_starts_where_repair_cannot_write(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(data) as relay:
        till, token = relay.enrol(relay.shop()), new_token()
        relay.publish(till, token, BILL)

    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(SealedFolder, "tidy", full)
    with serving(data) as relay:
        assert relay.http.get(f"/i/{token}").status_code == 200
        assert metric(relay, "relay_repairs_total", kind="failed") == 1


def _sync(relay: Relay, till: Till) -> httpx.Response:
    return relay.http.post("/v1/sync", json=batch(chain(200)), headers=till.headers)


def _on_the_writer(relay: Relay, pragma: str) -> None:
    """Writers are one at a time, and share a connection as long as it is so."""
    with relay.node.store.database.write() as sql:
        sql.exec_driver_sql(pragma)


@contextmanager
def on_a_small_disk(prepared: Path, disk: Path) -> Iterator[tuple[str, Path]]:
    """A relay on a file system of 4 MB: (base url, the disk as it sees it)."""
    disk.mkdir()
    script = (
        f'mount -t tmpfs -o size=4m,mode=700 none "{disk}" && cp -r "{prepared}"/. "{disk}" && '
        f'exec "{sys.executable}" -m pos_relay serve --data "{disk}" --port 0 --announce'
    )
    with (prepared.parent / "relay.log").open("w") as log:
        child = subprocess.Popen(
            ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        try:
            assert child.stdout is not None
            url = json.loads(child.stdout.readline())["base_url"]
            yield url, Path(f"/proc/{child.pid}/root{disk}")
        finally:
            child.terminate()
            child.wait(10)
            if child.stdout is not None:
                child.stdout.close()


def _may_mount() -> bool:
    if sys.platform != "linux" or not shutil.which("unshare"):
        return False
    tried = ["unshare", "--user", "--map-root-user", "--mount", "mount", "-t", "tmpfs", "n", "/mnt"]
    return subprocess.run(tried, capture_output=True, check=False).returncode == 0


@pytest.mark.skipif(not _may_mount(), reason="this machine lets nobody mount a small disk")
def test_a_really_full_disk(data: Path, tmp_path: Path) -> None:
    """Published until the disk is full: a clear no, nothing half-written, and on after it."""
    shop = command(data, "tenant", "add", "Fresh Mart")["tenant"]
    body = enrol_body(command(data, "enrol", shop)["code"], Ed25519PrivateKey.generate())
    (data / "ballast").write_bytes(bytes(1_500_000))
    with (
        on_a_small_disk(data, tmp_path / "disk") as (url, disk),
        httpx.Client(base_url=url, timeout=20, trust_env=False) as http,
    ):
        answer = http.post("/v1/enrol", json=body).json()
        headers = {"authorization": f"Bearer {answer['token']}"}
        stored: list[str] = []
        for _ in range(100):
            token = new_token()
            reply = _push(http, headers, token)
            if reply.status_code != 200:
                break
            stored.append(token)
        assert (reply.status_code, reply.json()["code"]) == (507, "storage_full"), reply.text
        assert len(stored) > 3
        assert http.get(f"/i/{token}").status_code == 404
        assert not list((disk / "sealed").rglob("*.part"))
        full = http.post("/v1/sync", json=batch(chain(200)), headers=headers)
        assert full.status_code in {200, 507}
        assert all(http.get(f"/i/{one}.pdf").content == BIG for one in stored)
        (disk / "ballast").unlink()
        assert _push(http, headers, token).json() == {"result": "stored"}
        assert http.get(f"/i/{token}.pdf").content == BIG
        again = http.post("/v1/sync", json=batch(chain(200)), headers=headers)
        assert again.json()["last_seq"] == 200


BIG = os.urandom(100_000)


def _push(http: httpx.Client, headers: dict[str, str], token: str) -> httpx.Response:
    content = seal.seal(token, seal.PAGE, 1, msgspec.json.encode(BILL))
    pdf = seal.seal(token, seal.PDF, 1, BIG)
    body = {"revision": 1, "content": seal.encode(content), "pdf": seal.encode(pdf)}
    return http.put(f"/v1/pages/{seal.page_id(token)}", json=body, headers=headers)
