"""Carries out an operator's side of talks with customers and cleaners."""

from collections.abc import Sequence
from datetime import datetime

from bot.carry_out.runner import Table
from bot.conversation import effects_operator
from bot.conversation.turn import Person
from bot.people import People
from bot.records import PersonRecord
from bot.threads import OpenTalk, Threads
from services.mypage.ports import MyPage
from services.shared_kernel.refusal import NotFound


class TalkEffects:
    """Threads as operators see them."""

    def __init__(self, threads: Threads, people: People, my_page: MyPage) -> None:
        self._threads = threads
        self._people = people
        self._my_page = my_page

    def table(self) -> Table:
        """Which effect is carried out by what."""
        return {
            effects_operator.OpenThreads: self._open_threads,
            effects_operator.TheThread: self._the_thread,
            effects_operator.ReplyToThread: self._reply,
            effects_operator.ThreadOfReservation: self._of_reservation,
            effects_operator.CloseThread: self._close,
        }

    async def _open_threads(
        self, effect: effects_operator.OpenThreads, person: Person
    ) -> Sequence[effects_operator.ThreadSummary]:
        return [await self._summary(talk) for talk in await self._threads.open_ones()]

    async def _summary(self, talk: OpenTalk) -> effects_operator.ThreadSummary:
        who = await self._people.find(talk.thread.customer_id)
        return effects_operator.ThreadSummary(
            thread=talk.thread, name=_name(who), role=_role(who), last_text=_asked_last(talk)
        )

    async def _the_thread(self, effect: effects_operator.TheThread, person: Person) -> effects_operator.ThreadTalk:
        talk = await self._threads.get(effect.thread_id)
        who = await self._people.find(talk.thread.customer_id)
        return effects_operator.ThreadTalk(
            thread=talk.thread,
            name=_name(who),
            role=_role(who),
            lines=[
                effects_operator.Spoken(text=line.text, at=line.at, by_us=line.person_id != talk.thread.customer_id)
                for line in talk.lines
            ],
        )

    async def _reply(self, effect: effects_operator.ReplyToThread, person: Person) -> datetime:
        return await self._threads.answer(
            effect.thread_id, operator_id=person.id, reply_id=effect.reply_id, text=effect.text
        )

    async def _of_reservation(self, effect: effects_operator.ThreadOfReservation, person: Person) -> str:
        view = await self._my_page.get(effect.reservation_id)
        if view is None:
            raise NotFound(effect.reservation_id)
        return (await self._threads.with_customer(view.customer_id)).id

    async def _close(self, effect: effects_operator.CloseThread, person: Person) -> None:
        await self._threads.close(effect.thread_id)


def _asked_last(talk: OpenTalk) -> str:
    """What they said last; of who has left, what they said before the goodbye."""
    said = [line for line in talk.lines if line.person_id == talk.thread.customer_id]
    if len(said) > 1 and said[-1].at == talk.thread.left_at:
        return said[-2].text
    return said[-1].text if said else ""


def _name(person: PersonRecord | None) -> str:
    return person.name if person else ""


def _role(person: PersonRecord | None) -> str:
    return person.role if person else "customer"
