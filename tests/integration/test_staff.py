"""A role is taken back: at the page's doors, at the API, on Telegram, from a shell, at the same moment, and audited."""

import asyncio
from collections import Counter
from typing import Any

import pytest

from bot.channels.web.socket import POLICY_VIOLATION
from bot.conversation.effects_cleaner import RegisterCleaner
from bot.conversation.turn import Person
from bot.links import Links
from bot.people import People
from bot.staff import SHELL, LastOperator, NotStaff, Staff
from services.cleaning.events import JobOffered
from services.notification.broadcasts.values import Segment
from services.shared_kernel.bot_events import FORMER
from services.shared_kernel.ids import short_code
from services.shared_kernel.refusal import NotFound
from ssak3.audit import run_audit
from storage.bot import tables
from storage.bot.links import SqlLinkCodes
from storage.bot.persons import SqlPersons
from storage.bot.repositories import BotUnitOfWork
from storage.engine import Database
from storage.unit_of_work import Context
from tests.support.doors import hear, open_doors
from tests.support.fresh import Fresh
from tests.support.races import Other
from tests.support.shell import ssak3
from tests.support.story import agrees, books
from tests.support.telegram import Chat, a_telegram
from tests.support.telegram_world import a_telegram_world, look, rest, running
from tests.support.time import FakeClock, FakeIds
from tests.support.world import a_world

pytestmark = pytest.mark.asyncio


async def test_the_page_says_a_last_word_and_closes(tmp_path):
    """Nor does the cookie open anything else, whatever name it is given; who has it is asked for an invite."""
    async with open_doors(tmp_path) as doors:
        staff = doors.world.ssak3.staff
        invite = await doors.world.ssak3.people.invite("operator")
        cookie = await doors.cookie("operator", invite=invite)
        value = cookie.partition("=")[2]
        person_id = value.partition(".")[0]
        async with doors.socket(cookie, "role=operator") as phone:
            await hear(phone, "hello")
            await staff.take_back(person_id, by=SHELL, even_last=True)
            while "업체나 운영자로 일하실 수 없어요" not in (await hear(phone, "message"))["card"]["text"]:
                pass
            await asyncio.wait_for(phone.wait_closed(), 20)
            assert phone.close_code == POLICY_VIOLATION
        for role in ("operator", "customer", "cleaner"):
            assert await doors.refusal(f"ssak3_{role}={value}", f"role={role}") == POLICY_VIOLATION
        headers = {"Cookie": cookie}
        refused = await doors.client.post("/chat/session", json={"role": "operator"}, headers=headers)
        assert (refused.status_code, refused.json()["title"]) == (401, "초대가 필요해요")
        assert (await doors.client.get("/chat/broadcasts/x.csv", headers=headers)).status_code == 401


async def test_the_api_takes_no_job_of_theirs_even_before_the_broker_has_told(tmp_path):
    async with open_doors(tmp_path) as doors:
        world = doors.world
        gone, customer = await world.cleaner(), await world.customer()
        taken, offered = (
            await agrees(customer, gone),
            await books(await world.customer(), "토요일 2시 마포 24평 집청소"),
        )
        await world.ssak3.staff.take_back(gone.id, by=SHELL)
        for reservation_id in (taken, offered):
            job = await world.ssak3.cleaning.job_of_reservation(reservation_id=reservation_id)
            assert job is not None
            for action in ("accept", "decline", "en-route", "start"):
                answer = await doors.client.post(
                    f"/api/jobs/{job.id}/{action}",
                    json={"cleaner_id": gone.id},
                    headers={"Authorization": "Bearer test-token"},
                )
                assert answer.status_code == 403, (action, answer.text)
        await world.settle()
        for reservation_id in (taken, offered):
            job = await world.ssak3.cleaning.job_of_reservation(reservation_id=reservation_id)
            assert job is not None
            assert (job.cleaner_id, job.pending()) == (None, ())


