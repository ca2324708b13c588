"""A person is erased: what is kept of them goes, what the law wants kept stays without them (ADR 24)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from bot.people import INVITED_ROLES
from bot.ports import BotWork
from bot.records import PersonRecord
from services.shared_kernel.bot_events import ERASED, ConsentChanged, PersonErased
from services.shared_kernel.clock import Clock
from services.shared_kernel.event import Event
from services.shared_kernel.refusal import NotFound, Refusal, again_if_stale


@dataclass(frozen=True, kw_only=True)
class OpenAffair:
    """Something that has to end first. `kind`: unpaid, upcoming, not_begun, under_way, paying, refunding, compensation
    or talk.

    `id` is the reservation's, of a talk its own; `at` is when the visit starts, or when the talk was begun.
    """

    kind: str
    id: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Affairs:
    """What somebody had and has to do with us as a customer."""

    reservation_ids: tuple[str, ...] = ()
    job_ids: tuple[str, ...] = ()
    still_open: tuple[OpenAffair, ...] = ()


class StillOpen(Refusal):
    """There is something that can't be done without knowing who it is for."""

    def __init__(self, still_open: Sequence[OpenAffair]) -> None:
        super().__init__(", ".join(f"{one.kind} {one.id}" for one in still_open))
        self.still_open = tuple(still_open)


class Erased(NotFound):
    """Whoever is meant was erased."""


class StillStaff(Refusal):
    """A cleaner or an operator: their role is taken back first (ADR 22)."""


class AffairsQueries(Protocol):
    """Only reads, in other contexts."""

    async def of(self, person_id: str) -> Affairs: ...


class Erasure:
    """`on_news` is told whose chat has something new."""

    def __init__(
        self, unit_of_work: Callable[[], BotWork], affairs: AffairsQueries, clock: Clock, on_news: Callable[[str], None]
    ) -> None:  # fmt: skip
        self._unit_of_work = unit_of_work
        self._affairs = affairs
        self._clock = clock
        self._on_news = on_news

    async def look(self, person_id: str) -> tuple[PersonRecord, Affairs]:
        """Who it is, and what would stand in the way. NotFound."""
        async with self._unit_of_work() as work:
            person = await work.persons.find(person_id)
            if person is None:
                raise NotFound(person_id)
            talks = await _open_talk(work, person_id)
        affairs = await self._affairs.of(person_id)
        return person, replace(affairs, still_open=(*affairs.still_open, *talks))

    async def erase(self, person_id: str, *, by: str) -> None:
        """From here on nobody knows who it was; other contexts follow by the event. Erased already: no change.

        `by` is an operator's person id, SHELL, or their own id. Refusals: NotFound, StillStaff, StillOpen.
        """

        async def erase() -> None:
            person, affairs = await self.look(person_id)
            if person.role == ERASED:
                return
            if person.role in INVITED_ROLES:
                raise StillStaff(person.role)
            if affairs.still_open:
                raise StillOpen(affairs.still_open)
            async with self._unit_of_work() as work:
                if talks := await _open_talk(work, person_id):  # begun since
                    raise StillOpen(talks)
                await self._end(work, person, affairs, by)

        await again_if_stale(erase)
        self._on_news(person_id)

    async def _end(self, work: BotWork, old: PersonRecord, affairs: Affairs, by: str) -> None:
        new = replace(
            old,
            version=old.version + 1,
            role=ERASED,
            language="ko",
            name="",
            quiet_at_night=False,
            consent_day_at=None,
            consent_night_at=None,
        )
        await work.persons.save(old, new, _told(old, new, by))
        await work.traces.erase(old, (*affairs.reservation_ids, *affairs.job_ids), self._clock.now())


async def _open_talk(work: BotWork, person_id: str) -> tuple[OpenAffair, ...]:
    """A complaint's record is to be copied out first: its talk goes with the rest."""
    thread = await work.threads.open_of(person_id)
    if thread is None:
        return ()
    if thread.waiting_since is None and not await work.threads.lines(thread.id):
        return ()  # an operator was about to write, and didn't: nobody knows of it
    return (OpenAffair(kind="talk", id=thread.id, at=thread.opened_at),)


def _told(old: PersonRecord, new: PersonRecord, by: str) -> Sequence[Event]:
    erased = PersonErased(
        person_id=new.id, role=new.role, language=new.language, version=new.version, was=old.role, by=by
    )
    if old.consent_day_at is None:
        return [erased]
    withdrawn = ConsentChanged(
        person_id=old.id, role=old.role, language=old.language, version=new.version, day=False, night=False
    )
    return [withdrawn, erased]
