"""Notices that come in one request, through HTTP, on both kinds of database."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from fastapi import FastAPI

from bot.api.internal import internal_router
from bot.links import Links
from bot.message_log import LogWriter
from bot.people import People
from bot.records import Details
from services.notification.adapters.bot_client import BotClient
from services.notification.ports import PersonDetails
from services.shared_kernel.card import Card
from ssak3.http.edge import Edge
from storage.bot.notices import SqlNotices
from storage.bot.repositories import BotUnitOfWork
from storage.bot.tables import messaging
from storage.engine import Database
from storage.unit_of_work import Context
from tests.support.serving import serving
from tests.support.statements import statements
from tests.support.time import FakeClock, FakeIds
from tests.support.traces import Recorder

pytestmark = pytest.mark.asyncio

TOKEN = "internal-token"


@dataclass(kw_only=True)
class Bot:
    """Its internal routes over a database of its own. `told`: who was woken, and how; `requests`: how many came."""

    database: Database
    clock: FakeClock
    ids: FakeIds
    client: BotClient
    recorder: Recorder
    told: list[tuple[str, str]] = field(default_factory=list)
    requests: int = 0
    statements: list[str] = field(default_factory=list)

    def work(self) -> BotUnitOfWork:
        return BotUnitOfWork(Context(tables=messaging, database=self.database, clock=self.clock, ids=self.ids))

    async def append(self, delivery_id: str, person_id: str, said: str, *, notice: bool = True) -> bool:
        card = Card(text=said, notice=notice)
        return await self.client.append(delivery_id=delivery_id, person_id=person_id, card=card)

    async def lines(self, person_id: str) -> list[str]:
        async with self.work() as work:
            return [line.card.text for line in await work.log.after(person_id, 0, 100)]

    @contextmanager
    def counted(self) -> Iterator[None]:
        """`statements` and `requests` begin anew."""
        self.requests = 0
        with statements(self.database) as self.statements:
            yield


class Counting:
    def __init__(self, app: Any, bot: Bot) -> None:
        self._app, self._bot = app, bot

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self._bot.requests += 1
        await self._app(scope, receive, send)


@pytest_asyncio.fixture
async def bot(fresh) -> AsyncIterator[Bot]:
    clock = FakeClock()
    ids, database, recorder, app = FakeIds(clock), Database(fresh("bot")), Recorder(), FastAPI()
    async with aiohttp.ClientSession() as session, serving(app) as url:
        made = Bot(
            database=database, clock=clock, ids=ids, recorder=recorder, client=BotClient(session, url, TOKEN)
        )  # fmt: skip
        notices = SqlNotices(database)
        log = LogWriter(
            notices, clock, lambda who: made.told.append(("news", who)), lambda who: made.told.append(("notice", who))
        )
        links = Links(made.work, clock, ids.new)
        app.include_router(
            internal_router(
                log=log, notices=notices, links=links, unit_of_work=made.work, tracing=recorder.tracing, token=TOKEN
            )
        )
        app.add_middleware(Counting, bot=made)
        app.add_middleware(Edge, is_stopping=lambda: False)
        yield made
    await database.close()


async def test_fifty_notices_are_one_request_and_there_is_each_once(bot):
    for expected in (True, False):
        with bot.counted():
            found = await asyncio.gather(*(bot.append(f"delivery-{n}", f"p{n}", f"{n}번") for n in range(50)))
        assert found == [expected] * 50
        assert bot.requests == 1
        assert len(bot.statements) == (51 if bot.database.is_sqlite else 1)
        assert sorted(bot.told) == sorted(("notice", f"p{n}") for n in range(50))
        bot.told.clear()
    assert [await bot.lines(f"p{n}") for n in (0, 49)] == [["0번"], ["49번"]]


async def test_one_persons_are_in_the_order_of_the_list_and_told_of_once(bot):
    await bot.append("delivery-3", "p", "먼저")
    bot.told.clear()
    found = await asyncio.gather(
        *(bot.append(f"delivery-{n}", "p", f"{n}번") for n in (9, 1, 3, 5)), bot.append("d", "p", "답", notice=False)
    )
    assert found == [True, True, False, True, True]
    assert await bot.lines("p") == ["먼저", "9번", "1번", "5번", "답"]
    assert bot.told == [("notice", "p"), ("news", "p")]


@pytest.mark.parametrize(
    ("delivery_id", "person_id", "said"),
    [
        ("d" * 37, "bad", "예약"),
        ("bad", "b" * 37, "예약"),
        ("bad\0", "bad", "예약"),
        ("bad", "나쁜", "예약"),
        ("bad", "", "예약"),
        ("bad", "bad", "가" * 30_000),
    ],
)
async def test_a_bad_one_harms_no_other(bot, delivery_id, person_id, said):
    found = await asyncio.gather(
        bot.append("d1", "p1", "하나"), bot.append(delivery_id, person_id, said), bot.append("d2", "p2", "둘"),
        return_exceptions=True,
    )  # fmt: skip
    assert (found[0], found[2]) == (True, True)
    assert isinstance(found[1], aiohttp.ClientResponseError)
    assert found[1].status in (413, 422)
    assert [await bot.lines(person) for person in ("p1", "p2", person_id)] == [["하나"], ["둘"], []]


async def test_whatever_a_card_says_can_be_kept(bot):
    said = "\0 'x'; {} :at \U0001f9f9 \u200f %s \\u0000"
    assert await bot.append("d", "p", said) is True
    assert await bot.lines("p") == [said]


async def test_long_ones_go_in_as_many_requests_as_they_need(bot):
    with bot.counted():
        found = await asyncio.gather(*(bot.append(f"d{n}", f"p{n}", "가" * 1000) for n in range(50)))
    assert found == [True] * 50
    assert bot.requests == 3


async def test_when_it_cannot_be_kept_nobody_is_told_and_the_next_try_is_new(bot, monkeypatch):
    async def fails(*_: object) -> None:
        raise ConnectionError

    with monkeypatch.context() as patched:
        patched.setattr(SqlNotices, "append", fails)
        found = await asyncio.gather(*(bot.append(f"d{n}", f"p{n}", "예약") for n in range(3)), return_exceptions=True)
    assert [one.status for one in found if isinstance(one, aiohttp.ClientResponseError)] == [500] * 3
    assert bot.told == []
    assert await asyncio.gather(*(bot.append(f"d{n}", f"p{n}", "예약") for n in range(3))) == [True] * 3


async def test_details_of_all_are_one_request_and_one_statement(bot):
    people = People(bot.work, bot.clock, bot.ids, bot.ids.new)
    known = [await people.welcome_customer(channel="web") for _ in range(25)]
    for n, person in enumerate(known):
        await people.rename(person.id, f"김{n}")
    async with bot.work() as work:
        for n, person in enumerate(known):
            await work.details.add(Details(id=f"d{n}", person_id=person.id, address=f"OO로 {n}", phone="", note="개"))
    with bot.counted():
        found = await asyncio.gather(
            *(bot.client.of(person.id, f"d{n}") for n, person in enumerate(known)),
            *(bot.client.of(person.id, None) for person in known[:20]),
            bot.client.of("nobody", "none"),
            bot.client.of("nobody", "d1"),
        )
    assert (bot.requests, len(bot.statements)) == (1, 1)
    assert found == [
        *(PersonDetails(name=f"김{n}", address=f"OO로 {n}", note="개") for n in range(25)),
        *(PersonDetails(name=f"김{n}") for n in range(20)),
        PersonDetails(),
        PersonDetails(address="OO로 1", note="개"),
    ]


async def test_each_goes_on_in_its_own_trace(bot):
    async def sent(n: int) -> None:
        with bot.recorder.tracing.begin("send notice"):
            await bot.append(f"d{n}", f"p{n}", "예약")

    await asyncio.gather(*(sent(n) for n in range(3)))
    assert bot.requests == 1
    taken = bot.recorder.named("take notice")
    assert [bot.recorder.line_of(span) for span in taken] == [["send notice", "take notice"]] * 3
    assert len({span.context.trace_id for span in taken}) == 3
