"""Reminders: planned, called off, moved, told once; never to people whom they would mislead."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from services.cleaning import events as cleaning
from services.shared_kernel.clock import KST
from tests.support.notification import START, Home, at_home

pytestmark = pytest.mark.asyncio

EVENING = datetime(2026, 11, 26, 19, tzinfo=KST)
SOON = START - timedelta(hours=2)
TOMORROW, TODAY, WORK = "내일 14:00에 방문해요", "두 시간 뒤에 방문해요", "14:00에 일이 있어요"


async def booked(home: Home) -> None:
    """Paid and taken by a cleaner; what was said so far is forgotten."""
    story = home.story
    await home.hear(story.requested(), story.confirmed(), story.offered(), story.accepted())
    await home.send_all()
    home.web.log.clear()


async def at(home: Home, moment: datetime) -> int:
    """The tick runs at a moment; how many were queued, all sent."""
    home.clock.set(moment)
    queued = await home.tick.remind()
    await home.send_all()
    return queued


async def statuses(home: Home) -> list[tuple[Any, ...]]:
    """(revision, kind, status) of every row."""
    async with home.context.database.read() as connection:
        rows = await connection.execute(
            text("SELECT visit_revision, kind, status FROM notification_reminder ORDER BY due_at, visit_revision")
        )
        return [tuple(row) for row in rows]


async def test_the_evening_before_and_two_hours_before(fresh):
    async with at_home(fresh) as home:
        await booked(home)
        assert await at(home, EVENING - timedelta(seconds=1)) == 0
        assert await at(home, EVENING) == 1
        assert "오늘 취소하면 수수료는 16,000원, 자정부터는 24,000원이에요." in home.web.log[0][2].text
        assert await at(home, SOON) == 2
        assert home.web.titles(home.story.customer) == [TOMORROW, TODAY]
        assert home.web.titles(home.story.cleaner) == [WORK]
        assert await at(home, SOON + timedelta(minutes=1)) == 0


async def test_two_tickers_tell_once(fresh):
    async with at_home(fresh) as home:
        await booked(home)
        home.clock.set(EVENING)
        assert sum(await asyncio.gather(*(home.tick.remind() for _ in range(3)))) == 1


async def test_a_due_row_is_closed_once(fresh):
    async with at_home(fresh) as home:
        await booked(home)
        async with home.work() as work:
            (row,) = await work.reminders.due(EVENING, 10)
            assert [await work.reminders.take(row, told=True) for _ in range(2)] == [True, False]


async def test_a_cancellation_calls_them_off(fresh):
    async with at_home(fresh) as home:
        await booked(home)
        await home.hear(home.story.cancelled())
        home.web.log.clear()
        assert await at(home, EVENING) == 0
        assert await statuses(home) == [(1, "evening", "CALLED_OFF"), (1, "soon", "CALLED_OFF")]


async def test_a_move_plans_them_anew(fresh):
    async with at_home(fresh) as home:
        story = home.story
        await booked(home)
        await home.hear(story.moved(START + timedelta(days=1)), story.offered(moved_from=START), story.accepted())
        await home.send_all()
        home.web.log.clear()
        assert await at(home, EVENING) == 0
        assert await at(home, EVENING + timedelta(days=1)) == 1
        assert await at(home, SOON + timedelta(days=1)) == 2
        assert await statuses(home) == [
            (1, "evening", "CALLED_OFF"),
            (1, "soon", "CALLED_OFF"),
            (2, "evening", "DONE"),
            (2, "soon", "DONE"),
        ]


async def test_booked_after_the_evening_only_the_later_one_is_planned(fresh):
    async with at_home(fresh) as home:
        home.clock.set(EVENING + timedelta(minutes=1))
        await booked(home)
        assert await statuses(home) == [(1, "soon", "PLANNED")]


async def test_nobody_is_promised_a_visit_that_nobody_has_taken(fresh):
    async with at_home(fresh) as home:
        await home.hear(home.story.requested(), home.story.confirmed(), home.story.offered())
        await home.send_all()
        home.web.log.clear()
        assert await at(home, EVENING) == 0
        await home.hear(home.story.accepted(), home.story.job(cleaning.JobWithdrawn, cleaner_id=home.story.cleaner))
        assert await at(home, SOON) == 0
        assert {status for _, _, status in await statuses(home)} == {"SKIPPED"}


async def test_a_tick_that_comes_too_late_says_nothing_untrue(fresh):
    async with at_home(fresh) as home:
        await booked(home)
        assert await at(home, datetime(2026, 11, 27, 0, 1, tzinfo=KST)) == 0
        assert await at(home, SOON + timedelta(minutes=31)) == 0
        assert home.web.log == []


@pytest.mark.parametrize("meanwhile", ["cancelled", "moved", "held up"])
async def test_a_queued_reminder_that_is_no_longer_true_stays_home(fresh, meanwhile):
    async with at_home(fresh) as home:
        await booked(home)
        home.clock.set(EVENING)
        home.is_paused = True
        assert await home.tick.remind() == 1
        if meanwhile == "cancelled":
            await home.hear(home.story.cancelled())
        elif meanwhile == "moved":
            await home.hear(home.story.moved(START + timedelta(days=1)))
        else:
            home.clock.advance(hours=6)
        home.is_paused = False
        await home.send_all()
        assert TOMORROW not in home.web.titles(home.story.customer)
        assert ("customer_visit_tomorrow", "SUPPRESSED") in await home.states()
