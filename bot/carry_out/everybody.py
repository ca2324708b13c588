"""Carries out what any person's conversation may ask for about themselves."""

from bot.carry_out.runner import Table
from bot.conversation import effects
from bot.conversation.turn import Person
from bot.links import Links
from bot.people import People


class EverybodysEffects:
    """Language, consents, quiet nights, other channels."""

    def __init__(self, people: People, links: Links, *, has_telegram: bool) -> None:
        self._people = people
        self._links = links
        self._has_telegram = has_telegram

    def table(self) -> Table:
        """Which effect is carried out by what."""
        return {
            effects.SetLanguage: self._set_language,
            effects.Consents: self._consents,
            effects.SetConsent: self._set_consent,
            effects.SetQuietNights: self._set_quiet_nights,
            effects.NewLinkCode: self._new_link_code,
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

    async def _new_link_code(self, effect: effects.NewLinkCode, person: Person) -> str | None:
        return await self._links.new_code(person.id) if self._has_telegram else None
