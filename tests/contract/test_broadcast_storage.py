"""Ten thousand in a broadcast, on both databases: each once, soon, and no burden to what else is due."""

import asyncio
import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.dialects import postgresql, sqlite

from services.notification.broadcasts.model import cause_of
from services.notification.broadcasts.use_cases import SHELL, TEMPLATE
from services.notification.broadcasts.values import Segment
from services.notification.model import Delivery, Info
from services.notification.values import DeliveryStatus
from services.shared_kernel.refusal import StaleVersion
from storage.notification import ledger
from tests.support.broadcasts import approved, drafted, people, progress_of
from tests.support.fresh import Fresh
from tests.support.notification import Home, Story, at_home

pytestmark = pytest.mark.asyncio
MANY = 10_000
SOON_SECONDS = 20.0  # some two seconds, on a machine that does nothing else


async def test_ten_thousand(fresh: Fresh):
    async with at_home(fresh) as home:
        home_people = await people(home, MANY, language="en")
        began = time.monotonic()
        broadcast = await approved(home, segment=Segment(language="en"))
        took = time.monotonic() - began
        print(f"looked at and approved for {MANY:,} in {took:.1f} s")
        assert took < SOON_SECONDS
        found = [one.person_id async for one in home.broadcasts.recipients(broadcast.id, by=SHELL)]
        assert found == sorted(home_people)
        progress = await progress_of(home, broadcast.id)
        assert (progress.total, progress.waiting) == (MANY, MANY)

        stories = [Story(home.clock, home.ids) for _ in range(3)]
        for story in stories:
            await home.hear(story.linked(story.customer, "customer"), story.requested())
        now = home.clock.now()
        async with home.work() as work:
            own, took = await _timed(work.ledger.due, now, 50)
            assert len(own) == 3
            first, took_of_broadcasts = await _timed(work.ledger.due_of_broadcasts, now, 12)
            assert len(first) == 12
        print(f"due: {took * 1000:.1f} ms, of broadcasts: {took_of_broadcasts * 1000:.1f} ms")
        await _plans_read_little(home)

        began = time.monotonic()
        await home.broadcasts.cancel(broadcast.id, by=SHELL)
        print(f"cancelled in {time.monotonic() - began:.2f} s")
        assert (await progress_of(home, broadcast.id)).reasons == {"cancelled": MANY}


async def test_others_have_their_turn_while_thousands_are_added(fresh_sqlite: Fresh):
    """SQLite writes on the event loop: in one go, nobody in the process would be answered meanwhile."""
    async with at_home(fresh_sqlite) as home:
        broadcast = await approved(home)
        new = [_entry(home, broadcast.id) for _ in range(3_000)]
        turns = 0

        async def work_beside() -> None:
            nonlocal turns
            while True:
                await asyncio.sleep(0)
                turns += 1

        async with home.work() as work:
            beside = asyncio.create_task(work_beside())
            await work.broadcasts.add_all(new)
            had = turns
            beside.cancel()
        assert had >= 10
        assert (await progress_of(home, broadcast.id)).waiting == 3_001


def _entry(home: Home, broadcast_id: str) -> tuple[Info, Delivery]:
    told = Info(
        id=home.ids.new(), cause=cause_of(broadcast_id), cause_event_id=None, recipient_id=home.ids.new(),
        template=TEMPLATE, values={}, created_at=home.clock.now(),
    )  # fmt: skip
    return told, Delivery.of_broadcast(told, broadcast_id=broadcast_id, starts_at=home.clock.now())


async def _timed(find: Any, *asked: Any) -> tuple[Sequence[Any], float]:
    await find(*asked)  # the first makes the plan
    began = time.perf_counter()
    found = await find(*asked)
    return found, time.perf_counter() - began


async def _plans_read_little(home: Home) -> None:
    """By the index that is made for each, and no more rows than are taken."""
    is_sqlite = home.context.database.is_sqlite
    dialect: Any = sqlite.dialect() if is_sqlite else postgresql.dialect()
    explain = "EXPLAIN QUERY PLAN" if is_sqlite else "EXPLAIN"
    for statement, index in (
        (ledger._DUE, "notification_delivery_due"),
        (ledger._DUE_OF_BROADCAST, "notification_delivery_of_broadcast"),
        (ledger._ABANDONED, "notification_delivery_leased"),
        (ledger._MISSED, "notification_delivery_due"),
    ):
        given = {
            "now": home.clock.now(), "limit": 12, "broadcast": "b", "waits": DeliveryStatus.QUEUED,
            "of_channel": "telegram", "recipient": "r",
        }  # fmt: skip
        wanted = {name: given[name] for name in statement.compile().params if name in given}
        plain = statement.params(**wanted).compile(dialect=dialect, compile_kwargs={"literal_binds": True})
        async with home.context.database.read() as connection:
            if not is_sqlite:
                await connection.execute(text("ANALYZE notification_delivery"))
            plan = "\n".join(str(row) for row in await connection.execute(text(f"{explain} {plain}")))
        assert index in plan, plan


async def test_of_two_who_approve_at_once_one_does_it(fresh_postgresql: Fresh):
    async with at_home(fresh_postgresql) as home:
        seen = await drafted(home)
        async with home.work() as one:
            old = await one.broadcasts.find(seen.broadcast_id)
            assert old is not None
            await home.broadcasts.approve(seen.broadcast_id, digest=seen.digest, by=SHELL)
            with pytest.raises(StaleVersion):
                await one.broadcasts.save(old, old.__class__(**{**old.__dict__, "version": old.version + 1}))
        await home.broadcasts.approve(seen.broadcast_id, digest=seen.digest, by=SHELL)
        assert (await progress_of(home, seen.broadcast_id)).total == 1


async def test_nobody_is_in_one_twice(fresh: Fresh):
    async with at_home(fresh) as home:
        broadcast = await approved(home)
        async with home.work() as work:
            (delivery,) = await work.ledger.due_of_broadcasts(home.clock.now() + timedelta(seconds=1), 5)
            notification = (await work.ledger.notifications([delivery.notification_id]))[delivery.notification_id]
            assert not await work.ledger.add(notification, delivery)  # type: ignore[arg-type]
        assert (await progress_of(home, broadcast.id)).total == 1
