"""Jobs and their offers as rows."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence, Set
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from functools import cache
from typing import Any

from sqlalchemy import Integer, Row, Select, bindparam, or_, select, update

from services.cleaning.lifecycle import HELD
from services.cleaning.model import Events, Job
from services.cleaning.offer import Offer
from services.cleaning.values import JobStatus, OfferStatus, Visit
from services.reservation.events import VisitEvent
from services.shared_kernel.clock import KST
from services.shared_kernel.refusal import NotFound
from storage.cleaning.plans import AT_THE_TIME_OF, TO_DO, SqlPlans, time_of
from storage.cleaning.tables import job as table
from storage.cleaning.tables import offer as offers
from storage.kept import KeptRows
from storage.rows import change, insert_all, of_each, of_keys
from storage.unit_of_work import SqlUnitOfWork

_TO_CHANGE = select(table).with_for_update(key_share=True)
_BY_ID = _TO_CHANGE.where(table.c.id == bindparam("job_id"))
_OF_RESERVATION = _TO_CHANGE.where(table.c.reservation_id == bindparam("reservation_id"))
# Only its status ever changes.
_CHANGE_OFFER = update(offers).where(offers.c.id == bindparam("offer_id")).values(status=bindparam("new_status"))
_DUE = (
    select(table.c.id)
    .where(table.c.due_at <= bindparam("now"))
    .order_by(table.c.due_at)
    .limit(bindparam("limit", type_=Integer))
)
_OPEN_OFFERS = (
    select(table)
    .join(offers, offers.c.job_id == table.c.id)
    .where(offers.c.cleaner_id == bindparam("cleaner_id"), offers.c.status == OfferStatus.PENDING)
    .order_by(offers.c.deadline, table.c.id)
)
_OF_CLEANER = (
    select(table)
    .where(
        table.c.cleaner_id == bindparam("cleaner_id"),
        table.c.status.in_(HELD),
        table.c.starts_at >= bindparam("begin"),
        table.c.starts_at < bindparam("end"),
    )
    .order_by(table.c.starts_at, table.c.id)
)
_IN_HAND = (
    select(table.c.id)
    .where(
        or_(
            (table.c.cleaner_id == bindparam("cleaner_id")) & table.c.status.in_(TO_DO),
            table.c.id.in_(
                select(offers.c.job_id).where(
                    offers.c.cleaner_id == bindparam("cleaner_id"), offers.c.status == OfferStatus.PENDING
                )
            ),
        )
    )
    .order_by(table.c.id)
)
_CLASH = select(table).where(table.c.cleaner_id == bindparam("cleaner_id"), AT_THE_TIME_OF).order_by(table.c.starts_at)


@cache
def _of_reservations(is_sqlite: bool) -> Select[Any]:
    return of_each(_TO_CHANGE, table.c.reservation_id, "reservation_ids", is_sqlite)


class SqlJobs:
    """Rows in, aggregates out. Single jobs are locked where the database can, so that answers come one by one.

    New ones are written at the end, or before something is looked for that they could be.
    """

    def __init__(self, work: SqlUnitOfWork) -> None:
        self._work = work
        self._plans = SqlPlans(work.connection)
        self._new = KeptRows(work.connection, table)
        self._new_offers: list[dict[str, Any]] = []
        self._expected: dict[str, Job | None] = {}

    async def expect(self, visits: Collection[VisitEvent]) -> None:
        """Read in one go what `of_reservation` will be asked for, when nobody else can make or change it."""
        self._plans.expect(visits)
        unknown = sorted({visit.reservation_id for visit in visits} - self._expected.keys())
        if unknown:
            found = await self._load(_of_reservations(self._work.is_sqlite), reservation_ids=unknown)
            self._expected |= dict.fromkeys(unknown) | {job.reservation_id: job for job in found}

    async def write(self) -> None:
        """What is new. StaleVersion when a reservation has got another job meanwhile."""
        await self._new.write()
        if self._new_offers:
            await insert_all(self._work.connection, offers, self._new_offers)
            self._new_offers = []

    async def get(self, job_id: str) -> Job:
        await self.write()
        found = await self._load(_BY_ID, job_id=job_id)
        if not found:
            raise NotFound(job_id)
        return found[0]

    async def of_reservation(self, reservation_id: str) -> Job | None:
        if reservation_id in self._expected:
            return self._expected[reservation_id]
        await self.write()
        found = await self._load(_OF_RESERVATION, reservation_id=reservation_id)
        return found[0] if found else None

    async def save(self, old: Job | None, new: Job, events: Events) -> None:
        if old is None:
            self._new.add(_to_row(new))
            self._new_offers += _offer_rows(new)
        else:
            await self.write()
            await change(self._work.connection, table, _to_row(new), id=old.id, version=old.version)
            await self._save_offers(old, new)
            if old.cleaner_id or new.cleaner_id:  # any other is in nobody's plans
                self._plans.forget()
        if new.reservation_id in self._expected:
            self._expected[new.reservation_id] = new
        await self._work.record(events)

    async def _save_offers(self, old: Job, new: Job) -> None:
        known = {offer.id: offer for offer in old.offers}
        changed = [
            {"offer_id": offer.id, "new_status": offer.status}
            for offer in new.offers
            if offer.id in known and offer != known[offer.id]
        ]
        if changed:
            # Before the new ones, since only one may be open at a time.
            await self._work.connection.execute(_CHANGE_OFFER, changed)
        added = [row for row in _offer_rows(new) if row["id"] not in known]
        if added:
            await insert_all(self._work.connection, offers, added)

    async def due(self, now: datetime, limit: int) -> Sequence[str]:
        await self.write()
        return list((await self._work.connection.execute(_DUE, {"now": now, "limit": limit})).scalars())

    async def open_offers(self, cleaner_id: str) -> Sequence[Job]:
        await self.write()
        return await self._load(_OPEN_OFFERS, cleaner_id=cleaner_id)

    async def of_cleaner(self, cleaner_id: str, first: date, last: date) -> Sequence[Job]:
        begin = datetime.combine(first, clock_time(), KST)
        end = datetime.combine(last + timedelta(days=1), clock_time(), KST)
        return await self._load(_OF_CLEANER, cleaner_id=cleaner_id, begin=begin, end=end)

    async def in_hand(self, cleaner_id: str) -> Sequence[str]:
        await self.write()
        return list((await self._work.connection.execute(_IN_HAND, {"cleaner_id": cleaner_id})).scalars())

    # In these only jobs come that are somebody's, which new ones never are.

    async def clash(self, cleaner_id: str, job: Job) -> Job | None:
        found = await self._load(_CLASH, cleaner_id=cleaner_id, **time_of(job))
        return found[0] if found else None

    async def busy(self, job: Job) -> Set[str]:
        return await self._plans.busy(job)

    async def counts_since(self, moment: datetime) -> Mapping[str, int]:
        return await self._plans.counts_since(moment)

    async def previous_cleaner(self, customer_id: str) -> str | None:
        return await self._plans.previous_cleaner(customer_id)

    async def _load(self, statement: Select[Any], **wanted: Any) -> list[Job]:
        rows = (await self._work.connection.execute(statement, wanted)).all()
        if not rows:
            return []
        of_job = defaultdict(list)
        found = await of_keys(self._work.connection, offers, "job_id", [row.id for row in rows])
        for row in sorted(found, key=lambda row: row.number):
            of_job[row.job_id].append(_offer_from_row(row))
        return [_from_row(row, tuple(of_job[row.id])) for row in rows]


_PLAIN = (
    "id", "version", "reservation_id", "customer_id", "price_krw", "payout_krw", "look_at", "unfilled_at",
    "uncovered_at", "no_show_at", "pool", "cleaner_id", "cleaner_name", "en_route_at", "started_at", "finished_at",
)  # fmt: skip
_VISIT = ("service", "size_pyeong", "area", "details_id", "starts_at", "ends_at")
_OFFER = ("id", "cleaner_id", "visit_revision", "deadline", "pool", "moved_from")


def _to_row(job: Job) -> dict[str, Any]:
    return {
        **{name: getattr(job, name) for name in _PLAIN},
        **{name: getattr(job.visit, name) for name in _VISIT},
        "status": job.status,
        "add_ons": list(job.visit.add_ons),
        "visit_revision": job.visit.revision,
        "due_at": job.due_at,
    }


def _from_row(row: Row[Any], found: tuple[Offer, ...]) -> Job:
    return Job(
        **{name: getattr(row, name) for name in _PLAIN},
        status=JobStatus(row.status),
        visit=Visit(
            **{name: getattr(row, name) for name in _VISIT},
            add_ons=tuple(row.add_ons),
            revision=row.visit_revision,
        ),
        offers=found,
    )


def _offer_rows(job: Job) -> list[dict[str, Any]]:
    return [
        {name: getattr(offer, name) for name in _OFFER} | {"job_id": job.id, "number": number, "status": offer.status}
        for number, offer in enumerate(job.offers)
    ]


def _offer_from_row(row: Row[Any]) -> Offer:
    return Offer(**{name: getattr(row, name) for name in _OFFER}, status=OfferStatus(row.status))
