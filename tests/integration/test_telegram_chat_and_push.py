"""Chat and pushes together: who books on Telegram is told there of what comes of it, and reads it on the page, too."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from services.notification.adapters.bot_client import BotAddresses, BotClient
from services.notification.broadcasts.use_cases import SHELL
from services.notification.broadcasts.values import DryRun, Exclusion, Kind, Segment, Wording
from services.reservation.events import ReservationRequested
from tests.support.story import ADDRESS, FRIDAY_AT_TWO, PAY
from tests.support.telegram import Chat, Telegram, a_telegram
from tests.support.telegram_faults import forbidden
from tests.support.telegram_world import a_telegram_world, chat_of, look, rest, running
from tests.support.world import World

pytestmark = pytest.mark.asyncio


@pytest_asyncio.fixture
async def telegram() -> AsyncIterator[Telegram]:
    async with a_telegram() as opened:
        yield opened


async def test_who_books_on_telegram_is_told_there(tmp_path: Path, telegram: Telegram):
    async with a_telegram_world(tmp_path, telegram) as world, running(world):
        minji = Chat(telegram, 1001)
        for said in ("/start", FRIDAY_AT_TWO, ADDRESS):
            await minji.says(said)
            await rest(world, telegram)
        await minji.taps("없어요")
        await rest(world, telegram)
        await world.later(seconds=2)
        await minji.taps(PAY)
        await rest(world, telegram)
        for _ in range(5):
            await world.later(seconds=2)
        pushed = [text for text in minji.heard() if text.startswith("<b>예약이 확정됐어요</b>")]
        assert len(pushed) == 1, minji.transcript()
        hops = look(world, "select channel, status, reason from notification_delivery")
        assert set(hops) == {("telegram", "SENT", "")}
        (person,) = look(world, "select person_id from bot_link")
        titles = [
            message.card.title for message in await world.ssak3.log_reader.last(person[0], 50) if message.card.notice
        ]
        assert "예약이 확정됐어요" in titles


async def test_with_page_and_chat_each_answer_is_in_both_and_pushed_by_nobody(tmp_path: Path, telegram: Telegram):
    """The chat is where it was said, or another window on the same talk; the page keeps it as history."""
    async with a_telegram_world(tmp_path, telegram) as world, running(world):
        page = await world.customer()
        chat = Chat(telegram, 1001)
        code = await world.ssak3.links.new_code(page.id)
        await chat.says(f"/start {code}")
        await rest(world, telegram)
        await chat.taps("연결하기")
        await rest(world, telegram)
        heard = len(chat.heard())
        before = (await page.log())[-1].seq
        await chat.says("도움말")
        await rest(world, telegram)
        said, answer = [message for message in await page.log() if message.seq > before]
        assert (said.sender, said.card.text) == ("me", "도움말")
        assert chat.heard()[heard:] == [answer.card.text]
        assert not answer.card.notice
        [asked_on_the_page] = await page.say("내 예약")
        await rest(world, telegram)
        assert chat.heard()[heard + 1 :] == [asked_on_the_page.text]
        for _ in range(3):
            await world.later(seconds=2)
        assert look(world, "select count(*) from notification_delivery") == [(0,)], "an answer is no notice"
        assert len(chat.heard()) == heard + 2


async def test_who_blocks_us_is_told_of_their_visit_when_they_are_back(tmp_path: Path, telegram: Telegram):
    async with a_telegram_world(tmp_path, telegram) as world, running(world):
        operator = await world.operator()
        minji = Chat(telegram, 1001)
        for said in ("/start", FRIDAY_AT_TWO, ADDRESS):
            await minji.says(said)
            await rest(world, telegram)
        await minji.taps("없어요")
        await rest(world, telegram)
        [(person_id,)] = look(world, "select person_id from bot_link where channel = 'telegram'")
        [held] = world.happened(ReservationRequested)
        # The next push finds it out.
        telegram.fail("sendMessage", forbidden())
        await world.ssak3.reservations.pay(reservation_id=held.reservation_id, customer_id=person_id, method="card")
        for _ in range(5):
            await world.later(seconds=2)
        assert ("FAILED", "blocked") in look(world, "select status, reason from notification_delivery")
        assert (await operator.titles()).count("고객에게 알림이 가지 않아요") == 1
        assert not [text for text in minji.heard() if "예약이 확정됐어요" in text]
        await minji.says("/start")
        await rest(world, telegram)
        for _ in range(5):
            await world.later(seconds=2)
        assert len([text for text in minji.heard() if text.startswith("<b>예약이 확정됐어요</b>")]) == 1


async def test_who_lets_us_in_again_is_in_the_next_broadcast(tmp_path: Path, telegram: Telegram):
    """By what Telegram tells of it; nothing was said, and nothing sent in between."""
    async with a_telegram_world(tmp_path, telegram) as world, running(world):
        minji = Chat(telegram, 1001)
        await minji.says("/start")
        await rest(world, telegram)
        telegram.fail("sendMessage", forbidden())
        seen = await drafted(world)
        assert (seen.now, dict(seen.excluded)) == (1, {})
        await world.ssak3.broadcasts.approve(seen.broadcast_id, digest=seen.digest, by=SHELL)
        for _ in range(3):
            await world.later(seconds=2)
        assert look(world, "select status, reason from notification_delivery") == [("FAILED", "blocked")]
        seen = await drafted(world)
        assert (seen.now, dict(seen.excluded)) == (0, {Exclusion.BLOCKED: 1})
        us = {"id": 7, "is_bot": True, "first_name": "싹3"}
        change = {
            "chat": {"id": minji.id, "type": "private"}, "from": {"id": minji.id, "is_bot": False, "first_name": "민지"},
            "date": 1, "old_chat_member": {"status": "kicked", "user": us, "until_date": 0},
            "new_chat_member": {"status": "member", "user": us},
        }  # fmt: skip
        await chat_of(world).inbox.save([{"update_id": 500, "my_chat_member": change}])
        telegram.enqueued += 1
        await rest(world, telegram)
        seen = await drafted(world)
        assert (seen.now, dict(seen.excluded)) == (1, {})


async def drafted(world: World) -> DryRun:
    """What a broadcast to all customers would be."""
    broadcast_id, wording = world.ssak3.ids.new(), Wording(text_ko="내일 눈이 많이 와요.")
    await world.ssak3.broadcasts.draft(
        broadcast_id=broadcast_id, kind=Kind.INFO, segment=Segment(role="customer"), wording=wording, by=SHELL
    )
    return await world.ssak3.broadcasts.dry_run(broadcast_id, by=SHELL)


async def test_the_bots_doors_are_those_that_pushes_knock_at(tmp_path: Path, telegram: Telegram):
    async with a_telegram_world(tmp_path, telegram) as world:
        ssak3 = world.ssak3
        person = await ssak3.people.welcome_customer(channel="web")
        await ssak3.links.link(person.id, "telegram", "1001")
        addresses = BotAddresses(BotClient(world.session, ssak3.settings.public_url, ssak3.outside.api_token))
        assert await addresses.of(person.id, "telegram") == "1001"
        await addresses.moved("telegram", "1001", "-100777")
        assert await addresses.of(person.id, "telegram") == "-100777"
        await addresses.blocked("telegram", "-100777")
        assert await addresses.of(person.id, "telegram") is None
        assert await addresses.of("nobody", "telegram") is None
