"""Through the real consumer: events out of order and in batches, and the audit from the logs alone."""

import random
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from messaging.broker import Delivery, Message
from messaging.catalogue import routing_key
from messaging.consumer import Consumer
from messaging.envelope import Envelope, encode
from services.cleaning import events as cleaning
from services.notification.reactions.audit import all_expected, gaps, in_causal_order
from services.payment import events as payment
from services.shared_kernel.event import Received
from tests.support.notification import Home, Story, at_home

pytestmark = pytest.mark.asyncio


class Queue:
    """A subscription that hands out what it is given."""

    def __init__(self, events: Sequence[Received]) -> None:
        self.waiting = [
            Delivery(
                message=Message(id=event.id, routing_key=routing_key(event.event.TYPE), body=body(event)),
                attempt=1,
                redelivered=False,
                handle=number,
            )
            for number, event in enumerate(events)
        ]
        self.dead_letters: list[str] = []

    async def receive(self, limit: int, wait_seconds: float, may_wait: Collection[str] = ()) -> Sequence[Delivery]:
        batch, self.waiting = self.waiting[:7], self.waiting[7:]
        return batch

    async def ack(self, deliveries: Sequence[Delivery]) -> None: ...

    async def release(self, deliveries: Sequence[Delivery]) -> None: ...

    async def retry(self, delivery: Delivery, delay_seconds: int, cause: str) -> None:
        self.waiting.append(replace(delivery, attempt=delivery.attempt + 1))

    async def dead(self, delivery: Delivery, cause: str) -> None:
        self.dead_letters.append(cause)

    async def put_back(self, messages: Sequence[Message]) -> None:
        self.waiting += [Delivery(message=each, attempt=1, redelivered=False, handle=each.id) for each in messages]


def body(received: Received) -> bytes:
    """Its bytes on the wire."""
    envelope = Envelope(
        id=received.id, sequence=received.sequence, time=received.time, causation_id=received.causation_id
    )
    return encode(received.event, envelope)


async def consume(home: Home, events: Sequence[Received]) -> Queue:
    """Everything that is delivered, until nothing is left."""
    queue = Queue(events)
    consumer = Consumer("notification", queue, home.work, home.reactions.table())
    while queue.waiting:
        await consumer.run_once()
    return queue


def whole_life(story: Story) -> list[Received]:
    """From request to refund."""
    return [
        story.requested(),
        story.confirmed(),
        story.offered(),
        story.accepted(),
        story.cancelled(),
        story.job(cleaning.JobCalledOff, cleaner_id=story.cleaner, reason="개인 사정"),
        story.refunded(),
    ]


@pytest.mark.parametrize("seed", range(2))
async def test_whatever_the_order_of_arrival_people_read_causes_first(fresh, seed):
    async with at_home(fresh) as home:
        home.clock.advance(seconds=1)
        async with home.work() as work:
            await work.inbox._joined_at()
        home.clock.advance(seconds=1)
        stories = [Story(home.clock, home.ids) for _ in range(3)]
        events = [event for story in stories for event in (*story.everybody(), *whole_life(story))]
        shuffled = list(events)
        random.Random(seed).shuffle(shuffled)
        queue = await consume(home, shuffled)
        assert queue.dead_letters == []
        home.clock.advance(seconds=120)
        await home.send_all()
        for story in stories:
            assert home.web.titles(story.customer) == [
                "결제하면 예약이 확정돼요",
                "예약이 확정됐어요",
                "OO클린에서 방문해요",
                "64,000원을 돌려드려요",
                "64,000원을 돌려드렸어요",
            ]
            assert home.web.titles(story.cleaner) == [
                "새 일이 왔어요: 68,000원",
                "일을 맡으셨어요",
                "11/27(금) 14:00 일이 취소됐어요",
                "고객 결제가 취소됐어요",
            ]
        expected = all_expected(shuffled)
        assert len(expected) == 27
        assert gaps(expected, await told(home, events), home.clock.now()) == []


async def told(home: Home, events: Sequence[Received]) -> frozenset[tuple[str, str, str]]:
    """What the ledger holds about these events."""
    return await home.use_cases.told([event.id for event in events])


async def test_news_of_a_payment_waits_for_the_reservation_it_is_about(fresh):
    async with at_home(fresh) as home:
        story = home.story
        requested = replace(story.requested(), causation_id=None)
        pending = story.payment(payment.PaymentPending, attempt_id="attempt-1", amount_krw=80_000)
        pending = replace(pending, causation_id=None)
        queue = await consume(home, [pending, requested])
        await home.send_all()
        assert queue.dead_letters == []
        assert home.web.titles(story.customer) == ["결제하면 예약이 확정돼요", "결제됐는지 확인하고 있어요"]


async def test_the_audit_names_who_was_not_told(fresh):
    async with at_home(fresh) as home:
        story = home.story
        events = whole_life(story)
        await home.hear(*events[:3], *events[4:])
        found = gaps(all_expected(events), await told(home, events), home.clock.now())
        assert {(gap.cause, gap.template) for gap in found} == {
            (events[3].id, "customer_cleaner_assigned"),
            (events[3].id, "cleaner_job_assigned"),
        }
        earlier = home.clock.now() - timedelta(seconds=60)
        assert gaps(all_expected(events), await told(home, events), earlier) == []


async def test_somebody_who_became_an_operator_just_now_is_no_gap(fresh):
    async with at_home(fresh) as home:
        story = Story(home.clock, home.ids)
        events = [story.requested(), story.confirmed(), story.linked(story.operator, "operator")]
        home.clock.advance(seconds=59)
        events.append(story.job(cleaning.JobUncovered))
        assert [one.template for one in all_expected(events)][-1].startswith("customer_")
        home.clock.advance(seconds=2)
        events.append(story.job(cleaning.JobUnfilled))
        assert all_expected(events)[-1].template == "operator_job_unfilled"


async def test_logs_are_read_in_causal_order(fresh):
    async with at_home(fresh) as home:
        events = whole_life(home.story)
        assert in_causal_order(reversed(events)) == events
