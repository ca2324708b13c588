"""A kill at any commit, without killing the test: the process ends there, and its world is opened again."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

from bot.conversation.turn import Said
from bot.records import PersonRecord
from storage.engine import Database
from tests.support.time import FakeClock
from tests.support.world import World, a_world

# How often a person looks again before giving up.
PATIENCE = 12


class Killed(BaseException):
    """No `except Exception` sees it, and nothing is committed any more: as with SIGKILL."""


@dataclass(frozen=True, kw_only=True)
class Kill:
    """At the `at`-th commit of a process: just before it (what was done outside stays done), or just after."""

    at: int
    is_after: bool


@dataclass
class Fuse:
    """Burns as planned, one kill for each life of the process."""

    plan: list[Kill]
    seen: int = 0
    of_this_life: int = 0
    is_lit: bool = False
    is_burnt: bool = False

    def passes(self, is_after: bool) -> None:
        """A commit passes by; Killed once it is the one, and at every commit from there on."""
        if not self.is_lit:
            return
        self.seen += not is_after
        self.of_this_life += not is_after
        if self.is_burnt or (self.plan and self.plan[0] == Kill(at=self.of_this_life, is_after=is_after)):
            self.is_burnt = True
            raise Killed

    def again(self) -> None:
        """The process is started again."""
        self.plan, self.of_this_life, self.is_burnt = self.plan[1:], 0, False

    @contextmanager
    def installed(self) -> Iterator[None]:
        """Every database of this process burns with it."""
        write = Database.write
        fuse = self

        @asynccontextmanager
        async def guarded(database: Database) -> AsyncIterator[Any]:
            async with write(database) as connection:
                yield connection
                fuse.passes(is_after=False)
            fuse.passes(is_after=True)

        with patch.object(Database, "write", guarded):
            yield


class Lives:
    """One world after another in one folder; each work is taken up again after a kill, as a page and a timer do."""

    def __init__(self, folder: Path, fuse: Fuse) -> None:
        self.folder = folder
        self.fuse = fuse
        self.clock = FakeClock()
        self.frames: dict[str, tuple[str, Said]] = {}

    async def live(self, story: Callable[[World, "Lives"], Awaitable[None]]) -> None:
        """Tell the story until it comes to its end, in as many worlds as it takes."""
        with self.fuse.installed():
            while True:
                try:
                    async with a_world(self.folder, self.clock) as world:
                        try:
                            await self._resume(world)
                            await story(world, self)
                        finally:
                            await _at_rest(world)
                        return
                except (Killed, asyncio.CancelledError):
                    # Who waited for what was killed in a task of its own (ADR 27) is given up with it.
                    if not self.fuse.is_burnt:
                        raise
                    self.fuse.again()
                    self.clock.advance(seconds=3)

    async def _resume(self, world: World) -> None:
        for person_id in await world.ssak3.dialogue.people_waiting():
            await world.ssak3.dialogue.answer(person_id)

    async def send(self, world: World, person: PersonRecord, name: str, said: Said) -> None:
        """As the page does: the same `client_id` until it is taken."""
        client_id, first = self.frames.setdefault(name, (f"{person.id}-{name}"[:64], said))
        await world.ssak3.dialogue.receive(person.id, client_id, first)
        await world.ssak3.dialogue.answer(person.id)
        await world.settle()


async def _at_rest(world: World) -> None:
    """What was done beside what was killed comes to nothing, too, before its connections are closed."""
    async with asyncio.timeout(10):
        for database in world.ssak3.databases.by_context().values():
            while database.engine.sync_engine.pool.checkedout():  # type: ignore[attr-defined]  # noqa: ASYNC110
                await asyncio.sleep(0.001)


async def waited(world: World, is_there: Callable[[], Awaitable[bool]]) -> bool:
    """Whether it comes within a minute or two."""
    for _ in range(PATIENCE):
        if await is_there():
            return True
        await world.later(seconds=10)
    return await is_there()
