"""Chat and pushes together: who books on Telegram is told there of what comes of it, and reads it on the page, too."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from services.notification.adapters.bot_client import BotAddresses, BotClient
from tests.support.story import ADDRESS, FRIDAY_AT_TWO, PAY
from tests.support.telegram import Chat, Telegram, a_telegram
from tests.support.telegram_world import a_telegram_world, look, rest, running

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
