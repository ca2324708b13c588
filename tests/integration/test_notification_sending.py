"""Sending over a real database: once, in order, through failures, pauses, nights and crashes."""

import asyncio
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import aiohttp
import pytest
from sqlalchemy import select, text

from services.cleaning import events as cleaning
from services.notification.adapters.bot_client import BotClient, MessageLogSender
from services.notification.ports import Accepted, Rejected, SendResult, Wait
from services.notification.refusals import NotAllowed
from services.payment import events as payment
from services.reservation import events as reservation
from services.shared_kernel import bot_events as bot
from services.shared_kernel.card import Card
from services.shared_kernel.clock import KST
from services.shared_kernel.event import Received
from services.shared_kernel.refusal import NotFound
from storage.notification.tables import notification
from tests.support.fake_bot import fake_bot
from tests.support.notification import START, Crash, FakeChannel, Home, Story, at_home

pytestmark = pytest.mark.asyncio


async def told_events(home: Home) -> list[str]:
    """Types of the events that this context has recorded."""
    async with home.context.database.read() as connection:
        rows = await connection.execute(text("SELECT type FROM notification_event_log ORDER BY position"))
        return [row.type.split(".")[2] for row in rows]


async def test_everybody_reads_their_own_in_order(fresh):
    async with at_home(fresh) as home:
        story = home.story
        await home.hear(story.requested(), story.confirmed(), story.offered(), story.accepted())
        assert await home.use_cases.waiting_count() == 5
        await home.send_all()
        assert home.web.titles(story.customer) == [
            "결제하면 예약이 확정돼요",
            "예약이 확정됐어요",
            "OO클린에서 방문해요",
        ]
        assert home.web.titles(story.cleaner) == ["새 일이 왔어요: 68,000원", "일을 맡으셨어요"]
        assert await home.use_cases.waiting_count() == 0
        assert await told_events(home) == ["sent"] * 5


async def test_the_card_is_written_with_the_details_of_the_last_moment(fresh):
    async with at_home(fresh) as home:
        await home.hear(home.story.requested(), home.story.offered(), home.story.accepted())
        await home.send_all()
        card = home.web.log[-1][2]
        assert card.notice
        assert card.text == "OO클린님, 출발할 때 버튼을 눌러 주세요."
        assert [item.value for item in card.items] == [
            "11/27(금) 14:00",
            "마포구 OO로 12",
            "집청소 24평",
            "강아지가 있어요",
        ]
        async with home.context.database.read() as connection:
            rows = await connection.execute(select(notification.c["values"]))
            kept = json.dumps(rows.scalars().all(), ensure_ascii=False)
        assert "OO로" not in kept
        assert "강아지" not in kept


async def test_each_reads_in_their_own_language(fresh):
    async with at_home(fresh) as home:
        await home.hear(home.story.linked(home.story.customer, "customer", language="en"), home.story.requested())
        await home.send_all()
        assert "Home cleaning, 24 pyeong" in [item.value for item in home.web.log[0][2].items]


async def test_an_event_heard_twice_is_told_once(fresh):
    async with at_home(fresh) as home:
        requested = home.story.requested()
        await home.hear(requested)
        await home.hear(requested)
        await home.send_all()
        assert len(home.web.log) == 1


def a_busy_quarter_of_an_hour(story: Story) -> list[Received]:
    """Five changes of one reservation."""
    until = START - timedelta(hours=3)
    return [
        story.requested(),
        story.reservation(reservation.PaymentDeferred, hold_expires_at=until),
        story.reservation(reservation.PaymentReopened, hold_expires_at=until),
        story.payment(payment.PaymentPending, attempt_id="attempt-1", amount_krw=80_000),
        story.confirmed(),
    ]


