"""Chats of other channels and whose they are, on both databases; and what senders may ask and tell about them."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest
import pytest_asyncio

from bot.carry_out.everybody import EverybodysEffects
from bot.conversation.effects import LinkChat
from bot.conversation.texts_telegram import LINKED
from bot.conversation.turn import Person
from bot.links import CODE_LIFE, UPDATE_LIFE, BadCode, ChatOfAnother, ChatOfStaff, Links
from bot.message_log import LogReader, LogWriter
from bot.people import BadInvite, People
from bot.records import ChannelUpdate, PersonRecord
from services.shared_kernel.bot_events import PersonLinked
from services.shared_kernel.card import Card
from services.shared_kernel.event import Recorded
from services.shared_kernel.refusal import NotFound
from storage.bot import tables
from storage.bot.notices import SqlNotices
from storage.bot.repositories import BotUnitOfWork
from storage.engine import Database
from storage.unit_of_work import Context
from tests.support.doors import open_doors
from tests.support.fresh import Fresh
from tests.support.time import FakeClock, FakeIds

pytestmark = pytest.mark.asyncio


@dataclass(kw_only=True)
class Home:
    """The bot's people and links."""

    clock: FakeClock
    context: Context
    people: People
    links: Links
    recorded: list[Recorded]

    def work(self) -> BotUnitOfWork:
        return BotUnitOfWork(self.context)

    def told(self) -> list[tuple[str, str]]:
        return [
            (one.event.person_id, one.event.channel) for one in self.recorded if isinstance(one.event, PersonLinked)
        ]


@pytest_asyncio.fixture
async def home(fresh: Fresh) -> AsyncIterator[Home]:
    clock = FakeClock()
    recorded: list[Recorded] = []
    ids, database = FakeIds(clock), Database(fresh("bot"))
    context = Context(tables=tables.messaging, database=database, clock=clock, ids=ids, observe=recorded.append)

    def work() -> BotUnitOfWork:
        return BotUnitOfWork(context)

    codes = iter(f"CODE{number}" for number in range(100))
    people, links = People(work, clock, ids, lambda: next(codes)), Links(work, clock, lambda: next(codes))
    yield Home(clock=clock, context=context, people=people, links=links, recorded=recorded)
    await database.close()


async def test_a_newcomer_is_one_person_however_often_they_come_at_once(home: Home):
    found = await asyncio.gather(*(home.people.welcome_customer(channel="telegram", address="5") for _ in range(4)))
    assert len({person.id for person in found}) == 1
    assert await home.links.person_of("telegram", "5") == found[0].id
    assert await home.links.person_of("telegram", "6") is None
    assert home.told() == [(found[0].id, "telegram")]


async def test_a_code_links_once_within_its_time(home: Home):
    web = await home.people.welcome_customer(channel="web")
    newcomer = await home.people.welcome_customer(channel="telegram", address="5")
    code = await home.links.new_code(web.id)
    assert await home.links.use_code(code.lower(), "telegram", "5", agreed_by=newcomer.id) == web.id
    # The same chat again: an update that is handled again after a crash.
    assert await home.links.use_code(code, "telegram", "5") == web.id
    with pytest.raises(BadCode):
        await home.links.use_code(code, "telegram", "6")
    late = await home.links.new_code(web.id)
    home.clock.advance(seconds=CODE_LIFE.total_seconds())
    for bad in (late, "NONSENSE", ""):
        with pytest.raises(BadCode):
            await home.links.use_code(bad, "telegram", "6")
    assert home.told() == [(web.id, "web"), (newcomer.id, "telegram"), (web.id, "telegram")]
    person = await home.people.get(web.id)
    assert person.version == 2


async def test_an_invite_makes_the_chat_a_cleaners_and_may_come_again_from_there(home: Home):
    customer = await home.people.welcome_customer(channel="telegram", address="5")
    code = await home.people.invite("cleaner")
    cleaner = await home.people.join(code=code, channel="telegram", address="5")
    assert cleaner.role == "cleaner"
    assert (await home.people.join(code=code, channel="telegram", address="5")).id == cleaner.id
    assert await home.links.person_of("telegram", "5") == cleaner.id
    assert await home.links.address_of(customer.id, "telegram") is None
    with pytest.raises(BadInvite):
        await home.people.join(code=code, channel="telegram", address="6")
    with pytest.raises(BadInvite):
        await home.people.join(code=code, channel="web", role="cleaner")


