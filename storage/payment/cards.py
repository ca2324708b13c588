"""Registered cards, and visits to the provider's window."""

from typing import Any

from sqlalchemy import Row, bindparam, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.payment.values import AttemptStatus, Card, Checkout
from services.shared_kernel.refusal import NotFound
from storage.payment.tables import attempt as attempts
from storage.payment.tables import card as cards
from storage.payment.tables import checkout as checkouts
from storage.payment.tables import payment as payments

_NEWEST = (
    select(cards)
    .where(cards.c.customer_id == bindparam("customer"))
    .order_by(cards.c.registered_at.desc(), cards.c.id.desc())
    .limit(1)
)
_CARD = select(cards).where(cards.c.id == bindparam("wanted"))
_ADD = insert(cards)
_THEIRS = select(cards.c.id).where(cards.c.customer_id == bindparam("customer"))
_WITH_THEIRS = attempts.c.card_id.in_(_THEIRS)
_LIVE = select(attempts.c.id).where(
    _WITH_THEIRS, attempts.c.status.in_((AttemptStatus.REQUESTED, AttemptStatus.UNKNOWN))
)
_LET_GO = update(attempts).where(_WITH_THEIRS).values(card_id=None)
# Whoever decides on what they have read before would put the card back: their version is one of the past.
_NOTE = (
    update(payments)
    .where(payments.c.id.in_(select(attempts.c.payment_id).where(_WITH_THEIRS)))
    .values(version=payments.c.version + 1)
)
_FORGET = delete(cards).where(cards.c.customer_id == bindparam("customer"))
_REMEMBER = insert(checkouts)
_CHECKOUT = select(checkouts).where(checkouts.c.attempt_id == bindparam("attempt"))


class SqlCards:
    """Rows in, values out. A card is never changed: an attempt is sent again with the very card it began with."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def of_customer(self, customer_id: str) -> Card | None:
        row = (await self._connection.execute(_NEWEST, {"customer": customer_id})).first()
        return None if row is None else Card(**_values(row))

    async def get(self, card_id: str) -> Card:
        row = (await self._connection.execute(_CARD, {"wanted": card_id})).first()
        if row is None:
            raise NotFound(card_id)
        return Card(**_values(row))

    async def add(self, card: Card) -> None:
        values = {name: getattr(card, name) for name in card.__dataclass_fields__}
        await self._connection.execute(_ADD, values)

    async def forget(self, customer_id: str) -> bool:
        of_customer = {"customer": customer_id}
        if (await self._connection.execute(_LIVE, of_customer)).first() is not None:
            return False
        await self._connection.execute(_NOTE, of_customer)
        await self._connection.execute(_LET_GO, of_customer)
        await self._connection.execute(_FORGET, of_customer)
        return True

    async def remember_checkout(self, checkout: Checkout) -> None:
        values = {name: getattr(checkout, name) for name in checkout.__dataclass_fields__}
        await self._connection.execute(_REMEMBER, values)

    async def checkout(self, attempt_id: str) -> Checkout | None:
        row = (await self._connection.execute(_CHECKOUT, {"attempt": attempt_id})).first()
        return None if row is None else Checkout(**_values(row))


def _values(row: Row[Any]) -> dict[str, Any]:
    return {name: value for name, value in row._mapping.items() if name != "agency_id"}