async def test_two_hundred_wait_through_a_pause_and_arrive_once(fresh):
    async with at_home(fresh) as home:
        home.is_paused = True
        stories = [Story(home.clock, home.ids) for _ in range(40)]
        events = [(story.linked(story.customer, "customer"), *a_busy_quarter_of_an_hour(story)) for story in stories]
        await home.hear(*(event for of_one in events for event in of_one))
        assert await home.send_all() == 0
        assert await home.use_cases.waiting_count() == 200
        home.is_paused = False
        senders = [home.another_sender(f"sender-{number}", home.channels) for number in range(3)]
        for _ in range(5):
            await asyncio.gather(*(sender.run_once() for sender in senders))
        assert await home.use_cases.waiting_count() == 0
        assert home.web.calls == 200
        for story in stories:
            assert home.web.titles(story.customer) == [
                "결제하면 예약이 확정돼요",
                "결제는 조금 뒤에 받을게요",
                "이제 결제하실 수 있어요",
                "결제됐는지 확인하고 있어요",
                "예약이 확정됐어요",
            ]


async def test_many_people_are_told_in_one_request_and_each_in_order(fresh):
    async with at_home(fresh) as home, fake_bot() as bot, aiohttp.ClientSession() as session:
        stories = [Story(home.clock, home.ids) for _ in range(50)]
        for story in stories:
            await home.hear(story.linked(story.customer, "customer"), story.requested(), story.confirmed())
        sender = home.another_sender("one", {"web": MessageLogSender("web", BotClient(session, bot.url, bot.TOKEN))})
        for _ in range(2):
            assert await sender.run_once()
            await sender.finish()
        assert bot.requests == [("/internal/deliveries", 50)] * 2
        for story in stories:
            assert bot.titles(story.customer) == ["결제하면 예약이 확정돼요", "예약이 확정됐어요"]
        assert await home.use_cases.waiting_count() == 0


async def test_the_next_waits_for_the_one_before(fresh):
    async with at_home(fresh) as home:
        story = home.story
        home.web.answers = [Rejected(reason="busy", permanent=False)]
        await home.hear(story.requested(), story.confirmed())
        assert await home.sender.run_once() == 1
        assert await home.sender.run_once() == 0
        assert home.web.log == []
        home.clock.advance(seconds=2)
        await home.send_all()
        assert home.web.titles(story.customer) == ["결제하면 예약이 확정돼요", "예약이 확정됐어요"]


@dataclass
class SlowChannel(FakeChannel):
    """Answers once `gate` is open."""

    gate: asyncio.Event = field(default_factory=asyncio.Event)

    async def send(self, delivery_id: str, person_id: str, card: Card) -> SendResult:
        await self.gate.wait()
        return await super().send(delivery_id, person_id, card)


async def test_whoever_goes_on_until_nothing_is_left_sends_what_waited_for_a_slow_one(fresh):
    slow = SlowChannel()
    async with at_home(fresh, web=slow) as home:
        await home.hear(home.story.requested(), home.story.confirmed())
        await home.sender.run_once()
        assert slow.log == []
        slow.gate.set()
        await home.send_all()
        assert slow.titles(home.story.customer) == ["결제하면 예약이 확정돼요", "예약이 확정됐어요"]


async def test_one_that_fails_for_good_lets_the_next_through(fresh):
    async with at_home(fresh) as home:
        story = home.story
        home.web.answers = [Rejected(reason="blocked", permanent=True)]
        await home.hear(story.requested(), story.confirmed())
        await home.send_all()
        assert home.web.titles(story.customer) == ["예약이 확정됐어요"]
        assert await home.states() == [("customer_hold_made", "FAILED"), ("customer_reservation_confirmed", "SENT")]
        assert await told_events(home) == ["failed", "sent"]


async def test_one_channel_takes_over_from_another(fresh):
    console = FakeChannel()
    async with at_home(fresh, console=console) as home:
        story = home.story
        console.answers = [Rejected(reason="gone", permanent=True)]
        await home.hear(story.linked(story.customer, "customer", "console"), story.requested())
        await home.send_all()
        assert await home.states() == [("customer_hold_made", "FELL_BACK"), ("customer_hold_made", "SENT")]
        assert home.web.titles(story.customer) == ["결제하면 예약이 확정돼요"]
        assert await told_events(home) == ["sent"]