async def test_on_telegram_the_chat_is_a_new_customers(tmp_path):
    """They hear it there; an old button is answered, and books or tells nothing of before."""
    async with a_telegram() as telegram, a_telegram_world(tmp_path, telegram) as world, running(world):
        chat = Chat(telegram, 1)
        code = await world.ssak3.people.invite("operator")
        await chat.says(f"/start {code}")
        await rest(world, telegram)
        [(person_id,)] = look(world, "select person_id from bot_link")
        link_code, unused = [await world.ssak3.links.new_code(person_id) for _ in range(2)]
        second = Chat(telegram, 2)
        await second.says(f"/start {link_code}")
        await rest(world, telegram)
        await second.taps("연결하기")
        await rest(world, telegram)
        assert await world.ssak3.links.address_of(person_id, "telegram") is not None
        await world.ssak3.staff.take_back(person_id, by=SHELL, even_last=True)
        assert await world.ssak3.links.address_of(person_id, "telegram") is None, "nor does a sender find them"
        await rest(world, telegram)
        for one in (chat, second):
            assert one.heard()[-1].startswith("이제 여기서는 업체나 운영자로 일하실 수 없어요.")
        await chat.taps_action("board", "현황 보기")
        await rest(world, telegram)
        assert chat.heard()[-1].startswith("지난 버튼이에요.")
        for whose, used in ((chat, code), (second, link_code), (second, unused)):
            await whose.says(f"/start {used}")
            await rest(world, telegram)
            assert "쓸 수 없는 코드" in "\n".join(whose.heard()[-2:])
        roles = look(world, "select role from bot_link join bot_person on id = person_id")
        assert roles == [("customer",), ("customer",)]
        again = await world.ssak3.people.invite("operator")
        await chat.says(f"/start {again}")
        await rest(world, telegram)
        where = "where address = '1'"
        assert look(world, f"select role from bot_link join bot_person on id = person_id {where}") == [("operator",)]


async def test_they_are_in_no_audience_and_the_audit_finds_nothing(tmp_path):
    async with a_world(tmp_path) as world:
        gone, stays = await world.operator(), await world.operator()
        cleaner, customer = await world.cleaner(), await world.customer()
        await world.later(minutes=2)
        await agrees(customer, cleaner)
        await customer.say("상담원")
        await world.settle()
        await customer.say("끝")
        world.asleep.add("notification")
        await (await world.customer()).say("상담원")
        await world.settle()
        await world.ssak3.staff.take_back(gone.id, by=stays.id)
        await world.ssak3.staff.take_back(cleaner.id, by=stays.id)
        await world.settle()
        world.asleep.clear()
        await world.later(minutes=2)
        async with world.ssak3.broadcasts._unit_of_work() as work:  # type: ignore[attr-defined]
            found = await work.broadcasts.candidates(Segment(), world.clock.now())
        people = {one.contact.person_id for one in found}
        assert customer.id in people
        assert not people & {gone.id, cleaner.id}
        await world.later(minutes=20)
        checks = await run_audit(world.ssak3.settings, world.clock)
        assert [finding.text for check in checks for finding in check.findings] == []


async def test_who_registers_in_the_very_moment_gets_no_job(tmp_path):
    """The answer to what they said was under way already."""
    async with a_world(tmp_path) as world:
        gone = await world.invited("cleaner")
        await world.ssak3.staff.take_back(gone.id, by=SHELL)
        await world.settle()
        then = Person(id=gone.id, role="cleaner", language="ko")
        await world.ssak3.dialogue._carry_out(
            RegisterCleaner(name="OO클린", areas=("mapo",), days=(1, 2, 3, 4, 5, 6, 7)), then
        )
        await books(await world.customer())
        assert not world.happened(JobOffered)


# From a shell


