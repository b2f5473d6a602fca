"""The operator's commands beside a serving relay, and how it starts, stops and refuses."""

import base64
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pysqlite3 import dbapi2

from tests.relay.support import chain, command, enrol_body, operator, process, running
from tests.relay.test_hooks import LINK_PAID, sign


def test_commands_work_while_the_relay_serves(data: Path) -> None:
    data.mkdir()
    with (
        process(data, "--metrics-local") as (child, base_url),
        httpx.Client(base_url=base_url, trust_env=False) as http,
    ):
        added = command(data, "tenant", "add", "Fresh Mart", "--practice")
        assert added["practice"] is True
        assert added["hook_path"] == f"/hook/razorpay/{added['tenant_key']}"
        code = command(data, "enrol", added["tenant"], "--label", "Till 1")["code"]
        body = enrol_body(code, Ed25519PrivateKey.generate())
        answer = http.post("/v1/enrol", json=body).json()
        assert answer["series"][0] == "P"
        assert answer["callback_secret"] == added["callback_secret"]
        headers = {"authorization": f"Bearer {answer['token']}"}
        batch = {"epoch": 1, "from_seq": 1, "events": chain(3)}
        assert http.post("/v1/sync", json=batch, headers=headers).json()["last_seq"] == 3
        counter = command(data, "counters")
        assert (counter["device"], counter["last_seq"]) == (answer["device"], 3)
        assert command(data, "revoke", answer["device"])["revoked"] is True
        assert http.get("/v1/feed?wait=0", headers=headers).status_code == 403
        assert http.get("/readyz").json() == {"ok": True}
        assert "relay_requests_total" in http.get("/metrics").text
        began = time.monotonic()
        child.terminate()
        child.wait(8)
        assert time.monotonic() - began < 5


def test_webhook_secret_from_stdin_works_after_a_restart(data: Path) -> None:
    arguments = ("tenant", "add", "Fresh Mart", "--razorpay-secret-stdin")
    added = command(data, *arguments, stdin="whsec_demo_1\n")
    headers = {"x-razorpay-signature": sign(LINK_PAID), "x-razorpay-event-id": "e1"}
    for _ in range(2):
        with running(data) as relay:
            reply = relay.http.post(added["hook_path"], content=LINK_PAID, headers=headers)
            assert reply.status_code == 200
    stored = b"".join(p.read_bytes() for p in data.rglob("*") if p.is_file())
    assert b"whsec_demo_1" not in stored
    rotated = command(data, "tenant", "secret", added["tenant"], stdin="a new secret\n")
    assert rotated["previous_secret_hours"] == 24


def test_what_was_acknowledged_survives_a_kill(data: Path) -> None:
    shop = command(data, "tenant", "add", "Fresh Mart")["tenant"]
    code = command(data, "enrol", shop)["code"]
    with process(data) as (child, base_url):
        answer = httpx.post(
            f"{base_url}/v1/enrol", json=enrol_body(code, Ed25519PrivateKey.generate())
        ).json()
        headers = {"authorization": f"Bearer {answer['token']}"}
        batch = {"epoch": 1, "from_seq": 1, "events": chain(50)}
        assert httpx.post(f"{base_url}/v1/sync", json=batch, headers=headers).status_code == 200
        child.kill()
        child.wait(5)
    with running(data) as relay:
        again = relay.http.post("/v1/sync", json=batch, headers=headers).json()
        assert (again["last_seq"], again["head"]) == (50, chain(50)[-1]["hash"])


def test_it_ends_with_its_parent_and_a_taken_port_is_a_sentence(data: Path) -> None:
    data.mkdir()
    parent = subprocess.Popen([sys.executable, "-S", "-c", "input()"], stdin=subprocess.PIPE)
    with process(data, "--parent", str(parent.pid)) as (child, base_url):
        assert child.poll() is None
        port = base_url.rsplit(":", 1)[1]
        code, _, err = operator(data, "serve", "--port", port)
        assert (code, "cannot listen" in err) == (2, True)
        parent.kill()
        parent.wait(5)
        assert child.wait(8) == 0
    assert parent.stdin is not None
    parent.stdin.close()


def test_a_lost_key_stops_the_start(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command(data, "tenant", "add", "Fresh Mart")
    key = (data / "relay.key").read_text()
    assert (data / "relay.key").stat().st_mode & 0o077 == 0
    (data / "relay.key").unlink()
    code, _, err = operator(data, "serve", "--port", "0")
    assert (code, "relay.key is missing" in err) == (2, True)
    assert not (data / "relay.key").exists()
    for wrong, words in (
        (base64.urlsafe_b64encode(bytes(32)).decode(), "does not open"),
        ("short", "base64url"),
        ("\u20b9", "base64url"),
    ):
        monkeypatch.setenv("RASEED_RELAY_KEY", wrong)
        code, _, err = operator(data, "serve", "--port", "0")
        assert (code, words in err) == (2, True), err
    monkeypatch.setenv("RASEED_RELAY_KEY", key)
    assert operator(data, "counters") == (0, "", "")


def test_a_newer_database_is_refused(data: Path) -> None:
    command(data, "migrate")
    connection = dbapi2.connect(str(data / "relay.db"))
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    code, _, err = operator(data, "migrate")
    assert (code, "schema 99" in err) == (2, True)


@pytest.mark.parametrize(
    "arguments",
    [
        ("tenant", "add", "  "),
        ("tenant", "add", "x\ny"),
        ("tenant", "add", "x", "--razorpay-secret-stdin"),
        ("tenant", "secret", "T000000000"),
        ("enrol", "T000000000"),
    ],
)
def test_refusals_are_sentences(data: Path, arguments: tuple[str, ...]) -> None:
    code, out, err = operator(data, *arguments)
    assert (code, out) == (2, "")
    assert err.startswith("raseed-relay: ")
    assert operator(data, "tenant", "list") == (0, "", ""), "a refused shop is not there"


def test_strange_arguments(data: Path) -> None:
    assert operator(data, "revoke", "nobody")[0] == 1
    for arguments in (("enrol", "T", "--minutes", "0"), ("enrol", "T", "--uses", "0"), ()):
        with pytest.raises(SystemExit):
            operator(data, *arguments)