async def test_a_channel_may_ask_to_wait_as_often_as_it_likes(fresh):
    async with at_home(fresh) as home:
        home.web.answers = [Wait(until=home.clock.now() + timedelta(seconds=30 * n)) for n in range(1, 15)]
        await home.hear(home.story.requested())
        for _ in range(15):
            await home.sender.run_once()
            home.clock.advance(seconds=30)
        assert len(home.web.log) == 1


async def test_it_is_given_up_after_many_tries(fresh):
    async with at_home(fresh) as home:
        home.web.answers = [Rejected(reason="busy", permanent=False)] * 50
        await home.hear(home.story.requested())
        for _ in range(13):
            await home.sender.run_once()
            home.clock.advance(minutes=10)
        assert home.web.calls == 12
        (entry,) = await home.use_cases.ledger_of(home.story.reservation_id)
        assert (entry.delivery.status, entry.delivery.reason) == ("FAILED", "busy")
        home.web.answers = []
        await home.use_cases.retry(delivery_id=entry.delivery.id)
        await home.send_all()
        assert len(home.web.log) == 1
        with pytest.raises(NotAllowed):
            await home.use_cases.retry(delivery_id=entry.delivery.id)


async def test_an_unclear_send_over_an_idempotent_channel_is_repeated_and_shows_once(fresh):
    async with at_home(fresh) as home:
        home.web.answers = [ConnectionResetError()]
        await home.hear(home.story.requested())
        await home.send_all()
        home.clock.advance(seconds=2)
        await home.send_all()
        assert (home.web.calls, len(home.web.log)) == (2, 1)
        assert await home.states() == [("customer_hold_made", "SENT")]


async def test_an_unclear_send_elsewhere_is_repeated_once_and_marked(fresh):
    telegram = FakeChannel(idempotent=False, answers=[TimeoutError(), TimeoutError(), TimeoutError()])
    async with at_home(fresh, telegram=telegram) as home:
        del home.channels["web"]
        await home.hear(home.story.linked(home.story.customer, "customer", "telegram"), home.story.requested())
        await home.send_all()
        assert telegram.calls == 2
        first, second = [entry.delivery for entry in await home.use_cases.ledger_of(home.story.reservation_id)]
        assert (first.status, first.reason, first.again) == ("FELL_BACK", "unknown", False)
        assert (second.status, second.reason, second.again) == ("UNKNOWN", "unknown", True)
        assert await told_events(home) == ["failed"]


@pytest.mark.parametrize("idempotent", [True, False])
async def test_a_crash_between_send_and_record(fresh, idempotent):
    channel = FakeChannel(idempotent=idempotent)
    async with at_home(fresh, web=channel) as home:
        story = home.story
        await home.hear(story.requested(), story.confirmed())
        channel.dies = True
        with pytest.raises(Crash):
            await home.sender.run_once()
        assert await home.states() == [("customer_hold_made", "SENDING"), ("customer_reservation_confirmed", "QUEUED")]
        assert await home.send_all() == 0
        home.clock.advance(seconds=31)
        await home.send_all()
        titles = channel.titles(story.customer)
        if idempotent:
            assert titles == ["결제하면 예약이 확정돼요", "예약이 확정됐어요"]
        else:
            assert titles == ["결제하면 예약이 확정돼요", "결제하면 예약이 확정돼요", "예약이 확정됐어요"]
            entries = await home.use_cases.ledger_of(story.reservation_id)
            assert [entry.delivery.reason for entry in entries] == ["unknown", "", ""]


