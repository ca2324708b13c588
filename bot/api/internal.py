"""What other processes of ours ask of the bot: to put a notice into somebody's log, and personal details."""

import hmac
from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Header, HTTPException
from pydantic import BaseModel, Field

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


def internal_router(*, log: LogWriter, unit_of_work: Callable[[], BotWork], token: str) -> APIRouter:
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

    return router
