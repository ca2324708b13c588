"""Talks between a customer and the operators, until an operator ends them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from bot.conversation.texts_threads import answer_card, closed_card
from bot.erasure import Erased
from bot.ports import BotWork
from bot.records import PersonRecord, Thread, ThreadLine
from services.shared_kernel.bot_events import ERASED, HandoverRequested
from services.shared_kernel.clock import KST, Clock, kst
from services.shared_kernel.ids import Ids
from services.shared_kernel.refusal import NotFound

# When somebody answers, Korean time, every day.
OPENS, CLOSES = time(9), time(18)
USUAL_MINUTES = 10
LONGEST_LINE = 1000


@dataclass(frozen=True, kw_only=True)
class OpenTalk:
    """A thread and what was said in it."""

    thread: Thread
    lines: Sequence[ThreadLine]


def opens_at(now: datetime) -> datetime | None:
    """When somebody is there again; None when they are now."""
    local = kst(now)
    if OPENS <= local.time() < CLOSES:
        return None
    day = local.date() if local.time() < OPENS else local.date() + timedelta(days=1)
    return datetime.combine(day, OPENS, KST)


class Threads:
    """Opened by a customer, answered and closed by operators. Whoever calls has checked the role."""

    def __init__(
        self, unit_of_work: Callable[[], BotWork], clock: Clock, ids: Ids, on_news: Callable[[str], None]
    ) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock
        self._ids = ids
        self._on_news = on_news

    async def ask(self, customer_id: str, text: str) -> Thread:
        """Open a thread, or go on with the open one. Operators are told when somebody begins to wait."""
        async with self._unit_of_work() as work:
            known = await work.threads.open_of(customer_id)
            thread = known or Thread(
                id=self._ids.new(),
                customer_id=customer_id,
                opened_at=self._clock.now(),
                waiting_since=None,
                closed_at=None,
            )
            return await self._say_as_customer(work, thread, text)

    async def say(self, customer_id: str, text: str) -> bool:
        """Pass a text on; False when none is open, they left it, or an operator opened it and hasn't written yet."""
        async with self._unit_of_work() as work:
            thread = await work.threads.open_of(customer_id)
            if thread is None or thread.left_at is not None or not await work.threads.lines(thread.id):
                return False
            await self._say_as_customer(work, thread, text)
        return True

    async def leave(self, customer_id: str, text: str) -> bool:
        """Nothing more is passed on, until they call again or are written to. False when there is none to leave.

        It isn't closed: a complaint in it may have to be dealt with, and kept.
        """
        now = self._clock.now()
        async with self._unit_of_work() as work:
            thread = await work.threads.open_of(customer_id)
            if thread is None or thread.left_at is not None:
                return False
            await self._line(work, thread, text, now)
            await work.threads.save(replace(thread, waiting_since=None, left_at=now))
        return True

    async def _say_as_customer(self, work: BotWork, thread: Thread, text: str) -> Thread:
        now = self._clock.now()
        person = await self._known(work, thread.customer_id)
        begins_to_wait = thread.waiting_since is None
        waiting = replace(thread, waiting_since=thread.waiting_since or now, left_at=None)
        await work.threads.save(waiting)
        await self._line(work, thread, text, now)
        if begins_to_wait and person is not None:
            asked = HandoverRequested(
                person_id=person.id,
                role=person.role,
                language=person.language,
                version=person.version,
                thread_id=thread.id,
            )
            await work.record([asked])
        return waiting

    async def _line(self, work: BotWork, thread: Thread, text: str, now: datetime) -> None:
        if text.strip():
            line = ThreadLine(person_id=thread.customer_id, text=text[:LONGEST_LINE], at=now)
            await work.threads.say(thread.id, line)

    async def open_ones(self) -> Sequence[OpenTalk]:
        """Those that aren't ended, the longest waiting first."""
        async with self._unit_of_work() as work:
            threads = await work.threads.open_ones()
            talks = [OpenTalk(thread=thread, lines=await work.threads.lines(thread.id)) for thread in threads]
        far = datetime.max.replace(tzinfo=KST)
        return sorted(talks, key=lambda talk: talk.thread.waiting_since or far)

    async def get(self, thread_id: str) -> OpenTalk:
        """One of them, ended or not. NotFound."""
        async with self._unit_of_work() as work:
            thread = await work.threads.find(thread_id)
            if thread is None:
                raise NotFound(thread_id)
            return OpenTalk(thread=thread, lines=await work.threads.lines(thread_id))

    async def with_customer(self, customer_id: str) -> Thread:
        """The open thread with a customer, opened by us if there is none. Refusal: Erased."""
        async with self._unit_of_work() as work:
            known = await work.threads.open_of(customer_id)
            if known is not None:
                return known
            await self._known(work, customer_id)
            thread = Thread(
                id=self._ids.new(),
                customer_id=customer_id,
                opened_at=self._clock.now(),
                waiting_since=None,
                closed_at=None,
            )
            await work.threads.save(thread)
            return thread

    async def answer(self, thread_id: str, *, operator_id: str, reply_id: str, text: str) -> datetime:
        """Answer in the person's chat; an ended thread is opened again. The same `reply_id` sends nothing twice."""
        now = self._clock.now()
        async with self._unit_of_work() as work:
            thread = await self._get(work, thread_id)
            card = answer_card(text[:LONGEST_LINE], await self._language(work, thread))
            if await work.log.append(thread.customer_id, "bot", card, now, delivery_id=reply_id):
                line = ThreadLine(person_id=operator_id, text=text[:LONGEST_LINE], at=now)
                await work.threads.say(thread_id, line)
                await work.threads.save(replace(thread, waiting_since=None, closed_at=None, left_at=None))
        self._on_news(thread.customer_id)
        return now

    async def close(self, thread_id: str) -> None:
        """End it, and say so. Ended already: nothing."""
        now = self._clock.now()
        async with self._unit_of_work() as work:
            thread = await self._get(work, thread_id)
            if thread.closed_at is not None:
                return
            await work.threads.save(replace(thread, waiting_since=None, closed_at=now))
            if thread.left_at is not None:
                return  # they have heard it
            card = closed_card(await self._language(work, thread))
            await work.log.append(thread.customer_id, "bot", card, now)
        self._on_news(thread.customer_id)

    async def _known(self, work: BotWork, person_id: str) -> PersonRecord | None:
        person = await work.persons.find(person_id)
        if person is not None and person.role == ERASED:
            raise Erased(person_id)
        return person

    async def _get(self, work: BotWork, thread_id: str) -> Thread:
        thread = await work.threads.find(thread_id)
        if thread is None:
            raise NotFound(thread_id)
        return thread

    async def _language(self, work: BotWork, thread: Thread) -> str:
        person = await work.persons.find(thread.customer_id)
        return person.language if person else "ko"
