"""Who works here, and how a role is taken back (ADR 22)."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from bot.conversation.texts_former import farewell
from bot.people import INVITED_ROLES
from bot.ports import BotWork
from bot.records import PersonRecord
from services.shared_kernel.bot_events import FORMER, RoleTakenBack
from services.shared_kernel.clock import Clock
from services.shared_kernel.ids import short_code
from services.shared_kernel.refusal import NotFound, Refusal, again_if_stale

# Who did it, when it was nobody's chat.
SHELL = "shell"


class NotStaff(Refusal):
    """A customer has no role that could be taken back."""


class LastOperator(Refusal):
    """Nobody would be left to hear that a cleaner didn't come or a refund failed, or to invite another."""


class Staff:
    """Cleaners and operators. `on_news` is told whose chat has something new."""

    def __init__(
        self, unit_of_work: Callable[[], BotWork], clock: Clock, on_news: Callable[[str], None]
    ) -> None:  # fmt: skip
        self._unit_of_work = unit_of_work
        self._clock = clock
        self._on_news = on_news

    async def everybody(self) -> Sequence[PersonRecord]:
        """Operators, then cleaners; who joined first, first."""
        async with self._unit_of_work() as work:
            found = [one for role in ("operator", "cleaner") for one in await work.persons.with_role(role)]
        return sorted(found, key=lambda one: (one.role != "operator", one.created_at))

    async def named(self, text: str) -> Sequence[PersonRecord]:
        """By id, by the short code of it, or by name; those whose role was taken back only if nobody else is meant."""
        async with self._unit_of_work() as work:
            by_role = [await work.persons.with_role(role) for role in (*INVITED_ROLES, FORMER)]
        # An id is one person's, whatever others call themselves.
        if the_one := [one for people in by_role for one in people if one.id == text.strip()]:
            return the_one
        *here, gone = [[one for one in people if _is_meant(one, text)] for people in by_role]
        return [one for people in here for one in people] or gone

    async def take_back(self, person_id: str, *, by: str, even_last: bool = False) -> PersonRecord:
        """From here on no door opens for them; other contexts follow by the event. Taken back already: no change.

        `by` is an operator's person id, or SHELL. Refusals: NotFound (`by`, too), NotStaff, LastOperator.
        """

        async def take_back() -> PersonRecord:
            async with self._unit_of_work() as work:
                operators = {one.id: one for one in await work.persons.hold_role("operator")}
                if by != SHELL and by not in operators:
                    raise NotFound(by)
                old = operators.get(person_id) or await work.persons.find(person_id)
                if old is None:
                    raise NotFound(person_id)
                if old.role == FORMER:
                    return old
                if old.role not in INVITED_ROLES:
                    raise NotStaff
                if [*operators] == [person_id] and not even_last:
                    raise LastOperator
                return await self._end(work, old, by)

        former = await again_if_stale(take_back)
        self._on_news(person_id)
        return former

    async def _end(self, work: BotWork, old: PersonRecord, by: str) -> PersonRecord:
        now = self._clock.now()
        new = replace(old, role=FORMER, version=old.version + 1)
        told = RoleTakenBack(
            person_id=new.id, role=new.role, language=new.language, version=new.version, was=old.role, by=by
        )
        await work.persons.save(old, new, [told])
        await work.invites.void_of(new.id, now)
        await work.link_codes.void_of(new.id, now)
        await work.drafts.save(new.id, {}, now)
        thread = await work.threads.open_of(new.id)
        if thread is not None:
            await work.threads.save(replace(thread, waiting_since=None, closed_at=now))
        await work.log.append(new.id, "bot", farewell(new.language), now)
        return new


def _is_meant(person: PersonRecord, text: str) -> bool:
    wanted = text.strip().casefold()
    return wanted in {one.casefold() for one in (person.id, short_code(person.id), person.name) if one}
