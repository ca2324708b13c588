"""A person is erased: at the page's doors, at the API, on Telegram, from a shell, at the same moment, and audited."""

import asyncio
import sqlite3

import pytest
from sqlalchemy import insert

from bot.channels.web.socket import POLICY_VIOLATION
from bot.conversation.turn import Said
from bot.erasure import Affairs, Erasure
from bot.people import People
from bot.records import Details, Thread, ThreadLine
from bot.retention import Retention
from services.shared_kernel.bot_events import ERASED
from services.shared_kernel.card import Card
from services.shared_kernel.ids import short_code
from services.shared_kernel.refusal import NotFound
from ssak3.audit import run_audit
from storage.bot import tables
from storage.bot.repositories import BotUnitOfWork
from storage.bot.struck import GONE, struck_text, struck_value
from storage.engine import Database
from storage.unit_of_work import Context
from tests.support.doors import hear, open_doors
from tests.support.erasing import everything_stored
from tests.support.fresh import Fresh
from tests.support.races import while_open
from tests.support.shell import ssak3
from tests.support.story import ADDRESS, agrees, books, cleans, holds
from tests.support.telegram import Chat, a_telegram
from tests.support.telegram_world import a_telegram_world, look, rest, running
from tests.support.time import FakeClock, FakeIds
from tests.support.world import a_world

pytestmark = pytest.mark.asyncio

BEARER = {"Authorization": "Bearer test-token"}


async def test_the_page_closes_and_its_cookie_is_nobodys(tmp_path):
    """Whoever opens it again is somebody new."""
    async with open_doors(tmp_path) as doors:
        cookie = await doors.cookie()
        person_id = cookie.partition("=")[2].partition(".")[0]
        async with doors.socket(cookie) as phone:
            await hear(phone, "hello")
            await doors.world.ssak3.erasure.erase(person_id, by=person_id)
            await asyncio.wait_for(phone.wait_closed(), 20)
            assert phone.close_code == POLICY_VIOLATION
        assert await doors.refusal(cookie) == POLICY_VIOLATION
        again = await doors.client.post("/chat/session", json={"role": "customer"}, headers={"Cookie": cookie})
        assert again.json()["person_id"] != person_id


async def test_the_api_has_forgotten_its_answers_and_takes_no_booking_under_that_id(tmp_path):
    async with open_doors(tmp_path) as doors:
        world = doors.world
        body = {
            "customer_id": "customer-4",
            "service": "home",
            "size_pyeong": 24,
            "starts_at": "2026-11-27T14:00:00+09:00",
            "area": "mapo",
            "address": ADDRESS,
            "note": "강아지가 있어요",
        }
        both = []
        for customer in ("customer-4", "customer-42"):
            headers = {**BEARER, "Idempotency-Key": f"of {customer}"}
            made = await doors.client.post("/api/reservations", json={**body, "customer_id": customer}, headers=headers)
            assert made.status_code == 201, made.text
            both.append(made.json()["id"])
        await world.settle()
        headers = {**BEARER, "Idempotency-Key": "away"}
        path = f"/api/reservations/{both[0]}/cancellation"
        done = await doors.client.post(path, json={"expected_refund_krw": 0}, headers=headers)
        assert done.status_code == 200, done.text
        await world.settle()
        await world.ssak3.erasure.erase("customer-4", by="shell")
        await world.settle()
        assert look(world, "select key from bot_idempotency") == [("of customer-42",)]
        assert look(world, "select person_id from bot_details") == [("customer-42",)]
        [row] = (await doors.client.get("/api/mypage/customer-4", headers=BEARER)).json()["reservations"]
        assert (row["id"], row["address"], row["note"]) == (both[0], None, None)
        headers = {**BEARER, "Idempotency-Key": "of customer-4"}
        refused = await doors.client.post("/api/reservations", json=body, headers=headers)
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "customer_id")


async def test_on_telegram_the_chat_is_a_new_customers(tmp_path):
    """What was said before the erasing and not handled is dropped with it; nothing of before is told to the new one."""
    async with a_telegram() as telegram, a_telegram_world(tmp_path, telegram) as world, running(world):
        chat = Chat(telegram, 1)
        await chat.says("/start")
        await rest(world, telegram)
        [(person_id,)] = look(world, "select person_id from bot_link")
        await chat.says("내 정보 삭제해줘")
        await rest(world, telegram)
        await chat.taps("삭제 확정")
        await rest(world, telegram)
        assert look(world, "select count(*) from bot_link") == [(0,)]
        assert look(world, "select chat_id, body from bot_update where chat_id = '1' or body <> '{}'") == []
        assert look(world, f"select role from bot_person where id = '{person_id}'") == [(ERASED,)]
        await chat.says("안녕하세요")
        await rest(world, telegram)
        [(new_id,)] = look(world, "select person_id from bot_link")
        assert new_id != person_id
        assert chat.heard()[-1].startswith("안녕하세요")


