"""The reservation context's repositories and unit of work."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    CompoundSelect,
    Executable,
    Integer,
    Row,
    Select,
    bindparam,
    select,
    union_all,
)

from services.reservation.catalogue import Catalogue
from services.reservation.model import Events, Reservation
from services.reservation.policies import RefundPolicy, Tier
from services.reservation.ports import BeforeHolding
from services.reservation.values import Cancellation, Paid, Party, Paying, PaymentState, Status, Visit
from services.shared_kernel.event import Received
from services.shared_kernel.refusal import NotFound
from storage.kept import KeptRows
from storage.postgresql import lock
from storage.reservation.places import SqlPlaces
from storage.reservation.rounds import SqlCallbackRound
from storage.reservation.tables import HELD_FOR_NOW
from storage.reservation.tables import reservation as table
from storage.rows import of_each
from storage.unit_of_work import Context, SqlUnitOfWork


class ReservationUnitOfWork(SqlUnitOfWork):
    """A transaction of the reservation context."""

    def __init__(self, context: Context, catalogue: Catalogue) -> None:
        super().__init__(context)
        self._catalogue = catalogue

    def open(self) -> None:
        self.reservations = SqlReservations(self)
        self.places = SqlPlaces(self.connection, self._catalogue)
        self.callbacks = SqlCallbackRound(self.connection)

    async def expect(self, batch: Sequence[Received]) -> None:
        about = {getattr(received.event, "reservation_id", None) for received in batch}
        await self.reservations.get_all({one for one in about if one is not None})

    async def flush(self) -> None:
        await self.reservations.write()
        await super().flush()


_ONE = table.c.id == bindparam("wanted")
_TO_LOOK_AT = select(table).where(_ONE)
_TO_CHANGE = _TO_LOOK_AT.with_for_update(key_share=True)
_OF_CUSTOMER = select(table).where(table.c.customer_id == bindparam("customer_id")).order_by(table.c.id)


@cache
def _all_to_change(is_sqlite: bool) -> Select[Any]:
    return of_each(select(table).with_for_update(key_share=True), table.c.id, "ids", is_sqlite)


@cache
def _before_holding(is_sqlite: bool) -> CompoundSelect[Any]:
    """Some come twice."""
    unpaid = select(table).where(table.c.status == Status.AWAITING_PAYMENT)
    return union_all(
        of_each(select(table), table.c.id, "ids", is_sqlite),
        of_each(unpaid, table.c.customer_id, "customers", is_sqlite),
    )


_MOST = bindparam("limit", type_=Integer)
_DUE_TO_EXPIRE = (
    select(table.c.id)
    .where(HELD_FOR_NOW, table.c.hold_expires_at <= bindparam("now"))
    .order_by(table.c.hold_expires_at)
    .limit(_MOST)
)
_PAYING_SINCE_BEFORE = (
    select(table.c.id).where(table.c.paying_since <= bindparam("moment")).order_by(table.c.paying_since).limit(_MOST)
)
_DEFERRED = (
    select(table.c.id)
    .where(table.c.payment_state == PaymentState.DEFERRED, table.c.status == Status.AWAITING_PAYMENT)
    .order_by(table.c.requested_at)
    .limit(_MOST)
)


class SqlReservations:
    """Rows in, aggregates out. What is saved is written at the end, or before something else is looked for."""

    def __init__(self, work: SqlUnitOfWork) -> None:
        self._work = work
        self._kept = KeptRows(work.connection, table)
        # What nobody else can change, as it is by now.
        self._in_hand: dict[str, Reservation] = {}

    async def get(self, reservation_id: str) -> Reservation:
        found = self._in_hand.get(reservation_id) or await self._one(_TO_CHANGE, reservation_id)
        if found is None:
            raise NotFound(reservation_id)
        self._in_hand[found.id] = found
        return found

    async def get_all(self, reservation_ids: Collection[str]) -> Sequence[Reservation]:
        missing = sorted({*reservation_ids} - self._in_hand.keys())
        if len(missing) == 1:
            found = [await self._one(_TO_CHANGE, missing[0])]
        elif missing:
            found = list(await self._all(_all_to_change(self._work.is_sqlite), {"ids": missing}))
        else:
            found = []
        self._in_hand |= {one.id: one for one in found if one is not None}
        return [self._in_hand[each] for each in reservation_ids if each in self._in_hand]

    async def find(self, reservation_id: str) -> Reservation | None:
        return self._in_hand.get(reservation_id) or await self._one(_TO_LOOK_AT, reservation_id)

    async def save(self, old: Reservation | None, new: Reservation, events: Events) -> None:
        if old is None:
            self._kept.add(_to_row(new))
        else:
            self._kept.change(_to_row(new), version=old.version)
        self._in_hand[new.id] = new
        await self._work.record(events)

    async def write(self) -> None:
        """What was saved; StaleVersion as of `save`."""
        await self._kept.write()

    async def in_turn(self, customer_ids: Collection[str]) -> None:
        await lock(self._work.connection, "holds", customer_ids)

    async def before_holding(self, reservation_ids: Collection[str], customer_ids: Collection[str]) -> BeforeHolding:
        wanted = {"ids": [*{*reservation_ids}], "customers": [*{*customer_ids}]}
        return BeforeHolding(await self._all(_before_holding(self._work.is_sqlite), wanted))

    async def _one(self, statement: Select[Any], reservation_id: str) -> Reservation | None:
        row = (await self._work.connection.execute(statement, {"wanted": reservation_id})).first()
        return None if row is None else _from_row(row)

    async def _all(self, statement: Executable, wanted: Mapping[str, Any]) -> Sequence[Reservation]:
        await self.write()
        return [_from_row(row) for row in await self._work.connection.execute(statement, wanted)]

    async def of_customer(self, customer_id: str) -> Sequence[Reservation]:
        return await self._all(_OF_CUSTOMER, {"customer_id": customer_id})

    async def due_to_expire(self, now: datetime, limit: int) -> Sequence[str]:
        return await self._ids(_DUE_TO_EXPIRE, now=now, limit=limit)

    async def paying_since_before(self, moment: datetime, limit: int) -> Sequence[str]:
        return await self._ids(_PAYING_SINCE_BEFORE, moment=moment, limit=limit)

    async def deferred(self, limit: int) -> Sequence[str]:
        return await self._ids(_DEFERRED, limit=limit)

    async def _ids(self, statement: Select[Any], **wanted: Any) -> Sequence[str]:
        await self.write()
        return list((await self._work.connection.execute(statement, wanted)).scalars())


def _to_row(reservation: Reservation) -> dict[str, Any]:
    visit, paying, paid, cancellation = (
        reservation.visit,
        reservation.paying,
        reservation.paid,
        reservation.cancellation,
    )
    return {
        "id": reservation.id,
        "version": reservation.version,
        "status": reservation.status,
        "customer_id": reservation.customer_id,
        "service": visit.service,
        "size_pyeong": visit.size_pyeong,
        "add_ons": list(visit.add_ons),
        "area": visit.area,
        "details_id": visit.details_id,
        "starts_at": visit.starts_at,
        "ends_at": visit.ends_at,
        "visit_revision": visit.revision,
        "price_krw": reservation.price_krw,
        "policy": asdict(reservation.policy),
        "requested_at": reservation.requested_at,
        "hold_expires_at": reservation.hold_expires_at,
        "payment_state": reservation.payment_state,
        "attempt_id": paying.attempt_id if paying else None,
        "attempt_method": paying.method if paying else None,
        "paying_since": paying.since if paying else None,
        "payment_id": paid.payment_id if paid else None,
        "paid_attempt_id": paid.attempt_id if paid else None,
        "paid_krw": paid.amount_krw if paid else None,
        "paid_method": paid.method if paid else None,
        "paid_at": paid.paid_at if paid else None,
        "refunded_krw": paid.refunded_krw if paid else 0,
        "returned": list(reservation.returned),
        "moved_tier_percent": reservation.moved_tier_percent,
        "cleaner_accepted": reservation.cleaner_accepted,
        "unfilled": reservation.unfilled,
        "cancellation": _cancellation_to_json(cancellation) if cancellation else None,
    }


def _cancellation_to_json(cancellation: Cancellation) -> dict[str, Any]:
    return asdict(cancellation) | {"cancelled_at": cancellation.cancelled_at.isoformat()}


def _cancellation_from_json(raw: dict[str, Any]) -> Cancellation:
    values = raw | {"by": Party(raw["by"]), "cancelled_at": datetime.fromisoformat(raw["cancelled_at"])}
    return Cancellation(**values)


def _from_row(row: Row[Any]) -> Reservation:
    policy = dict(row.policy)
    policy["tiers"] = tuple(Tier(**tier) for tier in policy["tiers"])
    return Reservation(
        id=row.id,
        version=row.version,
        status=Status(row.status),
        customer_id=row.customer_id,
        visit=Visit(
            service=row.service,
            size_pyeong=row.size_pyeong,
            add_ons=tuple(row.add_ons),
            area=row.area,
            details_id=row.details_id,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            revision=row.visit_revision,
        ),
        price_krw=row.price_krw,
        policy=RefundPolicy(**policy),
        requested_at=row.requested_at,
        hold_expires_at=row.hold_expires_at,
        payment_state=PaymentState(row.payment_state),
        paying=_paying(row),
        paid=_paid(row),
        returned=tuple(row.returned),
        moved_tier_percent=row.moved_tier_percent,
        cleaner_accepted=row.cleaner_accepted,
        unfilled=row.unfilled,
        cancellation=None if row.cancellation is None else _cancellation_from_json(row.cancellation),
    )


def _paying(row: Row[Any]) -> Paying | None:
    if row.attempt_id is None:
        return None
    return Paying(attempt_id=row.attempt_id, method=row.attempt_method, since=row.paying_since)


def _paid(row: Row[Any]) -> Paid | None:
    if row.payment_id is None:
        return None
    return Paid(
        payment_id=row.payment_id,
        attempt_id=row.paid_attempt_id,
        amount_krw=row.paid_krw,
        method=row.paid_method,
        paid_at=row.paid_at,
        refunded_krw=row.refunded_krw,
    )
