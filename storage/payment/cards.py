"""Registered cards, and visits to the provider's window."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Row, bindparam, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.payment.values import AttemptStatus, Card, Checkout
from services.shared_kernel.refusal import NotFound
from storage.payment.payments import SqlPayments
from storage.payment.tables import attempt as attempts
from storage.payment.tables import card as cards
from storage.payment.tables import checkout as checkouts
from storage.payment.tables import payment as payments
from storage.rows import insert_all, of_keys

_CARD = select(cards).where(cards.c.id == bindparam("wanted"))
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

    def __init__(self, connection: AsyncConnection, payments: SqlPayments) -> None:
        self._connection = connection
        self._payments = payments

    async def of_customer(self, customer_id: str) -> Card | None:
        return (await self.of_customers([customer_id])).get(customer_id)

    async def of_customers(self, customer_ids: Collection[str]) -> Mapping[str, Card]:
        found = [Card(**_values(row)) for row in await of_keys(self._connection, cards, "customer_id", customer_ids)]
        # Of several of one customer, the last stays.
        return {card.customer_id: card for card in sorted(found, key=lambda card: (card.registered_at, card.id))}

    async def get(self, card_id: str) -> Card:
        row = (await self._connection.execute(_CARD, {"wanted": card_id})).first()
        if row is None:
            raise NotFound(card_id)
        return Card(**_values(row))

    async def add(self, added: Sequence[Card]) -> None:
        if added:
            await insert_all(self._connection, cards, [asdict(card) for card in added])

    async def forget(self, customer_id: str) -> bool:
        of_customer = {"customer": customer_id}
        await self._payments.let_go()
        if (await self._connection.execute(_LIVE, of_customer)).first() is not None:
            return False
        await self._connection.execute(_NOTE, of_customer)
        await self._connection.execute(_LET_GO, of_customer)
        await self._connection.execute(_FORGET, of_customer)
        return True

    async def remember_checkout(self, checkout: Checkout) -> None:
        await self._connection.execute(_REMEMBER, asdict(checkout))

    async def checkout(self, attempt_id: str) -> Checkout | None:
        row = (await self._connection.execute(_CHECKOUT, {"attempt": attempt_id})).first()
        return None if row is None else Checkout(**_values(row))


def _values(row: Row[Any]) -> dict[str, Any]:
    return {name: value for name, value in row._mapping.items() if name != "agency_id"}
