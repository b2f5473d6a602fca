"""The relay as packaging/relay says: unit, environment file, nginx, admin, backup, restore."""

import json
import re
import secrets
import shutil
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

import httpx
import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from pos_desktop.wire import seal, v1
from pos_relay.routes.pages import body_size
from pos_relay.settings import LIMITS
from tests.guards.test_release import PIN, lock_faults, pins, project
from tests.relay.installed import (
    NGINX,
    PACKED,
    Place,
    admin,
    back_up,
    customer,
    install,
    nginx,
    restore,
    serving,
    started,
    unit,
)
from tests.relay.samples import INVOICE, PDF
from tests.relay.support import OPERATOR, WEBHOOK_SECRET, Till, enrol_body
from tests.relay.test_hooks import LINK_PAID, sign
from tests.relay.test_pages import new_token

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="systemd and nginx of Linux"),
    pytest.mark.timeout(120),
]
UNITS = ("raseed-relay.service", "raseed-relay-backup.service", "raseed-relay-backup.timer")
needs_nginx = pytest.mark.skipif(
    NGINX is None, reason="nginx is not installed: apt-get install nginx-light"
)
needs_systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed"
)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """A machine on which everything of packaging/relay is installed."""
    return install(tmp_path)


@dataclass
class Chain:
    """A shop that was set up with ``raseed-relay-admin``, and a counter of it."""

    hook_path: str
    till: Till


def set_up(place: Place, http: httpx.Client) -> Chain:
    words = ("tenant", "add", "Fresh Mart", "--razorpay-secret-stdin")
    shop = json.loads(admin(place, *words, said=f"{WEBHOOK_SECRET.decode()}\n"))
    code = json.loads(admin(place, "enrol", shop["tenant"], "--label", "Till 1"))["code"]
    key = Ed25519PrivateKey.generate()
    reply = http.post("/v1/enrol", json=enrol_body(code, key))
    assert reply.status_code == 200, reply.text
    answer = msgspec.json.decode(reply.content, type=v1.EnrolAnswer)
    return Chain(shop["hook_path"], Till(answer, key))


def publish(http: httpx.Client, chain: Chain, token: str, pdf: bytes = PDF) -> httpx.Response:
    body = {
        "revision": 1,
        "content": seal.encode(seal.seal(token, seal.PAGE, 1, msgspec.json.encode(INVOICE))),
        "pdf": seal.encode(seal.seal(token, seal.PDF, 1, pdf)),
    }
    url = f"/v1/pages/{seal.page_id(token)}"
    return http.put(url, json=body, headers=chain.till.headers)


def shown(http: httpx.Client, token: str) -> bool:
    page, pdf = http.get(f"/i/{token}"), http.get(f"/i/{token}.pdf")
    return "Amul Taaza" in page.text and pdf.content == PDF


def test_a_relay_is_set_up_backed_up_and_restored(place: Place) -> None:
    """Start by the unit's ExecStart and environment file; restore by the lines of the README."""
    token, later = new_token(), new_token()
    with serving(place) as http:
        chain = set_up(place, http)
        assert publish(http, chain, token).status_code == 200
        assert shown(http, token)
        backup = back_up(place)
        assert publish(http, chain, later).status_code == 200
    assert not (place.data / "relay.key").exists(), "the key is that of the environment file"
    assert place.data.stat().st_mode & 0o077 == 0
    shutil.rmtree(place.data / "sealed")
    (place.data / "relay.db").write_bytes(b"a disk that broke")
    restore(place, backup)
    with serving(place) as http:
        assert shown(http, token)
        assert http.get(f"/i/{later}").status_code == 404
        assert publish(http, chain, later).status_code == 200, "the counter's session still holds"
        assert back_up(place) != backup


@needs_systemd
def test_systemd_takes_the_units(place: Place) -> None:
    """The units with paths of this machine, since a program that is not there is a fault, too."""
    for name in UNITS:
        (place.root / name).write_text(place.here((PACKED / name).read_text()))
    files = [str(place.root / name) for name in UNITS]
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *files],
        capture_output=True,
        text=True,
        check=False,
    )
    own = [line for line in done.stderr.splitlines() if "raseed-relay" in line]
    assert (own, done.returncode) == ([], 0), done.stderr


