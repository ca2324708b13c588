"""Processes in one OS process: waits for what they need, serves, works; stopped in the order that loses nothing."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

import structlog

from services.payment.adapters.sandbox import TEST_CARD
from services.payment.adapters.sandbox.app import SANDBOX_SECRET_KEY
from services.payment.adapters.session import new_session
from services.shared_kernel.clock import Clock
from services.shared_kernel.ids import Ids
from ssak3.background import ticks_of, workers_of
from ssak3.composition import Ssak3
from ssak3.doorstep import api_token, listening, run_file, stop_signal
from ssak3.http.app import create_app
from ssak3.http.demo import DemoSwitches
from ssak3.http.forward import Forward
from ssak3.http.server import Server
from ssak3.leader import Leader
from ssak3.needs import check_settings, until_ready
from ssak3.outside import Outside
from ssak3.processes import EMBEDDED
from ssak3.sandbox import open_sandbox
from ssak3.scheduler import make_scheduler
from ssak3.settings import Settings

log = structlog.get_logger(__name__)

# Together less than the 25 s after which whoever asked us to stop may lose patience.
DRAIN_SECONDS = 12.0
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
        )
        ssak3 = Ssak3(settings, outside, processes)
        stack.push_async_callback(ssak3.close)
        yield ssak3, Forward(session, sandbox_url) if sandbox_url else None


class Running:
    """One OS process from its first to its last breath."""

    def __init__(self, ssak3: Ssak3, sandbox: Forward | None, stopping: asyncio.Event, *, is_demo: bool) -> None:
        self._ssak3 = ssak3
        self._stopping = stopping
        self._is_open = False
        self._app = create_app(ssak3, sandbox=sandbox, is_demo=is_demo, takes_work=lambda: self._takes_work)
        self._demo = DemoSwitches(ssak3, sandbox) if is_demo and sandbox else None
        if self._demo is not None:
            self._app.include_router(self._demo.router())
        self._server = Server(self._app)

    @property
    def _takes_work(self) -> bool:
        return self._is_open and not self._stopping.is_set()

    async def run(self, sock: socket.socket, on_ready: Callable[[Ssak3], object]) -> None:
        """Until told to stop, or the server ends by itself."""
        ssak3, stopping = self._ssak3, self._stopping
        serving = asyncio.create_task(self._server.serve(sockets=[sock]))
        stopped = asyncio.create_task(stopping.wait())
        ends = [serving, stopped]
        opening = asyncio.create_task(self._open())
        workers: list[asyncio.Task[None]] = []
        leader = Leader(ssak3.leases) if "scheduler" in ssak3.processes else None
        scheduler = make_scheduler(ticks_of(ssak3), leader) if leader is not None else None
        with run_file(ssak3.settings, ssak3.processes):
            try:
                await asyncio.wait([opening, *ends], return_when=asyncio.FIRST_COMPLETED)
                if not opening.done():
                    opening.cancel()
                    await asyncio.wait([opening])
                    return
                opening.result()
                workers = [asyncio.create_task(worker.run(stopping)) for worker in workers_of(ssak3).values()]
                if leader is not None and scheduler is not None:
                    await leader.stand()
                    scheduler.start()
                if "bot" in ssak3.processes:
                    await ssak3.answering.resume()
                self._is_open = True
                ready = on_ready(ssak3)
                if asyncio.iscoroutine(ready):
                    await ready
                await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            finally:
                stopping.set()
                if scheduler is not None and scheduler.running:
                    scheduler.shutdown(wait=False)
                if ssak3.settings.is_distributed and not serving.done():
                    await asyncio.sleep(NOTICE_SECONDS)
                await self._drain(serving, workers, leader)

    async def _open(self) -> None:
        """Wait until everything that this process can't do without is there."""
        await until_ready(self._ssak3)
        await self._ssak3.broker.start()

    async def _drain(
        self, serving: asyncio.Task[None], workers: Sequence[asyncio.Task[None]], leader: Leader | None
    ) -> None:
        ssak3 = self._ssak3
        if self._demo is not None:
            self._demo.feed.close()
        self._server.should_exit = True
        await ssak3.broker.stop_receiving()
        await asyncio.wait([serving])
        if workers:
            _, late = await asyncio.wait(workers, timeout=DRAIN_SECONDS)
            for task in late:
                log.warning("process.not_drained", task=task.get_name())
        if leader is not None:
            await leader.resign()
        serving.result()
