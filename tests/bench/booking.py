"""T5: paid bookings over HTTP, everything beside them on the same cores. T6: the same with the provider down."""

import asyncio
import json
import time
import urllib.request
from collections.abc import Callable, Mapping, Sequence

from messaging.catalogue import FOLLOWS
from ssak3.system import SystemClock
from tests.bench.bed import Bed, Round
from tests.bench.catalogue import AREAS
from tests.bench.composed import hire
from tests.bench.cpu import spent
from tests.bench.figures import Goal, Outcome, Series, each, ratios
from tests.bench.load import CONNECTIONS, siege
from tests.bench.producer import start_of
from tests.support.servers.daemon import free_port

WORKERS = ("reservation", "cleaning", "notification", "mypage", "scheduler")
CLEANERS = 60
CUSTOMERS = 1_000
SEED_PER_SECOND = 79.8
PER_SECOND = 320
PATIENCE_SECONDS = 60.0
PAID = "SELECT count(*) FROM reservation_reservation WHERE payment_state = 'paid'"
SHOWN = "SELECT count(*) FROM mypage_reservation WHERE status = 'CONFIRMED'"
GOAL = 0.35
HANDLED = "SELECT " + " + ".join(f"(SELECT count(*) FROM {name}_inbox)" for name in FOLLOWS)


def measure(bed: Bed, rounds: int, seconds: int, tell: Callable[[str], None]) -> Outcome:
    """T5: ours, every process by itself, and the reference in turn."""
    ours, theirs = [], []
    for number in range(1, rounds + 1):
        tell(f"round {number} of {rounds}: Ssak3, all its processes")
        ours.append(_ours(bed, seconds))
        tell(f"round {number} of {rounds}: FastAPI, asyncpg, aiohttp")
        theirs.append(_theirs(bed, seconds))
    ratio = ratios([one["per_second"] for one in ours], [one["per_second"] for one in theirs])
    rate = Series(values=[one["per_second"] for one in ours], unit="/s")
    return Outcome(
        target="T5",
        title="Paid bookings over HTTP, siege -c100",
        goals=[
            (Goal(what="Ssak3 : FastAPI + asyncpg + aiohttp", bound=GOAL, at_least=True), ratio),
            (Goal(what="bookings a second", bound=PER_SECOND, at_least=True), rate),
        ],
        measured={
            "Ssak3: paid bookings": rate,
            "Ssak3: mean answer": Series(values=[one["mean_ms"] for one in ours], unit="ms"),
            "Ssak3: availability": Series(values=[one["availability"] for one in ours], unit="%"),
            f"Ssak3: until my page shows all (watched for {PATIENCE_SECONDS:.0f} s)": Series(
                values=[one["behind"] for one in ours], unit="s"
            ),
            "Ssak3: events handled, per booking": Series(values=[one["handled"] for one in ours]),
            f"what {GOAL} of the reference leaves, ms of processor time per booking": Series(
                values=[one["cpu_ms"] / GOAL for one in theirs]
            ),
            "reference: bookings": Series(values=[one["per_second"] for one in theirs], unit="/s"),
            "reference: mean answer": Series(values=[one["mean_ms"] for one in theirs], unit="ms"),
        },
        cpu={"Ssak3": _cpu(ours), "reference": _cpu(theirs)},
        cpu_unit="ms per booking",
        remarks=[
            f"A booking counts when it is paid. {CUSTOMERS:,} customers, {len(AREAS)} areas, {CLEANERS} cleaners. Ours "
            "are sandbox, payment, bot, reservation, cleaning, notification, mypage and scheduler; the reference asks "
            "the same sandbox, has no hold, no breaker, no events, no notices and no second service.",
            "What limits it is processor time: HTTP and JSON twice, a hold, a payment, and what follows from them, against the "
            "reference's four statements and none. Compare what the goal leaves for all of it with the events handled, at T1's "
            "price of one, which is the lowest: full batches in one process. More than 32 bookings at once wait in line at the "
            "bot, so that the payments of those under way are answered in time.",
            f"The original (Spring Boot on Kubernetes, in-memory H2, other hardware) reported {SEED_PER_SECOND}/s with "
            "the same tool: a remark, not a comparison.",
        ],
    )