@needs_systemd
@pytest.mark.parametrize("name", UNITS[:2])
def test_the_services_are_shut_in(place: Place, name: str) -> None:
    """systemd's own marks: 10 is open, 0 shut; below 2 is called OK (15 is 1.5 here)."""
    command = ["systemd-analyze", "security", "--offline=true", "--threshold=15", "--no-pager"]
    done = subprocess.run(
        [*command, str(PACKED / name)], capture_output=True, text=True, check=False
    )
    if "nrecognized option" in done.stderr:
        pytest.skip("this systemd-analyze judges only services that run")
    assert done.returncode == 0, done.stdout[-400:]


def test_the_unit_names_what_the_program_knows(place: Place) -> None:
    service = unit("raseed-relay.service")["Service"]
    assert service["User"] == "raseed-relay"
    for name in ("NoNewPrivileges", "MemoryDenyWriteExecute", "PrivateTmp", "ProtectHome"):
        assert service[name] == "yes"
    words, told = started(place, "raseed-relay.service")
    assert words[words.index("--host") + 1] == "127.0.0.1"
    assert words[words.index("--public-url") + 1] == "https://bills.example.in"
    known = subprocess.run(
        [words[0], "serve", "--help"], env=told, capture_output=True, text=True, check=True
    ).stdout
    assert [word for word in words if word.startswith("--") and word not in known] == []


def test_a_secret_is_made_as_the_environment_file_says(tmp_path: Path) -> None:
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    text = (PACKED / "relay.env.example").read_text()
    line = re.search(r"openssl rand .*", text)
    assert line is not None
    made = subprocess.run(["sh", "-c", line.group()], capture_output=True, text=True, check=True)
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}\n", made.stdout)


def test_the_lock_of_a_server_is_hashed_and_a_part_of_ours() -> None:
    """What a server installs is what the tests ran with; nothing of the window comes along."""
    lock = (PACKED / "requirements.txt").read_text()
    assert lock_faults(lock) == []
    found = set(PIN.findall(lock))
    assert found - pins("dev") == set()
    names = {name for name, _ in found}
    assert names >= {"hatchling", "litestar", "pysqlite3", "uvicorn"}
    assert names & {"pyside6-essentials", "requests", "keyring", "reportlab"} == set()
    relay = project()["project"]["optional-dependencies"]["relay"]
    wanted = {re.split(r"[^a-z0-9-]", line)[0] for line in relay}
    assert wanted - names == set(), "packaging/relay/README.md says how the lock is made"


def test_what_the_relay_takes_fits_through_nginx() -> None:
    """Each cap lets the relay's own pass, and little more: the relay refuses in words."""
    site = (PACKED / "nginx.conf").read_text()
    found = re.findall(r"location (\S+) \{\s+client_max_body_size (\d+)k;", site)
    caps = {place: int(size) * 1024 for place, size in found}
    wanted = {
        "/v1/pages/": body_size(LIMITS.page_content, LIMITS.page_pdf),
        "/v1/pictures/": body_size(LIMITS.picture),
        "/v1/sync": LIMITS.sync_body,
        "/v1/store/versions/": body_size(LIMITS.store_version),
        "/v1/store/": LIMITS.credential_body,
        "/hook/": LIMITS.hook_body,
        "/cb/": LIMITS.callback_body,
    }
    assert caps.keys() == wanted.keys()
    for place, size in wanted.items():
        assert size <= caps[place] <= size * 1.03, place


def test_the_readme_names_every_file() -> None:
    text = (PACKED / "README.md").read_text()
    names = {path.name for path in PACKED.iterdir() if path.is_file()} - {"README.md"}
    assert {name for name in names if name not in text.replace("`.timer`", UNITS[2])} == set()


@needs_nginx
def test_a_page_through_nginx(place: Place) -> None:
    token = new_token()
    biggest = secrets.token_bytes(LIMITS.page_pdf - seal.OVERHEAD)
    with serving(place), nginx(place) as http:
        chain = set_up(place, http)
        assert publish(http, chain, token).status_code == 200
        assert shown(http, token)
        page = http.get(f"/i/{token}")
        assert page.headers["content-encoding"] == "gzip"
        assert page.headers["strict-transport-security"] == "max-age=31536000"
        assert "server" not in page.headers or "/" not in page.headers["server"]
        big = new_token()
        assert publish(http, chain, big, biggest).status_code == 200, "the relay's own cap fits"
        assert http.get(f"/i/{big}.pdf").content == biggest
        assert publish(http, chain, new_token(), biggest * 2).status_code == 413
        assert http.post("/v1/enrol", content=b" " * 20_000).status_code == 413
        plain = httpx.get(f"http://127.0.0.1:{place.plain}/i/{token}", follow_redirects=False)
        assert plain.headers["location"] == f"https://bills.example.in/i/{token}"
        backup = back_up(place)
    restore(place, backup)
    with serving(place), nginx(place) as http:
        assert shown(http, token)