@pytest.mark.parametrize("role", ["cleaner", "operator"])
async def test_nobodys_code_takes_a_chat_from_who_works_in_it(home: Home, role: str):
    """Somebody sends them t.me/…?start=CODE, to read what they write."""
    worker = await home.people.join(code=await home.people.invite(role), channel="telegram", address="5")
    for other in (await home.people.welcome_customer(channel="web"), await _another_operator(home)):
        code = await home.links.new_code(other.id)
        with pytest.raises(ChatOfStaff):
            await home.links.use_code(code, "telegram", "5")
        assert await home.links.person_of("telegram", "5") == worker.id
        newcomer = await home.people.welcome_customer(channel="telegram", address=f"of {other.id}")
        assert await home.links.use_code(code, "telegram", f"of {other.id}", agreed_by=newcomer.id) == other.id
    mine = await home.links.new_code(worker.id)
    assert await home.links.use_code(mine, "telegram", "5") == worker.id
    invited = await home.people.join(code=await home.people.invite(role), channel="telegram", address="5")
    assert await home.links.person_of("telegram", "5") == invited.id


async def test_a_customers_chat_becomes_anothers_only_when_they_say_so(home: Home):
    minji = await home.people.welcome_customer(channel="telegram", address="5")
    other = await home.people.welcome_customer(channel="web")
    code = await home.links.new_code(other.id)
    for agreed_by in (None, other.id):
        with pytest.raises(ChatOfAnother):
            await home.links.use_code(code, "telegram", "5", agreed_by=agreed_by)
    # Nor one that is nobody's so far: whoever comes there first would find themselves in it.
    for agreed_by in (None, minji.id, ""):
        with pytest.raises(ChatOfAnother):
            await home.links.use_code(code, "telegram", "6", agreed_by=agreed_by)
    assert await home.links.person_of("telegram", "6") is None
    assert await home.links.person_of("telegram", "5") == minji.id
    assert await home.links.use_code(code, "telegram", "5", agreed_by=minji.id) == other.id
    assert await home.links.person_of("telegram", "5") == other.id


async def test_who_has_agreed_hears_of_it_from_the_account_that_has_the_chat_now(home: Home):
    minji = await home.people.welcome_customer(channel="telegram", address="5")
    other = await home.people.welcome_customer(channel="web")
    log_writer = LogWriter(
        SqlNotices(home.context.database), home.clock, lambda person_id: None, lambda person_id: None
    )
    link = EverybodysEffects(home.people, home.links, None, log_writer).table()[LinkChat]
    code = await home.links.new_code(other.id)
    for _ in range(2):  # a double tap, which comes from the other account
        holder = await home.people.get(await home.links.person_of("telegram", "5") or "")
        person = Person(id=holder.id, role=holder.role, language=holder.language)
        await link(LinkChat(code=code, address="5"), person)
    told = await LogReader(home.work).last(other.id, 5)
    assert [message.card.text for message in told] == [LINKED["ko"]]
    assert await LogReader(home.work).last(minji.id, 5) == []


async def _another_operator(home: Home) -> PersonRecord:
    return await home.people.join(code=await home.people.invite("operator"), channel="web")


async def test_one_person_in_several_chats_is_reached_in_the_newest_that_is_open(home: Home):
    person = await home.people.welcome_customer(channel="web")
    assert await home.links.address_of(person.id, "telegram") is None
    for address in ("1", "2", "3"):
        home.clock.advance(seconds=1)
        await home.links.link(person.id, "telegram", address)
    assert await home.links.address_of(person.id, "telegram") == "3"
    await home.links.block("telegram", "3")
    assert await home.links.address_of(person.id, "telegram") == "2"
    assert await home.links.blocked_since(person.id, "telegram") is None, "not all of them are"
    await home.links.move("telegram", "2", "-100")
    assert await home.links.address_of(person.id, "telegram") == "-100"
    assert await home.links.person_of("telegram", "2") is None
    # Whoever writes from a chat hasn't blocked us any more.
    assert await home.links.person_of("telegram", "3") == person.id
    assert await home.links.address_of(person.id, "telegram") == "3"
    with pytest.raises(NotFound):
        await home.links.link("nobody", "telegram", "9")
    for nobody in ("8", "9"):
        await home.links.block("telegram", nobody)
        await home.links.move("telegram", nobody, "10")
    assert await home.links.person_of("telegram", "10") is None


