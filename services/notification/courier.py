"""One delivery on its way out: written, looked at a last time, and handed to its channel. No transaction is open."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace

import structlog

from services.notification.model import Ad, Delivery
from services.notification.outcomes import NotRendered, Outcome, Unclear, Unwanted
from services.notification.policies import COPYING_TAKES, OPTED_OUT, SEND_TAKES, advertising_waits_until
from services.notification.ports import Accepted, ChannelSender, Directory, Rejected, Wait
from services.notification.rendering import Renderer
from services.notification.taking import Taken
from services.notification.templates import CannotRender
from services.notification.values import Contact
from services.shared_kernel.card import Card
from services.shared_kernel.clock import Clock

log = structlog.get_logger(__name__)


class Courier:
    """`page`: where what went out over a channel outside can be read later, too."""

    def __init__(
        self, clock: Clock, *, channels: Mapping[str, ChannelSender], renderer: Renderer, directory: Directory,
        page: ChannelSender | None = None,
    ) -> None:  # fmt: skip
        self._clock = clock
        self._channels = channels
        self._renderer = renderer
        self._directory = directory
        self._page = page

    async def send(self, one: Taken) -> Outcome:
        """What came of it; it raises nothing."""
        try:
            card = await self._card(one)
            stays = await self._why_not_now(one.contact) if isinstance(one.notification, Ad) else None
        except CannotRender as error:
            log.error("notification.cannot_render", template=one.notification.template, problem=str(error))
            return NotRendered(problem=str(error))
        except Exception as error:  # whoever keeps the details is away: nothing was sent
            log.warning("notification.no_details", error=type(error).__name__)
            return Rejected(reason=type(error).__name__, permanent=False)
        return stays or await self._send_card(one.delivery, one.notification.recipient_id, card)

    async def _card(self, one: Taken) -> Card:
        if one.broadcast is None:
            return await self._renderer.card(one.notification, one.contact)
        return await self._renderer.card_of_broadcast(one.broadcast, one.notification, one.contact)

    async def _why_not_now(self, contact: Contact | None) -> Outcome | None:
        """Why advertising stays home after all: it may have waited since it was taken, and the contact may be old.

        The bot is asked, because word of an opt-out comes by the broker, which may be away (정보통신망법 §50 ②).
        """
        if contact is None:
            return None
        takes = await self._directory.takes_advertising(contact.person_id)
        if not takes.day:
            return Unwanted(reason=OPTED_OUT)
        known = contact if takes.night else replace(contact, consent_night_at=None)
        morning = advertising_waits_until(known, self._clock.now())
        return None if morning is None else Wait(until=morning)

    async def _send_card(self, delivery: Delivery, person_id: str, card: Card) -> Outcome:
        channel = self._channels[delivery.channel or ""]
        if not delivery.may_be_sent(now=self._clock.now(), takes=SEND_TAKES + COPYING_TAKES):
            return Rejected(reason="lease_over", permanent=False)
        try:
            async with asyncio.timeout(SEND_TAKES.total_seconds()):
                result = await channel.send(delivery.id, person_id, card)
        except Exception as error:  # whatever it is, nobody knows whether it went out
            log.warning("notification.unclear", channel=delivery.channel, error=type(error).__name__)
            return Unclear(repeatable=channel.idempotent, reason=type(error).__name__)
        if isinstance(result, Accepted) and not channel.idempotent and self._page is not None:
            await self._copy(self._page, delivery, person_id, card)
        return result

    async def _copy(self, page: ChannelSender, delivery: Delivery, person_id: str, card: Card) -> None:
        """Before it is recorded as sent, so that no kill comes in between. It was sent, whatever happens here."""
        try:
            async with asyncio.timeout(COPYING_TAKES.total_seconds()):
                await page.send(delivery.id, person_id, card)
        except Exception as error:
            log.warning("notification.not_copied", channel=delivery.channel, error=type(error).__name__)
