"""The client tells "never sent" from "may have happened", and no peer can hold or flood it."""

import socket
import ssl
import threading
import time
from decimal import Decimal

import pytest

from pos_desktop.domain.errors import InputError, Unavailable
from pos_desktop.net.http import (
    GarbledAnswer,
    HttpAnswer,
    HttpClient,
    Limits,
    NotWritten,
    OutcomeUnknown,
    StreamRefused,
    basic,
)
from tests.support.scripted_server import answer, scripted


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def drop(peer: socket.socket, _request: bytes) -> None:
    peer.close()


def hang(peer: socket.socket, _request: bytes) -> None:
    time.sleep(0.6)


def test_without_its_key_nothing_is_sent() -> None:
    def locked() -> dict[str, str]:
        raise Unavailable("keystore_timeout", "locked")

    with scripted(answer(b"{}")) as server:
        with pytest.raises(NotWritten) as raised:
            HttpClient(server.url, headers=locked).request("GET", "/")
        assert raised.value.code == "net_no_key"
        assert server.requests == []


def test_answer_and_what_was_sent() -> None:
    with scripted(answer(b'{"a":1.10}', headers="X-One: 1\r\n")) as server:
        client = HttpClient(server.url, auth=("key", "sécret"))
        reply = client.request("POST", "/v1/x", json={"name": "चाय", "n": 1})
        client.close()
    assert reply.status == 200 and reply.ok
    assert reply.json() == {"a": Decimal("1.10")}
    assert reply.headers["x-one"] == "1"
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /v1/x HTTP/1.1")
    assert f"Authorization: {basic('key', 'sécret')}".encode() in head
    assert b"Content-Type: application/json" in head
    assert body == '{"name":"चाय","n":1}'.encode()


def test_bytes_are_sent_as_the_json_that_they_are() -> None:
    with scripted(answer(b"{}")) as server:
        client = HttpClient(server.url)
        client.request("POST", "/pg/links", json=b'{"link_amount":170.10}')
        client.close()
    assert server.requests[0].endswith(b'\r\n\r\n{"link_amount":170.10}')
    assert b"Content-Type: application/json" in server.requests[0]


def test_form_is_utf8() -> None:
    with scripted(answer(b"{}")) as server:
        client = HttpClient(server.url)
        client.request("POST", "/f", form={"To": "+91", "Body": "a b&c"}, headers={"X-A": "b"})
        client.close()
    assert server.requests[0].endswith(b"To=%2B91&Body=a+b%26c")
    assert b"application/x-www-form-urlencoded; charset=utf-8" in server.requests[0]
    assert b"X-A: b" in server.requests[0]


def test_refused_connection_was_not_written() -> None:
    client = HttpClient(f"http://127.0.0.1:{free_port()}")
    with pytest.raises(NotWritten) as caught:
        client.request("POST", "/")
    assert caught.value.code == "net_connect"


