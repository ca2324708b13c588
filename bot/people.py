"""Who is at the front door: people, roles, invites, languages and consents."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.ports import BotWork
from bot.records import Invite, Link, PersonRecord
from services.shared_kernel.bot_events import ERASED, GONE, ConsentChanged, ContactChanged, PersonLinked
from services.shared_kernel.clock import Clock
from services.shared_kernel.event import Event
from services.shared_kernel.ids import Ids
from services.shared_kernel.refusal import NotFound, Refusal, StaleVersion, again_if_stale

INVITE_LIFE = timedelta(days=7)
INVITED_ROLES = ("cleaner", "operator")


class BadInvite(Refusal):
    """The code isn't one of ours, is over, or was used."""


class People:
    """Everything about people that isn't talk."""

    def __init__(
        self, unit_of_work: Callable[[], BotWork], clock: Clock, ids: Ids, new_code: Callable[[], str]
    ) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock
        self._ids = ids
        self._new_code = new_code

    async def welcome_customer(self, *, channel: str, language: str = "ko", address: str = "") -> PersonRecord:
        """A new customer, or the one of that address.

        With an address the chat is theirs in the same commit; so is one of somebody whose role was taken back.
        """

        async def welcome() -> PersonRecord:
            async with self._unit_of_work() as work:
                if address and (link := await work.links.find(channel, address)) is not None:
                    holder = await self._get(work, link.person_id)
                    if holder.role not in GONE:
                        return holder
                    await work.links.remove(channel, address)
                person = await self._add(work, self._ids.new(), "customer", language, channel)
                if address and not await work.links.add(self._link(person, channel, address)):
                    raise StaleVersion(person.id)
                return person

        return await again_if_stale(welcome)

    async def invite(self, role: str, *, by: str | None = None) -> str:
        """A one-time code for a cleaner or an operator; only its hash is kept. `by` is an operator, or NotFound."""
        if role not in INVITED_ROLES:
            raise ValueError(f"invites are for {' and '.join(INVITED_ROLES)}, not {role!r}")
        code = self._new_code()
        async with self._unit_of_work() as work:
            if by is not None and by not in [one.id for one in await work.persons.hold_role("operator")]:
                raise NotFound(by)
            expires_at = self._clock.now() + INVITE_LIFE
            await work.invites.add(
                Invite(code_hash=code_hash(code), role=role, expires_at=expires_at, used_at=None, made_by=by)
            )
        return code

    async def join(
        self, *, code: str, channel: str, role: str | None = None, language: str = "ko", address: str = ""
    ) -> PersonRecord:
        """Use an invite. BadInvite, and nothing used, if it isn't one for this role (None: it says which itself).

        With an address the chat is theirs in the same commit, and from the same chat the code may come again.
        """
        now = self._clock.now()
        async with self._unit_of_work() as work:
            invite = await work.invites.find(code_hash(code))
            if invite is None or role not in (None, invite.role):
                raise BadInvite
            if invite.used_by is not None and address:
                link = await work.links.find(channel, address)
                if link is not None and link.person_id == invite.used_by:
                    known = await self._get(work, link.person_id)
                    if known.role == invite.role:
                        return known
            person_id = self._ids.new()
            if not await work.invites.use(invite.code_hash, person_id, now):
                raise BadInvite
            person = await self._add(work, person_id, invite.role, language, channel)
            if address:
                await work.links.save(self._link(person, channel, address))
            return person

    def _link(self, person: PersonRecord, channel: str, address: str) -> Link:
        return Link(
            channel=channel,
            address=address,
            person_id=person.id,
            linked_at=self._clock.now(),
            blocked_at=None,
            sent_seq=0,
        )

    async def _add(self, work: BotWork, person_id: str, role: str, language: str, channel: str) -> PersonRecord:
        person, linked = newcomer(person_id, role, language, channel, self._clock.now())
        await work.persons.save(None, person, [linked])
        return person

    async def get(self, person_id: str) -> PersonRecord:
        """The person; NotFound if there is none."""
        async with self._unit_of_work() as work:
            return await self._get(work, person_id)

    async def find(self, person_id: str) -> PersonRecord | None:
        """The person, if there is one."""
        async with self._unit_of_work() as work:
            return await work.persons.find(person_id)

    async def with_role(self, role: str) -> Sequence[PersonRecord]:
        """Everybody in a role."""
        async with self._unit_of_work() as work:
            return await work.persons.with_role(role)

    async def rename(self, person_id: str, name: str) -> None:
        """What to call them. Names travel in no event."""
        await self._change(person_id, lambda old: replace(old, name=name[:60]), lambda new: [])

    async def set_language(self, person_id: str, language: str) -> None:
        """ko or en, for chat and notices."""
        await self._change(person_id, lambda old: replace(old, language=language), _contact_changed)

    async def set_quiet_nights(self, person_id: str, quiet: bool) -> None:
        """Whether information waits for the morning."""
        await self._change(person_id, lambda old: replace(old, quiet_at_night=quiet), _contact_changed)

    async def set_consent(self, person_id: str, *, day: bool, night: bool) -> PersonRecord:
        """Consent to advertising, with the date it was given (정보통신망법 §50); night is a consent of its own."""
        now = self._clock.now()

        def decide(old: PersonRecord) -> PersonRecord:
            return replace(
                old,
                consent_day_at=(old.consent_day_at or now) if day else None,
                consent_night_at=(old.consent_night_at or now) if day and night else None,
            )

        return await self._change(person_id, decide, _consent_changed)

    async def _change(
        self,
        person_id: str,
        decide: Callable[[PersonRecord], PersonRecord],
        tell: Callable[[PersonRecord], Sequence[Event]],
    ) -> PersonRecord:
        async def change() -> PersonRecord:
            async with self._unit_of_work() as work:
                old = await self._get(work, person_id)
                if old.role == ERASED:  # what they said before is being done: nothing about them is kept any more
                    raise NotFound(person_id)
                new = replace(decide(old), version=old.version + 1)
                await work.persons.save(old, new, tell(new))
            return new

        return await again_if_stale(change)

    async def _get(self, work: BotWork, person_id: str) -> PersonRecord:
        person = await work.persons.find(person_id)
        if person is None:
            raise NotFound(person_id)
        return person


def newcomer(
    person_id: str, role: str, language: str, channel: str, at: datetime
) -> tuple[PersonRecord, PersonLinked]:  # fmt: skip
    """Somebody who wasn't there before, and what is told of them."""
    person = PersonRecord(
        id=person_id,
        version=1,
        role=role,
        language=language,
        name="",
        quiet_at_night=False,
        consent_day_at=None,
        consent_night_at=None,
        created_at=at,
    )
    return person, PersonLinked(person_id=person_id, role=role, language=language, version=1, channel=channel)


def _contact_changed(person: PersonRecord) -> Sequence[Event]:
    return [
        ContactChanged(
            person_id=person.id,
            role=person.role,
            language=person.language,
            version=person.version,
            quiet_at_night=person.quiet_at_night,
        )
    ]


def _consent_changed(person: PersonRecord) -> Sequence[Event]:
    return [
        ConsentChanged(
            person_id=person.id,
            role=person.role,
            language=person.language,
            version=person.version,
            day=person.consent_day_at is not None,
            night=person.consent_night_at is not None,
        )
    ]


def code_hash(code: str) -> str:
    """What is kept of a code that a person was given; small letters are as good as large ones."""
    return hashlib.sha256(code.strip().upper().encode()).hexdigest()
