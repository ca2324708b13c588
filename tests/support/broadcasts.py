"""Broadcasts to try things with: many people at once, and one that is drafted and approved."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import insert

from services.cleaning import events as cleaning
from services.notification.broadcasts.use_cases import SHELL
from services.notification.broadcasts.values import Broadcast, DryRun, Kind, Progress, Segment, Wording
from services.notification.values import Contact
from services.shared_kernel import bot_events as bot
from storage.notification.tables import contact as contact_table
from tests.support.notification import Home

WORDS = Wording(text_ko="내일 눈이 와서 방문이 30분쯤 늦을 수 있어요.")
AD = Wording(text_ko="12월 평일 오전 집청소 10% 할인")


async def people(home: Home, count: int, **contact: Any) -> list[str]:
    """The ids of new customers, who come in by the page unless told otherwise."""
    about: dict[str, Any] = {"role": "customer", "channels": ("web",)} | contact
    new = [asdict(Contact(person_id=home.ids.new(), **about)) for _ in range(count)]
    async with home.context.database.write() as connection:
        await connection.execute(insert(contact_table), new)
    return [one["person_id"] for one in new]


async def consents(home: Home, person_id: str, *, day: bool = True, night: bool = False) -> None:
    event = bot.ConsentChanged(
        person_id=person_id, role="customer", language="ko", version=1, day=day, night=night
    )  # fmt: skip
    await home.hear(home.story.received(event, caused=False))


async def registers(home: Home, cleaner_id: str, *areas: str) -> None:
    event = cleaning.CleanerRegistered(cleaner_id=cleaner_id, name="OO클린", areas=areas, days=(1,), version=1)
    await home.hear(home.story.received(event, caused=False))


async def drafted(
    home: Home, *, kind: Kind = Kind.INFO, segment: Segment | None = None, wording: Wording = WORDS, by: str = SHELL
) -> DryRun:
    """What would come of it."""
    chosen = segment or Segment(role="customer")
    broadcast_id = home.ids.new()
    await home.broadcasts.draft(broadcast_id=broadcast_id, kind=kind, segment=chosen, wording=wording, by=by)
    return await home.broadcasts.dry_run(broadcast_id, by=by)


async def approved(
    home: Home, *, kind: Kind = Kind.INFO, segment: Segment | None = None, wording: Wording = WORDS,
    starts_at: datetime | None = None, by: str = SHELL,
) -> Broadcast:  # fmt: skip
    """Begun, or waiting for its time."""
    seen = await drafted(home, kind=kind, segment=segment, wording=wording, by=by)
    return await home.broadcasts.approve(seen.broadcast_id, digest=seen.digest, by=by, starts_at=starts_at)


async def progress_of(home: Home, broadcast_id: str) -> Progress:
    """How far it is."""
    return (await home.broadcasts.report(broadcast_id, by=SHELL)).progress


async def states(home: Home, broadcast_id: str) -> dict[str, str]:
    """Each recipient's status."""
    return {one.person_id: one.status async for one in home.broadcasts.recipients(broadcast_id, by=SHELL)}
