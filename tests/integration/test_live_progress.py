"""A broadcast's progress, changed in place: on the page's socket, on Telegram, in a terminal, and across restarts."""

import io
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI
from rich.console import Console

from bot.channels.console.draw import Screen
from bot.channels.console.talk import Talk
from bot.channels.console.texts import load
from bot.channels.telegram.edit_pace import EditPace
from bot.channels.web.reports import Reports
from bot.channels.web.session import Sessions
from bot.conversation.operator_broadcast_running import live_card, live_key
from bot.conversation.operator_talk import sentences_in
from bot.live import LiveBroadcasts
from bot.records import PersonRecord
from services.notification.broadcasts.values import BroadcastStatus, Kind, Segment, Wording
from tests.support.broadcasting import FakeBroadcasting
from tests.support.doors import hear, open_doors
from tests.support.serving import serving
from tests.support.telegram import Chat, Telegram, a_telegram, until
from tests.support.telegram_faults import bad_request, too_many
from tests.support.telegram_world import a_telegram_world, chat_of, rest, running
from tests.support.world import World, a_world

pytestmark = pytest.mark.asyncio

ID = "0193551e-0000-7000-8000-0000000000bb"
NOT_MODIFIED = "message is not modified: specified new message content is the same"
NOT_FOUND = "message to edit not found"


@dataclass(kw_only=True)
class Running:
    """A broadcast that an operator has confirmed."""

    world: World
    broadcasting: FakeBroadcasting

    async def look(self, **went: object) -> None:
        """What the loop does after this much was sent."""
        status = went.pop("status", None)
        self.broadcasting.goes_on(ID, status if isinstance(status, BroadcastStatus) else None, **went)
        await self.loop().run_once()

    def loop(self) -> LiveBroadcasts:
        ssak3 = self.world.ssak3
        return LiveBroadcasts(self.broadcasting, ssak3.bot_work, ssak3.clock, ssak3.hub.tell)


async def confirmed(world: World, operator: str) -> Running:
    broadcasting = FakeBroadcasting(world.clock)
    broadcasting.later = 0
    await broadcasting.draft(
        broadcast_id=ID, kind=Kind.INFO, segment=Segment(), wording=Wording(text_ko="눈이 와요"), by=operator
    )
    run = await broadcasting.dry_run(ID, by=operator)
    await broadcasting.approve(ID, digest=run.digest, by=operator)
    card = live_card(sentences_in("ko"), await broadcasting.report(ID, by=operator), world.clock.now())
    async with world.ssak3.bot_work() as work:
        await work.log.append(operator, "bot", card, world.clock.now(), key=live_key(ID))
    world.ssak3.hub.tell(operator)
    return Running(world=world, broadcasting=broadcasting)


async def an_operator(world: World) -> PersonRecord:
    code = await world.ssak3.people.invite("operator")
    return await world.ssak3.people.join(code=code, role="operator", channel="web", language="ko")


# The page


async def test_the_socket_tells_what_changed_and_where_it_stands(tmp_path):
    async with open_doors(tmp_path) as doors:
        operator = await an_operator(doors.world)
        cookie = f"ssak3_operator={Sessions(doors.world.ssak3.outside.api_token).cookie_of(operator.id)}"
        async with doors.socket(cookie, "role=operator&after=0") as phone:
            await hear(phone, "hello")
            running_one = await confirmed(doors.world, operator.id)
            first = await hear(phone, "message")
            assert (first["card"]["text"], first["open"]) == ("0/61 보냈어요.", True)
            assert "place" not in first
            await running_one.look(sent=40, waiting=21)
            second = await hear(phone, "message")
            assert (second["card"]["text"], second["place"], second["open"]) == ("40/61 보냈어요.", first["seq"], True)
            assert second["seq"] > first["seq"]
            await running_one.look(status=BroadcastStatus.FINISHED, sent=61, waiting=0)
            last = await hear(phone, "message")
            assert last["card"]["text"] == "61명 발송을 마쳤어요. 도착 61."
            assert last["place"] == first["seq"]
            assert "open" not in last
        async with doors.socket(cookie, "role=operator&after=0") as phone:
            again = await hear(phone, "message")
            assert (again["seq"], again["place"]) == (last["seq"], first["seq"])
            assert again["card"] == last["card"]


