"""Which of a sender's calls to the bot go in one request, and what each of them hears."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from yarl import URL

from services.notification.adapters.bot_client import MOST_BYTES, BotClient
from services.notification.ports import PersonDetails
from services.shared_kernel.card import Card
from services.shared_kernel.tracing import PASSING_ON

pytestmark = pytest.mark.asyncio

TRACES = [f"00-{number:032x}-00f067aa0ba902b7-01" for number in (1, 2)]


def refusal(status: int) -> aiohttp.ClientResponseError:
    about = aiohttp.RequestInfo(URL("http://bot"), "POST", {}, URL("http://bot"))  # type: ignore[arg-type]
    return aiohttp.ClientResponseError(about, (), status=status)


class Answer:
    status = 200

    def __init__(self, body: Any) -> None:
        self._body = body

    async def json(self) -> Any:
        return self._body


class Wire:
    """In the place of the HTTP client: names everybody by their id, and takes every delivery as new.

    `fault` says what a request with these in it raises.
    """

    def __init__(self) -> None:
        self.bodies: list[list[dict[str, Any]]] = []
        self.sizes: list[int] = []
        self.traces: list[str | None] = []
        self.fault: Callable[[list[dict[str, Any]]], Exception | None] = lambda body: None
        self.came, self.open = asyncio.Event(), asyncio.Event()
        self.open.set()

    @asynccontextmanager
    async def request(
        self, method: str, url: str, *, data: bytes, headers: dict[str, str], **_: Any
    ) -> AsyncIterator[Answer]:
        assert (method, headers["Authorization"]) == ("POST", "Bearer token")
        body = json.loads(data)
        self.bodies.append(body)
        self.sizes.append(len(data))
        self.traces.append(headers.get("traceparent"))
        self.came.set()
        await self.open.wait()
        if (error := self.fault(body)) is not None:
            raise error
        if url == "http://bot/internal/details":
            yield Answer([{"name": one["person_id"], "address": "", "note": ""} for one in body])
        else:
            assert url == "http://bot/internal/deliveries"
            yield Answer([{"new": True} for _ in body])


def a_client(wire: Wire) -> BotClient:
    return BotClient(wire, "http://bot/", "token")  # type: ignore[arg-type]


async def append(bot: BotClient, number: int, text: str = "예약이 확정됐어요") -> bool:
    return await bot.append(delivery_id=f"delivery-{number}", person_id=f"p{number}", card=Card(text=text))


async def test_what_is_asked_at_the_same_moment_goes_at_once_and_each_gets_its_own():
    wire = Wire()
    bot = a_client(wire)
    *found, is_new = await asyncio.gather(*(bot.of(f"p{number}", None) for number in range(30)), append(bot, 1))
    assert found == [PersonDetails(name=f"p{number}") for number in range(30)]
    assert is_new is True
    assert [len(body) for body in wire.bodies] == [30, 1]


async def test_at_most_fifty_and_not_more_than_a_request_may_carry():
    wire = Wire()
    bot = a_client(wire)
    assert all(await asyncio.gather(*(append(bot, number) for number in range(120))))
    assert [len(body) for body in wire.bodies] == [50, 50, 20]
    wire.bodies.clear()
    long = "가" * (MOST_BYTES // 3 // 10)
    assert all(await asyncio.gather(*(append(bot, number, long) for number in range(20))))
    assert sum(len(body) for body in wire.bodies) == 20
    assert len(wire.bodies) == 3
    assert max(wire.sizes) <= 64 * 1024


async def test_one_alone_is_asked_at_once_and_nothing_is_remembered():
    wire = Wire()
    bot = a_client(wire)
    for _ in range(2):
        assert await bot.of("p1", "d1") == PersonDetails(name="p1")
    assert wire.bodies == [[{"person_id": "p1", "details_id": "d1"}]] * 2


@pytest.mark.parametrize("status", [400, 413, 422])
async def test_of_those_that_are_refused_together_only_the_bad_one_fails(status):
    wire = Wire()
    wire.fault = lambda body: refusal(status) if any(one["person_id"] == "p3" for one in body) else None
    bot = a_client(wire)
    found = await asyncio.gather(*(append(bot, number) for number in range(5)), return_exceptions=True)
    assert [one for one in found if one is True] == [True] * 4
    assert isinstance(found[3], aiohttp.ClientResponseError)
    assert found[3].status == status
    assert [len(body) for body in wire.bodies] == [5, 1, 1, 1, 1, 1]


@pytest.mark.parametrize("error", [refusal(401), refusal(404), refusal(503), TimeoutError(), ConnectionResetError()])
async def test_what_says_nothing_of_any_one_fails_all_of_them_once(error):
    wire = Wire()
    wire.fault = lambda body: error
    bot = a_client(wire)
    found = await asyncio.gather(*(append(bot, number) for number in range(5)), return_exceptions=True)
    assert found == [error] * 5
    assert [len(body) for body in wire.bodies] == [5]


async def test_who_gives_up_meanwhile_takes_nobody_along():
    wire = Wire()
    wire.open.clear()
    bot = a_client(wire)
    hasty, patient = asyncio.create_task(append(bot, 1)), asyncio.create_task(append(bot, 2))
    async with asyncio.timeout(5):
        await wire.came.wait()
    hasty.cancel()
    wire.open.set()
    assert await patient is True
    with pytest.raises(asyncio.CancelledError):
        await hasty


async def test_each_notice_carries_its_own_trace_and_the_request_the_first_ones():
    wire = Wire()
    bot = a_client(wire)

    async def in_trace(number: int) -> None:
        with PASSING_ON.begin("send notice", TRACES[number]):
            await append(bot, number)

    await asyncio.gather(in_trace(0), in_trace(1), append(bot, 2))
    assert wire.traces == TRACES[:1]
    assert [[one["traceparent"] for one in body] for body in wire.bodies] == [[*TRACES, None]]
