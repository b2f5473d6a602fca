"""A line to a server of this machine that stories and tests cut, hold and mend."""

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")
_HOST = "127.0.0.1"


class Cable:
    """Passes bytes from ``port`` to ``target`` until something happens to it.

    ``cut``: connections break and new ones are refused. ``hold``: all stand, nothing passes.
    """

    def __init__(self, target: int) -> None:
        self.port = 0
        self._target = target
        self._server: asyncio.Server | None = None
        self._pairs: set[asyncio.StreamWriter] = set()
        self._held = False
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="cable")
        self._thread.start()
        self._do(self._open())

    def cut(self) -> None:
        """Nobody is there any more."""
        self._do(self._close())

    def hold(self) -> None:
        """The line swallows everything."""
        self._held = True

    def mend(self) -> None:
        """As new; what was held is lost."""
        if self._held:
            # Before anything breaks: who tries again at once must get through.
            self._held = False
            self._do(self._break())
        if self._server is None:
            self._do(self._open())

    def close(self) -> None:
        """End the line for good."""
        self._do(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _do(self, what: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(what, self._loop).result(10)

    async def _open(self) -> None:
        self._server = await asyncio.start_server(self._connected, _HOST, self.port)
        self.port = int(self._server.sockets[0].getsockname()[1])

    async def _close(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            server.close()
        await self._break()

    async def _break(self) -> None:
        for writer in self._pairs:
            writer.transport.abort()
        self._pairs.clear()
        await asyncio.sleep(0.02)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._pairs.add(writer)
        try:
            there, back = await asyncio.open_connection(_HOST, self._target)
        except OSError:
            writer.transport.abort()
            return
        self._pairs.add(back)
        await asyncio.gather(self._pump(reader, back), self._pump(there, writer))
        self._pairs -= {writer, back}

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while piece := await reader.read(65_536):
                if not self._held:
                    writer.write(piece)
                    await writer.drain()
            if not self._held:
                writer.close()
        except OSError:
            writer.transport.abort()
