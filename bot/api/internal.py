"""What other processes of ours ask of the bot: to put a notice into somebody's log, details, consents, addresses."""

import hmac
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Header, HTTPException
from pydantic import BaseModel, Field

from bot.links import Links
from bot.message_log import LogWriter
from bot.ports import BotWork
from services.shared_kernel.card import Card

Identifier = Annotated[str, Field(min_length=1, max_length=64)]


class DeliveryBody(BaseModel):
    """A notice as it is to be drawn, for one person."""

    person_id: Identifier
    card: Card


class DetailsOut(BaseModel):
    """Empty where the person was erased."""

    name: str
    address: str
    note: str


class AdvertisingOut(BaseModel):
    """Whether somebody consents to advertising as of now; neither where the person was erased."""

    day: bool
    night: bool


class AddressOut(BaseModel):
    """Null where the person has none on that channel, or has blocked us, since `blocked_since`."""

    address: str | None
    blocked_since: datetime | None


class AddressNews(BaseModel):
    """What a sender has learned of an address; one of the two."""

    blocked: Literal[True] | None = None
    moved_to: Identifier | None = None


def internal_router(
    *, log: LogWriter, links: Links, unit_of_work: Callable[[], BotWork], token: str
) -> APIRouter:  # fmt: skip
    """Bearer `token`. A delivery is idempotent on its id."""
    expected = f"Bearer {token}".encode()

    async def authorized(authorization: Annotated[str, Header()] = "") -> None:  # a plain one would get a thread
        if not hmac.compare_digest(authorization.encode("utf-8", "surrogateescape"), expected):
            raise HTTPException(401, "a bearer token is needed", {"WWW-Authenticate": "Bearer"})

    router = APIRouter(prefix="/internal", dependencies=[Depends(authorized)], include_in_schema=False)

    @router.put("/deliveries/{delivery_id}")
    async def deliver(delivery_id: str, body: DeliveryBody) -> dict[str, bool]:
        return {"new": await log.append(delivery_id=delivery_id, person_id=body.person_id, card=body.card)}

    @router.get("/people/{person_id}/details")
    async def details(person_id: str, details_id: str | None = None) -> DetailsOut:
        async with unit_of_work() as work:
            person = await work.persons.find(person_id)
            found = await work.details.find(details_id) if details_id else None
        return DetailsOut(
            name=person.name if person else "",
            address=found.address if found else "",
            note=found.note if found else "",
        )

    @router.get("/people/{person_id}/advertising")
    async def advertising(person_id: str) -> AdvertisingOut:
        async with unit_of_work() as work:
            person = await work.persons.find(person_id)
        return AdvertisingOut(
            day=person is not None and person.consent_day_at is not None,
            night=person is not None and person.consent_night_at is not None,
        )

    @router.get("/people/{person_id}/address")
    async def address(person_id: str, channel: Literal["telegram"]) -> AddressOut:
        address = await links.address_of(person_id, channel)
        since = await links.blocked_since(person_id, channel) if address is None else None
        return AddressOut(address=address, blocked_since=since)

    @router.put("/addresses/telegram/{address}")
    async def learn(address: str, news: AddressNews) -> dict[str, str]:
        if (news.blocked is None) is (news.moved_to is None):
            raise HTTPException(422, "either blocked or moved_to")
        if news.moved_to is not None:
            await links.move("telegram", address, news.moved_to)
        else:
            await links.block("telegram", address)
        return {}

    return router
