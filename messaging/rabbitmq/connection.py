"""One connection to one of several nodes, held for as long as somebody wants it: lost, it is made again."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from urllib.parse import urlsplit

import aio_pika
import structlog
from aio_pika.abc import AbstractChannel, AbstractConnection

from messaging.broker import BrokerUnavailable
from services.shared_kernel.backoff import doubled

log = structlog.get_logger(__name__)

Chance = Callable[[], float]
Prepare = Callable[[AbstractConnection], Awaitable[None]]

HEARTBEAT_SECONDS = 10
CONNECT_SECONDS = 5.0
CHANNEL_SECONDS = 5.0
CLOSE_SECONDS = 5.0
FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 3.0
# One that was lost sooner counts as a failed try, so that a node that throws us out isn't asked without pause.
STEADY_SECONDS = 5.0
# Tries that end alike: every half minute or so, once the pauses are long.
SAY_AGAIN_AFTER = 10


class Supervisor:
    """Goes round the nodes; `prepare` runs on each new connection before anybody gets it.

    `chance` gives a number from 0 to 1: it spreads processes over the nodes and their tries over time.
    """

    def __init__(self, name: str, urls: Sequence[str], chance: Chance, prepare: Prepare | None = None) -> None:
        self._name = name
        self._urls = list(urls)
        self._chance = chance
        self._prepare = prepare
        self._next = int(chance() * len(self._urls))
        self._connection: AbstractConnection | None = None
        # What the last try at each node ended with, until one goes well.
        self._troubles: dict[str, str] = {}
        # Counts the connections there were: a channel of an earlier one is of no use, even if nobody has told it.
        self.generation = 0
        self._is_up = asyncio.Event()
        self._lost = asyncio.Event()
        self._is_closing = False
        self._task: asyncio.Task[None] | None = None

    @property
    def is_connected(self) -> bool:
        return self._connection is not None

    @property
    def is_blocked(self) -> bool:
        """The broker has no memory or disk left and reads nothing from us until it has."""
        return self._connection is not None and is_blocked(self._connection)

    @property
    def trouble(self) -> str:
        """What keeps us from each node, in the words of the last try there; empty when nothing does."""
        return "; ".join(f"{node}: {trouble}" for node, trouble in self._troubles.items())

    def start(self) -> None:
        self._task = asyncio.create_task(self._keep())

    async def close(self) -> None:
        # A cancellation alone may get lost: Python 3.11's wait_for, which aiormq uses, swallows one at a bad moment.
        self._is_closing = True
        self._lost.set()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def connected(self) -> AbstractConnection:
        """The connection, once there is one."""
        while self._connection is None:
            await self._is_up.wait()
        return self._connection

    async def channel(self, *, confirms: bool) -> AbstractChannel:
        """A new channel, now. Raises BrokerUnavailable; a connection that gives none in time is given up."""
        connection = self._connection
        if connection is None:
            raise BrokerUnavailable("not connected")
        try:
            async with asyncio.timeout(CHANNEL_SECONDS):
                channel = connection.channel(publisher_confirms=confirms, on_return_raises=confirms)
                await channel.initialize()
                return channel
        except Exception as error:
            if connection is self._connection:
                self._lost.set()
            raise BrokerUnavailable(f"no channel: {error!r}") from error

    async def _keep(self) -> None:
        loop = asyncio.get_running_loop()
        failures = 0
        while not self._is_closing:
            url = self._urls[self._next % len(self._urls)]
            self._next += 1
            since = loop.time()
            try:
                await self._hold(url)
                log.warning("rabbitmq.connection_lost", connection=self._name, node=_node(url))
                failures = 0 if loop.time() - since > STEADY_SECONDS else failures + 1
            except Exception as error:  # whatever it is, the next try may go well
                failures += 1
                self._say(url, error, failures)
            await asyncio.sleep(self._pause(failures))

    def _say(self, url: str, error: Exception, failures: int) -> None:
        node, trouble = _node(url), str(error) or type(error).__name__
        if trouble != self._troubles.get(node) or failures % SAY_AGAIN_AFTER == 0:
            log.warning("rabbitmq.not_connected", connection=self._name, node=node, error=repr(error), tries=failures)
        self._troubles[node] = trouble

    def _pause(self, failures: int) -> float:
        """Before each node was tried, next to none; then longer with each round."""
        longest = doubled(FIRST_PAUSE_SECONDS, failures // len(self._urls), longest=LONGEST_PAUSE_SECONDS)
        return longest * (0.5 + self._chance() / 2)

    async def _hold(self, url: str) -> None:
        """Until the connection is lost. Raises what kept it from being made."""
        connection = await self._connect(url)
        self._lost = lost = asyncio.Event()
        connection.close_callbacks.add(lambda *_: lost.set())
        try:
            if self._is_closing or not connection.connected.is_set():
                return
            if self._prepare is not None:
                await self._prepare(connection)
            self._connection = connection
            self._troubles.clear()
            self.generation += 1
            self._is_up.set()
            log.info("rabbitmq.connected", connection=self._name, node=_node(url))
            await lost.wait()
        finally:
            self._connection = None
            self._is_up.clear()
            await _close(connection)

    async def _connect(self, url: str) -> AbstractConnection:
        # Time is taken here as well: aio-pika's own limit ends before a broker that is blocked lets it through.
        async with asyncio.timeout(CONNECT_SECONDS):
            return await aio_pika.connect(
                url,
                heartbeat=HEARTBEAT_SECONDS,
                timeout=CONNECT_SECONDS,
                client_properties={"connection_name": f"ssak3 {self._name}"},
            )


async def _close(connection: AbstractConnection) -> None:
    # A peer that is silent is not waited for: the heartbeat ends what is left of it.
    with contextlib.suppress(Exception):
        async with asyncio.timeout(CLOSE_SECONDS):
            await connection.close()


def is_blocked(connection: AbstractConnection) -> bool:
    """It has no memory or disk left, and reads nothing until it has."""
    # aiormq keeps this to itself but for `ready()`, which waits while the connection is blocked.
    if connection.transport is None:
        return False
    ready = connection.transport.ready().__await__()
    try:
        next(ready)
    except StopIteration:
        return False
    ready.close()
    return True


def _node(url: str) -> str:
    """Never with the password; nor does an address that can't be read end whoever speaks of it."""
    return urlsplit(url).netloc.rpartition("@")[2]
