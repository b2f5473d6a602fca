"""Over TLS, too: a refused certificate was never written, a lost connection may have acted."""

import contextlib
import datetime
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from pos_desktop.net.http import HttpClient, Limits, NotWritten, OutcomeUnknown
from tests.support.scripted_server import Script, answer

CERTIFICATE = tuple[Path, Path]


def certificate(folder: Path, host: str, days: int) -> CERTIFICATE:
    """A self-signed certificate for ``host`` that ends in ``days``."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "practice")])
    now = datetime.datetime.now(datetime.UTC)
    address = x509.IPAddress(ipaddress.ip_address(host))
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=10))
        .not_valid_after(now + datetime.timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    public, private = folder / "cert.pem", folder / "key.pem"
    public.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return public, private


def whole_request(peer: socket.socket) -> bytes:
    """Head and body: closing with unread bytes would reset the connection under the answer."""
    read = b""
    while b"\r\n\r\n" not in read:
        read += peer.recv(65536)
    head, _, body = read.partition(b"\r\n\r\n")
    length = next(
        int(line.split(b":")[1])
        for line in head.lower().split(b"\r\n")
        if line.startswith(b"content-length:")
    )
    while len(body) < length:
        body += peer.recv(65536)
    return head + b"\r\n\r\n" + body


@contextlib.contextmanager
def tls_server(pair: CERTIFICATE, script: Script) -> Iterator[str]:
    """Answers one connection over TLS with ``script``."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*pair)
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(5)

    def serve() -> None:
        with contextlib.suppress(OSError), listener:
            plain, _ = listener.accept()
            with plain:
                plain.settimeout(5)
                with context.wrap_socket(plain, server_side=True) as peer:
                    script(peer, whole_request(peer))

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"https://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        thread.join()


@pytest.fixture
def trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CERTIFICATE:
    pair = certificate(tmp_path, "127.0.0.1", 10)
    monkeypatch.setattr("requests.adapters.DEFAULT_CA_BUNDLE_PATH", str(pair[0]))
    return pair


def test_answer(trusted: CERTIFICATE) -> None:
    with tls_server(trusted, answer(b'{"a":1}')) as url:
        client = HttpClient(url)
        assert client.request("POST", "/", json={}).json() == {"a": 1}
        client.close()


def abrupt(peer: socket.socket, _request: bytes) -> None:
    """The connection ends without TLS's own goodbye: an SSLError for the reader."""
    socket.socket.shutdown(peer, socket.SHUT_RDWR)


@pytest.mark.parametrize("script", [abrupt, lambda peer, _request: None])
def test_lost_after_the_request(trusted: CERTIFICATE, script: Script) -> None:
    with tls_server(trusted, script) as url:
        client = HttpClient(url)
        with pytest.raises(OutcomeUnknown) as caught:
            client.request("POST", "/", json={})
        client.close()
    assert caught.value.code == "net_lost"


def test_a_dripping_server_is_cut_off(trusted: CERTIFICATE) -> None:
    def drip(peer: socket.socket, _request: bytes) -> None:
        peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        for _ in range(100):
            peer.sendall(b"x")
            time.sleep(0.03)

    with tls_server(trusted, drip) as url:
        client = HttpClient(url, limits=Limits(total=0.3))
        with pytest.raises(OutcomeUnknown) as caught:
            client.request("POST", "/", json={})
        client.close()
    assert caught.value.code == "net_timeout"


@pytest.mark.parametrize(
    ("host", "days", "known"),
    [("127.0.0.1", 10, False), ("127.0.0.1", -1, True), ("127.0.0.2", 10, True)],
    ids=["self-signed", "expired", "wrong name"],
)
def test_bad_certificates(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, host: str, days: int, known: bool
) -> None:
    pair = certificate(tmp_path, host, days)
    if known:
        monkeypatch.setattr("requests.adapters.DEFAULT_CA_BUNDLE_PATH", str(pair[0]))
    read: list[bytes] = []
    with tls_server(pair, lambda _peer, request: read.append(request)) as url:
        client = HttpClient(url)
        with pytest.raises(NotWritten) as caught:
            client.request("POST", "/", json={})
        client.close()
    assert (caught.value.code, read) == ("net_tls", [])
