"""The sandbox provider: inside another process, or one of its own on the main port."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from services.payment.adapters.sandbox import Ledger, create_app, start
from services.payment.adapters.sandbox.app import standing_alone
from services.payment.adapters.sandbox.ledger import LedgerInUse
from services.shared_kernel.clock import Clock
from services.shared_kernel.ids import Ids
from ssak3.doorstep import CannotStart, listening, run_file, stop_signal
from ssak3.settings import Settings


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
async def open_sandbox(settings: Settings, clock: Clock, ids: Ids) -> AsyncIterator[str]:
    """Started on a free local port; its address."""
    ledger = open_ledger(settings)
    try:
        app = create_app(ledger, clock=clock, ids=ids, return_base=settings.public_url)
        sandbox = await start(app)
        try:
            yield sandbox.url
        finally:
            await sandbox.close()
    finally:
        ledger.close()


async def run_sandbox(settings: Settings, clock: Clock, ids: Ids, *, on_ready: Callable[[Settings], object]) -> None:
    """`ssak3 run sandbox`: on the main port under `/sandbox/`, until SIGINT or SIGTERM."""
    stopping = stop_signal()
    ledger = open_ledger(settings)
    try:
        with listening(settings) as (sock, public_url):
            settings = settings.model_copy(update={"http_port": sock.getsockname()[1], "public_url": public_url})
            app = create_app(ledger, clock=clock, ids=ids, return_base=public_url)
            sandbox = await start(standing_alone(app), sock=sock)
            try:
                with run_file(settings, ("sandbox",)):
                    on_ready(settings)
                    await stopping.wait()
            finally:
                await sandbox.close()
    finally:
        ledger.close()
