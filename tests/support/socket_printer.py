"""A network receipt printer: a real socket that answers, stalls, dies or says nothing."""

import socket
import struct
import threading
from dataclasses import dataclass
from types import TracebackType
from typing import Self

_RESET = struct.pack("ii", 1, 0)


@dataclass
class Manner:
    """How it behaves. Bytes of the answers; None for silence. ``most``: bytes of a job after which
    it does what ``then`` says: ``die`` (its power goes), ``stall`` (it takes no more)."""

    state: int | None = 0x12
    cause: int | None = 0x12
    paper: int | None = 0x12
    end: int | None = 0x00
    most: int | None = None
    then: str = "die"
    noise: bytes = b""


class SocketPrinter:
    """``jobs``: what it was given to print, one for each connection that gave anything."""

    def __init__(self, manner: Manner | None = None, port: int = 0) -> None:
        self.manner = manner or Manner()
        self.jobs: list[bytes] = []
        self.pulled = threading.Event()
        self._listening = socket.create_server(("127.0.0.1", port))
        # Little room, so that one that takes no more is noticed after little.
        self._listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self._thread = threading.Thread(target=self._serve, daemon=True)

    @property
    def port(self) -> int:
        name: tuple[str, int] = self._listening.getsockname()
        return name[1]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.pulled.set()
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join(5)
        assert not self._thread.is_alive()

    def _serve(self) -> None:
        while True:
            try:
                line, _ = self._listening.accept()
            except OSError:
                return
            with line:
                self._talk(line)

    def _talk(self, line: socket.socket) -> None:
        manner, job, heard = self.manner, bytearray(), b""
        while True:
            try:
                part = line.recv(1024)
            except ConnectionResetError:
                part = b""
            if not part:
                break
            heard = self._answer(line, heard + part, job)
            if manner.most is not None and len(job) >= manner.most:
                if manner.then == "stall":
                    self.pulled.wait(20)
                line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                break
        if job:
            self.jobs.append(bytes(job))

    def _answer(self, line: socket.socket, heard: bytes, job: bytearray) -> bytes:
        """Take commands and letters out of what was heard; what is left may go on."""
        manner = self.manner
        answers = {
            b"\x10\x04\x01": manner.state,
            b"\x10\x04\x02": manner.cause,
            b"\x10\x04\x04": manner.paper,
            b"\x1dr\x01": manner.end,
            b"\x1da\x00": None,
        }
        while heard and (manner.most is None or len(job) < manner.most):
            three = heard[:3]
            if three in answers:
                answer, heard = answers[three], heard[3:]
                if answer is not None:
                    line.sendall(manner.noise + bytes([answer]))
            elif any(command.startswith(three) for command in answers):
                break
            else:
                job += heard[:1]
                heard = heard[1:]
        return heard
