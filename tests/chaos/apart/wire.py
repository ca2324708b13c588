"""A TCP proxy that can go bad, and that can stand before several: it goes round those that it is given."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

Ports = Callable[[], Sequence[int]]

CHUNK = 65536


class Wire:
    """`ports` are those to connect to now, all on the loopback. Told to, it stalls, delays and resets."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._turn = 0
        self._flows = asyncio.Event()
        self._flows.set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self.port = 0
        self.delay_seconds = 0.0

    def stall(self) -> None:
        """What comes stays here, both ways, and nobody is told."""
        self._flows.clear()

    def flow(self) -> None:
        self._flows.set()

    def reset(self) -> None:
        """Every connection breaks off."""
        for writer in self._writers:
            writer.transport.abort()

    async def serve(self, near: asyncio.StreamReader, answer: asyncio.StreamWriter) -> None:
        found = await self._connected()
        if found is None:
            answer.transport.abort()
            return
        far, ask = found
        self._writers |= {answer, ask}
        for source, sink in ((near, ask), (far, answer)):
            task = asyncio.create_task(self._pump(source, sink))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        """To the next one that takes the connection; a connection that was refused carried nothing yet."""
        ports = [*self._ports()]
        self._turn += 1
        for at in range(len(ports)):
            with contextlib.suppress(OSError):
                return await asyncio.open_connection("127.0.0.1", ports[(self._turn + at) % len(ports)])
        return None

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await source.read(CHUNK):
                await self._flows.wait()
                if self.delay_seconds:
                    await asyncio.sleep(self.delay_seconds)
                sink.write(data)
                await sink.drain()
        sink.close()
        self._writers.discard(sink)

    async def close(self) -> None:
        self.reset()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


@asynccontextmanager
async def wired(ports: Ports) -> AsyncIterator[Wire]:
    wire = Wire(ports)
    server = await asyncio.start_server(wire.serve, "127.0.0.1", 0)
    wire.port = server.sockets[0].getsockname()[1]
    try:
        yield wire
    finally:
        server.close()
        await wire.close()
