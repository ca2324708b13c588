"""Chat on Telegram, against an emulator of its Bot API over HTTP, with faults in between."""

import asyncio
import traceback
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from bot.channels.telegram import receive
from bot.channels.telegram.api import TelegramApi, Trouble
from bot.conversation.actions import pack
from services.reservation.events import ReservationConfirmed, ReservationRequested
from ssak3.telegram import build_telegram
from storage.bot.tables import lease
from storage.leases import SqlLeases
from tests.support.story import ADDRESS, FRIDAY_AT_TWO, PAY, charges, refunds
from tests.support.telegram import TOKEN, Chat, Telegram, a_telegram, until
from tests.support.telegram_faults import bad_gateway, forbidden, lost_answer, migrated, refused, reset, too_many
from tests.support.telegram_world import SECRET, a_telegram_world, chat_of, look, rest, running

pytestmark = pytest.mark.asyncio
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"


@pytest_asyncio.fixture
async def telegram() -> AsyncIterator[Telegram]:
    async with a_telegram() as opened:
        yield opened


@pytest.mark.parametrize("mode", ["polling", "webhook"])
async def test_a_visit_is_booked_and_paid_by_chat(tmp_path, telegram, mode):
    async with a_telegram_world(tmp_path, telegram, mode) as world, running(world):
        if mode == "webhook":
            await until(lambda: telegram.calls("setWebhook"))
        minji = Chat(telegram, 1001)
        for said in ("/start", FRIDAY_AT_TWO, ADDRESS):
            await minji.says(said)
            await rest(world, telegram)
        await minji.taps("없어요")
        await rest(world, telegram)
        assert not world.happened(ReservationConfirmed)
        await minji.taps(PAY)
        await rest(world, telegram)

        [requested] = world.happened(ReservationRequested)
        [confirmed] = world.happened(ReservationConfirmed)
        assert confirmed.reservation_id == requested.reservation_id
        assert await charges(world) == [80_000]
        # Both taps were answered, and the buttons that were tapped are gone.
        await until(lambda: len(telegram.calls("answerCallbackQuery")) == 2)
        await until(lambda: len(telegram.calls("editMessageReplyMarkup", minji.id)) == 2)
        assert not [call for call in telegram.requests if call.status not in (200, 409)], telegram.requests
    if mode == "polling":
        assert telegram.calls("deleteWebhook")
        assert not telegram.calls("setWebhook")


