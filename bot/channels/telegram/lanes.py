"""One task a chat at a time: in order within it, beside the others."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

log = structlog.get_logger(__name__)


class Lanes:
    """`work` is given the chat's id and does all there is for it. Whoever asks meanwhile has it look once more."""

    def __init__(self, work: Callable[[str], Awaitable[None]]) -> None:
        self._work = work
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._again: set[str] = set()

    def start(self, chat_id: str) -> None:
        """There is something for this chat."""
        if chat_id in self._tasks:
            self._again.add(chat_id)
        else:
            self._tasks[chat_id] = asyncio.create_task(self._run(chat_id))

    async def _run(self, chat_id: str) -> None:
        try:
            while True:
                self._again.discard(chat_id)
                await self._work(chat_id)
                if chat_id not in self._again:
                    return
        except Exception:
            # It is kept where it came from, and found there by the next look.
            log.exception("telegram.lane_failed")
        finally:
            self._again.discard(chat_id)
            del self._tasks[chat_id]

    async def drain(self, seconds: float) -> None:
        """Until nothing is under way; what takes longer is broken off, to be done at the next start."""
        deadline = asyncio.get_running_loop().time() + seconds
        while self._tasks and (left := deadline - asyncio.get_running_loop().time()) > 0:
            await asyncio.wait(tuple(self._tasks.values()), timeout=left)
        late = tuple(self._tasks.values())
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
