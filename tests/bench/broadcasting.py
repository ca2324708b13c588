"""T8: a broadcast against the channel's rate limit, people's own news beside it, and a pause."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import aiohttp

from services.notification.broadcasts.use_cases import SHELL
from services.notification.broadcasts.values import Kind, Segment, Wording
from services.payment.adapters.session import new_session
from ssak3.composition import Ssak3
from tests.bench.bed import TOKEN, Bed, Round
from tests.bench.booking import bodies
from tests.bench.composed import composed
from tests.bench.cpu import spent
from tests.bench.figures import Goal, Outcome, Series, each
from tests.support.telegram import TOKEN as TELEGRAM_TOKEN

# A second: as it is without a setting, and twice as many.
RATES = (25, 50)
SUSTAINED = 0.97
PAUSE_SECONDS = 1.0
# Who is told something of their own meanwhile.
OWN = 120
STARTS_IN_SECONDS = 2.0
# So much longer than is measured it would go on, and is watched after the pause.
MORE_SECONDS = 4.0
WATCHED_SECONDS = 3.0
PATIENCE = aiohttp.ClientTimeout(total=30)
WORDS = Wording(text_ko="내일 눈이 와서 방문이 30분쯤 늦을 수 있어요.")
FIRST_CHAT = 100_000
NOBODY = "http://127.0.0.1:9"  # nobody pays here
# The others are in no broadcast to customers, for they read English.
FILL = """
INSERT INTO bot_person (id, version, role, language, name, quiet_at_night, created_at)
SELECT who || '-' || n, 1, 'customer', language, '', false, now() FROM {everybody};
INSERT INTO bot_link (channel, address, person_id, linked_at, sent_seq)
SELECT 'telegram', (first + n)::text, who || '-' || n, now(), 0 FROM {everybody};
INSERT INTO notification_contact (person_id, role, language, channels, quiet_at_night, name)
SELECT who || '-' || n, 'customer', language, '["telegram"]', false, '' FROM {everybody};
"""
EVERYBODY = """
(SELECT n, 'many' AS who, 'ko' AS language, {first} AS first FROM generate_series(0, {count} - 1) AS n
 UNION ALL SELECT n, 'own', 'en', 1 FROM generate_series(0, {own} - 1) AS n) AS everybody
