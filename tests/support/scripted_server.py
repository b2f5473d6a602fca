"""A tiny server on loopback that misbehaves on demand, byte by byte."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator

Script = Callable[[socket.socket, bytes], None]


def answer(body: bytes, status: str = "200 OK", headers: str = "") -> Script:
    """A script that answers once, correctly."""

    def play(peer: socket.socket, _request: bytes) -> None:
        head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
        peer.sendall(head.encode() + body)

    return play


class ScriptedServer:
    """Plays the next script for each request; the last one repeats. Keeps what was asked."""

    def __init__(self, scripts: list[Script], keep_alive: bool = False) -> None:
        self.scripts = scripts
        self.keep_alive = keep_alive
        self.requests: list[bytes] = []
        self.connections = 0
        self._stop = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(0.05)
        self.port: int = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while not self._stop.is_set():
            try:
                peer, _ = self._listener.accept()
            except TimeoutError:
                continue
            self.connections += 1
            with peer, contextlib.suppress(OSError):
                peer.settimeout(5)
                while self._one(peer) and self.keep_alive:
                    pass

    def _one(self, peer: socket.socket) -> bool:
        request = self._read(peer)
        if not request:
            return False
        self.requests.append(request)
        script = self.scripts[min(len(self.requests), len(self.scripts)) - 1]
        script(peer, request)
        return True

    @staticmethod
    def _read(peer: socket.socket) -> bytes:
        text = b""
        while b"\r\n\r\n" not in text:
            piece = peer.recv(65536)
            if not piece:
                return text
            text += piece
        head, _, body = text.partition(b"\r\n\r\n")
        length = 0
        for line in head.split(b"\r\n"):
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        while len(body) < length:
            piece = peer.recv(65536)
            if not piece:
                break
            body += piece
        return head + b"\r\n\r\n" + body

    def close(self) -> None:
        self._stop.set()
        self._thread.join(6)
        self._listener.close()


@contextlib.contextmanager
def scripted(*scripts: Script, keep_alive: bool = False) -> Iterator[ScriptedServer]:
    """A running server that is closed with the block."""
    server = ScriptedServer(list(scripts), keep_alive)
    try:
        yield server
    finally:
        server.close()