async def test_a_sender_whose_lease_is_over_sends_nothing_and_writes_nothing(fresh):
    async with at_home(fresh) as home:
        await home.hear(home.story.requested())
        slow = home.another_sender("slow", home.channels)
        taken, _ = await slow._take()
        home.clock.advance(seconds=31)
        outcomes = await slow._send_in_turn(taken)
        assert home.web.calls == 0
        await home.send_all()
        await slow._settle(outcomes)
        assert await home.states() == [("customer_hold_made", "SENT")]
        assert len(home.web.log) == 1


async def test_a_slow_record_of_what_another_sender_has_recorded_is_dropped(fresh):
    async with at_home(fresh) as home:
        other = Story(home.clock, home.ids)
        await home.hear(home.story.requested(), other.linked(other.customer, "customer"), other.requested())
        slow = home.another_sender("slow", home.channels)
        taken, _ = await slow._take()
        outcomes = await slow._send_in_turn(taken)
        home.clock.advance(seconds=31)
        home.web.answers = [Accepted(), Rejected(reason="busy", permanent=False)]
        await home.sender.run_once()
        await slow._settle(outcomes)
        assert await told_events(home) == ["sent"]
        home.clock.advance(seconds=5)
        await home.send_all()
        assert await told_events(home) == ["sent", "sent"]
        assert len(home.web.log) == 2


async def test_the_directory_away_means_later_not_never(fresh):
    async with at_home(fresh) as home:
        home.book.is_away = True
        await home.hear(home.story.requested())
        await home.send_all()
        assert home.web.calls == 0
        home.book.is_away = False
        home.clock.advance(seconds=2)
        await home.send_all()
        assert len(home.web.log) == 1


async def test_a_card_that_cannot_be_written_reaches_operators_and_blocks_nobody(fresh):
    async with at_home(fresh) as home:
        story = home.story
        await home.hear(story.requested(), story.confirmed())
        async with home.context.database.write() as connection:
            await connection.execute(
                text("UPDATE notification_notification SET \"values\" = '{}' WHERE template = 'customer_hold_made'")
            )
        await home.send_all()
        assert home.web.titles(story.customer) == ["예약이 확정됐어요"]
        assert home.web.titles(story.operator) == ["처리하지 못한 메시지가 있어요"]
        (entry, _) = await home.use_cases.ledger_of(story.reservation_id)
        assert (entry.delivery.status, entry.delivery.reason) == ("FAILED", "cannot_render")


async def test_somebody_who_links_a_moment_later_is_found(fresh):
    async with at_home(fresh) as home:
        story = Story(home.clock, home.ids)
        await home.hear(story.requested())
        await home.send_all()
        home.clock.advance(seconds=2)
        await home.hear(story.linked(story.customer, "customer"))
        await home.send_all()
        assert len(home.web.titles(story.customer)) == 1


async def test_somebody_without_a_channel_is_left_in_peace(fresh):
    async with at_home(fresh) as home:
        story = Story(home.clock, home.ids)
        await home.hear(story.requested())
        for _ in range(4):
            await home.send_all()
            home.clock.advance(seconds=20)
        (entry,) = await home.use_cases.ledger_of(story.reservation_id)
        assert (entry.delivery.status, entry.delivery.reason) == ("SUPPRESSED", "no_channel")
        assert await told_events(home) == ["suppressed"]


async def test_quiet_nights_end_at_eight(fresh):
    async with at_home(fresh) as home:
        story = home.story
        quiet = bot.ContactChanged(
            person_id=story.customer, role="customer", language="ko", version=2, quiet_at_night=True
        )
        home.clock.set(datetime(2026, 11, 23, 21, 0, tzinfo=KST))
        await home.hear(story.received(quiet), story.requested(), story.confirmed(), story.offered())
        await home.send_all()
        assert home.web.titles(story.customer) == []
        assert home.web.titles(story.cleaner) == ["새 일이 왔어요: 68,000원"]
        home.clock.set(datetime(2026, 11, 24, 7, 59, tzinfo=KST))
        assert await home.send_all() == 0
        home.clock.set(datetime(2026, 11, 24, 8, 0, tzinfo=KST))
        await home.send_all()
        assert home.web.titles(story.customer) == ["결제하면 예약이 확정돼요", "예약이 확정됐어요"]


