"""The notification process as it is put together: with a token it pushes, without one nothing of Telegram is there."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from services.notification.reactions import NotificationReactions
from services.payment.adapters.session import new_session
from ssak3.composition import Ssak3
from ssak3.gateways import LinkAddresses
from ssak3.outside import Outside
from ssak3.processes import EMBEDDED
from ssak3.settings import Settings
from storage.notification.repositories import NotificationUnitOfWork
from tests.support.fake_bot import FakeBot, fake_bot
from tests.support.notices import Story
from tests.support.telegram import TOKEN, a_telegram
from tests.support.telegram_faults import too_many
from tests.support.time import FakeClock, FakeIds

pytestmark = pytest.mark.asyncio


@asynccontextmanager
async def composed(
    folder: Path, processes: Sequence[str], values: dict[str, Any], *, later: float = 0
) -> AsyncIterator[Ssak3]:
    clock = FakeClock()
    clock.advance(seconds=later)
    session = new_session()
    outside = Outside(
        clock=clock, ids=FakeIds(clock), session=session, provider_url="http://127.0.0.1:9", provider_secret="x",
        test_card=None, api_token=FakeBot.TOKEN,
    )  # fmt: skip
    settings = Settings(data_dir=folder, public_url="http://127.0.0.1:8000", _env_file=None).model_copy(update=values)
    ssak3 = Ssak3(settings, outside, processes)
    try:
        await ssak3.databases.migrate()
        yield ssak3
    finally:
        await ssak3.close()
        await session.close()


async def tell_somebody(ssak3: Ssak3, bot: FakeBot | None) -> Story:
    """Who is linked to the page, and then to Telegram."""
    story = Story(ssak3.clock, ssak3.ids)  # type: ignore[arg-type]
    if bot is not None:
        bot.addresses[story.customer] = "4001"
    reactions = NotificationReactions(ssak3.clock, ssak3.ids, ssak3.templates)
    async with NotificationUnitOfWork(ssak3.databases.contexts["notification"]) as work:
        for channel in ("web", "telegram"):
            await reactions.handle(work, story.linked(story.customer, "customer", channel))
        await reactions.handle(work, story.requested())
    return story


async def idle(ssak3: Ssak3) -> None:
    """Once nothing is due or under way."""
    while await ssak3.sender.run_once():
        pass


async def test_the_process_of_its_own(tmp_path: Path):
    async with a_telegram() as telegram, fake_bot() as bot:
        values = {
            "amqp_urls": "amqp://127.0.0.1:9/", "bot_url": bot.url, "telegram_token": SecretStr(TOKEN),
            "telegram_api_base": telegram.url, "telegram_rate": 25,
        }  # fmt: skip
        async with composed(tmp_path, ["notification"], values) as ssak3:
            story = await tell_somebody(ssak3, bot)
            await idle(ssak3)
            assert len(telegram.texts(4001)) == 1
            assert bot.titles(story.customer) == ["결제하면 예약이 확정돼요"]
        async with composed(tmp_path, ["notification"], values, later=1) as another:
            await tell_somebody(another, bot)
            await idle(another)
            assert len(telegram.texts(4001)) == 2, "the first gave its lease up when it stopped"


async def test_everything_in_one_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    async def of(addresses: LinkAddresses, person_id: str, channel: str) -> str:
        return "4001"

    monkeypatch.setattr(Ssak3, "links", None, raising=False)
    monkeypatch.setattr(LinkAddresses, "of", of)
    async with a_telegram() as telegram:
        values = {"telegram_token": SecretStr(TOKEN), "telegram_api_base": telegram.url, "telegram_rate": 25}
        async with composed(tmp_path, EMBEDDED, values) as ssak3:
            story = await tell_somebody(ssak3, None)
            await idle(ssak3)
            assert len(telegram.texts(4001)) == 1
            (message,) = await ssak3.log_reader.last(story.customer, 10)
            assert message.card.title == "결제하면 예약이 확정돼요"
            assert message.card.notice
            # As after a kill: the lease isn't given up, and the next one needn't wait for its end.
            ssak3.sending._lease = None
        async with composed(tmp_path, EMBEDDED, values, later=1) as another:
            await tell_somebody(another, None)
            await idle(another)
            assert len(telegram.texts(4001)) == 2


async def test_a_pause_holds_for_whoever_takes_over(tmp_path: Path):
    async with a_telegram() as telegram, fake_bot() as bot:
        telegram.fail("sendMessage", too_many(60))
        values = {
            "amqp_urls": "amqp://127.0.0.1:9/", "bot_url": bot.url, "telegram_token": SecretStr(TOKEN),
            "telegram_api_base": telegram.url, "telegram_rate": 25,
        }  # fmt: skip
        async with composed(tmp_path, ["notification"], values) as ssak3:
            await tell_somebody(ssak3, bot)
            await idle(ssak3)
        for later, asked in ((59, 1), (61, 2)):
            async with composed(tmp_path, ["notification"], values, later=later) as follower:
                await tell_somebody(follower, bot)
                await idle(follower)
                assert len(telegram.asked) == asked


async def test_without_a_token(tmp_path: Path):
    values = {"amqp_urls": "amqp://127.0.0.1:9/"}
    async with fake_bot() as bot, composed(tmp_path, ["notification"], values | {"bot_url": bot.url}) as ssak3:
        story = await tell_somebody(ssak3, bot)
        await idle(ssak3)
        assert bot.titles(story.customer) == ["결제하면 예약이 확정돼요"]