def _cpu(rounds: Sequence[Mapping[str, float]]) -> Mapping[str, Series]:
    known = {"per_second", "mean_ms", "availability", "behind", "handled", "cpu_ms"}
    return each([{name: value for name, value in one.items() if name not in known} for one in rounds], scale=1000)


def bodies(how_many: int, customers: int, prefix: str, *, pays: bool = True) -> list[str]:
    """What is posted."""
    now = SystemClock().now()
    paying = {"pay": {"method": "card"}} if pays else {}
    return [
        json.dumps(
            {
                "customer_id": f"{prefix}-{number % customers}",
                "service": "home",
                "size_pyeong": 24,
                "starts_at": start_of(now, number).isoformat(),
                "area": AREAS[number % len(AREAS)],
                "address": "서울시 마포구 월드컵북로 1",
                **paying,
            },
            ensure_ascii=True,
        )
        for number in range(how_many)
    ]


def whole_system(this: Round) -> str:
    """The address of the bot; every process runs."""
    this.run("sandbox")
    this.run("payment")
    bot = this.run("bot")
    for name in WORKERS:
        this.run(name)
    asyncio.run(hire(CLEANERS, database_url=this.database_url, amqp_urls=this.amqp_url, **addresses(this)))
    return bot.url


def addresses(this: Round) -> Mapping[str, object]:
    """Settings of a composition of our own."""
    return {"payment_url": this.started["payment"].url, "catalog": this.folder / "catalogue.toml"}


def reference_shop(this: Round) -> str:
    """The address of the reference, with its own sandbox."""
    sandbox = this.run("sandbox")
    url = f"{sandbox.url}/sandbox"
    shop = this.module("reference_booking", this.dsn, url, str(free_port()), label="reference")
    until_ready(shop.url)
    return shop.url


def until_ready(url: str) -> None:
    """It answers."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{url}/health/ready", timeout=2):
                return
        except OSError:
            time.sleep(0.05)
    raise TimeoutError(url)


def _ours(bed: Bed, seconds: int) -> Mapping[str, float]:
    with bed.round() as this:
        url = whole_system(this)
        before = int(this.sql(HANDLED))
        with spent(this.pids()) as cpu:
            load = siege(this.folder, f"{url}/api/reservations", bodies(5_000, CUSTOMERS, "c"), seconds, CONNECTIONS)
            paid = min(load.transactions, int(this.sql(PAID)))
            behind = _seconds_behind(this)
        return {
            "per_second": paid / seconds,
            "mean_ms": load.mean_seconds * 1000,
            "availability": load.availability_percent,
            "behind": behind,
            "handled": (int(this.sql(HANDLED)) - before) / paid,
            **{name: used / paid for name, used in cpu.items()},
        }


def _seconds_behind(this: Round) -> float:
    """How long it takes until my page shows every paid booking; watched so long and no longer."""
    ended = time.monotonic()
    while (waited := time.monotonic() - ended) < PATIENCE_SECONDS:
        if int(this.sql(SHOWN)) >= int(this.sql(PAID)):
            break
        time.sleep(0.2)
    return waited


def _theirs(bed: Bed, seconds: int) -> Mapping[str, float]:
    with bed.round() as this:
        url = reference_shop(this)
        with spent(this.pids()) as cpu:
            load = siege(this.folder, f"{url}/api/reservations", bodies(5_000, CUSTOMERS, "c"), seconds, CONNECTIONS)
            booked = min(load.transactions, int(this.sql("SELECT count(*) FROM booking")))
        return {
            "per_second": booked / seconds,
            "mean_ms": load.mean_seconds * 1000,
            "cpu_ms": sum(cpu.values()) / booked * 1000,
            **{name: used / booked for name, used in cpu.items()},
        }
