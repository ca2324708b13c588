"""What can't be answered, for a fault of ours, is said so once: whatever comes after it is answered."""

from typing import Any

import pytest

from bot.conversation.draft import Draft, dump
from bot.conversation.router import reply
from bot.conversation.turn import Context, Conversation, Said
from bot.dialogue import Dialogue
from bot.people import People
from storage.bot import tables
from storage.bot.repositories import BotUnitOfWork
from storage.engine import Database
from storage.unit_of_work import Context as StorageContext
from tests.support.branch import CATALOGUE
from tests.support.fresh import Fresh
from tests.support.time import FakeClock, FakeIds

pytestmark = pytest.mark.asyncio


def faulty(draft: Draft, said: Said, context: Context) -> Conversation:
    """Has a fault when it hears one word."""
    if said.text == "터져라":
        raise ZeroDivisionError("said: 터져라")
    return (yield from reply(draft, said, context))


@pytest.mark.parametrize("role", ["customer", "cleaner", "operator"])
async def test_a_fault_of_ours_silences_nobody(fresh_sqlite: Fresh, monkeypatch: pytest.MonkeyPatch, role: str) -> None:
    monkeypatch.setattr("bot.dialogue.reply", faulty)
    clock = FakeClock()
    ids, database = FakeIds(clock), Database(fresh_sqlite("bot"))
    context = StorageContext(tables=tables.messaging, database=database, clock=clock, ids=ids)

    def work() -> BotUnitOfWork:
        return BotUnitOfWork(context)

    async def carry_out(effect: Any, person: Any) -> Any:
        return None

    people = People(work, clock, ids, lambda: "CODE")
    dialogue = Dialogue(work, clock, ids, CATALOGUE, carry_out, lambda person_id: None)
    if role == "customer":
        person = await people.welcome_customer(channel="web")
    else:
        person = await people.join(code=await people.invite(role), channel="web")
    half = Draft(asking="message", memo={"thread": "t-1"})
    async with work() as opened:
        await opened.drafts.save(person.id, dump(half), clock.now())
    await dialogue.receive(person.id, "1", Said(text="터져라"))
    await dialogue.receive(person.id, "2", Said(action="home"))
    assert await dialogue.answer(person.id) == 2
    assert await dialogue.people_waiting() == []
    async with work() as opened:
        says = [message.card for message in await opened.log.after(person.id, 0, 100) if message.sender == "bot"]
    assert says[0].text == "저희 쪽 문제로 지금은 답해 드리지 못했어요. 적어 주신 내용은 그대로 있어요."
    assert [button.action for button in says[0].buttons] == ["home"]
    assert says[1].text != says[0].text
    await database.close()