async def test_what_was_said_before_and_while_blocked_stays_where_it_was(home: Home):
    person = await home.people.welcome_customer(channel="web")

    async def say(text: str) -> None:
        async with home.work() as work:
            await work.log.append(person.id, "bot", Card(text=text), home.clock.now())

    async def behind() -> list[str]:
        async with home.work() as work:
            return list(await work.links.behind("telegram", 10))

    await say("before")
    await home.links.link(person.id, "telegram", "1")
    assert await behind() == []
    await say("now")
    assert await behind() == ["1"]
    async with home.work() as work:
        link = await work.links.find("telegram", "1")
        assert link is not None
        last = (await work.log.last(person.id, 1))[0].seq
        assert await work.links.sent(link, last)
        assert not await work.links.sent(link, last)
    assert await behind() == []
    await home.links.block("telegram", "1")
    await say("while blocked")
    assert await behind() == []
    told = len(home.told())
    for _ in range(2):
        await home.links.person_of("telegram", "1")
        assert await behind() == []
    assert len(home.told()) == told + 1, "whoever sends notices hears that they are back, once"
    await say("again")
    assert await behind() == ["1"]


async def test_an_update_is_kept_once_until_it_cannot_come_again(home: Home):
    def update(number: int, chat: str = "5", bot: int = 7) -> ChannelUpdate:
        return ChannelUpdate(bot_id=bot, update_id=number, chat_id=chat, body={"update_id": number, "message": {}})

    async with home.work() as work:
        added = [await work.updates.add(each, home.clock.now()) for each in (update(2), update(1), update(2))]
        assert added == [True, True, False]
        # Another bot's numbers are its own.
        assert await work.updates.add(update(1, chat="6", bot=8), home.clock.now())
        assert list(await work.updates.chats_waiting(7)) == ["5"]
        first = await work.updates.next_of(7, "5")
        assert first is not None
        assert first == update(1)
        await work.updates.handled(first, home.clock.now())
        assert await work.updates.next_of(7, "5") == update(2)
    assert await home.links.forget_updates() == 0
    home.clock.advance(seconds=UPDATE_LIFE.total_seconds() + 1)
    assert await home.links.forget_updates() == 1
    async with home.work() as work:
        assert await work.updates.next_of(7, "5") == update(2)


async def test_senders_ask_for_an_address_and_tell_what_became_of_it(tmp_path):
    async with open_doors(tmp_path) as doors:
        links, key = doors.world.ssak3.links, {"Authorization": "Bearer test-token"}
        person = await doors.world.ssak3.people.welcome_customer(channel="telegram", address="5")

        async def address(**headers: str) -> httpx.Response:
            return await doors.client.get(f"/internal/people/{person.id}/address?channel=telegram", headers=headers)

        async def tell(where: str, news: object, **headers: str) -> int:
            answer = await doors.client.put(f"/internal/addresses/telegram/{where}", json=news, headers=headers)
            return answer.status_code

        assert (await address(**key)).json() == {"address": "5", "blocked_since": None}
        assert (await address()).status_code == 401
        assert await tell("5", {"blocked": True}) == 401
        assert await tell("5", {"moved_to": "6"}, **key) == 200
        assert (await address(**key)).json() == {"address": "6", "blocked_since": None}
        worthless: list[object] = [{}, {"blocked": True, "moved_to": "7"}, {"blocked": False}, {"moved_to": ""}, []]
        for nonsense in worthless:
            assert await tell("6", nonsense, **key) == 422
        assert (await address(**key)).json()["address"] == "6"
        assert await tell("6", {"blocked": True}, **key) == 200
        since = doors.world.clock.now().isoformat().replace("+00:00", "Z")
        assert (await address(**key)).json() == {"address": None, "blocked_since": since}
        assert await links.person_of("telegram", "6") == person.id
        unknown = await doors.client.get(f"/internal/people/{person.id}/address?channel=pigeon", headers=key)
        assert unknown.status_code == 422
        nobody = await doors.client.get("/internal/people/nobody/address?channel=telegram", headers=key)
        assert nobody.json() == {"address": None, "blocked_since": None}
