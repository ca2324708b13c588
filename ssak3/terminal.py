"""`ssak3 chat`: a phone in the terminal, on the demo that runs, or on one started for it."""

import asyncio
import contextlib
import urllib.error
import urllib.request
from typing import Any

from bot.channels.console.client import chat
from ssak3.doorstep import address_of_the_page
from ssak3.running import run_processes
from ssak3.settings import Settings
from ssak3.system import DemoClock, SystemIds


async def chat_in_terminal(settings: Settings, role: str, invite: str | None) -> int:
    """Until the person leaves. Exit status 0."""
    url = address_of_the_page(settings)
    if await asyncio.to_thread(_answers, url):
        await chat(url, role, invite, data_dir=settings.data_dir, ids=SystemIds())
        return 0
    started: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    demo = asyncio.create_task(
        run_processes(
            settings,
            DemoClock(settings.data_dir),
            SystemIds(),
            is_demo=True,
            on_ready=lambda ssak3: started.set_result(ssak3.settings.public_url),
        )
    )
    waiting: list[asyncio.Future[Any]] = [demo, started]
    await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    if demo.done():
        demo.result()
        return 1
    talking = asyncio.create_task(chat(started.result(), role, invite, data_dir=settings.data_dir, ids=SystemIds()))
    await asyncio.wait([demo, talking], return_when=asyncio.FIRST_COMPLETED)
    talking.cancel()
    demo.cancel()
    for task in (talking, demo):
        with contextlib.suppress(asyncio.CancelledError):
            await task
    return 0


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/health/live", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
