"""Payments with their attempts, in rows."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Integer, Row, Select, bindparam, select

from services.payment.ledger import Transaction, booked_for
from services.payment.model import Attempt, Events, Payment
from services.payment.policies import order_id
from services.payment.ports import Due
from services.payment.values import AttemptStatus, Method, PaymentStatus
from services.shared_kernel.refusal import NotFound
from storage.kept import KeptRows
from storage.payment.ledger import SqlLedger
from storage.payment.tables import attempt as attempts
from storage.payment.tables import payment as payments
from storage.rows import of_each, of_keys
from storage.unit_of_work import SqlUnitOfWork

_ATTEMPT_COLUMNS = tuple(one.name for one in attempts.c if one.name not in ("agency_id", "traceparent"))

_OWNER = select(attempts.c.payment_id).where(attempts.c.id == bindparam("wanted"))
_BY_ATTEMPT = select(payments).where(payments.c.id == _OWNER.scalar_subquery())
_DUE = (
    select(attempts.c.id, attempts.c.traceparent)
    .where(attempts.c.next_look_at <= bindparam("now"))
    .order_by(attempts.c.next_look_at)
    .limit(bindparam("limit", type_=Integer))
)


@cache
def _to_change(key: str, is_sqlite: bool) -> Select[Any]:
    return of_each(select(payments).with_for_update(key_share=True), payments.c[key], "wanted", is_sqlite)


class SqlPayments:
    """Rows in, aggregates out. Saving books what the events move.

    What is saved is written at the end, or before something else is looked for.
    """

    def __init__(self, work: SqlUnitOfWork, ledger: SqlLedger) -> None:
        self._work = work
        self._ledger = ledger
        self._payments = KeptRows(work.connection, payments)
        self._attempts = KeptRows(work.connection, attempts)
        # What nobody else can change, as it is by now; and which of them, if any, is whose.
        self._in_hand: dict[str, Payment] = {}
        self._of_reservation: dict[str, str | None] = {}

    async def get(self, payment_id: str) -> Payment:
        for found in await self.get_all([payment_id]):
            return found
        raise NotFound(payment_id)

    async def get_all(self, payment_ids: Collection[str]) -> Sequence[Payment]:
        await self._take("id", {*payment_ids} - self._in_hand.keys())
        return [self._in_hand[each] for each in payment_ids if each in self._in_hand]

    async def of_reservation(self, reservation_id: str) -> Payment | None:
        return (await self.of_reservations([reservation_id])).get(reservation_id)

    async def of_reservations(self, reservation_ids: Collection[str]) -> Mapping[str, Payment]:
        unknown = {*reservation_ids} - self._of_reservation.keys()
        self._of_reservation |= dict.fromkeys(unknown)
        await self._take("reservation_id", unknown)
        ids = {each: self._of_reservation[each] for each in reservation_ids}
        return {each: self._in_hand[id] for each, id in ids.items() if id is not None}

    async def of_attempt(self, attempt_id: str) -> Payment | None:
        await self.write()
        rows = (await self._work.connection.execute(_BY_ATTEMPT, {"wanted": attempt_id})).all()
        for found in await self._with_attempts(rows):
            return found
        return None

    async def used(self, attempt_ids: Collection[str]) -> Collection[str]:
        await self.write()
        return [row.id for row in await of_keys(self._work.connection, attempts, "id", attempt_ids, "id")]

    async def fence(self, attempt_id: str, at: datetime) -> None:
        nobody = Attempt(
            id=attempt_id, order_id=order_id(attempt_id), method=Method.CARD, amount_krw=0, pay_by=at,
            status=AttemptStatus.VOID, requested_at=at, sent_at=at, next_look_at=None,
        )  # fmt: skip
        self._add_attempt(None, 0, nobody)

    async def save(self, old: Payment | None, new: Payment, events: Events) -> None:
        row = {name: value for name, value in _fields(new).items() if name != "attempts"}
        if old is None:
            self._payments.add(row)
        else:
            self._payments.change(row, version=old.version)
        self._keep_attempts(old, new)
        self._hold(new)
        await self._ledger.book(_booked(events))
        await self._work.record(events)

    async def attempts_due(self, now: datetime, limit: int) -> Sequence[Due]:
        await self.write()
        rows = await self._work.connection.execute(_DUE, {"now": now, "limit": limit})
        return [Due(id=row.id, traceparent=row.traceparent) for row in rows]

    async def write(self) -> None:
        """What was saved; StaleVersion as of `save`."""
        await self._payments.write()
        await self._attempts.write()

    async def let_go(self) -> None:
        """Before somebody changes the rows by themselves: what is asked for afterwards is read anew."""
        await self.write()
        self._in_hand, self._of_reservation = {}, {}

    def _hold(self, payment: Payment) -> None:
        self._in_hand[payment.id] = payment
        self._of_reservation[payment.reservation_id] = payment.id

    async def _take(self, key: str, values: Collection[str]) -> None:
        if values:
            statement = _to_change(key, self._work.is_sqlite)
            rows = (await self._work.connection.execute(statement, {"wanted": sorted({*values})})).all()
            for payment in await self._with_attempts(rows):
                self._hold(payment)

    async def _with_attempts(self, rows: Sequence[Row[Any]]) -> Sequence[Payment]:
        if not rows:
            return []
        ids = [row.id for row in rows]
        found = await of_keys(self._work.connection, attempts, "payment_id", ids, *_ATTEMPT_COLUMNS)
        lines: dict[str, list[Attempt]] = {id: [] for id in ids}
        for line in sorted(found, key=lambda line: line.position):
            lines[line.payment_id].append(_attempt(line))
        return [_payment(row, lines[row.id]) for row in rows]

    def _keep_attempts(self, old: Payment | None, new: Payment) -> None:
        before = {attempt.id: attempt for attempt in old.attempts} if old else {}
        for position, attempt in enumerate(new.attempts):
            known = before.get(attempt.id)
            if known is None:
                self._add_attempt(new.id, position, attempt)
            elif attempt != known:
                self._attempts.change(_fields(attempt))

    def _add_attempt(self, payment_id: str | None, position: int, attempt: Attempt) -> None:
        place = {"payment_id": payment_id, "position": position, "traceparent": self._work.traceparent}
        self._attempts.add({**_fields(attempt), **place})


def _fields(value: Payment | Attempt) -> dict[str, Any]:
    return {name: getattr(value, name) for name in value.__dataclass_fields__}


def _booked(events: Events) -> Sequence[Transaction]:
    return [transaction for event in events for transaction in booked_for(event)]


def _payment(row: Row[Any], attempts: Sequence[Attempt]) -> Payment:
    return Payment(
        id=row.id,
        version=row.version,
        reservation_id=row.reservation_id,
        customer_id=row.customer_id,
        status=PaymentStatus(row.status),
        paid_krw=row.paid_krw,
        refunded_krw=row.refunded_krw,
        reserved_krw=row.reserved_krw,
        attempts=tuple(attempts),
    )


def _attempt(row: Row[Any]) -> Attempt:
    values = {name: value for name, value in row._mapping.items() if name not in ("payment_id", "position")}
    return Attempt(**{**values, "status": AttemptStatus(row.status), "method": Method(row.method)})
