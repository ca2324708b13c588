"""All that is kept of one person, found and erased: their own rows, and what others were shown about them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Row, Text, bindparam, cast, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.masking import masked
from bot.people import INVITED_ROLES
from bot.records import PersonRecord
from bot.threads import LONGEST_LINE
from messaging.json_text import to_json
from services.shared_kernel.bot_events import ERASED, FORMER
from services.shared_kernel.card import Card
from services.shared_kernel.ids import short_code
from storage.bot import tables
from storage.bot.message_log import card_from_json
from storage.bot.struck import GONE, emptied, struck, struck_text, struck_value
from storage.bot.turns import Turns
from storage.engine import UtcDateTime
from storage.postgresql import lock

_WHO: BindParameter[str] = bindparam("who")
_OWN = (tables.received, tables.draft, tables.message, tables.details, tables.link, tables.link_code)
_DELETE = {table.name: delete(table).where(table.c.person_id == _WHO) for table in _OWN}
_ERASED = select(tables.person.c.id).where(tables.person.c.role == ERASED)
_PURGE = [delete(table).where(table.c.person_id.in_(_ERASED)) for table in _OWN]
_DETAILS = select(tables.details).where(tables.details.c.person_id == _WHO)
_CHATS = select(tables.link.c.channel, tables.link.c.address).where(tables.link.c.person_id == _WHO)
_SHOWN = delete(tables.shown).where(
    tables.shown.c.channel == bindparam("of_channel"), tables.shown.c.address == bindparam("of_address")
)
# The number stays, so that a double is known; what came and isn't handled yet is dropped with it.
_UPDATES = (
    update(tables.update_inbox)
    .where(tables.update_inbox.c.chat_id == bindparam("of_chat"))
    .values(
        chat_id="",
        body={},
        handled_at=func.coalesce(tables.update_inbox.c.handled_at, bindparam("at", type_=UtcDateTime())),
    )
)
# Held: whoever is answering just now has written their line by then.
_THREADS = select(tables.thread.c.id).where(tables.thread.c.customer_id == _WHO)
_HOLD_THREADS = _THREADS.with_for_update()
_LINES = select(tables.thread_line.c.person_id, tables.thread_line.c.text).where(
    tables.thread_line.c.thread_id.in_(_THREADS)
)
_FORGET_LINES = delete(tables.thread_line).where(tables.thread_line.c.thread_id.in_(_THREADS))
_FORGET_THREADS = delete(tables.thread).where(tables.thread.c.customer_id == _WHO)
_ANSWERS = select(tables.idempotency).where(tables.idempotency.c.answer.is_not(None))
_IS_CALL = [tables.idempotency.c[name] == bindparam(f"of_{name}") for name in ("caller", "route", "key")]
_FORGET_CALL = delete(tables.idempotency).where(*_IS_CALL)
# Of customers, only those who work here were ever shown anything.
_STAFF = select(tables.person.c.id).where(tables.person.c.role.in_((*INVITED_ROLES, FORMER)))
_SHOW_OTHERWISE = update(tables.message).where(tables.message.c.seq == bindparam("of_seq"))
_GO_ON_OTHERWISE = update(tables.draft).where(tables.draft.c.person_id == bindparam("of_person"))
_SAY_OTHERWISE = update(tables.received).where(tables.received.c.position == bindparam("at_position"))
_TYPED_BY = select(tables.message).where(tables.message.c.person_id == _WHO, tables.message.c.sender == "me")
_RECEIVED_OF = select(tables.received).where(tables.received.c.person_id == _WHO)
# What is shorter could be anybody's word: it is looked for only where a booking or a talk of theirs is named.
_TELLING = 6
# What is long may be shown shortened, from here on.
_BEGINNING = 12
# Longer than anything: never by its beginning.
_WHOLE = 1_000_000
_AT_ONCE = 40


class SqlTraces:
    """Written out of the way of what happens every day: it reads much, and rarely."""

    def __init__(self, connection: AsyncConnection, turns: Turns) -> None:
        self._connection = connection
        self._turns = turns

    async def erase(self, person: PersonRecord, named: Collection[str], at: datetime) -> None:
        who = {"who": person.id}
        await lock(self._connection, "threads", [person.id])
        thread_ids = await self._all(_HOLD_THREADS, who)
        lines = (await self._connection.execute(_LINES, who)).all()
        await self._connection.execute(_FORGET_LINES, who)
        await self._connection.execute(_FORGET_THREADS, who)
        # Before the turn: an answer that is being written down holds what it answers, and then wants the turn.
        await self._connection.execute(_DELETE["bot_received"], who)
        await self._turns.take(person.id)
        details = (await self._connection.execute(_DETAILS, who)).all()
        await self._forget_chats(person.id, at)
        for statement in _DELETE.values():
            await self._connection.execute(statement, who)
        await self._forget_answers(person.id)
        given = {text for one in details for text in (one.address, one.note, one.phone) if text}
        typed = given | {text for text in (person.name, *(masked(one.phone) for one in details)) if text}
        said = {one.text for one in lines if one.person_id == person.id and one.text}
        await self._empty(_named(thread_ids), typed | said)
        await self._take_back([one for one in lines if one.person_id != person.id])
        # Somebody else's booking may be on the same card: what is short could be about it.
        await self._strike_out_named(_named(named), typed | {text for text in said if len(text) >= _TELLING})
        # A business's name is on the visits that it did; whoever booked has one of their own.
        names = {person.name} - {""} if person.role == "customer" else set()
        await self._strike_out_equal({**dict.fromkeys(names, _WHOLE), **await self._only_theirs(given)})

    async def purge(self) -> int:
        return sum([(await self._connection.execute(statement)).rowcount for statement in _PURGE])

    async def _all(self, statement: Any, values: dict[str, Any]) -> Sequence[str]:
        return list((await self._connection.execute(statement, values)).scalars())

    async def _forget_chats(self, person_id: str, at: datetime) -> None:
        for channel, address in (await self._connection.execute(_CHATS, {"who": person_id})).all():
            await self._connection.execute(_SHOWN, {"of_channel": channel, "of_address": address})
            await self._connection.execute(_UPDATES, {"of_chat": address, "at": at})

    async def _forget_answers(self, person_id: str) -> None:
        """Of the last day: those are kept no longer. In each, the body that was answered is a text within JSON."""
        named = _in_json(to_json(person_id)).encode()
        for row in (await self._connection.execute(_ANSWERS)).all():
            if named in row.answer:
                call = {f"of_{name}": getattr(row, name) for name in ("caller", "route", "key")}
                await self._connection.execute(_FORGET_CALL, call)

    async def _empty(self, threads: Sequence[str], words: Collection[str]) -> None:
        """What operators were shown of talks with them."""
        for row in await self._mentioning(tables.message, tables.message.c.card, threads):
            await self._show(row, emptied(struck(card_from_json(row.card), words)))

    async def _take_back(self, lines: Sequence[Row[Any]]) -> None:
        """What operators answered them stands in their own logs as well, as they typed it."""
        by: dict[str, set[str]] = {}
        for line in lines:
            by.setdefault(line.person_id, set()).add(line.text)
        for operator_id, texts in by.items():
            for row in await self._connection.execute(_TYPED_BY, {"who": operator_id}):
                if _says(row.card["text"], texts):
                    await self._show(row, replace(card_from_json(row.card), text=GONE))
            for row in await self._connection.execute(_RECEIVED_OF, {"who": operator_id}):
                if _says(row.text, texts):
                    await self._connection.execute(_SAY_OTHERWISE, {"at_position": row.position, "text": GONE})

    async def _only_theirs(self, given: Collection[str]) -> Mapping[str, int]:
        """What tells by itself whose it is, and from how many letters on: nobody else has given it.

        Neighbours share a beginning, a family an address, and many a note says that there is a dog.
        """
        found = {}
        for text in given:
            if len(text) >= _TELLING and not await self._is_given(text):
                is_told_early = len(text) > _BEGINNING and not await self._is_given(text[:_BEGINNING])
                found[text] = _BEGINNING if is_told_early else _WHOLE
        return found

    async def _is_given(self, text: str) -> bool:
        columns = (tables.details.c.address, tables.details.c.note, tables.details.c.phone)
        held = or_(*(column.contains(text, autoescape=True) for column in columns))
        return (await self._connection.execute(select(tables.details.c.id).where(held).limit(1))).first() is not None

    async def _strike_out_named(self, ids: Sequence[str], words: Collection[str]) -> None:
        """Where one of their bookings or jobs is named: all that was typed."""
        for row in await self._mentioning(tables.message, tables.message.c.card, ids):
            await self._show(row, struck(card_from_json(row.card), words))
        for row in await self._mentioning(tables.draft, tables.draft.c.body, ids):
            await self._go_on(row, struck_value(row.body, words))

    async def _strike_out_equal(self, telling: Mapping[str, int]) -> None:
        """Where nothing is named, in what operators and cleaners were shown, have typed and are in the middle of."""
        for text in sorted(telling, key=len, reverse=True):
            shortest = telling[text]
            looked_for = text[: min(shortest, len(text))]
            for row in await self._mentioning(tables.message, tables.message.c.card, [_in_json(looked_for)]):
                old = card_from_json(row.card)
                less = struck(old, [text], shortest=shortest)
                # What we say ourselves nobody has typed, though they may have given the same words.
                await self._show(row, replace(old, text=less.text, items=less.items))
            for row in await self._mentioning(tables.received, tables.received.c.text, [looked_for]):
                said = struck_text(row.text, [text], shortest=shortest)
                await self._connection.execute(_SAY_OTHERWISE, {"at_position": row.position, "text": said})
            for row in await self._mentioning(tables.draft, tables.draft.c.body, [_in_json(looked_for)]):
                await self._go_on(row, struck_value(row.body, [text], shortest=shortest))

    async def _show(self, row: Row[Any], card: Card) -> None:
        await self._connection.execute(_SHOW_OTHERWISE, {"of_seq": row.seq, "card": asdict(card)})

    async def _go_on(self, row: Row[Any], body: Any) -> None:
        await self._connection.execute(_GO_ON_OTHERWISE, {"of_person": row.person_id, "body": body})

    async def _mentioning(self, table: Any, column: ColumnElement[Any], texts: Iterable[str]) -> Sequence[Any]:
        """Rows of those who work here with any of these in the column."""
        wanted, found = list(texts), {}
        for at in range(0, len(wanted), _AT_ONCE):
            has_one = or_(*(cast(column, Text).contains(text, autoescape=True) for text in wanted[at : at + _AT_ONCE]))
            statement = select(table).where(table.c.person_id.in_(_STAFF), has_one)
            for row in await self._connection.execute(statement):
                found[row[0]] = row
        return list(found.values())


def _says(text: str, lines: Collection[str]) -> bool:
    """As it is, or behind the order to send it: 답장 R7K2Q 네, 갈게요."""
    said = text.strip()
    return said[:LONGEST_LINE] in lines or any(len(line) >= _TELLING and said.endswith(line) for line in lines)


def _named(ids: Collection[str]) -> Sequence[str]:
    """As buttons carry them, and as people read them."""
    return [name for one in ids for name in (one, short_code(one))]


def _in_json(text: str) -> str:
    """As it stands in a column of JSON."""
    return to_json(text)[1:-1]
