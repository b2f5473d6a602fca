"""The files of packaging/relay, put below a folder of a test instead of the root of a machine."""

import base64
import configparser
import os
import pwd
import re
import secrets
import shlex
import shutil
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import httpx
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.guards.source import ROOT
from tests.relay.support import OPERATOR

PACKED = ROOT / "packaging/relay"
NAME = "bills.example.in"
NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
_VARIABLE = re.compile(r"\$\{(\w+)\}")
_PATIENCE_S = 15.0


@dataclass(frozen=True)
class Place:
    """One machine: ``root`` stands for its /, the ports for 80, 443 and 8080."""

    root: Path
    plain: int
    tls: int
    port: int

    @property
    def data(self) -> Path:
        """Where the relay keeps everything."""
        return self.root / "var/lib/raseed-relay"

    @property
    def backups(self) -> Path:
        """Where its backups go."""
        return self.root / "var/backups/raseed-relay"

    @property
    def logs(self) -> Path:
        """Where nginx logs."""
        return self.root / "var/log/nginx"

    def here(self, text: str) -> str:
        """A packed file's text with this machine's paths and ports."""
        text = text.replace("/opt/raseed-relay/venv", sys.prefix)
        text = text.replace("/opt/raseed-relay/src", str(ROOT))
        for path in ("/var/", "/etc/raseed-relay/", "/etc/letsencrypt/"):
            text = re.sub(rf"(?<![\w/]){path}", f"{self.root}{path}", text)
        text = re.sub(r"listen \[::\].*\n", "", text)
        for told, real in ((80, self.plain), (443, self.tls)):
            text = text.replace(f"listen {told}", f"listen 127.0.0.1:{real}")
        return text.replace("127.0.0.1:8080", f"127.0.0.1:{self.port}")


def install(root: Path) -> Place:
    """Lay the files out as the README says; the environment file is filled in."""
    place = Place(root, *(_free_port() for _ in range(3)))
    for folder in ("var/lib", "var/log/nginx", "etc/raseed-relay", "etc/nginx", "usr/local/sbin"):
        (root / folder).mkdir(parents=True)
    place.backups.mkdir(parents=True, mode=0o700)
    key = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip("=")
    filled = (PACKED / "relay.env.example").read_text()
    for name, value in (
        ("RASEED_RELAY_PORT", str(place.port)),
        ("RASEED_RELAY_KEY", key),
        ("RASEED_RELAY_OPERATOR_TOKEN", OPERATOR),
    ):
        filled, found = re.subn(rf"^{name}=.*$", f"{name}={value}", filled, flags=re.MULTILINE)
        assert found == 1, name
    (root / "etc/raseed-relay/relay.env").write_text(filled)
    user = pwd.getpwuid(os.geteuid()).pw_name
    admin = place.here((PACKED / "raseed-relay-admin").read_text())
    admin = admin.replace("user=raseed-relay", f"user={user}")
    (root / "usr/local/sbin/raseed-relay-admin").write_text(admin)
    return place


def unit(name: str, place: Place | None = None) -> configparser.ConfigParser:
    """A unit of systemd, with the paths of ``place``."""
    text = (PACKED / name).read_text()
    read = configparser.ConfigParser(strict=False, interpolation=None, delimiters="=")
    read.optionxform = str  # type: ignore[assignment,method-assign] # names keep their capitals
    read.read_string(place.here(text) if place else text)
    return read


def environment(file: Path) -> dict[str, str]:
    """An environment file as systemd reads it."""
    lines = [line.strip() for line in file.read_text().splitlines()]
    pairs = [line.partition("=") for line in lines if line and line[0] != "#"]
    return {name: value for name, _, value in pairs}


def started(place: Place, name: str) -> tuple[list[str], dict[str, str]]:
    """The words and the environment with which systemd would run a service."""
    service = unit(name, place)["Service"]
    told: dict[str, str] = {}
    if "EnvironmentFile" in service:
        told = environment(Path(service["EnvironmentFile"]))
    words = shlex.split(service["ExecStart"])
    # An exact value takes the place of each ${NAME}, as one word.
    words = [_VARIABLE.sub(lambda found: told[found.group(1)], word) for word in words]
    kept = ("PATH", "LANG", "PYTHONPATH", "LD_LIBRARY_PATH")
    return words, {**{n: os.environ[n] for n in kept if n in os.environ}, **told}


