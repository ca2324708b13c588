"""Runs conversations: what was said is kept first, answered in order, and answered once.

Receiving is one commit (then the sender may forget it); answering is another, with draft, replies and the mark.
A crash between a use case and the second commit answers the same message again, with the same `fresh_id`.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import structlog
from structlog.contextvars import bound_contextvars

from bot.conversation.draft import Draft, dump, load
from bot.conversation.effects import TemporaryTrouble
from bot.conversation.router import reply, stumbled
from bot.conversation.turn import Context, Effect, Person, Said, Turn
from bot.people import INVITED_ROLES
from bot.ports import BotWork
from bot.records import PersonRecord, ReceivedMessage
from services.reservation.catalogue import Catalogue
from services.shared_kernel.card import Card
from services.shared_kernel.clock import Clock
from services.shared_kernel.ids import Ids
from services.shared_kernel.plain_text import unsteered
from services.shared_kernel.refusal import Refusal
from services.shared_kernel.tracing import PASSING_ON, SpanKind, Tracing, current_traceparent

log = structlog.get_logger(__name__)

LONGEST_TEXT = 4000
LONGEST_ACTION = 64

CarryOut = Callable[[Effect[Any], Person], Awaitable[Any]]


class Dialogue:
    """One for all people and channels of a process."""

    def __init__(
        self,
        unit_of_work: Callable[[], BotWork],
        clock: Clock,
        ids: Ids,
        catalogue: Catalogue,
        carry_out: CarryOut,
        on_news: Callable[[str], None],
        tracing: Tracing = PASSING_ON,
    ) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock
        self._ids = ids
        self._catalogue = catalogue
        self._carry_out = carry_out
        self._on_news = on_news
        self._tracing = tracing
        self._turns: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def receive(self, person_id: str, client_id: str, said: Said) -> bool:
        """Keep what was said, durably. False when it was here already (a double or a repeat)."""
        with self._tracing.begin("chat message", current_traceparent(), kind=SpanKind.SERVER):
            text, action, client_id = (unsteered(part) for part in (said.text, said.action, client_id))
            is_new = await self._keep(person_id, client_id, text[:LONGEST_TEXT], action[:LONGEST_ACTION])
        self._on_news(person_id)
        return is_new

    async def _keep(self, person_id: str, client_id: str, text: str, action: str) -> bool:
        now, trace = self._clock.now(), current_traceparent()
        async with self._unit_of_work() as work:
            is_new = await work.received.add(person_id, client_id, self._ids.new(), text, action, now, trace)
            if is_new and text:
                await work.log.append(person_id, "me", Card(text=text), now, client_id=client_id)
        return is_new

    async def answer(self, person_id: str) -> int:
        """Answer all that a person has said and that isn't answered, in order; how many."""
        answered = 0
        async with self._turns[person_id]:
            while await self._answer_next(person_id):
                answered += 1
        return answered

    async def people_waiting(self, longer_than: timedelta = timedelta()) -> list[str]:
        """Who said something that isn't answered yet, so long ago."""
        async with self._unit_of_work() as work:
            return list(await work.received.people_waiting(self._clock.now() - longer_than))

    async def _answer_next(self, person_id: str) -> bool:
        async with self._unit_of_work() as work:
            message = await work.received.next_of(person_id)
            record = await work.persons.find(person_id)
            stored = await work.drafts.load(person_id)
        if message is None or record is None:
            return False
        with self._tracing.begin("chat answer", message.traceparent):
            turn = await self._converse(record, load(stored), message)
            now = self._clock.now()
            async with self._unit_of_work() as work:
                if await work.received.answered(message.position, now) and await _is_still(work, record):
                    await work.drafts.save(person_id, dump(turn.draft), now)
                    *before, last = turn.says
                    for card in before:
                        await work.log.append(person_id, "bot", card, now)
                    await work.log.append(person_id, "bot", last, now, key=turn.live or None)
        self._on_news(person_id)
        return True

    async def _converse(self, record: PersonRecord, draft: Draft, message: ReceivedMessage) -> Turn:
        person = Person(id=record.id, role=record.role, language=record.language, name=record.name)
        context = Context(person=person, now=self._clock.now(), catalogue=self._catalogue, fresh_id=message.fresh_id)
        conversation = reply(draft, Said(text=message.text, action=message.action), context)
        result: Any = None
        trouble: Exception | None = None
        try:
            while True:
                effect = conversation.throw(trouble) if trouble is not None else conversation.send(result)
                result, trouble = await self._try(effect, person)
        except StopIteration as stop:
            turn: Turn = stop.value
            return turn
        except Exception:
            # Asked again it would come to the same, and all that this person says later would wait behind it.
            log.exception("dialogue.no_answer", person_id=person.id)
            return stumbled(draft, context)

    async def _try(self, effect: Effect[Any], person: Person) -> tuple[Any, Exception | None]:
        """Its result, or what the conversation is told instead."""
        name = type(effect).__name__
        with bound_contextvars(effect=name, reservation_id=getattr(effect, "reservation_id", None)):
            try:
                with self._tracing.step(f"effect {name}"):
                    return await self._carry_out(effect, person), None
            except Refusal as refusal:
                return None, refusal
            except Exception as error:
                log.exception("dialogue.effect_failed", person_id=person.id)
                return None, TemporaryTrouble(type(error).__name__)


async def _is_still(work: BotWork, person: PersonRecord) -> bool:
    """Not when the role was taken back while the answer was made: the farewell was the last word."""
    if person.role not in INVITED_ROLES:
        return True
    now = await work.persons.find(person.id)
    return now is not None and now.role == person.role