async def test_what_waits_to_be_told_isnt_and_the_audit_finds_nothing(tmp_path):
    """A notice of before, and that advertising was refused; cards go, and the books stay as they were."""
    async with a_world(tmp_path) as world:
        customer, cleaner, operator = await world.customer(), await world.cleaner(), await world.operator()
        await world.later(minutes=2)
        await world.ssak3.people.set_consent(customer.id, day=True, night=False)
        reservation_id = await agrees(customer, cleaner)
        world.asleep.add("notification")
        await cleans(cleaner)
        await world.ssak3.erasure.erase(customer.id, by=operator.id)
        await world.settle()
        world.asleep.clear()
        await world.later(minutes=2)
        assert await customer.log() == []
        assert look(world, f"select count(*) from payment_card where customer_id = '{customer.id}'") == [(0,)]
        contact = look(
            world, f"select role, channels, name from notification_contact where person_id = '{customer.id}'"
        )
        assert contact == [(ERASED, "[]", "")]
        its = "select template, reason from notification_delivery d join notification_notification n on n.id = notification_id"
        untold = look(world, f"{its} where recipient_id = '{customer.id}' and status = 'SUPPRESSED'")
        assert ("customer_cleaning_completed", "erased") in untold
        assert ("person_consent_refused", "erased") in untold
        [line] = await operator.say(short_code(reservation_id))
        assert "이미 삭제한 고객이에요." in (await operator.tap("답장하기"))[0].text
        assert ADDRESS not in line.text
        await world.later(minutes=2)
        checks = await run_audit(world.ssak3.settings, world.clock)
        assert [finding.text for check in checks for finding in check.findings] == []


# From a shell


async def test_from_a_shell(tmp_path, monkeypatch):
    """By id or by the code of a booking; what is open, and who works here, is refused with what to do."""
    monkeypatch.chdir(tmp_path)
    async with a_world(tmp_path) as world:
        customer, waiting, cleaner = await world.customer(), await world.customer(), await world.cleaner()
        done = await agrees(customer, cleaner)
        await cleans(cleaner)
        coming = await books(waiting, "다음 주 토요일 2시 마포 24평 집청소")
    data = ("--data", str(tmp_path))

    def all_of_it() -> None:
        assert "There is nobody with the id nobody" in ssak3("erase", "nobody", *data, status=1)
        refused = ssak3("erase", waiting.id, *data, status=1)
        assert f"something open: upcoming ({short_code(coming)})" in refused
        assert "take the role back first" in ssak3("erase", cleaner.id, "--yes", *data, status=1)
        asked = ssak3("erase", short_code(done), *data, status=1, typed="n\n")
        assert "the records of 1 bookings and payments stay" in asked
        assert f"{short_code(customer.id)} is erased." in ssak3("erase", short_code(done), *data, typed="y\n")
        assert "nothing was changed" in ssak3("erase", customer.id, "--yes", *data)

    await asyncio.to_thread(all_of_it)
    async with a_world(tmp_path) as world:
        await world.settle()
        assert look(world, f"select count(*) from payment_card where customer_id = '{customer.id}'") == [(0,)]
        mine = {where: text for where, text in (await everything_stored(world)).items() if "details" in where}
        assert customer.id not in mine["bot_details.person_id"]


async def test_from_a_shell_a_code_that_several_have_is_nobodys(tmp_path, monkeypatch):
    """A code is only handy, not unique."""
    monkeypatch.chdir(tmp_path)
    async with a_world(tmp_path) as world:
        both = [await world.customer(), await world.customer()]
        booking = await holds(both[0], "금요일 2시 마포 24평 집청소")
        await holds(both[1], "토요일 2시 마포 24평 집청소")
        await world.later(minutes=40)
    with sqlite3.connect(tmp_path / "ssak3.db") as connection:
        connection.execute("update mypage_reservation set short_code = ?", (short_code(booking),))
    data = ("--yes", "--data", str(tmp_path))

    def all_of_it() -> None:
        refused = ssak3("erase", short_code(booking), *data, status=1)
        assert "Several customers have a booking with the code" in refused
        assert f"{short_code(both[0].id)} is erased." in ssak3("erase", booking, *data)

    await asyncio.to_thread(all_of_it)


# At the same moment


class NothingOpen:
    async def of(self, person_id: str) -> Affairs:
        return Affairs()