async def test_it_goes_on_after_a_restart_and_two_loops_are_harmless(tmp_path):
    """What is open is a row; whoever looks finds it."""
    async with a_world(tmp_path) as world:
        operator = await an_operator(world)
        one = await confirmed(world, operator.id)
        one.broadcasting.goes_on(ID, sent=30, waiting=31)
        for _ in range(2):
            await one.loop().run_once()
            await one.loop().run_once()
        async with world.ssak3.bot_work() as work:
            [entry] = await work.log.after(operator.id, 0, 10)
        assert entry.card.text == "30/61 보냈어요."
        await one.look(status=BroadcastStatus.PAUSED)
        async with world.ssak3.bot_work() as work:
            [entry] = await work.log.after(operator.id, 0, 10)
        assert [each.label for each in entry.card.buttons] == ["이어서 보내기", "발송 중단"]


async def test_a_cancelled_one_is_told_to_the_end(tmp_path):
    """What was being sent arrives after the cancel, and is counted."""
    async with a_world(tmp_path) as world:
        operator = await an_operator(world)
        one = await confirmed(world, operator.id)
        one.broadcasting.under_way = 2
        one.broadcasting.goes_on(ID, sent=40, waiting=21)
        await one.broadcasting.cancel(ID, by=operator.id)
        await one.look(waiting=2)
        await one.look(sent=42, waiting=0)
        async with world.ssak3.bot_work() as work:
            [entry] = await work.log.after(operator.id, 0, 10)
        assert entry.card.text == "발송을 중단했어요. 42명은 받았고 19명에게는 보내지 않았어요."
        assert not entry.is_open


async def test_what_is_gone_changes_no_more(tmp_path):
    """Nor does it hold up the others."""
    async with a_world(tmp_path) as world:
        operator = await an_operator(world)
        one = await confirmed(world, operator.id)
        del one.broadcasting.broadcasts[ID]
        await one.loop().run_once()
        async with world.ssak3.bot_work() as work:
            [entry] = await work.log.after(operator.id, 0, 10)
        assert not entry.is_open
        assert entry.card.buttons == ()


# Telegram


@pytest_asyncio.fixture
async def telegram() -> AsyncIterator[Telegram]:
    async with a_telegram() as opened:
        yield opened


@dataclass
class Stopwatch:
    """Seconds that tests let pass."""

    seconds: float = 100.0

    def __call__(self) -> float:
        return self.seconds


async def linked(world: World, telegram: Telegram, watch: Stopwatch) -> tuple[Chat, str]:
    """An operator's chat, greeted."""
    chat_of(world).replies._edits = EditPace(watch)
    chat = Chat(telegram, 1001)
    await chat.says(f"/start {await world.ssak3.people.invite('operator')}")
    await rest(world, telegram)
    person_id = await world.ssak3.links.person_of("telegram", "1001")
    assert person_id is not None
    watch.seconds += 10
    return chat, person_id


def edits(telegram: Telegram) -> Sequence[tuple[int, str]]:
    return [(int(call.fields["message_id"]), call.fields["text"]) for call in telegram.calls("editMessageText")]


async def test_a_message_is_changed_in_place_at_its_pace(tmp_path, telegram):
    watch = Stopwatch()
    async with a_telegram_world(tmp_path, telegram) as world, running(world):
        chat, operator = await linked(world, telegram, watch)
        one = await confirmed(world, operator)
        await rest(world, telegram)
        said = telegram.calls("sendMessage", chat.id)
        assert said[-1].fields["text"] == "0/61 보냈어요."
        number = said[-1].result["message_id"]
        watch.seconds += 1
        await one.look(sent=20, waiting=41)
        await rest(world, telegram)
        assert edits(telegram) == [(number, "20/61 보냈어요.")]
        # Too early for another: what it says when the time has come is what goes.
        for sent in (30, 40):
            await one.look(sent=sent, waiting=61 - sent)
            await chat_of(world).replies.run_once()
        assert len(edits(telegram)) == 1
        watch.seconds += 3
        await rest(world, telegram)
        assert edits(telegram)[1:] == [(number, "40/61 보냈어요.")]
        watch.seconds += 3
        await one.look(status=BroadcastStatus.FINISHED, sent=61, waiting=0)
        await rest(world, telegram)
        assert edits(telegram)[-1] == (number, "61명 발송을 마쳤어요. 도착 61.")
        assert len(telegram.calls("sendMessage", chat.id)) == len(said)


