"""Which chats of other channels are whose: one chat is one person, a person may have several."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.people import INVITED_ROLES, code_hash
from bot.ports import BotWork
from bot.records import Link, LinkCode
from services.shared_kernel.bot_events import ERASED, GONE, PersonLinked
from services.shared_kernel.clock import Clock
from services.shared_kernel.refusal import NotFound, Refusal, again_if_stale

CODE_LIFE = timedelta(minutes=15)
# Telegram keeps an update for a day: an older one doesn't come again.
UPDATE_LIFE = timedelta(days=3)


class BadCode(Refusal):
    """The code isn't one of ours, is over, or was used."""


class ChatOfStaff(Refusal):
    """The chat is a cleaner's or an operator's: nobody else's code makes it theirs, only an invite does."""


class ChatOfAnother(Refusal):
    """The chat isn't theirs who made the code: it becomes theirs only when whoever has it says so."""


@dataclass(frozen=True, kw_only=True)
class DeepLink:
    """Opens the bot on Telegram with a code. Without an `url`, `why`: `token` (not known there), or `away`."""

    url: str = ""
    why: str = ""


# Makes one of a code.
DeepLinks = Callable[[str], Awaitable[DeepLink]]


class Links:
    """Everything about links. An address is whatever the channel reaches a chat by."""

    def __init__(self, unit_of_work: Callable[[], BotWork], clock: Clock, new_code: Callable[[], str]) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock
        self._new_code = new_code

    async def person_of(self, channel: str, address: str) -> str | None:
        """Whose chat it is, to be asked when something comes from it: then it isn't blocked any more.

        Nobody's, when whoever had it had a role that was taken back: the next that is said comes from somebody new.
        """

        async def find() -> str | None:
            async with self._unit_of_work() as work:
                link = await work.links.find(channel, address)
                if link is None or await _role_of(work, link) in GONE:
                    return None
                if link.blocked_at is not None:
                    await self._open_again(work, link)
                return link.person_id

        return await again_if_stale(find)

    async def link(self, person_id: str, channel: str, address: str) -> None:
        """From here on the chat is this person's, and what their log says from now on goes there."""

        async def link() -> None:
            async with self._unit_of_work() as work:
                await self._link(work, person_id, channel, address)

        await again_if_stale(link)

    async def new_code(self, person_id: str) -> str:
        """A one-time code with which a chat becomes this person's; only its hash is kept."""
        code = self._new_code()
        async with self._unit_of_work() as work:
            expires_at = self._clock.now() + CODE_LIFE
            await work.link_codes.add(
                LinkCode(code_hash=code_hash(code), person_id=person_id, expires_at=expires_at, used_at=None)
            )
        return code

    async def use_code(self, code: str, channel: str, address: str, *, agreed_by: str | None = None) -> str:
        """Whose chat it is now; the same chat may use it again. When refused, nothing is linked and the code not used.

        `agreed_by`: whose chat it is so far, if they want it. Refusals: BadCode, ChatOfStaff, ChatOfAnother.
        """

        async def use() -> str:
            async with self._unit_of_work() as work:
                known = await work.link_codes.find(code_hash(code))
                maker = await work.persons.find(known.person_id) if known is not None else None
                if known is None or maker is None or maker.role in GONE:
                    raise BadCode
                link = await work.links.find(channel, address)
                is_makers = link is not None and link.person_id == known.person_id
                if known.used_at is not None and is_makers:
                    return known.person_id
                if known.used_at is not None or known.expires_at <= self._clock.now():
                    raise BadCode
                if not is_makers:
                    await _check_agreed(work, link, agreed_by)
                # Who it is comes first, as when their role is taken back: in another order the two could wait for each
                # other.
                await self._link(work, known.person_id, channel, address)
                if not await work.link_codes.use(known.code_hash, self._clock.now()):
                    raise BadCode
                return known.person_id

        return await again_if_stale(use)

    async def address_of(self, person_id: str, channel: str) -> str | None:
        """The newest that isn't blocked."""
        async with self._unit_of_work() as work:
            links = await work.links.of_person(person_id, channel)
        return links[0].address if links else None

    async def blocked_since(self, person_id: str, channel: str) -> datetime | None:
        """Since when they can't be reached there because they blocked us; None if they can, or never could."""
        async with self._unit_of_work() as work:
            if await work.links.of_person(person_id, channel):
                return None
            return await work.links.blocked_since(person_id, channel)

    async def block(self, channel: str, address: str) -> None:
        """Nothing goes there until something comes from there. Nothing happens to a chat that isn't known."""
        async with self._unit_of_work() as work:
            link = await work.links.find(channel, address)
            if link is not None and link.blocked_at is None:
                await work.links.save(replace(link, blocked_at=self._clock.now()))

    async def move(self, channel: str, old: str, new: str) -> None:
        """The channel knows the chat by another address now."""
        async with self._unit_of_work() as work:
            link = await work.links.find(channel, old)
            if link is None or old == new:
                return
            await work.links.remove(channel, old)
            await work.links.save(replace(link, address=new))

    async def forget_updates(self) -> int:
        """Numbers of updates that can't come a second time any more; how many."""
        async with self._unit_of_work() as work:
            return await work.updates.purge(self._clock.now() - UPDATE_LIFE)

    async def _link(self, work: BotWork, person_id: str, channel: str, address: str) -> None:
        known = await work.links.find(channel, address)
        if known is not None and known.person_id == person_id and known.blocked_at is None:
            return
        await _can_be_reached(work, person_id, channel)
        await work.links.save(
            Link(
                channel=channel,
                address=address,
                person_id=person_id,
                linked_at=self._clock.now(),
                blocked_at=None,
                sent_seq=await _last_seq(work, person_id),
            )
        )

    async def _open_again(self, work: BotWork, link: Link) -> None:
        """What was said while it was blocked stays on the other channels; notices that were missed come again."""
        await _can_be_reached(work, link.person_id, link.channel)
        await work.links.save(replace(link, blocked_at=None, sent_seq=await _last_seq(work, link.person_id)))


async def _check_agreed(work: BotWork, link: Link | None, agreed_by: str | None) -> None:
    """Whoever opens a link that somebody sent them would read and write as that person, instead of doing their work.

    Nor does anybody agree for a chat that is nobody's yet.
    """
    if link is not None and await _role_of(work, link) in INVITED_ROLES:
        raise ChatOfStaff
    if link is None or link.person_id != agreed_by:
        raise ChatOfAnother


async def _role_of(work: BotWork, link: Link) -> str:
    holder = await work.persons.find(link.person_id)
    return holder.role if holder is not None else ""


async def _can_be_reached(work: BotWork, person_id: str, channel: str) -> None:
    """Whoever sends notices hears of it."""
    person = await work.persons.find(person_id)
    if person is None or person.role == ERASED:
        raise NotFound(person_id)
    new = replace(person, version=person.version + 1)
    linked = PersonLinked(
        person_id=person_id, role=new.role, language=new.language, version=new.version, channel=channel
    )
    await work.persons.save(person, new, [linked])


async def _last_seq(work: BotWork, person_id: str) -> int:
    last = await work.log.last(person_id, 1)
    return last[0].seq if last else 0