def test_unknown_name_was_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_name(*_args: object, **_more: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr("socket.getaddrinfo", no_name)
    with pytest.raises(NotWritten) as caught:
        HttpClient("https://gateway.example").request("POST", "/")
    assert caught.value.code == "net_dns"


def test_failed_tls_was_not_written() -> None:
    def plain_text(peer: socket.socket, _hello: bytes) -> None:
        peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(5)

        def serve() -> None:
            peer, _ = listener.accept()
            with peer:
                peer.recv(4096)
                plain_text(peer, b"")

        thread = threading.Thread(target=serve)
        thread.start()
        client = HttpClient(f"https://127.0.0.1:{listener.getsockname()[1]}")
        with pytest.raises(NotWritten) as caught:
            client.request("POST", "/", json={})
        thread.join()
    assert caught.value.code == "net_tls"


def test_lost_tls_after_the_request_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    """urllib3 reports this as the same SSLError as a failed handshake."""
    with scripted(answer(b"{}")) as server:
        client = HttpClient(server.url)

        def broken(*_args: object, **_more: object) -> None:
            raise ssl.SSLEOFError(8, "EOF occurred in violation of protocol")

        monkeypatch.setattr("urllib3.connection.HTTPConnection.getresponse", broken)
        with pytest.raises(OutcomeUnknown):
            client.request("POST", "/", json={})
        client.close()


def test_connection_lost_after_write_is_unknown_and_not_repeated() -> None:
    with scripted(drop) as server:
        client = HttpClient(server.url)
        with pytest.raises(OutcomeUnknown) as caught:
            client.request("POST", "/pay", json={"a": 1})
        client.close()
    assert caught.value.code == "net_lost"
    assert len(server.requests) == 1


def test_get_is_repeated_once_when_the_connection_was_lost() -> None:
    with scripted(drop, answer(b"{}")) as server:
        client = HttpClient(server.url)
        assert client.request("GET", "/").status == 200
        client.close()
    assert len(server.requests) == 2


@pytest.mark.parametrize("method", ["POST", "GET"])
def test_read_timeout_is_unknown_and_not_repeated(method: str) -> None:
    with scripted(hang) as server:
        client = HttpClient(server.url, timeouts=(1, 0.15))
        with pytest.raises(OutcomeUnknown) as caught:
            client.request(method, "/")
        client.close()
    assert caught.value.code == "net_timeout"
    assert len(server.requests) == 1


@pytest.mark.parametrize("part", ["head", "body"])
def test_a_dripping_server_is_cut_off(part: str) -> None:
    def drip(peer: socket.socket, _request: bytes) -> None:
        if part == "body":
            peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        else:
            peer.sendall(b"HTTP/1.1 200 OK\r\n")
        for count in range(100):
            peer.sendall(b"x" if part == "body" else f"X-{count}: 1\r\n".encode())
            time.sleep(0.03)

    with scripted(drip) as server:
        client = HttpClient(server.url, limits=Limits(total=0.3))
        began = time.monotonic()
        with pytest.raises(OutcomeUnknown) as caught:
            client.request("POST", "/")
        client.close()
    assert caught.value.code == "net_timeout"
    assert time.monotonic() - began < 2


def test_a_long_poll_may_take_longer_than_other_calls() -> None:
    with scripted(hang, answer(b"{}")) as server:
        client = HttpClient(server.url, timeouts=(1, 0.1), limits=Limits(total=0.2))
        with pytest.raises(OutcomeUnknown):
            client.request("POST", "/")
        client.close()

    def late(peer: socket.socket, request: bytes) -> None:
        time.sleep(0.4)
        answer(b"{}")(peer, request)

    with scripted(late) as server:
        client = HttpClient(server.url, timeouts=(1, 0.1), limits=Limits(total=0.2))
        assert client.request("GET", "/", timeout=(1, 5)).status == 200
        client.close()


@pytest.mark.parametrize("length", ["Content-Length: 500000\r\n", "Transfer-Encoding: chunked\r\n"])
def test_large_answer_is_refused_by_limit(length: str) -> None:
    def flood(peer: socket.socket, _request: bytes) -> None:
        peer.sendall(f"HTTP/1.1 200 OK\r\n{length}\r\n".encode())
        block = b"a" * 1000
        piece = b"3e8\r\n" + block + b"\r\n" if "chunked" in length else block
        for _ in range(500):
            peer.sendall(piece)

    with scripted(flood) as server:
        client = HttpClient(server.url, limits=Limits(max_bytes=10_000))
        with pytest.raises(GarbledAnswer) as caught:
            client.request("POST", "/")
        client.close()
    assert caught.value.status == 200


def test_truncated_and_encoded_answers() -> None:
    def short(peer: socket.socket, _request: bytes) -> None:
        peer.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"a":')

    with scripted(short, answer(b"xx", headers="Content-Encoding: gzip\r\n")) as server:
        client = HttpClient(server.url)
        with pytest.raises(OutcomeUnknown) as lost:
            client.request("POST", "/")
        with pytest.raises(GarbledAnswer):
            client.request("POST", "/")
        client.close()
    assert lost.value.code == "net_lost"


def test_redirects_are_answers_and_never_followed() -> None:
    with scripted(
        answer(b"", "302 Found", "Location: http://169.254.169.254/latest\r\n")
    ) as server:
        client = HttpClient(server.url)
        reply = client.request("GET", "/")
        client.close()
    assert reply.status == 302 and not reply.ok
    assert len(server.requests) == 1


def test_environment_cannot_replace_our_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    with scripted(answer(b"{}")) as server:
        client = HttpClient(server.url)
        assert client.request("GET", "/").status == 200
        client.close()


def test_server_clock() -> None:
    date = "Date: Mon, 23 Nov 2026 04:45:30 GMT\r\n"
    year_one = "Date: Mon, 01 Jan 0001 00:00:00 GMT\r\n"
    with scripted(
        answer(b"{}", headers=date),
        answer(b"{}", headers="Date: soon\r\n"),
        answer(b"{}", headers=year_one),
    ) as server:
        client = HttpClient(server.url, now=lambda: 1795409130_000 - 60_000)
        assert (client.clock_skew_ms, client.skew_known) == (0, False)
        client.request("GET", "/")
        assert (client.clock_skew_ms, client.skew_known) == (60_500, True)
        for _ in range(2):
            client.request("GET", "/")
            assert client.clock_skew_ms == 60_500
        client.close()


@pytest.mark.parametrize(
    "body", [b"<html>login</html>", b"", b'{"a":NaN}', b"[" * 100_000, b"9" * 5000, b"\xff\xfe"]
)
def test_not_json(body: bytes) -> None:
    with pytest.raises(GarbledAnswer):
        HttpAnswer(200, {}, body).json()


@pytest.mark.parametrize(
    ("value", "seconds"), [("7", 7.0), ("99999", 300.0), ("soon", None), ("-1", None), ("", None)]
)
def test_retry_after(value: str, seconds: float | None) -> None:
    assert HttpAnswer(429, {"Retry-After": value}, b"").retry_after == seconds


@pytest.mark.parametrize(
    "url",
    [
        "http://api.example",
        "ftp://127.0.0.1",
        "https://",
        "https://user:pw@api.example",
        "https://api.example?x=1",
        "https://api.example/ x",
        "https://api.example:99999",
        "http://127.0.0.1.example.com",
        "",
    ],
)
def test_base_address_must_be_https_or_here(url: str) -> None:
    with pytest.raises(InputError):
        HttpClient(url)


@pytest.mark.parametrize("url", ["http://127.0.0.1:80", "http://localhost:1/x", "http://[::1]:5"])
def test_loopback_may_be_plain(url: str) -> None:
    assert HttpClient(url).is_loopback


def test_stream_lines() -> None:
    def events(peer: socket.socket, _request: bytes) -> None:
        peer.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        for piece in (b"id: 1\r\nda", b"ta: \xe0\xa4", b"\x9a\n\n", b"unfinished"):
            peer.sendall(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
            time.sleep(0.01)
        peer.sendall(b"0\r\n\r\n")

    with scripted(events) as server:
        client = HttpClient(server.url)
        assert list(client.stream_lines("/v1/feed", {"A": "b"})) == ["id: 1", "data: च", ""]
        client.close()
    assert b"Accept: text/event-stream" in server.requests[0]


def test_stream_delivers_at_once_and_times_out() -> None:
    def one_line(peer: socket.socket, _request: bytes) -> None:
        peer.sendall(b"HTTP/1.1 200 OK\r\n\r\nfirst\n")
        time.sleep(0.6)

    with scripted(one_line) as server:
        client = HttpClient(server.url)
        lines = client.stream_lines("/", read_timeout=0.2)
        began = time.monotonic()
        assert next(lines) == "first"
        assert time.monotonic() - began < 0.3
        with pytest.raises(OutcomeUnknown):
            next(lines)
        client.close()


def test_stream_refused_too_long_or_unreachable() -> None:
    with scripted(answer(b'{"code":"gone"}', "401 Unauthorized"), answer(b"x" * 5000)) as server:
        client = HttpClient(server.url, limits=Limits(max_line=1000))
        with pytest.raises(StreamRefused) as refused:
            next(client.stream_lines("/"))
        assert (refused.value.status, refused.value.body) == (401, b'{"code":"gone"}')
        with pytest.raises(GarbledAnswer):
            next(client.stream_lines("/"))
        client.close()
    with pytest.raises(NotWritten):
        next(HttpClient(f"http://127.0.0.1:{free_port()}").stream_lines("/"))


def test_sessions_are_kept_per_thread_and_connections_reused() -> None:
    with scripted(answer(b"{}"), keep_alive=True) as server:
        client = HttpClient(server.url)
        client.request("GET", "/1")
        client.request("GET", "/2")
        client.close()
    assert (len(server.requests), server.connections) == (2, 1)


def test_reach_tells_a_standing_line_from_a_cut_one() -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        port = server.getsockname()[1]
        HttpClient(f"http://127.0.0.1:{port}").reach()
    with pytest.raises(NotWritten) as cut:
        HttpClient(f"http://127.0.0.1:{port}", timeouts=(1.0, 1.0)).reach()
    assert cut.value.code == "net_connect"
