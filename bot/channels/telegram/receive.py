"""Handles what Telegram brought: finds or makes the person, keeps what was said, has it answered.

A chat's updates are handled in order, different chats' at the same time. Everything that an update does is done once
by its number, so that after a crash it is safely handled again.
"""

import asyncio
from collections import Counter
from collections.abc import Coroutine
from typing import Any

import structlog

from bot.channels.answering import Answering
from bot.channels.telegram.api import TelegramApi
from bot.channels.telegram.commands import Commands
from bot.channels.telegram.heard import (
    Heard,
    Membership,
    Phone,
    Place,
    SomethingElse,
    Start,
    Tap,
    Words,
    heard_in,
)
from bot.channels.telegram.inbox import Inbox
from bot.channels.telegram.lanes import Lanes
from bot.channels.telegram.lease import Lease
from bot.channels.web.rate import Buckets
from bot.conversation.actions import pack
from bot.conversation.parse.districts import districts_near
from bot.conversation.texts_telegram import (
    BAD_CODE,
    CHAT_OF_STAFF,
    LINKED,
    NOT_SHARED_HERE,
    NOT_THEIR_NUMBER,
    ONLY_WORDS,
    PHONE,
    PLACE,
)
from bot.conversation.texts_web import TOO_FAST
from bot.conversation.turn import Said
from bot.dialogue import Dialogue
from bot.links import BadCode, ChatOfAnother, ChatOfStaff, Links
from bot.message_log import LogWriter
from bot.people import BadInvite, People
from bot.records import ChannelUpdate, PersonRecord
from services.shared_kernel.card import Card
from services.shared_kernel.clock import Clock
from services.shared_kernel.transient import Away

log = structlog.get_logger(__name__)

CHANNEL = "telegram"
# Who waits longer for an answer sees that it is being written.
TYPING_AFTER_SECONDS = 0.4
# An update that fails so often would hold up its chat for ever.
MOST_TRIES = 5