async def test_from_a_shell(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    async with a_world(tmp_path) as world:
        only, cleaner = await world.operator(), await world.cleaner("OO클린")
        other = await world.cleaner("OO클린")
        await world.customer()
    data = ("--data", str(tmp_path))

    def all_of_it() -> None:
        shown = ssak3("staff", "list", *data)
        assert f"{short_code(only.id)} operator – web 2026-11-23" in shown
        assert f"{short_code(cleaner.id)} cleaner OO클린 web 2026-11-23" in shown
        assert "customer" not in shown
        code = short_code(other.id)
        assert "There is no 아무개 among" in ssak3("staff", "remove", "아무개", *data, status=1)
        assert f"cleaner OO클린 ({code}), {other.id}" in ssak3("staff", "remove", "OO클린", *data, status=1)
        assert "Aborted" in ssak3("staff", "remove", code, *data, status=1, typed="n\n")
        assert "has no role any more" in ssak3("staff", "remove", code.lower(), *data, typed="y\n")
        assert "nothing was changed" in ssak3("staff", "remove", other.id, "--yes", *data)
        assert "has no role any more" in ssak3("staff", "remove", "OO클린", "--yes", *data)
        refused = ssak3("staff", "remove", only.id, "--yes", *data, status=1)
        assert "is the last operator" in refused
        assert "say --even-last" in refused
        assert "has no role any more" in ssak3("staff", "remove", only.id, "--yes", "--even-last", *data)
        assert "Nobody yet" in ssak3("staff", "list", *data)

    await asyncio.to_thread(all_of_it)


async def test_a_name_is_only_a_name_whatever_a_cleaner_calls_themselves(tmp_path, monkeypatch):
    """It doesn't colour or break the list, and one that is somebody else's id doesn't stand in the way of that."""
    monkeypatch.chdir(tmp_path)
    async with a_world(tmp_path) as world:
        cleaner = await world.cleaner("[b]OO클린[/]")
        await world.cleaner("청소[/왕]")
        await world.cleaner(cleaner.id)
    data = ("--data", str(tmp_path))

    def all_of_it() -> None:
        shown = ssak3("staff", "list", *data)
        assert "cleaner [b]OO클린[/] web" in shown
        assert "cleaner 청소[/왕] web" in shown
        removed = ssak3("staff", "remove", cleaner.id, "--yes", *data)
        assert f"[b]OO클린[/] ({short_code(cleaner.id)}) has no role any more" in removed

    await asyncio.to_thread(all_of_it)


# At the same moment


class Door:
    """One bot process."""

    def __init__(self, url: str, clock: FakeClock, ids: FakeIds) -> None:
        self.database = Database(url)
        context = Context(tables=tables.messaging, database=self.database, clock=clock, ids=ids)
        self.people = People(lambda: BotUnitOfWork(context), clock, ids, ids.new)
        self.links = Links(lambda: BotUnitOfWork(context), clock, ids.new)
        self.staff = Staff(lambda: BotUnitOfWork(context), clock, lambda person_id: None)

    async def newcomer(self, address: str) -> str:
        """Whose chat on Telegram it is."""
        return (await self.people.welcome_customer(channel="telegram", address=address)).id


async def test_two_operators_who_take_each_others_role_leave_one(fresh_postgresql: Fresh):
    """And whoever has lost it makes no invite any more; nobody takes anything from a customer."""
    clock = FakeClock()
    ids, url = FakeIds(clock), fresh_postgresql("bot")
    doors = [Door(url, clock, ids) for _ in range(2)]
    people = doors[0].people
    try:
        for _ in range(5):
            one, other = [await people.join(code=await people.invite("operator"), channel="web") for _ in doors]
            ended = await asyncio.gather(
                doors[0].staff.take_back(one.id, by=other.id),
                doors[1].staff.take_back(other.id, by=one.id),
                return_exceptions=True,
            )
            assert Counter(type(each).__name__ for each in ended) == {"PersonRecord": 1, "NotFound": 1}
            [left] = await people.with_role("operator")
            [gone] = {one.id, other.id} - {left.id}
            with pytest.raises(NotFound):
                await people.invite("operator", by=gone)
            with pytest.raises(LastOperator):
                await doors[1].staff.take_back(left.id, by=left.id)
            customer = await people.welcome_customer(channel="web")
            with pytest.raises(NotStaff):
                await doors[1].staff.take_back(customer.id, by=left.id)
            assert (await doors[0].staff.take_back(left.id, by=SHELL, even_last=True)).role == FORMER
    finally:
        for door in doors:
            await door.database.close()


async def test_who_links_a_chat_in_the_moment_has_none_and_nobody_waits_for_a_deadlock(
    fresh_postgresql: Fresh, monkeypatch: pytest.MonkeyPatch
):
    """One after the other, neither begins anew."""
    clock = FakeClock()
    ids, url = FakeIds(clock), fresh_postgresql("bot")
    doors = [Door(url, clock, ids) for _ in range(2)]
    use, hold, tries = SqlLinkCodes.use, SqlPersons.hold_role, Counter[str]()
    try:
        person = await doors[0].people.join(code=await doors[0].people.invite("operator"), channel="web")
        code, newcomer = await doors[0].links.new_code(person.id), await doors[0].newcomer("1")
        comes = Other(doors[1].staff.take_back(person.id, by=SHELL, even_last=True))

        async def use_and_wait(*given: Any) -> bool:
            tries["link"] += 1
            was_first = await use(*given)
            if tries["link"] == 1:
                await comes.run_ahead()
            return was_first

        async def count_and_hold(*given: Any) -> Any:
            tries["take back"] += 1
            return await hold(*given)

        monkeypatch.setattr(SqlLinkCodes, "use", use_and_wait)
        monkeypatch.setattr(SqlPersons, "hold_role", count_and_hold)
        assert await doors[0].links.use_code(code, "telegram", "1", agreed_by=newcomer) == person.id
        assert (await comes.result()).role == FORMER
        assert tries == {"link": 1, "take back": 1}
        assert await doors[0].links.person_of("telegram", "1") is None
    finally:
        for door in doors:
            await door.database.close()
