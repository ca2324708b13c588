"""Everything in one OS process: sandbox, workers, scheduler, main port; stopped in the order that loses nothing."""

import asyncio
import contextlib
import json
import os
import signal
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import uvicorn

from services.payment.adapters.sandbox import TEST_CARD, Ledger, create_app, start
from services.payment.adapters.sandbox.app import SANDBOX_SECRET_KEY
from services.payment.adapters.sandbox.ledger import LedgerInUse
from services.payment.adapters.sandbox.proxy import SandboxProxy
from services.payment.adapters.session import new_session
from services.shared_kernel.clock import Clock
from services.shared_kernel.ids import Ids
from ssak3.background import ticks_of, workers_of
from ssak3.composition import Outside, Ssak3
from ssak3.http.app import create_app as create_main_app
from ssak3.http.demo import DemoSwitches
from ssak3.scheduler import make_scheduler
from ssak3.settings import Settings, WrongSettings
from ssak3.system import token

DRAIN_SECONDS = 20
BACKLOG = 512


class CannotStart(Exception):
    """Why, and what to do."""


@contextmanager
def listening(settings: Settings) -> Iterator[socket.socket]:
    """The main port, bound before anything else needs its number."""
    sock = socket.socket(socket.AF_INET6 if ":" in settings.http_host else socket.AF_INET)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((settings.http_host, settings.http_port))
    except OSError as error:
        sock.close()
        raise CannotStart(
            f"{settings.http_host}:{settings.http_port} can't be listened on ({error.strerror}). "
            "Is it running already? Another port: --port 8001 (make demo ARGS='--port 8001')."
        ) from None
    with contextlib.closing(sock):
        yield sock


def api_token(settings: Settings) -> str:
    """The token of the settings, or one that is made once and kept in `<DATA_DIR>/api_token` (mode 0600)."""
    given = settings.api_token.get_secret_value()
    if given:
        return given
    path = settings.data_dir / "api_token"
    if not path.exists() or not path.read_text().strip():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = path.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as f:
            f.write(token())
            f.flush()
            os.fsync(f.fileno())
        fresh.replace(path)  # whole or not at all: an empty token would let everybody in
    return path.read_text().strip()


def open_ledger(settings: Settings) -> Ledger:
    """The sandbox's own book; it also keeps two processes from sharing a data folder."""
    path = settings.data_dir / "sandbox.jsonl"
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        return Ledger.open(path)
    except LedgerInUse:
        raise CannotStart(
            f"{settings.data_dir} is in use by another Ssak3. Stop it, or name another folder: --data DIR."
        ) from None


@asynccontextmanager
async def built(settings: Settings, clock: Clock, ids: Ids) -> AsyncIterator[tuple[Ssak3, SandboxProxy]]:
    """The sandbox and every part, tables up to date; nothing runs yet."""
    if settings.provider != "sandbox":
        raise WrongSettings("SSAK3_PROVIDER: only the sandbox can be paid with from the chat yet. Example: sandbox")
    ledger = open_ledger(settings)
    sandbox_app = create_app(ledger, clock=clock, ids=ids, return_base=settings.public_url)
    sandbox = await start(sandbox_app, "127.0.0.1", 0)
    session = new_session()
    outside = Outside(
        clock=clock,
        ids=ids,
        session=session,
        provider_url=f"{sandbox.url}/toss",
        provider_secret=SANDBOX_SECRET_KEY,
        test_card=TEST_CARD,
        api_token=api_token(settings),
    )
    ssak3 = Ssak3(settings, outside)
    try:
        await ssak3.databases.migrate()
        yield ssak3, SandboxProxy(session, sandbox.url)
    finally:
        await ssak3.close()
        await session.close()
        await sandbox.close()
        ledger.close()


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are ours: the server is one of several things to stop."""
        yield


async def run_embedded(
    settings: Settings, clock: Clock, ids: Ids, *, is_demo: bool, on_ready: Callable[[Ssak3], object]
) -> None:
    """Until SIGINT or SIGTERM; what is held then is finished. `on_ready` may be a coroutine function."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stopping.set)
    with listening(settings) as sock:
        port = sock.getsockname()[1]
        host = "127.0.0.1" if settings.http_host in ("0.0.0.0", "::") else settings.http_host
        public_url = settings.public_url or f"http://{f'[{host}]' if ':' in host else host}:{port}"
        settings = settings.model_copy(update={"public_url": public_url, "http_port": port})
        async with built(settings, clock, ids) as (ssak3, proxy):
            await _serve(ssak3, proxy, sock, stopping, is_demo=is_demo, on_ready=on_ready)


async def _serve(
    ssak3: Ssak3, proxy: SandboxProxy, sock: socket.socket, stopping: asyncio.Event, *, is_demo: bool,
    on_ready: Callable[[Ssak3], object],
) -> None:  # fmt: skip
    app = create_main_app(ssak3, is_demo=is_demo, ready=lambda: not stopping.is_set())
    demo = DemoSwitches(ssak3, proxy)
    if is_demo:
        app.include_router(demo.router())
    config = uvicorn.Config(
        app, log_config=None, access_log=False, ws_max_size=64 * 1024, timeout_graceful_shutdown=5,
        backlog=BACKLOG, proxy_headers=False, server_header=False,
    )  # fmt: skip
    server = _Server(config)
    serving = asyncio.create_task(server.serve(sockets=[sock]))
    workers = [asyncio.create_task(worker.run(stopping)) for worker in workers_of(ssak3).values()]
    scheduler = make_scheduler(ticks_of(ssak3))
    scheduler.start()
    with _run_file(ssak3.settings):
        try:
            await ssak3.answering.resume()
            ready = on_ready(ssak3)
            if asyncio.iscoroutine(ready):
                await ready
            stopped = asyncio.create_task(stopping.wait())
            await asyncio.wait([stopped, serving], return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopping.set()
            demo.feed.close()
            server.should_exit = True
            scheduler.shutdown(wait=False)
            for name in ssak3.consumers:  # whoever waits for a delivery needn't any more
                ssak3.broker.subscribe(name).wake()
            await serving
            await asyncio.wait(workers, timeout=DRAIN_SECONDS)


@contextmanager
def _run_file(settings: Settings) -> Iterator[None]:
    """Where this process listens, for whoever started it with a free port."""
    path: Path = settings.data_dir / "run" / f"embedded-{os.getpid()}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    for left_by_a_killed_one in path.parent.glob("embedded-*"):  # the folder is ours alone: see `open_ledger`
        left_by_a_killed_one.unlink(missing_ok=True)
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps({"process": "embedded", "pid": os.getpid(), "url": settings.public_url}))
    fresh.replace(path)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
