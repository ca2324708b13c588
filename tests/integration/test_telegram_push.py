"""A push over Telegram, at the emulator behind a proxy that fails: each outcome, and what is told to whom."""

import asyncio
import logging
import socket
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from bot.channels.telegram import push as push_module
from bot.channels.telegram.push import TelegramPush, Unsure
from services.notification.adapters.bot_client import BotAddresses, BotClient
from services.notification.ports import Accepted, Addresses, Rejected, SendResult, Wait
from services.shared_kernel.card import Button, Card, Item
from tests.support import telegram_faults as faults
from tests.support.fake_bot import FakeBot, fake_bot
from tests.support.telegram import TOKEN, Telegram, a_telegram
from tests.support.telegram_faults import Fault
from tests.support.time import FakeClock

pytestmark = pytest.mark.asyncio

CARD = Card(
    title="새 일이 왔어요: 68,000원", text="OO클린님, 답해 주세요.", notice=True, items=(Item(name="지역", value="마포구"),),
    buttons=(Button(label="수락하기", action="accept:j:1"), Button(label="결제하기", url="https://pay.example.com/p")),
)  # fmt: skip
MINJI, JUN = "minji", "jun"


@dataclass(kw_only=True)
class Bench:
    """One process that pushes, and whom it pushes to."""

    telegram: Telegram
    bot: FakeBot
    clock: FakeClock
    addresses: Addresses
    leads: bool = True
    pauses: list[datetime] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.push = self.another()

    def another(self, *, rate: float = 100.0, api_base: str = "", addresses: Addresses | None = None) -> TelegramPush:
        return TelegramPush(
            token=TOKEN, api_base=api_base or self.telegram.url, rate=rate, addresses=addresses or self.addresses,
            clock=self.clock, monotonic=time.monotonic, may_send=lambda: self.leads, on_pause=self.keep_pause,
        )  # fmt: skip

    async def keep_pause(self, until: datetime) -> None:
        self.pauses.append(until)

    async def send(self, person: str = MINJI, card: Card = CARD) -> SendResult:
        return await self.push.send("delivery-1", person, card)

    async def send_to_many(self, count: int) -> list[SendResult]:
        """At once, to other people."""
        people = [f"person-{number}" for number in range(count)]
        self.bot.addresses |= {person: str(2000 + number) for number, person in enumerate(people)}
        return await asyncio.gather(*(self.send(person) for person in people))


@pytest_asyncio.fixture
async def bench(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Bench]:
    # Short where a test waits for it, long where a busy machine might.
    monkeypatch.setattr(push_module, "READ_SECONDS", 1.0)
    monkeypatch.setattr(push_module, "ADDRESS_SECONDS", 20.0)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    async with a_telegram() as telegram, fake_bot() as bot, aiohttp.ClientSession() as session:
        bot.addresses = {MINJI: "1001", JUN: "1002"}
        addresses = BotAddresses(BotClient(session, bot.url, bot.TOKEN))
        opened = Bench(telegram=telegram, bot=bot, clock=FakeClock(), addresses=addresses)
        try:
            yield opened
        finally:
            await opened.push.close()


async def test_a_card_goes_out_with_its_buttons(bench: Bench):
    assert await bench.send() == Accepted()
    (sent,) = bench.telegram.sent
    assert sent.chat_id == 1001
    assert sent.text == "<b>새 일이 왔어요: 68,000원</b>\nOO클린님, 답해 주세요.\n\n<b>지역</b>  마포구"
    assert sent.markup == {
        "inline_keyboard": [
            [{"text": "수락하기", "callback_data": "accept:j:1"}],
            [{"text": "결제하기", "url": "https://pay.example.com/p"}],
        ]
    }


async def test_who_is_not_linked_gets_nothing_here(bench: Bench):
    assert await bench.send("nobody") == Rejected(reason="not_linked", permanent=True)
    assert bench.telegram.asked == []


async def test_with_the_bot_away_it_is_tried_later(bench: Bench):
    bench.bot.is_away = True
    assert await bench.send() == Rejected(reason="no_addresses", permanent=False)
    assert bench.telegram.asked == []


async def test_told_to_wait_everybody_waits(bench: Bench):
    bench.telegram.fail("sendMessage", faults.too_many(7))
    until = bench.clock.now() + timedelta(seconds=7)
    assert await bench.send() == Wait(until=until, everybody=True)
    bench.clock.advance(seconds=6.9)
    assert await bench.send(JUN) == Wait(until=until, everybody=True)
    assert bench.pauses == [until], "who follows has to know"
    assert bench.telegram.asked == [1001]
    bench.clock.set(until)
    assert await bench.send(JUN) == Accepted()
    assert await bench.send() == Accepted()


async def test_what_was_queued_behind_it_waits_too(bench: Bench):
    bench.telegram.fail("sendMessage", faults.too_many(7))
    results = await bench.send_to_many(30)
    until = bench.clock.now() + timedelta(seconds=7)
    assert results[0] == Wait(until=until, everybody=True)
    assert results[-1] == Wait(until=until, everybody=True)
    assert len(bench.telegram.asked) < len(results), "only what was under way before the answer came"


async def test_a_chat_takes_one_a_second(bench: Bench):
    assert await bench.send() == Accepted()
    until = bench.clock.now() + timedelta(seconds=1)
    assert await bench.send() == Wait(until=until)
    assert await bench.send(JUN) == Accepted()
    bench.clock.set(until)
    both = await asyncio.gather(bench.send(), bench.send())
    assert sorted(map(str, both)) == sorted(map(str, [Accepted(), Wait(until=until + timedelta(seconds=1))]))


