"""What other processes of ours ask of the bot: to put notices into people's logs, details, consents, addresses."""

import hmac
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Header, HTTPException
from pydantic import BaseModel, Field

from bot.links import Links
from bot.message_log import LogWriter
from bot.notices import Notice, Notices
from bot.ports import BotWork
from services.shared_kernel.card import Card
from services.shared_kernel.tracing import SpanKind, Tracing

# So strict that no database refuses one: among many, it would be all that are refused.
Identifier = Annotated[str, Field(pattern=r"^[!-~]{1,36}$")]
Address = Annotated[str, Field(min_length=1, max_length=64)]
MOST = 50


class DeliveryBody(BaseModel):
    """A notice as it is to be drawn, for one person, and the trace that it belongs to."""

    delivery_id: Identifier
    person_id: Identifier
    card: Card
    traceparent: str | None = None


class WantedDetails(BaseModel):
    """Whose name, and which visit's details."""

    person_id: Identifier
    details_id: Identifier | None = None


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
    moved_to: Address | None = None


def internal_router(
    *, log: LogWriter, notices: Notices, links: Links, unit_of_work: Callable[[], BotWork], tracing: Tracing,
    token: str,
) -> APIRouter:  # fmt: skip
    """Bearer `token`. A delivery is idempotent on its id. A list is answered in its order, or refused as a whole."""
    expected = f"Bearer {token}".encode()

    async def authorized(authorization: Annotated[str, Header()] = "") -> None:  # a plain one would get a thread
        if not hmac.compare_digest(authorization.encode("utf-8", "surrogateescape"), expected):
            raise HTTPException(401, "a bearer token is needed", {"WWW-Authenticate": "Bearer"})

    router = APIRouter(prefix="/internal", dependencies=[Depends(authorized)], include_in_schema=False)

    @router.post("/deliveries")
    async def deliver(bodies: Annotated[list[DeliveryBody], Field(max_length=MOST)]) -> list[dict[str, bool]]:
        with tracing.side_by_side(SpanKind.CONSUMER, [("take notice", body.traceparent) for body in bodies]):
            new = await log.append_all(
                [Notice(delivery_id=body.delivery_id, person_id=body.person_id, card=body.card) for body in bodies]
            )
        return [{"new": body.delivery_id in new} for body in bodies]

    @router.post("/details")
    async def details(wanted: Annotated[list[WantedDetails], Field(max_length=MOST)]) -> list[DetailsOut]:
        found = await notices.named([(one.person_id, one.details_id) for one in wanted])
        return [DetailsOut(name=one.name, address=one.address, note=one.note) for one in found]

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