class Receiving:
    """Only the process with the lease handles updates, whichever took them in."""

    def __init__(
        self, api: TelegramApi, inbox: Inbox, lease: Lease, commands: Commands, *, people: People, links: Links,
        dialogue: Dialogue, answering: Answering, log_writer: LogWriter, clock: Clock,
    ) -> None:  # fmt: skip
        self._api = api
        self._inbox = inbox
        self._lease = lease
        self._commands = commands
        self._people = people
        self._links = links
        self._dialogue = dialogue
        self._answering = answering
        self._log_writer = log_writer
        self._clock = clock
        # Generous, because after an outage all that was said meanwhile comes at once.
        self._pace = Buckets(burst=60, per_second=2)
        self._code_tries = Buckets(burst=10, per_second=0.1)
        self._slowed: set[str] = set()
        self._tries: Counter[int] = Counter()
        self._asides: set[asyncio.Task[None]] = set()
        self._lanes = Lanes(self._handle_all)

    async def run_once(self) -> int:
        """Begin with every chat that has something waiting; 0, because nobody need look again at once."""
        if await self._lease.hold():
            for chat_id in await self._inbox.chats_waiting():
                self._lanes.start(chat_id)
        return 0

    async def drain(self, seconds: float) -> None:
        """Finish what was begun."""
        await self._lanes.drain(seconds)
        while self._asides:
            await asyncio.wait(tuple(self._asides))

    async def _handle_all(self, chat_id: str) -> None:
        while await self._lease.hold() and (update := await self._inbox.next_of(chat_id)) is not None:
            try:
                await self._handle(update)
            except Away:
                raise
            except Exception:
                self._tries[update.update_id] += 1
                if self._tries[update.update_id] < MOST_TRIES:
                    raise
                log.exception("telegram.update_given_up", update_id=update.update_id)
            self._tries.pop(update.update_id, None)
            await self._inbox.handled(update)

    async def _handle(self, update: ChannelUpdate) -> None:
        heard = heard_in(update.body)
        if heard is None:
            return
        if isinstance(heard.what, Membership):
            await self._let_in_or_out(heard, heard.what)
            return
        if isinstance(heard.what, Tap):
            self._aside(self._acknowledge(heard.chat_id, heard.what))
        if not self._pace.take(heard.chat_id, self._clock.now()):
            await self._slow_down(update, heard)
            return
        self._slowed.discard(heard.chat_id)
        person = await self._take(update, heard)
        self._aside(
            self._commands.give(
                heard.chat_id, role=person.role, language=person.language, telegram_language=heard.language
            )
        )

    async def _who(self, heard: Heard) -> PersonRecord:
        known = await self._links.person_of(CHANNEL, heard.chat_id)
        if known is not None:
            return await self._people.get(known)
        return await self._people.welcome_customer(channel=CHANNEL, language=heard.language, address=heard.chat_id)

    # What was said

    async def _take(self, update: ChannelUpdate, heard: Heard) -> PersonRecord:
        """Whose it was."""
        if isinstance(heard.what, Start):
            return await self._enter(update, heard, heard.what.code)
        person = await self._who(heard)
        match heard.what:
            case Words(text=text):
                await self._say(update, heard, person, Said(text=text))
            case Tap(action=action, label=label):
                await self._say(update, heard, person, Said(text=label or action, action=action))
            case Phone() | Place() if person.role != "customer":
                await self._tell(update, person, NOT_SHARED_HERE)
            case Phone(is_own=False):
                await self._tell(update, person, NOT_THEIR_NUMBER)
            case Phone(number=number):
                said = Said(text=PHONE[person.language].format(number=number), action=pack("phone", number))
                await self._say(update, heard, person, said)
            case Place(latitude=latitude, longitude=longitude):
                action = pack("near", *districts_near(latitude, longitude))
                await self._say(update, heard, person, Said(text=PLACE[person.language], action=action))
            case SomethingElse():
                await self._tell(update, person, ONLY_WORDS)
        return person

    async def _slow_down(self, update: ChannelUpdate, heard: Heard) -> None:
        """Said once: answering a flood would be one."""
        if heard.chat_id not in self._slowed:
            self._slowed.add(heard.chat_id)
            await self._tell(update, await self._who(heard), TOO_FAST)

    async def _say(self, update: ChannelUpdate, heard: Heard, person: PersonRecord, said: Said) -> None:
        await self._dialogue.receive(person.id, f"tg-{update.update_id}", said)
        answered = self._answering.start(person.id)
        self._aside(self._typing_until(answered, heard.chat_id))

    async def _tell(self, update: ChannelUpdate, person: PersonRecord, texts: dict[str, str]) -> None:
        """Into their log, once; from there it goes out like any answer."""
        await self._log_writer.append(
            delivery_id=f"tg-{update.bot_id}-{update.update_id}",
            person_id=person.id,
            card=Card(text=texts[person.language]),
        )

    # /start

    async def _enter(self, update: ChannelUpdate, heard: Heard, code: str) -> PersonRecord:
        """With an invite as its role, with a link's code as who made it, else as whoever the chat is known as."""
        try:
            entered = await self._by_code(update, heard, code) if code else None
        except ChatOfAnother:
            person = await self._who(heard)
            await self._say(update, heard, person, Said(text="/start", action=pack("link_asked", code, heard.chat_id)))
            return person
        except ChatOfStaff:
            person = await self._who(heard)
            await self._tell(update, person, CHAT_OF_STAFF)
            return person
        if entered is not None:
            return entered
        is_new = await self._links.person_of(CHANNEL, heard.chat_id) is None
        person = await self._who(heard)
        if code:
            await self._tell(update, person, BAD_CODE)
        await self._say(update, heard, person, Said(action="hello") if is_new else Said(text="/start"))
        return person

    async def _by_code(self, update: ChannelUpdate, heard: Heard, code: str) -> PersonRecord | None:
        if not self._code_tries.take(heard.chat_id, self._clock.now()):
            return None
        try:
            joined = await self._people.join(code=code, channel=CHANNEL, language=heard.language, address=heard.chat_id)
        except BadInvite:
            return await self._linked(update, heard, code)
        await self._say(update, heard, joined, Said(action="hello"))
        return joined

    async def _linked(self, update: ChannelUpdate, heard: Heard, code: str) -> PersonRecord | None:
        try:
            person = await self._people.get(await self._links.use_code(code, CHANNEL, heard.chat_id))
        except BadCode:
            return None
        await self._tell(update, person, LINKED)
        await self._say(update, heard, person, Said(action="hello"))
        return person

    # Beside the talk

    async def _let_in_or_out(self, heard: Heard, membership: Membership) -> None:
        if membership.is_member:
            await self._links.person_of(CHANNEL, heard.chat_id)
        else:
            await self._links.block(CHANNEL, heard.chat_id)

    async def _acknowledge(self, chat_id: str, tap: Tap) -> None:
        """At once. The message keeps its words and loses its buttons: they have been answered."""
        await self._api.answer_tap(tap.query_id)
        if tap.message_id is not None:
            await self._api.take_buttons_away(chat_id, tap.message_id)

    async def _typing_until(self, answered: asyncio.Task[int], chat_id: str) -> None:
        _, late = await asyncio.wait([answered], timeout=TYPING_AFTER_SECONDS)
        if late:
            await self._api.typing(chat_id)

    def _aside(self, doing: Coroutine[Any, Any, None]) -> None:
        """Nice to have: nobody waits for it, and it isn't tried again."""
        task = asyncio.create_task(_or_not(doing))
        self._asides.add(task)
        task.add_done_callback(self._asides.discard)


async def _or_not(doing: Coroutine[Any, Any, None]) -> None:
    try:
        await doing
    except Exception as error:
        log.info("telegram.left_undone", why=type(error).__name__)
