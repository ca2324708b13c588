"""Carries out what any person's conversation may ask for about themselves."""

from bot.carry_out.runner import Table
from bot.conversation import effects
from bot.conversation.texts_telegram import LINKED
from bot.conversation.turn import Person
from bot.links import DeepLinks, Links
from bot.message_log import LogWriter
from bot.people import People, code_hash
from services.shared_kernel.card import Card

# As long as an id is.
_ID_LENGTH = 36


class EverybodysEffects:
    """Language, consents, quiet nights, other channels. `telegram_link` is None where there is no Telegram."""

    def __init__(
        self, people: People, links: Links, telegram_link: DeepLinks | None, log_writer: LogWriter
    ) -> None:  # fmt: skip
        self._people = people
        self._links = links
        self._telegram_link = telegram_link
        self._log_writer = log_writer

    def table(self) -> Table:
        """Which effect is carried out by what."""
        return {
            effects.SetLanguage: self._set_language,
            effects.Consents: self._consents,
            effects.SetConsent: self._set_consent,
            effects.SetQuietNights: self._set_quiet_nights,
            effects.NewLinkCode: self._new_link_code,
            effects.LinkChat: self._link_chat,
        }

    async def _set_language(self, effect: effects.SetLanguage, person: Person) -> None:
        await self._people.set_language(person.id, effect.language)

    async def _consents(self, effect: effects.Consents, person: Person) -> effects.Consent:
        record = await self._people.get(person.id)
        return effects.Consent(
            day=record.consent_day_at is not None,
            night=record.consent_night_at is not None,
            quiet_nights=record.quiet_at_night,
        )

    async def _set_consent(self, effect: effects.SetConsent, person: Person) -> None:
        await self._people.set_consent(person.id, day=effect.day, night=effect.night)

    async def _set_quiet_nights(self, effect: effects.SetQuietNights, person: Person) -> None:
        await self._people.set_quiet_nights(person.id, effect.quiet)

    async def _new_link_code(self, effect: effects.NewLinkCode, person: Person) -> effects.LinkCode | None:
        if self._telegram_link is None:
            return None
        code = await self._links.new_code(person.id)
        return effects.LinkCode(code=code, url=(await self._telegram_link(code)).url)

    async def _link_chat(self, effect: effects.LinkChat, person: Person) -> None:
        person_id = await self._links.use_code(effect.code, "telegram", effect.address, agreed_by=person.id)
        told = Card(text=LINKED[(await self._people.get(person_id)).language])
        delivery_id = code_hash(effect.code)[:_ID_LENGTH]
        await self._log_writer.append(delivery_id=delivery_id, person_id=person_id, card=told)
