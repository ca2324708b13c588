"""T6: bookings while the provider is down. Each is to be answered with the deferral, at once when the breaker is open."""

import asyncio
import contextlib
import json
import time
import urllib.request
from collections.abc import Callable, Mapping, Sequence

from aiohttp import ClientError, ClientTimeout

from services.payment.adapters.session import new_session
from tests.bench.bed import TOKEN, Bed, Round
from tests.bench.booking import bodies, reference_shop, whole_system
from tests.bench.figures import Goal, Outcome, Series
from tests.bench.load import CONNECTIONS, posts

DEFERRED = 202
PACE = 20
OPENING_SECONDS = 2
OPENING_CONNECTIONS = 4
PATIENCE_SECONDS = 60.0
# Bookings of the opening of which nobody was told yet, and notices under way.
WAITING = """
SELECT (SELECT count(*) FROM reservation_reservation)
     - (SELECT count(DISTINCT reservation_id) FROM notification_notification)
     + (SELECT count(*) FROM notification_delivery WHERE status NOT IN ('SENT', 'DELIVERED'))
"""
PATIENCE = ClientTimeout(total=30)
# Each a customer of its own: nobody may have more than two unpaid ones.
REQUESTS = 20_000


def measure(bed: Bed, rounds: int, seconds: int, tell: Callable[[str], None]) -> Outcome:
    """Ours and the reference in turn; the pace first, then as much as goes."""
    ours, theirs = [], []
    for number in range(1, rounds + 1):
        tell(f"round {number} of {rounds}: Ssak3, the provider down")
        ours.append(_ours(bed, seconds))
        tell(f"round {number} of {rounds}: FastAPI, asyncpg, aiohttp, the provider down")
        theirs.append(_theirs(bed, seconds))
    series = {name: Series(values=[one[name] for one in ours]) for name in ours[0]}
    return Outcome(
        target="T6",
        title="The same with the provider down",
        goals=[
            (Goal(what="% answered with the deferral, 100 connections", bound=100, at_least=True), series["share"]),
            (Goal(what=f"p99 in ms, at {PACE} a second, once open", bound=50, at_least=False), series["paced_p99"]),
        ],
        measured={
            f"% answered with the deferral at {PACE} a second": series["paced_share"],
            f"p50 at {PACE} a second, ms": series["paced_p50"],
            f"p50 with {CONNECTIONS} connections, ms": series["p50"],
            f"p99 with {CONNECTIONS} connections, ms": series["p99"],
            f"deferred a second with {CONNECTIONS} connections": series["per_second"],
            "reference: % booked": Series(values=[one["share"] for one in theirs]),
            f"reference with the provider up: % booked at {PACE} a second": Series(
                values=[one["paced_share"] for one in theirs]
            ),
            f"reference with the provider up: p50 at {PACE} a second, ms": Series(
                values=[one["p50"] for one in theirs]
            ),
            f"reference with the provider up: p99 at {PACE} a second, ms": Series(
                values=[one["p99"] for one in theirs]
            ),
        },
        remarks=[
            f"With {CONNECTIONS} connections that each send the next request at once, an answer takes at least "
            f"{CONNECTIONS} divided by the answers a second: that time is queueing, so the limit of 50 ms is held against "
            f"a steady {PACE} a second. It begins when everybody has been told who met the opening, which is work of its own. "
            "The original reported 1.75 % answered with its breaker.",
            "The reference with the provider up is no comparison, because it asks the provider and has nothing to tell anybody "
            "afterwards: it shows what the machine takes for a request and two inserts.",
        ],
    )


def _ours(bed: Bed, seconds: int) -> Mapping[str, float]:
    with bed.round() as this:
        url = whole_system(this)
        put_mode(this, "down")
        bookings = f"{url}/api/reservations"
        posts(this.folder, bookings, bodies(REQUESTS, REQUESTS, "opening"), OPENING_SECONDS, OPENING_CONNECTIONS)
        until_told(this)
        paced_share, paced = asyncio.run(_paced(bookings, bodies(PACE * seconds, REQUESTS, "paced")))
        load = posts(this.folder, bookings, bodies(REQUESTS, REQUESTS, "full"), seconds, CONNECTIONS)
    return {
        "share": 100 * load.statuses.get(DEFERRED, 0) / max(1, load.count + load.broken),
        "p50": load.p50,
        "p99": load.p99,
        "per_second": load.statuses.get(DEFERRED, 0) / load.seconds,
        "paced_share": paced_share,
        "paced_p50": paced[len(paced) // 2],
        "paced_p99": paced[int(len(paced) * 0.99)],
    }


def _theirs(bed: Bed, seconds: int) -> Mapping[str, float]:
    with bed.round() as this:
        bookings = f"{reference_shop(this)}/api/reservations"
        posts(this.folder, bookings, bodies(REQUESTS, REQUESTS, "opening"), OPENING_SECONDS, OPENING_CONNECTIONS)
        paced_share, paced = asyncio.run(_paced(bookings, bodies(PACE * seconds, REQUESTS, "paced"), 201))
        put_mode(this, "down")
        load = posts(this.folder, bookings, bodies(REQUESTS, REQUESTS, "full"), seconds, CONNECTIONS)
    return {
        "share": 100 * load.statuses.get(201, 0) / max(1, load.count + load.broken),
        "paced_share": paced_share,
        "p50": paced[len(paced) // 2],
        "p99": paced[int(len(paced) * 0.99)],
    }


def until_told(this: Round) -> None:
    """Everybody has been told of what opened the breaker: that load isn't the one that is measured."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while int(this.sql(WAITING)):
        if time.monotonic() > deadline:
            raise TimeoutError("notices of the opening are still under way")
        time.sleep(0.2)


def put_mode(this: Round, mode: str) -> None:
    """The lever of the sandbox."""
    request = urllib.request.Request(
        f"{this.started['sandbox'].url}/sandbox/mode", method="PUT", data=json.dumps({"mode": mode}).encode()
    )
    urllib.request.urlopen(request, timeout=10).close()


async def _paced(url: str, wanted: Sequence[str], expected: int = DEFERRED) -> tuple[float, list[float]]:
    """Percent answered like that, and the milliseconds of each answer, ascending; none in time counts as so long."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    answered = 0
    async with new_session() as session:

        async def post(number: int, body: str) -> float:
            nonlocal answered
            due = began + number / PACE
            await asyncio.sleep(due - loop.time())
            with contextlib.suppress(ClientError, TimeoutError):
                async with session.post(url, data=body, headers=headers, timeout=PATIENCE) as answer:
                    await answer.read()
                    answered += answer.status == expected
            return 1000 * (loop.time() - due)

        taken = sorted(await asyncio.gather(*(post(number, body) for number, body in enumerate(wanted))))
    return 100 * answered / len(wanted), taken
