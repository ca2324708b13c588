"""An operator finds bookings by what people say: a name, a phone's last digits, a cleaner; on SQLite and PostgreSQL."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio

from bot.carry_out.finding import MOST_FOUND, Finding
from bot.people import People
from bot.records import Details, PersonRecord
from services.mypage.projection import Row
from services.shared_kernel.ids import short_code
from storage.bot import tables as bot_tables
from storage.bot.repositories import BotUnitOfWork
from storage.engine import Database
from storage.mypage import tables as mypage_tables
from storage.mypage.repositories import MyPageUnitOfWork, SqlMyPage
from storage.unit_of_work import Context
from tests.support.fresh import Fresh
from tests.support.story import agrees, words
from tests.support.time import FakeClock, FakeIds
from tests.support.world import a_world

pytestmark = pytest.mark.asyncio

TOLD = {
    "version": 1, "service": "home", "size_pyeong": 24, "add_ons": [], "area": "mapo",
    "starts_at": "2026-12-01T09:00:00+09:00", "ends_at": "2026-12-01T12:00:00+09:00", "visit_revision": 1,
    "price_krw": 80_000, "status": "CONFIRMED", "hold_expires_at": "2026-11-26T12:00:00+09:00", "deferred": False,
    "paid": True,
}  # fmt: skip


@dataclass
class Town:
    """People, and what they have booked."""

    bot: Context
    my_page: Context
    ids: FakeIds
    people: People
    finding: Finding

    async def customer(self, name: str) -> PersonRecord:
        person = await self.people.welcome_customer(channel="web")
        await self.people.rename(person.id, name)
        return person

    async def books(self, person: PersonRecord, phone: str = "", cleaner: PersonRecord | None = None) -> str:
        reservation_id, details_id = self.ids.new(), self.ids.new()
        async with BotUnitOfWork(self.bot) as work:
            await work.details.add(
                Details(id=details_id, person_id=person.id, address="마포구 OO로 12", phone=phone, note="")
            )
        job = {} if cleaner is None else {
            "id": self.ids.new(), "status": "ASSIGNED", "visit_revision": 1, "cleaner_id": cleaner.id, "cleaner_name": "OO클린",
        }  # fmt: skip
        async with MyPageUnitOfWork(self.my_page) as work:
            await work.save(
                Row(
                    reservation_id=reservation_id, customer_id=person.id, reservation={**TOLD, "details_id": details_id},
                    payment={}, job=job, last={}, as_of=self.bot.clock.now(),
                )
            )  # fmt: skip
        return reservation_id

    async def find(self, text: str) -> list[str]:
        return [found.reservation.id for found in await self.finding.find(text)]


@pytest_asyncio.fixture
async def town(fresh: Fresh) -> AsyncIterator[Town]:
    clock = FakeClock()
    ids, database = FakeIds(clock), Database(fresh("bot", "mypage"))
    bot = Context(tables=bot_tables.messaging, database=database, clock=clock, ids=ids)
    my_page = Context(tables=mypage_tables.messaging, database=database, clock=clock, ids=ids)
    people = People(lambda: BotUnitOfWork(bot), clock, ids, lambda: "CODE")
    yield Town(bot, my_page, ids, people, Finding(SqlMyPage(database), lambda: BotUnitOfWork(bot)))
    await database.close()


async def test_by_what_is_known_of_the_customer(town: Town):
    kim, lee = await town.customer("김순자"), await town.customer("이순자")
    first, second = await town.books(kim, "01000005678"), await town.books(kim, "010-1111-9999")
    other = await town.books(lee, "010 2222 5678")
    for text in ("김순자", "김순자 고객님", "김순자님", " 김순자 "):
        assert await town.find(text) == [second, first]
    assert await town.find("순자") == [other, second, first]
    for text in ("5678", "0000-5678", "010-0000-5678", "01000005678"):
        assert await town.find(text) == ([other, first] if text == "5678" else [first])
    assert await town.find("9999") == [second]
    for text in (first, short_code(first), short_code(first).lower()):
        assert await town.find(text) == [first]
    assert await town.find(kim.id) == [second, first]
    [found] = await town.finding.find("9999")
    assert (found.customer_name, found.phone) == ("김순자", "010-1111-9999")


@pytest.mark.parametrize(
    "text",
    ["박순자", "1111", "%", "_", "김%자", "\\", "", " ", "ZZZZZ", "0193551e-0000-7000-8000-000000000000", "'; --"],
)
async def test_nobody(town: Town, text: str):
    """Signs that mean something to the database are signs here."""
    await town.books(await town.customer("김순자"), "01000005678")
    await town.books(await town.customer(""), "")
    assert await town.find(text) == []


async def test_by_the_cleaner(town: Town):
    cleaner = await town.people.join(code=await town.people.invite("cleaner"), channel="web")
    await town.people.rename(cleaner.id, "OO클린")
    customer = await town.customer("Kim")
    theirs = await town.books(customer, cleaner=cleaner)
    free = await town.books(customer)
    for text in ("OO클린", "oo클린", "OO클린님"):
        assert await town.find(text) == [theirs]
    assert await town.find("kim") == [free, theirs]


async def test_no_more_than_is_shown(town: Town):
    """Of many, the newest: of one person, and of people of one name."""
    kim = await town.customer("김순자")
    of_one = [await town.books(kim, "01000005678") for _ in range(MOST_FOUND + 3)]
    assert await town.find("김순자") == of_one[: -MOST_FOUND - 1 : -1]
    assert await town.find("5678") == of_one[: -MOST_FOUND - 1 : -1]
    of_many = [await town.books(await town.customer("김순자")) for _ in range(MOST_FOUND + 3)]
    assert await town.find("김순자") == of_many[: -MOST_FOUND - 1 : -1]


async def test_in_the_chat(tmp_path):
    """As it is put together: by the cleaner's name, with and without a word for finding; then what is done is about it."""
    async with a_world(tmp_path) as world:
        cleaner, customer, operator = await world.cleaner(), await world.customer(), await world.operator()
        reservation_id = await agrees(customer, cleaner)
        code = short_code(reservation_id)
        for text in ("찾기 OO클린", "OO클린", code, code.lower(), f"찾기 {code}"):
            assert f"1건 찾았어요. {code}" in words(await operator.say(text))
        assert "사유를 적어 주세요" in words(await operator.say("취소"))
        assert "그건 사유로 보이지 않아요" in words(await operator.say("네"))
        await operator.say("그만두기")
        assert f"예약번호: {code}" in words(await operator.say(f"{code} 토요일 10시로 옮겨줘"))
        assert "맞는 예약을 찾지 못했어요" in words(await operator.say("찾기 박순자"))
