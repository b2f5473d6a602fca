"""Floors of the relay as processes: ``page FILE`` answers one file, ``events`` writes to streams.

Says its port on the first line.
"""

import asyncio
import socket
import sys
from pathlib import Path
from typing import cast

import uvicorn
from litestar import Litestar, Response, get


def page(file: Path) -> None:
    """A bare Litestar route on the server that the relay runs on."""
    body = file.read_bytes()

    @get("/i/{name:str}")
    async def bare(name: str) -> Response[bytes]:
        return Response(body, media_type="text/html")

    app = Litestar([bare], openapi_config=None, logging_config=None)
    server = uvicorn.Server(uvicorn.Config(app, access_log=False, log_config=None, ws="none"))
    listening = _listening()
    _announce(listening)
    server.run(sockets=[listening])


class Events(asyncio.Protocol):
    """Whoever connects is a stream; a line that somebody sends is written to all the others."""

    everyone: set[asyncio.Transport] = set()  # noqa: RUF012 - one server, one set

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are none by class.
        self._mine = cast("asyncio.Transport", transport)
        self.everyone.add(self._mine)
        self._mine.write(b": open\n\n")

    def connection_lost(self, _error: Exception | None) -> None:
        self.everyone.discard(self._mine)

    def data_received(self, data: bytes) -> None:
        for transport in self.everyone:
            if transport is not self._mine:
                transport.write(data)


def events() -> None:
    """A bare asyncio server, on the loop that the relay runs on."""
    factory = uvicorn.Config(lambda: None).get_loop_factory()

    async def serve() -> None:
        loop = asyncio.get_running_loop()
        listening = _listening()
        server = await loop.create_server(Events, sock=listening)
        _announce(listening)
        await server.serve_forever()

    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(serve())


def _listening() -> socket.socket:
    # Named as TCP, as the relay does: else the server sends with delay.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.bind(("127.0.0.1", 0))
    listening.listen(2048)
    return listening


def _announce(listening: socket.socket) -> None:
    print(listening.getsockname()[1], flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "page":
        page(Path(sys.argv[2]))
    else:
        events()