async def test_what_cannot_be_changed_is_said_anew(tmp_path, telegram):
    """Not modified is as good as done; not found is a new message; 429 is waited for."""
    watch = Stopwatch()
    async with a_telegram_world(tmp_path, telegram) as world, running(world):
        chat, operator = await linked(world, telegram, watch)
        one = await confirmed(world, operator)
        await rest(world, telegram)
        said = len(chat.heard())
        watch.seconds += 3
        telegram.fail("editMessageText", bad_request(NOT_MODIFIED))
        await one.look(sent=20)
        await rest(world, telegram)
        assert len(chat.heard()) == said
        watch.seconds += 3
        telegram.fail("editMessageText", bad_request(NOT_FOUND))
        await one.look(sent=30)
        await rest(world, telegram)
        assert chat.heard()[said:] == ["30/61 보냈어요."]
        new = telegram.calls("sendMessage", chat.id)[-1].result["message_id"]
        watch.seconds += 3
        telegram.fail("editMessageText", too_many(1))
        await one.look(sent=40)
        await rest(world, telegram)
        assert edits(telegram)[-1] == (new, "40/61 보냈어요.")


async def test_an_answer_does_not_wait_behind_a_change_that_is_early(tmp_path, telegram):
    watch = Stopwatch()
    async with a_telegram_world(tmp_path, telegram) as world, running(world):
        chat, operator = await linked(world, telegram, watch)
        one = await confirmed(world, operator)
        await rest(world, telegram)
        watch.seconds += 3
        await one.look(sent=20)
        await rest(world, telegram)
        await one.look(sent=30)
        await chat.says("도움말")
        await until(lambda: any("이렇게 말씀하시면" in text for text in chat.heard()))


# The terminal


async def test_a_terminal_shows_one_line_that_changes_and_then_the_end():
    file = io.StringIO()
    console = Console(file=file, width=80, color_system=None, force_terminal=True, legacy_windows=False)
    talk = Talk(Screen(console, load(), "http://x", interactive=True), ids=None)  # type: ignore[arg-type]
    card = {"title": "", "items": [], "buttons": [], "quick_replies": [], "side_by_side": False, "notice": False}
    talk.received({"type": "hello", "person": {"language": "ko"}, "last_seq": 0})
    for seq, text, more in (
        (1, "0/61", {"open": True}),
        (2, "20/61", {"open": True, "place": 1}),
        (3, "40/61", {"open": True, "place": 1}),
        (4, "마쳤어요", {"place": 1}),
    ):
        talk.received(
            {"type": "message", "seq": seq, "from": "bot", "client_id": None, "card": {**card, "text": text}, **more}
        )
    printed = file.getvalue()
    assert printed.index("0/61") < printed.index("20/61") < printed.index("40/61") < printed.index("마쳤어요")
    assert printed.count("\x1b[1A") == 1
    assert talk.seen == 4


# The report as a file


async def test_the_file_is_for_an_operators_session_only(tmp_path):
    async with a_world(tmp_path) as world:
        operator = await an_operator(world)
        one = await confirmed(world, operator.id)
        one.broadcasting.unknown[ID] = [operator.id, "=cmd()"]
        sessions, app = Sessions("secret"), FastAPI()
        app.include_router(Reports(one.broadcasting, world.ssak3.people, sessions).router())
        customer = await world.ssak3.people.welcome_customer(channel="web", language="ko")
        async with serving(app) as url, httpx.AsyncClient(base_url=url, trust_env=False) as client:

            async def get(cookie: str, broadcast_id: str = ID) -> httpx.Response:
                return await client.get(f"/chat/broadcasts/{broadcast_id}.csv", headers={"Cookie": cookie})

            mine = f"ssak3_operator={sessions.cookie_of(operator.id)}"
            for stranger in ("", "ssak3_operator=forged.sig", f"ssak3_operator={sessions.cookie_of(customer.id)}"):
                assert (await get(stranger)).status_code == 401
            assert (await get(mine, "nothing")).status_code == 404
            answer = await get(mine)
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        assert answer.headers["content-disposition"].startswith('attachment; filename="broadcast-')
        lines = answer.content.decode("utf-8").splitlines()
        assert lines[0] == "\ufeffperson_id,role,status,channel,reason,sent_at"
        assert lines[1].startswith(f"{operator.id},customer,UNKNOWN,telegram,abandoned,2026-11-23T15:00")
        assert lines[2].startswith("'=cmd(),")