async def test_operators_are_alerted_once_for_each_cause(fresh):
    async with at_home(fresh) as home:
        dead: dict[str, Any] = {
            "template": "operator_event_dead",
            "cause": "dead:1",
            "values": {"consumer": "ssak3.mypage", "event_type": "x", "cause": "KeyError"},
        }
        assert await home.use_cases.alert_operators(**dead) == 1
        assert await home.use_cases.alert_operators(**dead) == 0
        assert await home.use_cases.alert_operators(**(dead | {"cause": "dead:2"})) == 1
        await home.send_all()
        assert home.web.titles(home.story.operator) == ["처리하지 못한 메시지가 있어요"] * 2


async def test_a_receipt_says_that_it_arrived(fresh):
    async with at_home(fresh) as home:
        await home.hear(home.story.requested())
        (entry,) = await home.use_cases.ledger_of(home.story.reservation_id)
        with pytest.raises(NotAllowed):
            await home.use_cases.delivered(delivery_id=entry.delivery.id)
        await home.send_all()
        for _ in range(2):
            await home.use_cases.delivered(delivery_id=entry.delivery.id)
        assert await home.states() == [("customer_hold_made", "DELIVERED")]
        with pytest.raises(NotFound):
            await home.use_cases.delivered(delivery_id="nobody")


async def test_cancelled_and_refunded_told_to_both_sides(fresh):
    async with at_home(fresh) as home:
        story = home.story
        await home.hear(story.requested(), story.confirmed(), story.offered(), story.accepted(), story.cancelled())
        await home.hear(
            story.job(cleaning.JobCalledOff, cleaner_id=story.cleaner, reason="개인 사정"), story.refunded()
        )
        await home.send_all()
        assert home.web.titles(story.customer)[-2:] == ["64,000원을 돌려드려요", "64,000원을 돌려드렸어요"]
        assert home.web.titles(story.cleaner)[-2:] == ["11/27(금) 14:00 일이 취소됐어요", "고객 결제가 취소됐어요"]


async def test_what_is_overtaken_when_it_is_heard_is_written_down_and_stays_home(fresh):
    async with at_home(fresh) as home:
        story = home.story
        await home.hear(story.requested(), story.confirmed())
        await home.hear(story.payment(payment.PaymentPending, attempt_id="attempt-1", amount_krw=80_000))
        await home.send_all()
        assert home.web.titles(story.customer) == ["결제하면 예약이 확정돼요", "예약이 확정됐어요"]
        assert ("customer_payment_confirming", "SUPPRESSED") in await home.states()
        assert await told_events(home) == ["suppressed", "sent", "sent"]


@pytest.mark.parametrize("money_first", [False, True])
async def test_the_cleaner_hears_of_the_money_once_in_either_order(fresh, money_first):
    async with at_home(fresh) as home:
        story = home.story
        await home.hear(story.requested(), story.confirmed(), story.offered(), story.accepted(), story.cancelled())
        called_off = story.job(cleaning.JobCalledOff, cleaner_id=story.cleaner, reason="개인 사정")
        both = [story.refunded(), called_off] if money_first else [called_off, story.refunded()]
        await home.hear(*both)
        await home.send_all()
        assert home.web.titles(story.cleaner)[2:] == ["11/27(금) 14:00 일이 취소됐어요", "고객 결제가 취소됐어요"]


async def test_a_channel_that_is_gone_is_replaced_by_one_that_is_there(fresh):
    console = FakeChannel(answers=[Rejected(reason="busy", permanent=False)])
    async with at_home(fresh, console=console) as home:
        await home.hear(home.story.linked(home.story.customer, "customer", "console"), home.story.requested())
        await home.send_all()
        del home.channels["console"]
        home.clock.advance(seconds=2)
        await home.send_all()
        assert len(home.web.titles(home.story.customer)) == 1
