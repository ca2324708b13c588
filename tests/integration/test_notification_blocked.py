"""Who blocks the only channel that they have: it ends visibly, operators hear of it once, and what was missed comes."""

from datetime import UTC, datetime, timedelta

import pytest

from services.notification.ports import Rejected
from tests.support.fresh import Fresh
from tests.support.notification import START, FakeChannel, Home, at_home

pytestmark = pytest.mark.asyncio

LATER = START + timedelta(days=1)
SINCE = datetime(2026, 11, 20, 3, tzinfo=UTC)


def blocked(since: datetime = SINCE) -> Rejected:
    return Rejected(reason="blocked", permanent=True, blocked_since=since)


async def on_telegram_only(home: Home, telegram: FakeChannel) -> None:
    """The sender has no other channel for anybody."""
    home.sender = home.another_sender("telegram only", {"telegram": telegram})
    await home.hear(home.story.linked(home.story.customer, "customer", "telegram"))


async def alerts(home: Home) -> list[tuple[str, str]]:
    causes = [f"blocked:{home.story.customer}:{since.isoformat()}" for since in (SINCE, SINCE + timedelta(days=1))]
    return sorted((recipient, template) for _, recipient, template in await home.use_cases.told(causes))


async def test_a_paid_visits_notices_end_and_operators_hear_of_it_once(fresh: Fresh):
    telegram = FakeChannel()
    async with at_home(fresh) as home:
        story = home.story
        await on_telegram_only(home, telegram)
        telegram.answers = [blocked()] * 2
        await home.hear(story.requested())
        await home.send_all()
        assert await alerts(home) == [], "an unpaid one is nobody's worry"
        await home.hear(story.confirmed())
        await home.send_all()
        assert await home.states() == [("customer_hold_made", "FAILED"), ("customer_reservation_confirmed", "FAILED")]
        entries = await home.use_cases.ledger_of(story.reservation_id)
        assert {entry.delivery.reason for entry in entries} == {"blocked"}
        assert await alerts(home) == [(story.operator, "operator_customer_blocked")]
        telegram.answers = [blocked()]
        await home.hear(story.moved(LATER))
        await home.send_all()
        assert len(await alerts(home)) == 1
        telegram.answers = [blocked(SINCE + timedelta(days=1))]
        await home.hear(story.moved(LATER))
        await home.send_all()
        assert len(await alerts(home)) == 2, "another block"


async def test_who_has_another_channel_is_told_there_and_nobody_is_alerted(fresh: Fresh):
    telegram = FakeChannel(answers=[blocked()])
    async with at_home(fresh, telegram=telegram) as home:
        story = home.story
        await home.hear(story.requested())
        await home.send_all()
        await home.hear(story.linked(story.customer, "customer", "telegram"), story.confirmed())
        await home.send_all()
        assert home.web.titles(story.customer) == ["결제하면 예약이 확정돼요", "예약이 확정됐어요"]
        assert await alerts(home) == []


async def test_back_again_they_get_what_they_missed_of_a_visit_to_come(fresh: Fresh):
    telegram = FakeChannel()
    async with at_home(fresh) as home:
        story = home.story
        await on_telegram_only(home, telegram)
        telegram.answers = [blocked()] * 2
        await home.hear(story.requested(), story.confirmed())
        await home.send_all()
        assert telegram.log == []
        await home.hear(story.linked(story.customer, "customer", "telegram"))
        await home.send_all()
        assert telegram.titles(story.customer) == ["결제하면 예약이 확정돼요", "예약이 확정됐어요"]
        await home.hear(story.linked(story.customer, "customer", "telegram"))
        await home.send_all()
        assert len(telegram.log) == 2, "each once"


async def test_of_a_visit_that_is_over_nothing_comes(fresh: Fresh):
    telegram = FakeChannel()
    async with at_home(fresh) as home:
        story = home.story
        await on_telegram_only(home, telegram)
        telegram.answers = [blocked()] * 2
        await home.hear(story.requested(), story.confirmed())
        await home.send_all()
        home.clock.advance(seconds=timedelta(days=30).total_seconds())
        await home.hear(story.linked(story.customer, "customer", "telegram"))
        await home.send_all()
        assert telegram.log == []
