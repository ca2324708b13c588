"""What was sent gets recorded, also when the database doesn't take it at once; and what a send tells of a person."""

import asyncio
from collections.abc import Callable

import pytest

from services.notification.broadcasts.store import BroadcastWork
from services.notification.ports import Accepted, Rejected
from services.shared_kernel.refusal import StaleVersion
from storage.notification.repositories import NotificationUnitOfWork
from tests.support.broadcasts import approved, people, states
from tests.support.fresh import Fresh
from tests.support.notification import FakeChannel, Home, Story, at_home

pytestmark = pytest.mark.asyncio

BLOCKED = Rejected(reason="blocked", permanent=True)


class Moody:
    """A sender's units of work: those from the second on fail, as long as it `fails`: the first takes."""

    def __init__(self, work: Callable[[], NotificationUnitOfWork]) -> None:
        self._work = work
        self.fails = True
        self.opened = 0

    def __call__(self) -> BroadcastWork:
        self.opened += 1
        if self.fails and self.opened > 1:
            raise StaleVersion("a deadlock, say")
        return self._work()


async def told_on_telegram(home: Home, story: Story) -> None:
    await home.hear(story.linked(story.customer, "customer", "telegram"), story.requested())


async def test_what_could_not_be_recorded_is_recorded_in_the_next_round(fresh: Fresh):
    telegram = FakeChannel(idempotent=False)
    async with at_home(fresh, telegram=telegram) as home:
        await told_on_telegram(home, home.story)
        home.sender._unit_of_work = moody = Moody(home.work)
        await home.sender.run_once()
        assert await home.states() == [("customer_hold_made", "SENDING")]
        moody.fails = False
        await home.send_all()
        assert await home.states() == [("customer_hold_made", "SENT")]
        home.clock.advance(seconds=31)
        await home.send_all()
        assert telegram.calls == 1


async def test_one_that_cannot_be_recorded_harms_no_other(fresh_sqlite: Fresh, monkeypatch: pytest.MonkeyPatch):
    async with at_home(fresh_sqlite) as home:
        bad, other = home.story, Story(home.clock, home.ids)
        await home.hear(bad.requested(), *other.everybody(), other.requested())
        settle = home.sender._settle

        async def moody(outcomes):
            if bad.customer in {one.notification.recipient_id for one, _ in outcomes}:
                raise StaleVersion("it")
            return await settle(outcomes)

        monkeypatch.setattr(home.sender, "_settle", moody)
        for _ in range(3):
            await home.sender.run_once()
        assert [(await home.use_cases.ledger_of(one.reservation_id))[0].delivery.status for one in (bad, other)] == [
            "SENDING",
            "SENT",
        ]


async def test_too_late_it_is_unknown_and_of_a_broadcast_never_repeated(fresh: Fresh):
    telegram = FakeChannel(idempotent=False)
    async with at_home(fresh, telegram=telegram) as home:
        (person,) = await people(home, 1, channels=("telegram",), language="en")
        one = await approved(home)
        home.sender._unit_of_work = moody = Moody(home.work)
        await home.sender.run_once()
        home.clock.advance(seconds=31)
        moody.fails = False
        await home.send_all()
        assert (await states(home, one.id))[person] == "UNKNOWN"
        assert telegram.calls == 1


@pytest.mark.parametrize("comes_back", [True, False])
async def test_the_end_comes_with_the_database_away_too(fresh_sqlite: Fresh, comes_back: bool):
    async with at_home(fresh_sqlite) as home:
        await home.hear(home.story.requested())
        home.sender._unit_of_work = moody = Moody(home.work)
        await home.sender.run_once()
        moody.fails = not comes_back
        await asyncio.wait_for(home.sender.finish(), timeout=5)
        assert await home.states() == [("customer_hold_made", "SENT" if comes_back else "SENDING")]


async def test_who_links_while_a_block_is_on_its_way_stays_linked(fresh: Fresh):
    telegram = FakeChannel(idempotent=False, answers=[BLOCKED])
    async with at_home(fresh, telegram=telegram) as home:
        (person,) = await people(home, 1, channels=("telegram", "web"), blocked=("web",))
        await approved(home)
        sender = home.sender
        outcomes = await sender._send_in_turn((await sender._take())[0])
        await home.hear(home.story.linked(person, "customer", "web"))
        assert await sender._record(outcomes)
        async with home.work() as work:
            contact = await work.contacts.find(person)
        assert contact is not None
        assert (contact.channels, contact.blocked) == (("web", "telegram"), ())


async def test_a_consumer_that_holds_the_person_holds_up_no_record(fresh_postgresql: Fresh):
    """They would wait for each other, if what was sent and what it tells of people were written together."""
    telegram = FakeChannel(idempotent=False, answers=[BLOCKED, Accepted()])
    async with at_home(fresh_postgresql, telegram=telegram) as home:
        await told_on_telegram(home, home.story)
        async with home.work() as consumer:
            await consumer.contacts.hold(home.story.customer)
            sending = asyncio.create_task(home.sender.run_once())
            async with asyncio.timeout(5):
                while ("customer_hold_made", "FELL_BACK") not in await home.states():
                    await asyncio.wait([sending], timeout=0.01)
            assert not sending.done()
        await sending
        async with home.work() as work:
            contact = await work.contacts.find(home.story.customer)
        assert contact is not None
        assert contact.blocked == ("telegram",)