async def test_who_would_wait_long_for_a_turn_is_sent_back(bench: Bench):
    await bench.push.close()
    bench.push = bench.another(rate=20.0)
    results = await bench.send_to_many(50)
    waits = [result for result in results if isinstance(result, Wait)]
    assert len(waits) >= 15
    assert all(wait.until >= bench.clock.now() + timedelta(seconds=1) for wait in waits)
    assert len(bench.telegram.sent) == len(results) - len(waits)


async def test_blocked(bench: Bench):
    bench.telegram.refuse(1001, faults.forbidden())
    assert await bench.send() == Rejected(reason="blocked", permanent=True)
    assert bench.bot.told == [("1001", {"blocked": True})]
    bench.clock.advance(seconds=1)
    assert await bench.send() == Rejected(reason="not_linked", permanent=True)


async def test_since_when_it_is_blocked_is_told_along(bench: Bench):
    bench.bot.blocked = {"lee": "2026-11-23T06:00:00Z"}
    since = datetime(2026, 11, 23, 6, tzinfo=UTC)
    assert await bench.send("lee") == Rejected(reason="blocked", permanent=True, blocked_since=since)
    assert bench.telegram.asked == []


async def test_blocked_is_so_even_if_the_bot_cannot_be_told(bench: Bench):
    bench.telegram.refuse(1001, faults.forbidden())
    bench.push._addresses = _Deaf(bench.addresses)
    assert await bench.send() == Rejected(reason="blocked", permanent=True)


async def test_moved(bench: Bench):
    bench.telegram.refuse(1001, faults.migrated(-100777))
    assert await bench.send() == Wait(until=bench.clock.now())
    assert bench.bot.told == [("1001", {"moved_to": "-100777"})]
    assert await bench.send() == Accepted()
    assert [sent.chat_id for sent in bench.telegram.sent] == [-100777]


async def test_moved_and_the_bot_cannot_be_told(bench: Bench):
    bench.telegram.refuse(1001, faults.migrated(-100777))
    bench.push._addresses = _Deaf(bench.addresses)
    assert await bench.send() == Rejected(reason="moved", permanent=False)


@pytest.mark.parametrize(
    ("fault", "result"),
    [
        (faults.bad_request("chat not found"), Rejected(reason="chat_not_found", permanent=True)),
        (faults.bad_request("something about 김민지"), Rejected(reason="refused", permanent=True)),
        (faults.unauthorized(), Rejected(reason="token_refused", permanent=False)),
    ],
)
async def test_refused(bench: Bench, fault: Fault, result: SendResult):
    bench.telegram.fail("sendMessage", fault)
    assert await bench.send() == result
    assert bench.telegram.sent == []


@pytest.mark.parametrize(
    ("fault", "went_out"),
    [
        (faults.bad_gateway(), 0),
        (faults.reset(), 0),
        (faults.lost_answer(), 1),
        (faults.slow(2.0), 1),
        (Fault(status=200, body="<html>a login page</html>"), 0),
    ],
)
async def test_in_doubt(bench: Bench, fault: Fault, went_out: int):
    bench.telegram.fail("sendMessage", fault)
    with pytest.raises(Unsure):
        await bench.send()
    assert len(bench.telegram.sent) == went_out


async def test_nobody_listens(bench: Bench):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    await bench.push.close()
    bench.push = bench.another(api_base=f"http://127.0.0.1:{port}")
    assert await bench.send() == Rejected(reason="unreachable", permanent=False)


async def test_who_has_lost_the_lease_sends_nothing(bench: Bench):
    bench.leads = False
    assert await bench.send() == Wait(until=bench.clock.now(), everybody=True)
    assert bench.telegram.asked == []


async def test_at_the_end_it_leaves_the_second_to_whoever_sends_next(bench: Bench):
    assert await bench.send() == Accepted()
    await bench.push.rest()
    assert time.monotonic() - bench.telegram.sent[0].at >= 0.9


async def test_a_long_text_goes_in_parts_a_second_apart_with_the_buttons_last(bench: Bench):
    card = Card(text="가나다라마바사. " * 600, buttons=CARD.buttons)
    assert await bench.send(card=card) == Accepted()
    first, second = bench.telegram.sent
    assert first.markup is None
    assert second.markup is not None
    assert second.at - first.at >= 1.0


async def test_a_part_that_fails_leaves_the_whole_in_doubt(bench: Bench):
    bench.telegram.fail("sendMessage", None, faults.forbidden())
    with pytest.raises(Unsure):
        await bench.send(card=Card(text="가나다라마바사. " * 600))


async def test_the_token_is_never_told(bench: Bench, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.WARNING)
    with capture_logs() as logs:
        for fault in (
            faults.too_many(1), faults.forbidden(), faults.bad_request("x"), faults.unauthorized(), faults.bad_gateway(),
            faults.reset(), faults.slow(2.0), faults.migrated(1003),
        ):  # fmt: skip
            bench.bot.addresses[MINJI] = "1001"
            bench.telegram.fail("sendMessage", fault)
            try:
                result: Any = await bench.send()
            except Unsure as error:
                result = (error, error.__cause__, error.__context__)
            assert "secret" not in repr(result)
            assert "secret" not in str(result)
            bench.clock.advance(seconds=2)
    assert "secret" not in caplog.text
    assert "1001" not in caplog.text
    assert not any("secret" in str(entry) or "1001" in str(entry) for entry in logs)


class _Deaf:
    """The bot answers, and hears nothing."""

    def __init__(self, addresses: Addresses) -> None:
        self._addresses = addresses

    async def of(self, person_id: str, channel: str) -> str | None:
        return await self._addresses.of(person_id, channel)

    async def blocked_since(self, person_id: str, channel: str) -> datetime | None:
        return None

    async def blocked(self, channel: str, address: str) -> None:
        raise ConnectionError

    async def moved(self, channel: str, old: str, new: str) -> None:
        raise ConnectionError