"""


@dataclass(frozen=True, kw_only=True)
class Came:
    """A message at Telegram; the moment in seconds since 1970."""

    chat: int
    at: float

    @property
    def is_own(self) -> bool:
        return self.chat < FIRST_CHAT


def measure(bed: Bed, rounds: int, seconds: int, tell: Callable[[str], None]) -> Outcome:
    """At each rate, for so many seconds up to a pause."""
    found: dict[int, list[Mapping[str, float]]] = {rate: [] for rate in RATES}
    for number in range(1, rounds + 1):
        for rate in RATES:
            tell(f"round {number} of {rounds}: at {rate} a second")
            found[rate].append(_round(bed, rate, seconds))

    def series(rate: int, name: str, unit: str = "") -> Series:
        return Series(values=[one[name] for one in found[rate]], unit=unit)

    goals = [
        goal
        for rate in RATES
        for goal in (
            (Goal(what=f"of {rate} a second, sustained", bound=SUSTAINED, at_least=True), series(rate, "share", "x")),
            (Goal(what=f"s from pause to the last, at {rate}/s", bound=PAUSE_SECONDS, at_least=False), series(rate, "late")),
        )
    ]  # fmt: skip
    measured: dict[str, Series] = {}
    for rate in RATES:
        measured |= {
            f"at {rate}/s: sent": series(rate, "rate", "/s"),
            f"at {rate}/s: most in any second": series(rate, "fullest"),
            f"at {rate}/s: own news, p50": series(rate, "p50", "ms"),
            f"at {rate}/s: own news, p99": series(rate, "p99", "ms"),
            f"at {rate}/s: from pause to the last": series(rate, "late", "s"),
        }
    return Outcome(
        target="T8",
        title="Broadcast against the channel's rate limit",
        goals=goals,
        measured=measured,
        cpu={f"{rate} a second": each([_cpu(one) for one in found[rate]], scale=1000) for rate in RATES},
        cpu_unit="ms per message",
        remarks=[
            f"From a broadcast's first message to the pause, {seconds} s later, with {OWN} people's own news in between: "
            "everything that went out counts for the rate, by the moments at which it came to the emulator of Telegram's "
            "Bot API, which is a process of its own. So does the fullest second, which the network may make fuller than "
            "what was let go.",
            "Own news: from the request that holds a visit until the notice of it has come; through the bot, "
            "RabbitMQ and the notification process. The pause is an operator's, in the database.",
        ],
    )


def _round(bed: Bed, rate: int, seconds: int) -> Mapping[str, float]:
    with bed.round() as this:
        end = this.module("telegram_end", label="Telegram")
        this.more |= {
            "SSAK3_TELEGRAM_TOKEN": TELEGRAM_TOKEN,
            "SSAK3_TELEGRAM_API_BASE": end.url,
            "SSAK3_TELEGRAM_RATE": str(rate),
            "SSAK3_PAYMENT_URL": NOBODY,
        }
        people = EVERYBODY.format(first=FIRST_CHAT, count=round(rate * (seconds + MORE_SECONDS)), own=OWN)
        this.sql(FILL.format(everybody=people))
        bot = this.run("bot")
        this.run("notification")
        with spent({name: pid for name, pid in this.pids().items() if name != "Telegram"}) as cpu:
            asked, paused_at = asyncio.run(_broadcast(this, bot.url, seconds))
        end.tell("tell")
        came = [Came(chat=chat, at=at) for chat, at in end.says()["sent"]]
        figures = _figures(came, asked, paused_at, rate)
        return {**figures, **{name: used / len(came) for name, used in cpu.items()}}


def _cpu(one: Mapping[str, float]) -> Mapping[str, float]:
    return {
        name: value for name, value in one.items() if name not in ("share", "rate", "fullest", "p50", "p99", "late")
    }


async def _broadcast(this: Round, url: str, seconds: int) -> tuple[Sequence[float], float]:
    """When each of those with news of their own asked, and when it was paused, in seconds since 1970."""
    async with composed(
        database_url=this.database_url, amqp_urls=this.amqp_url, payment_url=NOBODY, telegram_token=TELEGRAM_TOKEN
    ) as ssak3:  # fmt: skip
        broadcast_id = await _approve(ssak3)
        asking = asyncio.create_task(_own_news(url, seconds))
        await asyncio.sleep(seconds)
        paused_at = time.time()
        await ssak3.broadcasts.pause(broadcast_id, by=SHELL)
        asked = await asking
        await asyncio.sleep(WATCHED_SECONDS)
        return asked, paused_at


async def _approve(ssak3: Ssak3) -> str:
    broadcasts, broadcast_id = ssak3.broadcasts, ssak3.ids.new()
    segment = Segment(role="customer", language="ko")
    await broadcasts.draft(broadcast_id=broadcast_id, kind=Kind.INFO, segment=segment, wording=WORDS, by=SHELL)
    seen = await broadcasts.dry_run(broadcast_id, by=SHELL)
    await broadcasts.approve(broadcast_id, digest=seen.digest, by=SHELL)
    return broadcast_id


async def _own_news(url: str, seconds: int) -> Sequence[float]:
    """Of each of these people, one after the other, spread over the time but for its ends."""
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    loop, asked = asyncio.get_running_loop(), []
    began = loop.time() + STARTS_IN_SECONDS
    async with new_session() as session:
        for number, body in enumerate(bodies(OWN, OWN, "own", pays=False)):
            await asyncio.sleep(began + number * (seconds - 2 * STARTS_IN_SECONDS) / OWN - loop.time())
            asked.append(time.time())
            async with session.post(f"{url}/api/reservations", data=body, headers=headers, timeout=PATIENCE) as answer:
                answer.raise_for_status()
    return asked


def _figures(came: Sequence[Came], asked: Sequence[float], paused_at: float, rate: int) -> Mapping[str, float]:
    moments = sorted(one.at for one in came)
    many = sorted(one.at for one in came if not one.is_own)
    sustained = [at for at in moments if many[0] <= at <= paused_at]
    a_second = (len(sustained) - 1) / (sustained[-1] - sustained[0])
    own = {one.chat - 1: one.at for one in came if one.is_own}
    waited = sorted(1000 * (own[number] - at) for number, at in enumerate(asked))
    return {
        "share": a_second / rate,
        "rate": a_second,
        "fullest": max(sum(first <= at < first + 1.0 for at in moments) for first in moments),
        "p50": waited[len(waited) // 2],
        "p99": waited[int(len(waited) * 0.99)],
        "late": max(0.0, many[-1] - paused_at),
    }
