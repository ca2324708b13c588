"""A batch of events: people are told as if each came alone, and what comes of all is written at once."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from services.cleaning import events as cleaning
from services.notification.model import Delivery, Info
from services.notification.values import ReminderKind
from services.payment import events as payment
from services.shared_kernel.event import Received
from services.shared_kernel.refusal import StaleVersion
from tests.support.fresh import Fresh
from tests.support.notices import START, TIERS
from tests.support.notification import Home, Story, at_home
from tests.support.races import while_open
from tests.support.statements import statements

pytestmark = pytest.mark.asyncio

MANY = 10


async def hear_together(home: Home, *events: Received) -> None:
    async with home.work() as work:
        await work.inbox.expect(events)
        for received in events:
            await home.reactions.handle(work, received)


def stories(home: Home) -> list[Story]:
    return [Story(home.clock, home.ids) for _ in range(MANY)]


def pending(story: Story) -> Received:
    return story.payment(payment.PaymentPending, attempt_id="attempt-1", amount_krw=80_000)


def about(found: Sequence[str], table: str, what: str = "INSERT INTO") -> int:
    return sum(one.startswith(what) and f"notification_{table} " in one for one in found)


async def told(home: Home, story: Story) -> list[str]:
    entries = await home.use_cases.ledger_of(story.reservation_id)
    return [entry.notification.template for entry in entries]


async def test_all_notices_are_written_at_once_in_the_order_of_the_events(fresh: Fresh):
    async with at_home(fresh) as home:
        all_stories = stories(home)
        requested = [story.requested() for story in all_stories]
        with statements(home.context.database) as carried_out:
            await hear_together(home, *requested)
        assert about(carried_out, "notification") == (MANY if home.context.database.is_sqlite else 1)
        assert about(carried_out, "delivery") == 1
        async with home.work() as work:
            due = await work.ledger.due(home.clock.now(), MANY)
            notifications = await work.ledger.notifications([delivery.notification_id for delivery in due])
        reached = [notifications[delivery.notification_id].recipient_id for delivery in due]
        assert reached == [story.customer for story in all_stories]


async def test_who_was_told_in_this_batch_or_before_is_not_told_again(fresh: Fresh):
    async with at_home(fresh) as home:
        requested, confirmed = home.story.requested(), home.story.confirmed()
        await hear_together(home, requested, requested)
        await hear_together(home, requested, confirmed)
        assert await told(home, home.story) == ["customer_hold_made", "customer_reservation_confirmed"]


async def test_what_was_told_is_seen_before_it_is_written_and_stays_in_order(fresh: Fresh):
    async with at_home(fresh) as home:
        story, requested, confirmed = home.story, home.story.requested(), home.story.confirmed()
        unforeseen = Info(
            id=home.ids.new(), cause="unforeseen", cause_event_id=None, recipient_id=story.customer,
            template="customer_visit_moved", values={}, created_at=home.clock.now(),
            reservation_id=story.reservation_id,
        )  # fmt: skip
        async with home.work() as work:
            await work.inbox.expect([requested, confirmed])
            await home.reactions.handle(work, requested)
            assert [one for _, _, one in await work.ledger.told([requested.id])] == ["customer_hold_made"]
            await home.reactions.handle(work, confirmed)
            assert await work.ledger.add(unforeseen, Delivery.first(unforeseen, id=home.ids.new()))
        assert await told(home, story) == [
            "customer_hold_made", "customer_reservation_confirmed", "customer_visit_moved"
        ]  # fmt: skip


async def test_when_somebody_was_quicker_all_is_done_anew_and_each_is_told_once(fresh_postgresql: Fresh):
    async with at_home(fresh_postgresql) as home:
        other, requested = stories(home)[0].requested(), home.story.requested()

        async def hear_too_late() -> None:
            async with home.work() as work:
                await work.inbox.expect([other, requested])
                await home.hear(requested)
                await home.reactions.handle(work, other)
                await home.reactions.handle(work, requested)

        with pytest.raises(StaleVersion):
            await hear_too_late()
        assert await home.use_cases.told([other.id]) == frozenset()
        await hear_together(home, other, requested)
        assert len(await home.use_cases.told([other.id, requested.id])) == 2
        assert await home.states() == [("customer_hold_made", "QUEUED")]


async def test_all_copies_are_written_at_once_and_no_part_undoes_another(fresh: Fresh):
    async with at_home(fresh) as home:
        known, new = stories(home)[:5], stories(home)[5:]
        await hear_together(home, *(story.requested() for story in known))
        batch = [event for story in known for event in (pending(story), story.offered())]
        batch += [event for story in new for event in (story.requested(), pending(story))]
        with statements(home.context.database) as carried_out:
            await hear_together(home, *batch)
        assert about(carried_out, "reservation") == 1
        await hear_together(home, *(story.confirmed() for story in (*known, *new)))
        async with home.work() as work:
            found = await work.copies.find_all([story.reservation_id for story in (*known, *new)])
        for story in (*known, *new):
            copy = found[story.reservation_id]
            assert copy.visit is not None
            assert (copy.visit.status, copy.visit.fee_tiers) == ("CONFIRMED", TIERS)
            assert (copy.payment is not None, copy.job is not None) == (True, story in known)


async def test_what_was_read_before_it_was_expected_is_read_again(fresh_postgresql: Fresh):
    async with at_home(fresh_postgresql) as home:
        story = home.story
        await hear_together(home, story.requested())
        offered = story.offered()
        async with home.work() as work:
            await work.copies.find(story.reservation_id)
            await hear_together(home, pending(story))
            await work.inbox.expect([offered])
            await home.reactions.handle(work, offered)
        async with home.work() as work:
            copy = await work.copies.find(story.reservation_id)
        assert copy is not None
        assert copy.payment is not None
        assert copy.job is not None


async def test_all_reminders_are_planned_at_once_and_those_of_a_visit_that_moved_are_called_off(fresh: Fresh):
    async with at_home(fresh) as home:
        all_stories = stories(home)
        batch = [event for story in all_stories for event in (story.requested(), story.confirmed())]
        with statements(home.context.database) as carried_out:
            await hear_together(home, *batch)
        assert about(carried_out, "reminder") == 1
        moved, again = all_stories[0], home.story
        later = START + timedelta(days=7)
        await hear_together(home, again.requested(), again.confirmed(), moved.moved(later), again.moved(later))
        async with home.work() as work:
            due = await work.reminders.due(later, 100)
        found = {(one.reservation_id, one.visit_revision, one.kind) for one in due}
        revisions = {story.reservation_id: 2 if story in (moved, again) else 1 for story in (*all_stories, again)}
        assert found == {(about, revision, kind) for about, revision in revisions.items() for kind in ReminderKind}


async def test_all_people_are_held_at_once_and_written_at_once(fresh: Fresh):
    async with at_home(fresh) as home:
        known, new = stories(home), stories(home)
        await home.hear(*(story.linked(story.customer, "customer") for story in known))
        batch = [story.linked(story.customer, "customer", "telegram") for story in (*known, *new)]
        batch += [story.linked(story.customer, "customer", "line") for story in new]
        with statements(home.context.database) as carried_out:
            await hear_together(home, *batch)
        # Those who are new, and those who were known.
        assert (about(carried_out, "contact"), about(carried_out, "contact", "UPDATE")) == (2, 0)
        assert sum(one.startswith("SELECT") and "FROM notification_contact" in one for one in carried_out) == 1
        async with home.work() as work:
            found = await work.contacts.find_all([story.customer for story in (*known, *new)])
        assert [found[story.customer].channels for story in known] == [("telegram", "web")] * MANY
        assert [found[story.customer].channels for story in new] == [("line", "telegram")] * MANY


async def test_whoever_has_just_become_an_operator_hears_what_comes_next(fresh: Fresh):
    async with at_home(fresh) as home:
        story, colleague = home.story, home.ids.new()
        uncovered = story.job(cleaning.JobUncovered)
        await hear_together(home, story.requested(), story.linked(colleague, "operator"), uncovered)
        told = await home.use_cases.told([uncovered.id])
        assert {recipient for _, recipient, _ in told} == {story.operator, colleague}


async def test_who_is_held_for_a_batch_is_changed_by_nobody_meanwhile(fresh_postgresql: Fresh):
    async with at_home(fresh_postgresql) as home:
        person = home.story.customer

        async def block() -> None:
            async with home.work() as work:
                known = await work.contacts.hold(person)
                assert known is not None
                await work.contacts.save(known, replace(known, blocked=("web",)))

        linked = home.story.linked(person, "customer", "telegram")
        async with while_open(home.work(), block()) as (work, other):
            await work.inbox.expect([linked])
            await home.reactions.handle(work, linked)
        await other.result()
        async with home.work() as work:
            contact = await work.contacts.find(person)
        assert contact is not None
        assert (contact.channels, contact.blocked) == (("telegram", "web"), ("web",))


async def test_when_somebody_else_has_added_a_person_it_is_done_anew(fresh_postgresql: Fresh):
    async with at_home(fresh_postgresql) as home:
        person = home.ids.new()
        linked, elsewhere = (home.story.linked(person, "customer", channel) for channel in ("telegram", "web"))

        async def hear_too_late() -> None:
            async with home.work() as work:
                await work.inbox.expect([linked])
                await home.hear(elsewhere)
                await home.reactions.handle(work, linked)

        with pytest.raises(StaleVersion):
            await hear_too_late()
        await hear_together(home, linked)
        async with home.work() as work:
            contact = await work.contacts.find(person)
        assert contact is not None
        assert contact.channels == ("telegram", "web")
