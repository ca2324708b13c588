"""Processes in one OS process: waits for what they need, serves, works; stopped in the order that loses nothing."""

import asyncio
import gc
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

import structlog

from services.payment.adapters.sandbox import TEST_CARD
from services.payment.adapters.sandbox.app import SANDBOX_SECRET_KEY
from services.payment.adapters.session import new_session
from services.shared_kernel.clock import Clock
from services.shared_kernel.ids import Ids
from services.shared_kernel.lease import Lease
from ssak3.background import ticks_of, workers_of
from ssak3.composition import Ssak3
from ssak3.doorstep import api_token, label_of, listening, run_file, stop_signal
from ssak3.http.app import create_app
from ssak3.http.forward import Forward
from ssak3.http.server import Server
from ssak3.logs import log_recorded
from ssak3.needs import check_settings, until_ready
from ssak3.otel import open_tracing
from ssak3.outside import Outside
from ssak3.processes import EMBEDDED
from ssak3.sandbox import open_sandbox
from ssak3.scheduler import SCHEDULER, scheduling
from ssak3.settings import Settings

if TYPE_CHECKING:
    from ssak3.http.demo import DemoSwitches

log = structlog.get_logger(__name__)

# Together with the longest request less than the 25 s after which whoever asked us to stop may lose patience.
DRAIN_SECONDS = 10.0
# Long enough for a load balancer to see that we aren't ready any more, and to send its requests elsewhere.
NOTICE_SECONDS = 2.0


async def run_processes(
    settings: Settings, clock: Clock, ids: Ids, *, processes: Sequence[str] = EMBEDDED, is_demo: bool = False,
    on_ready: Callable[[Ssak3], object],
) -> None:  # fmt: skip
    """Until SIGINT or SIGTERM; what is held then is finished. `on_ready` may be a coroutine function."""
    check_settings(settings, processes)
    stopping = stop_signal()
    with listening(settings) as (sock, public_url):
        settings = settings.model_copy(update={"public_url": public_url, "http_port": sock.getsockname()[1]})
        async with _built(settings, clock, ids, processes) as (ssak3, sandbox):
            await Running(ssak3, sandbox, stopping, is_demo=is_demo).run(sock, on_ready)


@asynccontextmanager
async def _built(
    settings: Settings, clock: Clock, ids: Ids, processes: Sequence[str]
) -> AsyncIterator[tuple[Ssak3, Forward | None]]:
    """Every part, and the way to the sandbox if it is one of them; nothing runs yet."""
    async with AsyncExitStack() as stack:
        provider_url, sandbox_url = settings.toss_api_base, ""
        if "sandbox" in processes:
            sandbox_url = await stack.enter_async_context(open_sandbox(settings, clock, ids))
            provider_url = f"{sandbox_url}/toss"
        tracing = await stack.enter_async_context(open_tracing(label_of(processes)))
        session = new_session()
        stack.push_async_callback(session.close)
        outside = Outside(
            clock=clock,
            ids=ids,
            session=session,
            provider_url=provider_url,
            provider_secret=SANDBOX_SECRET_KEY,
            test_card=TEST_CARD,
            api_token=api_token(settings),
            tracing=tracing,
        )
        ssak3 = Ssak3(settings, outside, processes)
        if settings.log_format == "json":
            ssak3.observers.listeners.append(log_recorded)
        stack.push_async_callback(ssak3.close)
        yield ssak3, Forward(session, sandbox_url) if sandbox_url else None


class Running:
    """One OS process from its first to its last breath."""

    def __init__(self, ssak3: Ssak3, sandbox: Forward | None, stopping: asyncio.Event, *, is_demo: bool) -> None:
        self._ssak3 = ssak3
        self._stopping = stopping
        self._ending = asyncio.Event()
        self._is_open = False
        self._app = create_app(ssak3, sandbox=sandbox, is_demo=is_demo, takes_work=lambda: self._takes_work)
        self._demo = _demo_switches(ssak3, sandbox) if is_demo and sandbox else None
        if self._demo is not None:
            self._app.include_router(self._demo.router())
        self._server = Server(self._app)

    @property
    def _takes_work(self) -> bool:
        return self._is_open and not self._stopping.is_set()

    async def run(self, sock: socket.socket, on_ready: Callable[[Ssak3], object]) -> None:
        """Until told to stop, or the server ends by itself."""
        serving = asyncio.create_task(self._server.serve(sockets=[sock]))
        working = asyncio.create_task(self._work(on_ready))
        stopped = asyncio.create_task(self._stopping.wait())
        with run_file(self._ssak3.settings, self._ssak3.processes):
            try:
                await asyncio.wait([serving, working, stopped], return_when=asyncio.FIRST_COMPLETED)
            finally:
                self._stopping.set()
                await self._drain(serving, working)
            serving.result()
            working.result()

    async def _work(self, on_ready: Callable[[Ssak3], object]) -> None:
        """Wait for what this process can't do without, then do all that it does; until `_ending`."""
        ssak3 = self._ssak3
        waiting, stopped = (
            asyncio.create_task(until_ready(ssak3)),
            asyncio.create_task(self._stopping.wait()),
        )
        await asyncio.wait([waiting, stopped], return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if not waiting.done():
            waiting.cancel()
            await asyncio.wait([waiting])
            return
        waiting.result()
        await ssak3.broker.start()
        workers = [asyncio.create_task(worker.run(self._ending)) for worker in workers_of(ssak3).values()]
        if "bot" in ssak3.processes:
            await ssak3.answering.resume()
        async with AsyncExitStack() as stack:
            if "scheduler" in ssak3.processes:
                await stack.enter_async_context(scheduling(ticks_of(ssak3), Lease(ssak3.leases, SCHEDULER)))
            self._is_open = True
            ready = on_ready(ssak3)
            if asyncio.iscoroutine(ready):
                await ready
            # What was loaded and put together since the start stays, too. To look through it takes 60 ms, in which
            # nothing else is done.
            gc.freeze()
            await self._stopping.wait()
        await self._ending.wait()
        await asyncio.gather(*workers)
        if ssak3.telegram is not None:
            await ssak3.telegram.finish()
        if "notification" in ssak3.processes:
            await ssak3.sending.finish()
        if ssak3.settings.is_distributed:
            await _publish_the_rest(ssak3)

    async def _drain(self, serving: asyncio.Task[None], working: asyncio.Task[None]) -> None:
        """Take no more messages, then no more requests; finish what is held."""
        ssak3 = self._ssak3
        if self._demo is not None:
            self._demo.feed.close()
        if ssak3.telegram is not None:
            ssak3.telegram.stop_taking()
        await ssak3.broker.stop_receiving()
        if ssak3.settings.is_distributed and not serving.done():
            await asyncio.sleep(NOTICE_SECONDS)
        self._server.should_exit = True
        await asyncio.wait([serving])
        self._ending.set()
        _, late = await asyncio.wait([working], timeout=DRAIN_SECONDS)
        if late:
            log.warning("process.not_drained")
            working.cancel()
            await asyncio.wait([working])


def _demo_switches(ssak3: Ssak3, sandbox: Forward) -> "DemoSwitches":
    from ssak3.http.demo import DemoSwitches  # with all of the front door

    return DemoSwitches(ssak3, sandbox)


async def _publish_the_rest(ssak3: Ssak3) -> None:
    """What the last requests left: others would find it, but a little later."""
    for relay in ssak3.relays.values():
        while ssak3.broker.is_connected and await relay.run_once():
            pass