async def test_what_is_said_or_told_in_the_very_moment_is_kept_by_nobody(fresh: Fresh):
    """Whoever writes first is erased with the rest; whoever writes after it writes nothing."""
    clock = FakeClock()
    ids = FakeIds(clock)
    database = Database(fresh("bot"))
    context = Context(tables=tables.messaging, database=database, clock=clock, ids=ids)
    people = People(lambda: BotUnitOfWork(context), clock, ids, ids.new)
    erasure = Erasure(lambda: BotUnitOfWork(context), NothingOpen(), clock, lambda person_id: None)
    now, said = clock.now(), Said(text="마포구 OO로 12")
    try:
        person = await people.welcome_customer(channel="web")
        async with while_open(BotUnitOfWork(context), erasure.erase(person.id, by="shell")) as (work, erased):
            await work.received.add(person.id, "1", ids.new(), said.text, "", now, None)
            await work.log.append(person.id, "me", Card(text=said.text), now)
            await work.details.add(_details(ids.new(), person.id))
            await work.drafts.save(person.id, {"booking": said.text}, now)
        await erased.result()
        async with BotUnitOfWork(context) as work:
            assert not await work.received.add(person.id, "2", ids.new(), said.text, "", now, None)
            assert not await work.log.append(person.id, "bot", Card(text=said.text), now, delivery_id=ids.new())
            with pytest.raises(NotFound):
                await work.details.add(_details(ids.new(), person.id))
            assert await work.drafts.load(person.id) is None
            assert await work.received.next_of(person.id) is None
            assert await work.log.last(person.id, 10) == []
            await work.connection.execute(insert(tables.message), _too_late(person.id, clock))
        assert await Retention(lambda: BotUnitOfWork(context), clock).forget() == 1
        with pytest.raises(NotFound):
            await people.rename(person.id, "홍길순")
    finally:
        await database.close()


async def test_what_is_answered_in_the_very_moment_is_seen(fresh: Fresh):
    """A line that is being written in an ended talk is waited for, and taken out of the operator's log."""
    clock = FakeClock()
    ids = FakeIds(clock)
    database = Database(fresh("bot"))
    context = Context(tables=tables.messaging, database=database, clock=clock, ids=ids)
    people = People(lambda: BotUnitOfWork(context), clock, ids, ids.new)
    erasure = Erasure(lambda: BotUnitOfWork(context), NothingOpen(), clock, lambda person_id: None)
    now, answer = clock.now(), "010-2222-3333으로 전화드릴게요"
    try:
        person, operator = await people.welcome_customer(channel="web"), ids.new()
        ended = Thread(id=ids.new(), customer_id=person.id, opened_at=now, waiting_since=None, closed_at=now)
        async with BotUnitOfWork(context) as work:
            await work.threads.save(ended)
            await work.log.append(operator, "me", Card(text=answer), now)
        async with while_open(BotUnitOfWork(context), erasure.erase(person.id, by="shell")) as (work, erased):
            assert await work.threads.find(ended.id)
            await work.threads.say(ended.id, ThreadLine(person_id=operator, text=answer, at=now))
        await erased.result()
        async with BotUnitOfWork(context) as work:
            assert await work.threads.lines(ended.id) == []
            assert [one.card.text for one in await work.log.last(operator, 10)] == [GONE]
    finally:
        await database.close()


def _too_late(person_id: str, clock: FakeClock) -> dict[str, object]:
    """Written by whoever didn't wait for a turn."""
    return {"person_id": person_id, "sender": "bot", "at": clock.now(), "card": {"text": "마포구 OO로 12"}}


def _details(details_id: str, person_id: str) -> Details:
    return Details(id=details_id, person_id=person_id, address="마포구 OO로 12", phone="", note="")


async def test_what_is_struck_out():
    """Whole, or as far as it was shown; a single letter only by itself."""
    words = ["마포구 OO로 12, 101동 502호", "네", "101동"]
    assert struck_text("주소: 마포구 OO로 12, 101동 502호 (101동)", words) == "주소: *** (***)"
    assert struck_text("‘마포구 OO로 12, 101동 5…’에 맞는 예약", words) == "‘***…’에 맞는 예약"
    assert struck_text("네, 갈게요", words) == "네, 갈게요"
    assert struck_text("네", words) == "***"
    assert struck_text("마포구 OO로…", words) == "***…"
    assert struck_text("마포구 OO로…", words, shortest=12) == "마포구 OO로…"
    assert struck_value({"101동": ["네", 7, None, "마포구 OO로 12, 101동 502호"]}, words) == {
        "101동": ["***", 7, None, "***"]
    }
