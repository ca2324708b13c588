"""Answers people in the background, and finishes what it holds when the process stops."""

import asyncio
from datetime import timedelta

import structlog

from bot.dialogue import Dialogue

log = structlog.get_logger(__name__)

# Longer than an answer takes: whoever was to give it was killed, or had no database.
OVERDUE = timedelta(seconds=10)


class Answering:
    """One task a person at a time is enough: it answers all that is waiting."""

    def __init__(self, dialogue: Dialogue) -> None:
        self._dialogue = dialogue
        self._tasks: set[asyncio.Task[int]] = set()

    def start(self, person_id: str) -> asyncio.Task[int]:
        """Answer this person soon; the task ends when they are answered."""
        task = asyncio.create_task(self._answer(person_id))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _answer(self, person_id: str) -> int:
        try:
            return await self._dialogue.answer(person_id)
        except Exception:
            # What was said is kept, and answered when it is overdue, here or elsewhere.
            log.exception("answering.failed", person_id=person_id)
            return 0

    async def run_once(self) -> int:
        """Answer what is overdue; how many messages that were."""
        waiting = await self._dialogue.people_waiting(OVERDUE)
        return sum(await asyncio.gather(*(self.start(person_id) for person_id in waiting)))

    async def resume(self) -> int:
        """Answer at once what a killed process left unanswered; how many people waited."""
        waiting = await self._dialogue.people_waiting()
        for person_id in waiting:
            self.start(person_id)
        return len(waiting)

    async def drain(self) -> None:
        """Until everything begun is answered."""
        while self._tasks:
            await asyncio.gather(*tuple(self._tasks), return_exceptions=True)
