"""What choosing a cleaner depends on: who is busy, who has had how many jobs of late, who came last time.

All of it follows from jobs that are somebody's. New ones never are, so that many are chosen for by what is read once.
"""

from collections.abc import Collection, Mapping, Sequence, Set
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.cleaning.lifecycle import HELD
from services.cleaning.model import Job
from services.cleaning.values import JobStatus
from services.reservation.events import VisitEvent
from storage.cleaning.tables import job as table
from storage.postgresql import given

Time = tuple[datetime, datetime]

TO_DO = (JobStatus.ASSIGNED, JobStatus.EN_ROUTE, JobStatus.STARTED)
AT_THE_TIME_OF = (
    (table.c.id != bindparam("job_id"))
    & table.c.status.in_(TO_DO)
    & (table.c.starts_at < bindparam("end"))
    & (table.c.ends_at > bindparam("start"))
)


def time_of(job: Job) -> dict[str, Any]:
    """The parameters of `AT_THE_TIME_OF`."""
    return {"job_id": job.id, "start": job.visit.starts_at, "end": job.visit.ends_at}


def _previous(customer_id: ColumnElement[Any]) -> Select[Any]:
    return (
        select(table.c.cleaner_id)
        .where(table.c.customer_id == customer_id, table.c.status == JobStatus.FINISHED)
        .order_by(table.c.starts_at.desc())
        .limit(1)
    )


_BUSY = select(table.c.cleaner_id).where(AT_THE_TIME_OF)
_COUNTS_SINCE = (
    select(table.c.cleaner_id, func.count())
    .where(table.c.starts_at >= bindparam("moment"), table.c.status.in_(HELD))
    .group_by(table.c.cleaner_id)
)
_PREVIOUS_CLEANER = _previous(bindparam("customer_id"))

# Of many at once.
_TIMES = given(table.c.starts_at, table.c.ends_at)
_BUSY_AT = select(_TIMES.c.starts_at, _TIMES.c.ends_at, table.c.id, table.c.cleaner_id).where(
    table.c.status.in_(TO_DO), table.c.starts_at < _TIMES.c.ends_at, table.c.ends_at > _TIMES.c.starts_at
)
_CUSTOMERS = given(table.c.customer_id)
_PREVIOUS_CLEANERS = select(
    _CUSTOMERS.c.customer_id, _previous(_CUSTOMERS.c.customer_id).scalar_subquery().label("cleaner_id")
)


class SqlPlans:
    """Answers stay as they are until somebody's job changes in this very transaction: see `forget`.

    SQLite is asked about each by itself, which costs no round trip.
    """

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._is_sqlite = connection.dialect.name == "sqlite"
        # What is still to be asked for.
        self._times: set[Time] = set()
        self._customers: set[str] = set()
        self._busy: dict[Time, list[tuple[str, str]]] = {}
        self._counts: dict[datetime, Mapping[str, int]] = {}
        self._previous: dict[str, str | None] = {}

    def expect(self, visits: Collection[VisitEvent]) -> None:
        """Whoever asks about the first of these is answered from what is read of all."""
        self._times |= {(visit.starts_at, visit.ends_at) for visit in visits}
        self._customers |= {visit.customer_id for visit in visits}

    def forget(self) -> None:
        """A job that was or is somebody's has changed."""
        self._busy.clear()
        self._counts.clear()
        self._previous.clear()

    async def busy(self, job: Job) -> Set[str]:
        if self._is_sqlite:
            return set((await self._connection.execute(_BUSY, time_of(job))).scalars())
        time = job.visit.starts_at, job.visit.ends_at
        if time not in self._busy:
            await self._read_busy([*self._times | {time}])
        self._times.discard(time)
        return {cleaner_id for job_id, cleaner_id in self._busy[time] if job_id != job.id}

    async def counts_since(self, moment: datetime) -> Mapping[str, int]:
        if moment not in self._counts:
            rows = (await self._connection.execute(_COUNTS_SINCE, {"moment": moment})).all()
            self._counts[moment] = {str(cleaner_id): int(count) for cleaner_id, count in rows}
        return self._counts[moment]

    async def previous_cleaner(self, customer_id: str) -> str | None:
        if self._is_sqlite:
            asked = await self._connection.execute(_PREVIOUS_CLEANER, {"customer_id": customer_id})
            found: str | None = asked.scalar_one_or_none()
            return found
        if customer_id not in self._previous:
            wanted = {"customer_id": [*self._customers | {customer_id}]}
            rows = await self._connection.execute(_PREVIOUS_CLEANERS, wanted)
            self._previous |= {row.customer_id: row.cleaner_id for row in rows}
        self._customers.discard(customer_id)
        return self._previous[customer_id]

    async def _read_busy(self, times: Sequence[Time]) -> None:
        self._busy |= {time: [] for time in times}
        wanted = {"starts_at": [start for start, _ in times], "ends_at": [end for _, end in times]}
        for start, end, job_id, cleaner_id in await self._connection.execute(_BUSY_AT, wanted):
            self._busy[start, end].append((job_id, cleaner_id))
