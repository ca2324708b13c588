"""A small world that has seen everything an audit looks at, made once and copied for each test that breaks it."""

import asyncio
import shutil
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from services.notification.broadcasts.use_cases import SHELL
from services.notification.broadcasts.values import BroadcastStatus, Kind, Segment, Wording
from services.reservation.model import Reservation
from services.reservation.values import Party
from services.shared_kernel.clock import kst
from ssak3.settings import Settings
from tests.support.world import World, a_world

EVERY_DAY = (1, 2, 3, 4, 5, 6, 7)


@dataclass(frozen=True, kw_only=True)
class Audited:
    """A data folder, the moment that it is looked at, and what is in it."""

    folder: Path
    now: datetime
    done: str
    fee: str
    agency: str
    expired: str
    late: str
    waiting: str
    broadcast: str

    @property
    def settings(self) -> Settings:
        """Of this folder."""
        return Settings(data_dir=self.folder, _env_file=None)

    def copy(self, folder: Path) -> "Audited":
        """The same elsewhere, to be broken."""
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        return Audited(**(self.__dict__ | {"folder": folder}))

    def sql(self, statement: str, *values: object) -> int:
        """Change the database behind everybody's back; how many rows."""
        connection = sqlite3.connect(self.folder / "ssak3.db")
        with connection:
            count = connection.execute(statement, values).rowcount
        connection.close()
        return count

    def one(self, query: str, *values: object) -> str:
        """The first value that a query finds."""
        connection = sqlite3.connect(self.folder / "ssak3.db")
        row = connection.execute(query, values).fetchone()
        connection.close()
        return str(row[0])


def build(folder: Path) -> Audited:
    """Make it, in a thread, so that no test's event loop is touched."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(_build(folder))).result()


async def _build(folder: Path) -> Audited:
    # A busy machine answers slowly, and that isn't what is looked at here.
    async with a_world(folder, provider_timeout_seconds=20.0, payment_timeout_seconds=20.0) as world:
        cleaner = await _people(world)
        late = await _late_approval(world)
        done, fee, agency, waiting = [await _booked(world, days) for days in (2, 3, 4, 6)]
        expired = await _asked(world, 5)
        await world.later(seconds=40)
        for one in (done, fee, agency, waiting):
            job = await world.ssak3.cleaning.job_of_reservation(reservation_id=one.id)
            assert job is not None
            await world.ssak3.cleaning.accept(job_id=job.id, cleaner_id=cleaner, visit_revision=1)
        await world.later(minutes=20)
        world.clock.advance(minutes=1)
        await _end(world, fee, Party.CUSTOMER)
        await world.ssak3.reservations.reschedule(
            reservation_id=waiting.id, customer_id=None, starts_at=_at(world, 7), by=Party.CUSTOMER
        )
        await world.settle()
        await _work(world, done, cleaner)
        await _end(world, agency, Party.AGENCY)
        broadcast = await _broadcast(world)
        await world.settle()
        world.clock.advance(minutes=2)
        now = world.clock.now()
    ids = {"done": done, "fee": fee, "agency": agency, "expired": expired, "late": late, "waiting": waiting}
    return Audited(folder=folder, now=now, broadcast=broadcast, **{name: one.id for name, one in ids.items()})


async def _people(world: World) -> str:
    people = world.ssak3.people
    cleaner = await people.join(code=await people.invite("cleaner"), role="cleaner", channel="web")
    await people.join(code=await people.invite("operator"), role="operator", channel="web")
    await world.ssak3.cleaning.register_cleaner(cleaner_id=cleaner.id, name="OO클린", areas=("mapo",), days=EVERY_DAY)
    world.clock.advance(minutes=2)
    return cleaner.id


def _at(world: World, days: int) -> datetime:
    return (kst(world.clock.now()) + timedelta(days=days)).replace(hour=10, minute=0, second=0)


async def _asked(world: World, days: int) -> Reservation:
    person = await world.ssak3.people.welcome_customer(channel="web")
    return await world.ssak3.reservations.request(
        reservation_id=world.ssak3.ids.new(),
        customer_id=person.id,
        service="home",
        size_pyeong=24,
        area="mapo",
        details_id=world.ssak3.ids.new(),
        starts_at=_at(world, days),
    )


async def _booked(world: World, days: int) -> Reservation:
    asked = await _asked(world, days)
    paid = await world.ssak3.reservations.pay(reservation_id=asked.id, customer_id=None, method="card")
    assert paid.payment_state == "paid"
    return paid


async def _broadcast(world: World) -> str:
    """To every customer, and over."""
    broadcasts, broadcast_id = world.ssak3.broadcasts, world.ssak3.ids.new()
    await broadcasts.draft(
        broadcast_id=broadcast_id, kind=Kind.INFO, segment=Segment(role="customer"),
        wording=Wording(text_ko="내일 눈이 와서 조금 늦을 수 있어요."), by=SHELL,
    )  # fmt: skip
    seen = await broadcasts.dry_run(broadcast_id, by=SHELL)
    await broadcasts.approve(broadcast_id, digest=seen.digest, by=SHELL)
    await world.settle()
    assert (await broadcasts.report(broadcast_id, by=SHELL)).broadcast.status is BroadcastStatus.FINISHED
    return broadcast_id


async def _late_approval(world: World) -> Reservation:
    """The provider took the money and its answer was lost; the customer didn't wait for it to be found."""
    asked = await _asked(world, 8)
    await world.provider("unknown")
    await world.ssak3.reservations.pay(reservation_id=asked.id, customer_id=None, method="card")
    await world.provider("normal")
    await _end(world, asked, Party.CUSTOMER)
    return asked


async def _end(world: World, reservation: Reservation, by: Party) -> None:
    await world.ssak3.reservations.cancel(
        reservation_id=reservation.id, customer_id=None, expected_refund_krw=None, reason="사정이 생겼어요", by=by
    )


async def _work(world: World, reservation: Reservation, cleaner_id: str) -> None:
    job = await world.ssak3.cleaning.job_of_reservation(reservation_id=reservation.id)
    assert job is not None
    world.clock.set(reservation.visit.starts_at)
    for step in (world.ssak3.cleaning.en_route, world.ssak3.cleaning.start, world.ssak3.cleaning.finish):
        await step(job_id=job.id, cleaner_id=cleaner_id)