@contextmanager
def serving(place: Place) -> Iterator[httpx.Client]:
    """The relay by its unit's own words; its log is ``relay.log``. Calls go to it directly."""
    words, told = started(place, "raseed-relay.service")
    with (place.root / "relay.log").open("a") as log:
        child = subprocess.Popen(words, env=told, stdout=log, stderr=log, cwd=place.root)
    try:
        wait_for(place.port)
        base_url = f"http://127.0.0.1:{place.port}"
        with httpx.Client(base_url=base_url, timeout=10, trust_env=False) as http:
            yield http
    finally:
        child.terminate()
        child.wait(15)


def admin(place: Place, *words: str, said: str = "") -> str:
    """What ``raseed-relay-admin`` answers to ``said``."""
    script = place.root / "usr/local/sbin/raseed-relay-admin"
    _, told = started(place, "raseed-relay.service")
    clean = {name: value for name, value in told.items() if not name.startswith("RASEED")}
    done = subprocess.run(
        ["sh", str(script), *words],
        env=clean,
        input=said,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def back_up(place: Place) -> Path:
    """Run the backup by its unit's own words; the new folder."""
    words, told = started(place, "raseed-relay-backup.service")
    done = subprocess.run(words, env=told, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return max(place.backups.iterdir())


def restore(place: Place, backup: Path) -> None:
    """The lines that README names under Restore, but for those about the service and its user."""
    readme = (PACKED / "README.md").read_text()
    block = re.search(r"## Restore\n.*?```sh\n(.*?)```", readme, re.DOTALL)
    assert block is not None
    lines = [line for line in block.group(1).splitlines() if not line.startswith("systemctl")]
    assert [line.split()[0] for line in lines] == ["mv", "cp", "chown"]
    for line in lines[:2]:
        words = shlex.split(place.here(line).replace("STAMP", backup.name))
        subprocess.run(words, check=True)


@contextmanager
def nginx(place: Place) -> Iterator[httpx.Client]:
    """nginx with the packed site; calls are https by its own certificate."""
    certificate = _certificate(place)
    main = _nginx_main(place)
    done = subprocess.run(
        [str(NGINX), "-t", "-p", str(place.root), "-c", str(main)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    child = subprocess.Popen(
        [str(NGINX), "-p", str(place.root), "-c", str(main), "-g", "daemon off;"],
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(place.tls)
        with customer(place, certificate) as http:
            yield http
    finally:
        child.terminate()
        child.wait(15)


@contextmanager
def customer(
    place: Place, certificate: Path | None = None, address: str = "127.0.0.1"
) -> Iterator[httpx.Client]:
    """Somebody at one of this machine's own addresses, who trusts the certificate."""
    pem = certificate or place.root / f"etc/letsencrypt/live/{NAME}/fullchain.pem"
    context = ssl.create_default_context(cafile=str(pem))
    transport = httpx.HTTPTransport(verify=context, local_address=address)
    base_url = f"https://127.0.0.1:{place.tls}"
    with httpx.Client(base_url=base_url, transport=transport, timeout=10) as http:
        yield http


def wait_for(port: int) -> None:
    """Until somebody listens there."""
    end = time.monotonic() + _PATIENCE_S
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            assert time.monotonic() < end, f"nobody listens on {port}"
            time.sleep(0.05)
        else:
            return


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def _nginx_main(place: Place) -> Path:
    """What Debian's own nginx.conf does around the site, below the test's folder."""
    (place.root / "etc/nginx/raseed-relay.conf").write_text(
        place.here((PACKED / "nginx.conf").read_text())
    )
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temps = "\n".join(f"{kind}_temp_path {place.root}/var/{kind};" for kind in kinds)
    user = f"user {pwd.getpwuid(0).pw_name};" if os.geteuid() == 0 else ""
    main = place.root / "etc/nginx/nginx.conf"
    main.write_text(
        f"{user}\nworker_processes 1;\npid {place.root}/nginx.pid;\n"
        f"error_log {place.logs}/error.log;\nevents {{ worker_connections 256; }}\n"
        f"http {{\naccess_log {place.logs}/access.log;\n{temps}\n"
        f"include {place.root}/etc/nginx/raseed-relay.conf;\n}}\n"
    )
    return main


def _certificate(place: Place) -> Path:
    """A certificate of the customers' name, where certbot would put it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    names = [x509.DNSName(NAME), x509.IPAddress(ip_address("127.0.0.1"))]
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    folder = place.root / f"etc/letsencrypt/live/{NAME}"
    folder.mkdir(parents=True, exist_ok=True)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "privkey.pem").write_bytes(private)
    (folder / "fullchain.pem").write_bytes(signed.public_bytes(Encoding.PEM))
    return folder / "fullchain.pem"