async def test_a_paid_visit_is_cancelled_by_chat_and_old_buttons_are_safe(tmp_path, telegram):
    async with a_telegram_world(tmp_path, telegram) as world, running(world):
        minji = Chat(telegram, 1001, language="en")
        for said in ("/start", "Friday 2pm Mapo 24 pyeong home cleaning", ADDRESS):
            await minji.says(said)
            await rest(world, telegram)
        await minji.taps("Nothing else")
        await rest(world, telegram)
        pay = next(call for call in reversed(telegram.calls("sendMessage")) if "reply_markup" in call.fields)
        action = pay.fields["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
        for _ in range(3):  # a button that somebody kept
            await telegram.enqueue(minji.tap(pay, action))
            await rest(world, telegram)
        assert await charges(world) == [80_000]
        await minji.says("/cancel")
        await rest(world, telegram)
        await minji.taps("Cancel")
        await rest(world, telegram)
        assert await refunds(world) == [80_000]


async def test_everybody_is_talked_to_apart(tmp_path, telegram):
    async with a_telegram_world(tmp_path, telegram) as world, running(world):
        korean, english = Chat(telegram, 1), Chat(telegram, 2, language="en-GB")
        await asyncio.gather(korean.says("/start"), english.says("/start"))
        await rest(world, telegram)
        assert "청소" in korean.heard()[0]
        assert "cleaning" in english.heard()[0]
        assert len(look(world, "select distinct person_id from bot_link")) == 2


async def test_what_is_said_at_once_is_answered_in_order(tmp_path, telegram):
    async with a_telegram_world(tmp_path, telegram) as world, running(world):
        minji = Chat(telegram, 1001)
        for said in ("/start", FRIDAY_AT_TWO, ADDRESS):
            await minji.says(said)
        await rest(world, telegram)
        in_order = look(world, "select text from bot_received where text <> '' order by position")
        assert in_order == [(FRIDAY_AT_TWO,), (ADDRESS,)]
        assert "없어요" in minji.labels()


async def test_a_doubled_update_acts_once(tmp_path, telegram):
    async with a_telegram_world(tmp_path, telegram, "webhook") as world, running(world):
        await until(lambda: telegram.calls("setWebhook"))
        minji = Chat(telegram, 1001)
        await minji.says("/start")
        await rest(world, telegram)
        before = len(minji.heard())
        message = {"message_id": 9, "date": 1, "chat": {"id": 1001, "type": "private"}, "text": "도움말"}
        person = {"id": 1001, "is_bot": False, "first_name": "민지"}
        update = {"update_id": 900, "message": {**message, "from": person}}
        async with httpx.AsyncClient(trust_env=False) as client:
            for _ in range(3):
                answer = await client.post(
                    f"{world.ssak3.settings.public_url}/telegram/webhook", json=update, headers={SECRET_HEADER: SECRET}
                )
                assert answer.status_code == 200
        telegram.enqueued += 1
        await rest(world, telegram)
        assert len(minji.heard()) == before + 1
        # Its words are in the log; the inbox keeps only its number.
        assert look(world, "select body from bot_update where update_id = 900") == [("{}",)]


async def test_who_does_not_know_the_secret_leaves_nothing(tmp_path, telegram):
    async with a_telegram_world(tmp_path, telegram, "webhook") as world:
        address = f"{world.ssak3.settings.public_url}/telegram/webhook"
        message: dict[str, Any] = {
            "message_id": 9,
            "date": 1,
            "chat": {"id": 1, "type": "private"},
            "text": "예약할래요",
        }
        message["from"] = {"id": 1, "is_bot": False, "first_name": "X"}
        update = {"update_id": 1, "message": message}
        async with httpx.AsyncClient(trust_env=False) as client:
            assert (await client.post(address, json=update)).status_code == 401
            for secret in (b"wrong", SECRET[:-1].encode(), "비밀".encode()):
                wrong = {SECRET_HEADER.encode(): secret}
                assert (await client.post(address, json=update, headers=wrong)).status_code == 401
            known = {SECRET_HEADER: SECRET}
            for body in (b"", b"[]", b"{", b'{"update_id":"1"}', b'{"update_id":-1}', b"[" * 30_000, b"\xff"):
                assert (await client.post(address, content=body, headers=known)).status_code == 400, body
            assert (await client.post(address, content=b" " * 70_000, headers=known)).status_code == 413
            # What isn't said to us is taken and left alone: Telegram would bring it again and again.
            group = {
                "update_id": 2,
                "message": {**message, "chat": {"id": -5, "type": "group", "title": "G"}},
            }
            for other in ({"update_id": 3, "poll": {}}, {"update_id": 4}, group):
                assert (await client.post(address, json=other, headers=known)).status_code == 200
        assert look(world, "select * from bot_update") == []
        assert look(world, "select * from bot_person") == []


async def test_with_polling_there_is_no_such_door(tmp_path, telegram):
    async with a_telegram_world(tmp_path, telegram) as world, httpx.AsyncClient(trust_env=False) as client:
        answer = await client.post(f"{world.ssak3.settings.public_url}/telegram/webhook", json={"update_id": 1})
        assert answer.status_code == 404


async def test_nothing_is_lost_between_taking_and_answering(tmp_path, telegram):
    """As after a kill: what was taken in is acknowledged to Telegram, and nobody has looked at it yet."""
    minji = Chat(telegram, 1001)
    async with a_telegram_world(tmp_path, telegram) as world:
        await minji.says("/start")
        await minji.says(FRIDAY_AT_TWO)
        assert await chat_of(world).taking.run_once() == 2
        await minji.says(ADDRESS)
        assert await chat_of(world).taking.run_once() == 1  # the first two are acknowledged by now
        await chat_of(world).finish()
    async with a_telegram_world(tmp_path, telegram) as world, running(world):
        await rest(world, telegram)
        assert "없어요" in minji.labels()
        assert len(look(world, "select * from bot_received")) == 3


async def test_nothing_is_lost_before_it_is_acknowledged(tmp_path, telegram):
    """The answer to the poll is lost, or we are killed before we save it: Telegram still has them."""
    minji = Chat(telegram, 1001)
    async with a_telegram_world(tmp_path, telegram) as world, running(world):
        telegram.fail("getUpdates", lost_answer(), reset(), bad_gateway())
        await minji.says("/start")
        await rest(world, telegram)
        assert len(minji.heard()) == 1


async def test_an_answer_outlives_whoever_was_to_send_it(tmp_path, telegram):
    minji = Chat(telegram, 1001)
    async with a_telegram_world(tmp_path, telegram) as world:
        chat = chat_of(world)
        await minji.says("/start")
        await chat.taking.run_once()
        await chat.receiving.run_once()
        await chat.receiving.drain(5)
        await world.ssak3.answering.drain()
        assert minji.heard() == []
    async with a_telegram_world(tmp_path, telegram) as world, running(world):
        await rest(world, telegram)
        assert len(minji.heard()) == 1


async def test_when_asked_to_wait_it_waits_and_says_everything_once(tmp_path, telegram):
    async with a_telegram_world(tmp_path, telegram) as world, running(world):
        telegram.fail("sendMessage", too_many(1), chat_id=1)
        first, second = Chat(telegram, 1), Chat(telegram, 2)
        await first.says("/start")
        await until(lambda: [call for call in telegram.requests if call.status == 429])
        [asked] = [call.at for call in telegram.requests if call.status == 429]
        await second.says("/start")
        await rest(world, telegram)
        assert len(first.heard()) == len(second.heard()) == 1
        assert min(call.at for call in telegram.calls("sendMessage")) >= asked + 0.95


async def test_what_could_not_be_sent_is_sent_later(tmp_path, telegram):
    async with a_telegram_world(tmp_path, telegram) as world, running(world):
        minji = Chat(telegram, 1)
        telegram.fail("sendMessage", bad_gateway(), reset())
        await minji.says("/start")
        await rest(world, telegram)
        assert len(minji.heard()) == 1
        # One that Telegram will never take holds up nothing.
        telegram.fail("sendMessage", refused())
        await minji.says("도움말")
        await rest(world, telegram)
        await minji.says("/start")
        await rest(world, telegram)
        assert len(minji.heard()) == 2


async def test_a_blocked_chat_is_remembered_until_it_is_let_in_again(tmp_path, telegram):
    async with a_telegram_world(tmp_path, telegram) as world, running(world):
        minji = Chat(telegram, 1)
        await minji.says("/start")
        await rest(world, telegram)
        [(person_id,)] = look(world, "select person_id from bot_link")
        telegram.fail("sendMessage", forbidden())
        await minji.says("도움말")
        await until(lambda: look(world, "select 1 from bot_link where blocked_at is not null"))
        assert await world.ssak3.links.address_of(person_id, "telegram") is None
        heard = len(minji.heard())
        await minji.says("/start")
        await rest(world, telegram)
        assert await world.ssak3.links.address_of(person_id, "telegram") == "1"
        # What was said meanwhile isn't said again.
        assert len(minji.heard()) == heard + 1


async def test_who_blocks_the_bot_is_left_alone(tmp_path, telegram):
    """By what Telegram tells of it, before anything was tried."""
    us = {"id": 7, "is_bot": True, "first_name": "싹3"}
    person = {"id": 1, "is_bot": False, "first_name": "민지"}
    async with a_telegram_world(tmp_path, telegram) as world, running(world):
        minji = Chat(telegram, 1)
        await minji.says("/start")
        await rest(world, telegram)
        for number, status in ((500, "kicked"), (501, "member")):
            until_date = {"until_date": 0} if status == "kicked" else {}
            change = {
                "chat": {"id": 1, "type": "private"}, "from": person, "date": 1,
                "old_chat_member": {"status": "member", "user": us},
                "new_chat_member": {"status": status, "user": us} | until_date,
            }  # fmt: skip
            await chat_of(world).inbox.save([{"update_id": number, "my_chat_member": change}])
            telegram.enqueued += 1
            await rest(world, telegram)
            [(blocked_at,)] = look(world, "select blocked_at from bot_link")
            assert (blocked_at is not None) == (status == "kicked")


async def test_neither_the_token_nor_what_was_said_is_printed(tmp_path, telegram, capfd):
    async with a_telegram_world(tmp_path, telegram) as world, running(world):
        minji = Chat(telegram, 1)
        for method in ("sendMessage", "getUpdates"):
            telegram.fail(method, reset(), bad_gateway())
        await minji.says("비밀번호는 1234예요")
        await until(minji.heard)
    dead = TelegramApi(TOKEN, "http://127.0.0.1:1")
    with pytest.raises(Trouble) as trouble:
        await dead.updates(None, 0)
    await dead.close()
    shown = "".join(traceback.format_exception(trouble.value)) + "".join(capfd.readouterr())
    assert TOKEN.partition(":")[2] not in shown
    assert "1234" not in shown


async def test_a_chat_that_moved_is_answered_where_it_is_now(tmp_path, telegram):
    async with a_telegram_world(tmp_path, telegram) as world, running(world):
        telegram.fail("sendMessage", migrated(-100), chat_id=1)
        await Chat(telegram, 1).says("/start")
        await until(lambda: telegram.calls("sendMessage", -100))
        await rest(world, telegram)
        assert look(world, "select address from bot_link") == [("-100",)]
        assert len(telegram.calls("sendMessage")) == 1


async def test_who_waits_sees_that_it_is_being_written(tmp_path, telegram, monkeypatch):
    monkeypatch.setattr(receive, "TYPING_AFTER_SECONDS", 0)
    async with a_telegram_world(tmp_path, telegram) as world, running(world):
        minji = Chat(telegram, 1)
        await minji.says("/start")
        await until(lambda: telegram.calls("sendChatAction", minji.id))
        await rest(world, telegram)
        assert len(minji.heard()) == 1


async def test_a_cleaner_enters_by_invite_and_only_once(tmp_path, telegram):
    async with a_telegram_world(tmp_path, telegram) as world, running(world):
        code = await world.ssak3.people.invite("cleaner")
        first, second = Chat(telegram, 1), Chat(telegram, 2)
        await first.says(f"/start {code}")
        await rest(world, telegram)
        await second.says(f"/start {code}")
        await rest(world, telegram)
        roles = look(world, "select address, role from bot_link join bot_person on id = person_id order by address")
        assert roles == [("1", "cleaner"), ("2", "customer")]
        assert "쓸 수 없는 코드" in second.heard()[0]
        # A cleaner's menu is theirs.
        await until(lambda: [call for call in telegram.calls("setMyCommands") if "jobs" in call.fields["commands"]])


async def test_somebody_of_the_page_goes_on_here(tmp_path, telegram):
    async with a_telegram_world(tmp_path, telegram) as world, running(world):
        minji = await world.customer()
        await minji.say(FRIDAY_AT_TWO)
        [told] = await minji.say("텔레그램으로 이어서 할게요")
        chat = Chat(telegram, 1)
        await chat.says(told.text.splitlines()[-1])
        await rest(world, telegram)
        assert "다른 계정에서 만든 거예요" in chat.heard()[0]
        await chat.taps("연결하기")
        await rest(world, telegram)
        # Not all that was said before; but the booking goes on where it was.
        assert "연결됐어요" in chat.heard()[1]
        assert len(chat.heard()) == 2
        await chat.says(ADDRESS)
        await rest(world, telegram)
        assert "없어요" in chat.labels()


async def test_who_opens_a_link_as_their_first_word_is_asked_too(tmp_path, telegram):
    """Else they would book, and give their address, in the account of whoever sent them the link."""
    async with a_telegram_world(tmp_path, telegram) as world, running(world):
        stranger = await world.ssak3.people.welcome_customer(channel="web")
        chat = Chat(telegram, 1)
        await chat.says(f"/start {await world.ssak3.links.new_code(stranger.id)}")
        await rest(world, telegram)
        await chat.taps("그대로 두기")
        await rest(world, telegram)
        assert chat.heard()[-1].startswith("그대로 두었어요.")
        assert "청소 예약하기" in chat.labels()
        for said in (FRIDAY_AT_TWO, ADDRESS):
            await chat.says(said)
            await rest(world, telegram)
        assert "없어요" in chat.labels()
        assert await world.ssak3.log_reader.last(stranger.id, 5) == []


async def test_a_link_that_somebody_sent_takes_no_chat_over_by_itself(tmp_path, telegram):
    """Whoever made it would read from then on what is written there."""
    async with a_telegram_world(tmp_path, telegram) as world, running(world):
        minji = Chat(telegram, 1)
        for said in ("/start", FRIDAY_AT_TWO, ADDRESS):
            await minji.says(said)
            await rest(world, telegram)
        await minji.taps("없어요")
        await rest(world, telegram)
        stranger = await world.ssak3.people.welcome_customer(channel="web")
        code = await world.ssak3.links.new_code(stranger.id)
        await minji.says(f"/start {code}")
        await rest(world, telegram)
        assert "다른 계정에서 만든 거예요" in minji.heard()[-1]
        # Neither an answer to this, nor to what was asked before.
        await minji.says("네")
        await rest(world, telegram)
        assert await charges(world) == []
        await minji.says(f"/start {code}")
        await rest(world, telegram)
        await minji.taps("그대로 두기")
        await rest(world, telegram)
        assert minji.heard()[-1].startswith("그대로 두었어요.")
        assert await world.ssak3.links.person_of("telegram", "1") != stranger.id
        await minji.says(f"/start {code}")
        await rest(world, telegram)
        await minji.taps("연결하기")
        await rest(world, telegram)
        assert await world.ssak3.links.person_of("telegram", "1") == stranger.id
        assert minji.heard()[-1].startswith("연결됐어요.")


async def test_the_question_is_about_the_chat_it_was_asked_in_wherever_it_is_answered(tmp_path, telegram):
    async with a_telegram_world(tmp_path, telegram) as world, running(world):
        page = await world.customer()
        first, second = Chat(telegram, 1), Chat(telegram, 2)
        for chat in (first, second):
            await chat.says(f"/start {await world.ssak3.links.new_code(page.id)}")
            await rest(world, telegram)
            await chat.taps("연결하기")
            await rest(world, telegram)
        stranger = await world.ssak3.people.welcome_customer(channel="web")
        await second.says(f"/start {await world.ssak3.links.new_code(stranger.id)}")
        await rest(world, telegram)
        [told] = await page.tap("연결하기")
        assert told.text == "텔레그램을 그 계정에 연결했어요."
        assert await world.ssak3.links.person_of("telegram", "1") == page.id
        assert await world.ssak3.links.person_of("telegram", "2") == stranger.id
        # The same button once more, and one that names a chat of somebody else's.
        code = await world.ssak3.links.new_code(page.id)
        for old in (pack("link", code, "2"), pack("link", "NONSENSE00", "1")):
            await first.taps_action(old, "연결하기")
            await rest(world, telegram)
        assert await world.ssak3.links.person_of("telegram", "2") == stranger.id


async def test_pictures_places_and_numbers(tmp_path, telegram):
    async with a_telegram_world(tmp_path, telegram) as world, running(world):
        minji = Chat(telegram, 1)
        await minji.says("/start")
        await minji.says("금요일 2시 24평 집청소")
        await rest(world, telegram)
        await minji.sends(sticker={"file_id": "f", "file_unique_id": "u", "type": "regular", "width": 1, "height": 1,
                                   "is_animated": False, "is_video": False})  # fmt: skip
        await rest(world, telegram)
        assert "스티커" in minji.heard()[-1]
        await minji.sends(location={"latitude": 37.556, "longitude": 126.91})
        await rest(world, telegram)
        assert minji.heard()[-1] == "지도로 보면 마포구 근처예요. 어느 지역인가요?"
        assert minji.keyboard() == []
        await minji.says("마포구")
        await rest(world, telegram)
        assert minji.heard()[-1] == "이제 주소만 알려 주시면 돼요."
        place, number = minji.keyboard()[0]
        assert (place["request_location"], number["request_contact"]) == (True, True)
        assert [button["text"] for button in minji.keyboard()[1]] == ["이전", "처음으로"]
        await minji.sends(location={"latitude": 37.497, "longitude": 127.063})
        await rest(world, telegram)
        assert "강남구 근처예요. 예약은 마포구로 적혀 있고" in minji.heard()[-1]
        await minji.sends(contact={"phone_number": "+821099998888", "first_name": "친구", "user_id": 2})
        await rest(world, telegram)
        assert minji.heard()[-1].startswith("다른 분의 번호는 받지 않아요.")
        await minji.sends(contact={"phone_number": "+821012345678", "first_name": "민지", "user_id": 1})
        await rest(world, telegram)
        assert minji.heard()[-1].startswith("연락처를 적어 두었어요.")
        assert [len(row) for row in minji.keyboard()] == [1, 2], "the number isn't wanted a second time"
        await minji.says("처음으로")
        await rest(world, telegram)
        assert minji.keyboard() == []
        await minji.says("하던 예약 계속")
        await minji.says(ADDRESS)
        await minji.says("없어요")
        await rest(world, telegram)
        assert minji.keyboard() == []
        assert look(world, "select phone, address from bot_details") == [("01012345678", ADDRESS)]


async def test_staff_are_told_that_a_place_is_for_bookings_and_whose_the_chat_stays(tmp_path, telegram):
    async with a_telegram_world(tmp_path, telegram) as world, running(world):
        cleaner = Chat(telegram, 1)
        await cleaner.says(f"/start {await world.ssak3.people.invite('cleaner')}")
        await cleaner.sends(location={"latitude": 37.556, "longitude": 126.91})
        await rest(world, telegram)
        assert cleaner.heard()[-1].startswith("위치와 번호는 청소를 예약할 때만 써요.")
        stranger = await world.ssak3.people.welcome_customer(channel="web")
        await cleaner.says(f"/start {await world.ssak3.links.new_code(stranger.id)}")
        await rest(world, telegram)
        assert cleaner.heard()[-1].startswith("이 채팅은 일하는 데 쓰고 계셔서")


@pytest.mark.parametrize("mode", ["polling", "webhook"])
async def test_a_webhook_that_is_taken_away_is_named_by_its_host(tmp_path, telegram, mode):
    api = TelegramApi(TOKEN, telegram.url)
    await api.set_webhook("http://localhost:9/path-with-a-secret", SECRET)
    await api.close()
    async with a_telegram_world(tmp_path, telegram, mode) as world:
        with capture_logs() as logs:
            async with running(world):
                await until(lambda: telegram.calls("deleteWebhook" if mode == "polling" else "setMyCommands"))
    [warned] = [line for line in logs if line["event"] == "telegram.webhook_taken_away"]
    assert (warned["log_level"], warned["host"]) == ("warning", "localhost")
    assert "secret" not in str(logs)


async def test_a_flood_is_told_once(tmp_path, telegram):
    async with a_telegram_world(tmp_path, telegram) as world, running(world):
        minji = Chat(telegram, 1)
        for _ in range(70):
            await minji.says("도움말")
        await rest(world, telegram)
        assert len(look(world, "select * from bot_received")) == 60
        assert len([text for text in minji.heard() if text == "조금만 천천히 보내 주세요."]) == 1


async def test_of_two_processes_one_speaks_and_the_other_follows(tmp_path, telegram):
    async with a_telegram_world(tmp_path, telegram) as world:
        ssak3, minji = world.ssak3, Chat(telegram, 1)
        ssak3.leases = SqlLeases(ssak3.databases.contexts["bot"].database, lease, world.clock, "another")
        second = build_telegram(ssak3)
        first = AsyncExitStack()
        await first.enter_async_context(running(world))
        await until(lambda: telegram.calls("deleteWebhook"))
        async with running(world, second):
            await minji.says("/start")
            await rest(world, telegram)
            assert len(minji.heard()) == len(telegram.calls("deleteWebhook")) == 1
            # It is stopped, and gives its lease up.
            await first.aclose()
            world.clock.advance(seconds=3)
            await minji.says("도움말")
            await rest(world, telegram)
            assert len(minji.heard()) == len(telegram.calls("deleteWebhook")) == 2
        await second.close()
        assert not [call for call in telegram.requests if call.status == 409]