@needs_nginx
def test_an_event_passes_nginx_at_once(place: Place) -> None:
    with serving(place), nginx(place) as http:
        chain = set_up(place, http)
        headers = {**chain.till.headers, "accept": "text/event-stream"}
        with http.stream("GET", "/v1/feed", headers=headers, timeout=20) as stream:
            lines = stream.iter_lines()
            assert next(lines)  # the stream is open before there is news
            posted = threading.Thread(target=_hook, args=(place, chain.hook_path))
            posted.start()
            said = [next(lines)]
            while not said[-1].startswith("data:"):
                said.append(next(lines))
            posted.join(10)
        assert "plink" in said[-1]
        assert said.count(": alive") <= 1, "it did not wait for heartbeats to fill a buffer"


def _hook(place: Place, path: str) -> None:
    """A webhook of a gateway, through nginx as well."""
    headers = {"x-razorpay-signature": sign(LINK_PAID), "x-razorpay-event-id": "e1"}
    with customer(place) as gateway:
        assert gateway.post(path, content=LINK_PAID, headers=headers).status_code == 200


@needs_nginx
def test_what_is_not_for_customers(place: Place) -> None:
    bearer = {"authorization": f"Bearer {OPERATOR}"}
    hidden = ["/metrics", "/metrics/", "//metrics", "/%6detrics", "/x/../metrics", "/metrics?x=1"]
    hidden += ["/v1/operator/counters", "/v1//operator/counters", "/v1/operator/counters/"]
    with serving(place) as direct, nginx(place) as http:
        assert "relay_requests_total" in direct.get("/metrics", headers=bearer).text
        for path in hidden:
            reply = http.get(path, headers=bearer)
            assert (reply.status_code, "relay_requests" in reply.text) == (404, False), path


@needs_nginx
def test_a_forged_address_does_not_pass_nginx(place: Place) -> None:
    """A guesser is barred whatever he claims, and nobody else with him."""
    with serving(place), nginx(place), customer(place, address="127.0.0.2") as guesser:
        said = []
        for n in range(31):
            forged = dict.fromkeys(("x-forwarded-for", "x-real-ip"), f"198.51.100.{n}")
            forged["forwarded"] = f"for=198.51.100.{n}"
            said.append(guesser.get(f"/i/{new_token()}", headers=forged).status_code)
        assert said == [404] * 30 + [429]
        with customer(place, address="127.0.0.3") as other:
            assert other.get(f"/i/{new_token()}").status_code == 404


@needs_nginx
def test_no_token_and_no_path_reaches_a_log(place: Place) -> None:
    """Also not while the relay is down, nor for what nginx itself refuses."""
    token = new_token()
    with nginx(place) as http:
        with serving(place):
            chain = set_up(place, http)
            assert publish(http, chain, token).status_code == 200
            asked = [f"/i/{token}", f"/i?{token}", f"/FRSHMT/{token}", f"/i/{token}.pdf"]
            assert [http.get(path).status_code for path in asked] == [200] * 4
            assert http.get(f"/i/{token}" + "x" * 30_000).status_code == 414
            assert http.post(f"/i/{token}", content=b" " * 20_000).status_code == 413
            assert http.get(f"/metrics/{token}").status_code == 404
        assert [http.get(path).status_code for path in asked] == [502] * 4
    logs = [path for path in (*place.logs.iterdir(), place.root / "relay.log") if path.is_file()]
    assert len(logs) >= 3
    text = "\n".join(path.read_text() for path in logs)
    assert '"/i/{name}"' in text, "the relay logs the route"
    assert text.count(" GET 502 ") == 4, "nginx logs the status"
    for secret in (token, "/i/x", "FRSHMT", seal.page_id(token), chain.till.answer.token):
        assert secret not in text
    assert "127.0.0.1" not in (place.logs / "raseed-relay.access.log").read_text()
