"""Payments with their attempts, in rows."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Integer, Row, Select, bindparam, select, update

from services.payment.ledger import Transaction, booked_for
from services.payment.model import Attempt, Events, Payment
from services.payment.policies import order_id
from services.payment.ports import Due
from services.payment.values import AttemptStatus, Method, PaymentStatus
from services.shared_kernel.refusal import NotFound
from services.shared_kernel.tracing import current_traceparent
from storage.payment.ledger import SqlLedger
from storage.payment.tables import attempt as attempts
from storage.payment.tables import payment as payments
from storage.rows import add_new, change
from storage.unit_of_work import SqlUnitOfWork

_NOT_OF_THE_MODEL = ("agency_id", "payment_id", "position", "traceparent")
_ATTEMPT_COLUMNS = tuple(column for column in attempts.c if column.name not in _NOT_OF_THE_MODEL)


_WANTED: BindParameter[str] = bindparam("wanted")
_OWNER = select(attempts.c.payment_id).where(attempts.c.id == _WANTED)
_BY_ID = select(payments).where(payments.c.id == _WANTED).with_for_update(key_share=True)
_BY_RESERVATION = select(payments).where(payments.c.reservation_id == _WANTED).with_for_update(key_share=True)
_BY_ATTEMPT = select(payments).where(payments.c.id == _OWNER.scalar_subquery())
_ATTEMPTS = select(*_ATTEMPT_COLUMNS).where(attempts.c.payment_id == _WANTED).order_by(attempts.c.position)
_CHANGE_ATTEMPT = update(attempts).where(attempts.c.id == bindparam("which"))
_DUE = (
    select(attempts.c.id, attempts.c.traceparent)
    .where(attempts.c.next_look_at <= bindparam("now"))
    .order_by(attempts.c.next_look_at)
    .limit(bindparam("limit", type_=Integer))
)


class SqlPayments:
    """Rows in, aggregates out. Saving books what the events move."""

    def __init__(self, work: SqlUnitOfWork, ledger: SqlLedger) -> None:
        self._work = work
        self._ledger = ledger

    async def get(self, payment_id: str) -> Payment:
        found = await self._find(_BY_ID, payment_id)
        if found is None:
            raise NotFound(payment_id)
        return found

    async def of_reservation(self, reservation_id: str) -> Payment | None:
        return await self._find(_BY_RESERVATION, reservation_id)

    async def of_attempt(self, attempt_id: str) -> Payment | None:
        return await self._find(_BY_ATTEMPT, attempt_id)

    async def is_used(self, attempt_id: str) -> bool:
        return (await self._work.connection.execute(_OWNER, {"wanted": attempt_id})).first() is not None

    async def fence(self, attempt_id: str, at: datetime) -> None:
        nobody = Attempt(
            id=attempt_id, order_id=order_id(attempt_id), method=Method.CARD, amount_krw=0, pay_by=at,
            status=AttemptStatus.VOID, requested_at=at, sent_at=at, next_look_at=None,
        )  # fmt: skip
        await self._insert_attempt(None, 0, nobody)

    async def save(self, old: Payment | None, new: Payment, events: Events) -> None:
        values = {name: value for name, value in _fields(new).items() if name != "attempts"}
        if old is None:
            await add_new(self._work.connection, payments, values, new.id)
        else:
            await change(self._work.connection, payments, values, id=old.id, version=old.version)
        await self._save_attempts(old, new)
        await self._ledger.book(_booked(events))
        await self._work.record(events)

    async def attempts_due(self, now: datetime, limit: int) -> Sequence[Due]:
        rows = await self._work.connection.execute(_DUE, {"now": now, "limit": limit})
        return [Due(id=row.id, traceparent=row.traceparent) for row in rows]

    async def _find(self, statement: Select[Any], wanted: str) -> Payment | None:
        row = (await self._work.connection.execute(statement, {"wanted": wanted})).first()
        if row is None:
            return None
        found = (await self._work.connection.execute(_ATTEMPTS, {"wanted": row.id})).all()
        return Payment(
            id=row.id,
            version=row.version,
            reservation_id=row.reservation_id,
            customer_id=row.customer_id,
            status=PaymentStatus(row.status),
            paid_krw=row.paid_krw,
            refunded_krw=row.refunded_krw,
            reserved_krw=row.reserved_krw,
            attempts=tuple(_attempt(line) for line in found),
        )

    async def _save_attempts(self, old: Payment | None, new: Payment) -> None:
        before = {attempt.id: attempt for attempt in old.attempts} if old else {}
        for position, attempt in enumerate(new.attempts):
            known = before.get(attempt.id)
            if known is None:
                await self._insert_attempt(new.id, position, attempt)
            elif attempt != known:
                await self._work.connection.execute(_CHANGE_ATTEMPT, {**_fields(attempt), "which": attempt.id})

    async def _insert_attempt(self, payment_id: str | None, position: int, attempt: Attempt) -> None:
        place = {"payment_id": payment_id, "position": position, "traceparent": current_traceparent()}
        await add_new(self._work.connection, attempts, {**_fields(attempt), **place}, attempt.id)


def _fields(value: Payment | Attempt) -> dict[str, Any]:
    return {name: getattr(value, name) for name in value.__dataclass_fields__}


def _booked(events: Events) -> Sequence[Transaction]:
    return [transaction for event in events for transaction in booked_for(event)]


def _attempt(row: Row[Any]) -> Attempt:
    return Attempt(**{**row._mapping, "status": AttemptStatus(row.status), "method": Method(row.method)})
