"""The same call twice acts once, also when the first one was killed on the way (rule 15)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from bot.idempotency import LEASE
from services.reservation.ports import Declined, Unknown
from tests.support.api import Api, members, open_api

PAID: dict[str, Any] = {"pay": {"method": "card"}}


class Killed(BaseException):
    """Not an error that anybody handles."""


@pytest_asyncio.fixture
async def api(tmp_path: Path) -> AsyncIterator[Api]:
    async with AsyncExitStack() as stack:
        yield await open_api(tmp_path, stack)


async def kill(api: Api, monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, *, after: bool) -> None:
    """Book with key `k`, and die at (or right after) one step. Nothing that runs on death is run."""
    real = getattr(owner, name)

    async def dies(*arguments: Any, **named: Any) -> Any:
        if after:
            await real(*arguments, **named)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(owner, name, dies)
        with pytest.raises(Killed):
            await api.book(key="k", **PAID)


@pytest.mark.asyncio
async def test_a_double_gives_the_same_answer(api: Api):
    first = await api.book(key="k", **PAID)
    again = await api.book(key="k", **PAID)
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["content-type"] == first.headers["content-type"] == "application/json"
    assert len(api.payment.attempts) == 1
    other = await api.book(key="another", **PAID)
    assert other.json()["id"] != first.json()["id"]


@pytest.mark.asyncio
async def test_without_a_key_twice_is_two(api: Api):
    assert (await api.booked())["id"] != (await api.booked())["id"]


@pytest.mark.asyncio
async def test_problems_and_later_answers_are_repeated_too(api: Api):
    api.payment.answers = [Declined(code="NO_MONEY"), Unknown()]
    declined = await api.book(key="declined", **PAID)
    again = await api.book(key="declined", **PAID)
    assert members(again)[0] == 402
    assert again.content == declined.content
    later = await api.book(key="later", **PAID)
    again = await api.book(key="later", **PAID)
    assert (again.status_code, again.content) == (202, later.content)
    assert again.headers["retry-after"] == later.headers["retry-after"]
    assert len(api.payment.attempts) == 2


@pytest.mark.asyncio
async def test_another_body_is_refused(api: Api):
    await api.book(key="k")
    answer = await api.book(key="k", size_pyeong=30)
    assert members(answer)[:2] == (422, "invalid")
    assert answer.json()["errors"][0]["field"] == "Idempotency-Key"


@pytest.mark.asyncio
async def test_a_call_that_was_never_one_frees_its_key(api: Api):
    assert (await api.book(key="k", size_pyeong=0)).status_code == 422
    assert (await api.book(key="k", area="busan")).status_code == 422
    assert (await api.book(key="k")).status_code == 201


@pytest.mark.asyncio
async def test_keys_belong_to_a_route(api: Api):
    held = await api.booked()
    path = f"/api/reservations/{held['id']}"
    paid = await api.post(f"{path}/payment", {"method": "card"}, key="k")
    cancelled = await api.post(f"{path}/cancellation", {"expected_refund_krw": 80_000}, key="k")
    assert (paid.json()["status"], cancelled.json()["status"]) == ("CONFIRMED", "CANCELLED")
    again = await api.post(f"{path}/payment", {"method": "card"}, key="k")
    assert again.content == paid.content


@pytest.mark.asyncio
async def test_bad_keys(api: Api):
    for key in ("", "x" * 201, "a\tb"):
        answer = await api.book(key=key)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "Idempotency-Key")
    assert (await api.book(key="x" * 200)).status_code == 201


@pytest.mark.asyncio
async def test_two_at_once(api: Api, monkeypatch: pytest.MonkeyPatch):
    real, arrived, may_go = api.payment.pay, asyncio.Event(), asyncio.Event()

    async def slow(**asked: Any) -> Any:
        arrived.set()
        await may_go.wait()
        return await real(**asked)

    monkeypatch.setattr(api.payment, "pay", slow)
    first = asyncio.create_task(api.book(key="k", **PAID))
    await arrived.wait()
    second = await api.book(key="k", **PAID)
    assert members(second)[:2] == (409, "running")
    assert 0 < int(second.headers["retry-after"]) <= LEASE.total_seconds()
    may_go.set()
    assert (await first).status_code == 201
    assert (await api.book(key="k", **PAID)).content == (await first).content
    assert len(api.payment.attempts) == 1


@pytest.mark.asyncio
async def test_who_is_slower_than_its_lease_says_what_was_said_meanwhile(api: Api, monkeypatch: pytest.MonkeyPatch):
    """The same call was taken up again, and answered: both get that answer, and so does whoever asks later."""
    started, may_go = asyncio.Event(), asyncio.Event()
    real = api.payment.pay

    async def pay(**named: Any) -> Any:
        started.set()
        await may_go.wait()
        return await real(**named)

    monkeypatch.setattr(api.payment, "pay", pay)
    first = asyncio.create_task(api.book(key="k", **PAID))
    await started.wait()
    api.clock.advance(seconds=LEASE.total_seconds())
    second = await api.book(key="k", **PAID)
    assert (second.status_code, second.json()["payment_state"]) == (202, "confirming")
    may_go.set()
    assert ((await first).status_code, (await first).content) == (202, second.content)
    assert (await api.book(key="k", **PAID)).content == second.content
    assert (await api.get(f"/api/reservations/{second.json()['id']}")).json()["status"] == "CONFIRMED"


@pytest.mark.asyncio
async def test_many_at_once_make_one(api: Api):
    answers = await asyncio.gather(*(api.book(key="k", **PAID) for _ in range(8)))
    assert {answer.status_code for answer in answers} <= {201, 409}
    made = {answer.json()["id"] for answer in answers if answer.status_code == 201}
    assert len(made) == len(api.payment.attempts) == 1


@pytest.mark.parametrize(
    ("owner", "step", "after"),
    [
        ("welcoming", "welcome", False),
        ("welcoming", "welcome", True),
        ("reservations", "request_and_pay", False),
        ("reservations", "request_and_pay", True),
        ("idempotency", "finish", False),
    ],
)
@pytest.mark.asyncio
async def test_killed_on_the_way_it_goes_on(api: Api, monkeypatch: pytest.MonkeyPatch, owner, step, after):
    await kill(api, monkeypatch, getattr(api, owner), step, after=after)
    assert (await api.book(key="k", **PAID)).status_code == 409  # for all we know it still runs
    api.clock.advance(seconds=LEASE.total_seconds())
    answer = await api.book(key="k", **PAID)
    assert (answer.status_code, answer.json()["status"]) == (201, "CONFIRMED")
    assert len(api.payment.attempts) == 1
    slots = (await api.get("/api/slots", area="mapo", **{"from": "2026-11-27", "to": "2026-11-27"})).json()["slots"]
    assert min(slot["left"] for slot in slots) == 2


@pytest.mark.asyncio
async def test_killed_while_paying_it_says_confirming(api: Api):
    api.payment.answers = [Killed()]
    with pytest.raises(Killed):
        await api.book(key="k", **PAID)
    api.clock.advance(seconds=LEASE.total_seconds())
    answer = await api.book(key="k", **PAID)
    assert (answer.status_code, answer.json()["payment_state"]) == (202, "confirming")
    assert len(api.payment.attempts) == 1


@pytest.mark.asyncio
async def test_killed_after_paying_an_own_payment_is_no_conflict(api: Api, monkeypatch: pytest.MonkeyPatch):
    held = await api.booked()
    path = f"/api/reservations/{held['id']}/payment"

    async def dies(*_: Any, **__: Any) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(api.idempotency, "finish", dies)
        with pytest.raises(Killed):
            await api.post(path, {"method": "card"}, key="k")
    api.clock.advance(seconds=LEASE.total_seconds())
    answer = await api.post(path, {"method": "card"}, key="k")
    assert (answer.status_code, answer.json()["status"]) == (200, "CONFIRMED")


@pytest.mark.asyncio
async def test_a_failure_goes_on_at_once_with_the_same_key(api: Api):
    api.payment.answers = [RuntimeError("broken")]
    with capture_logs() as logs:
        answer = await api.book(key="k", **PAID)
    assert members(answer)[:2] == (500, "failed")
    assert [(line["event"], line["route"]) for line in logs] == [("api.failed", "/api/reservations")]
    assert "broken" not in answer.text
    again = await api.book(key="k", **PAID)
    assert (again.status_code, again.json()["payment_state"]) == (202, "confirming")


@pytest.mark.asyncio
async def test_keys_are_kept_for_a_day(api: Api):
    first = await api.book(key="k")
    api.clock.advance(hours=23)
    assert await api.idempotency.purge() == 0
    assert (await api.book(key="k")).content == first.content
    api.clock.advance(hours=1, seconds=1)
    assert await api.idempotency.purge() == 1
    assert (await api.book(key="k")).json()["id"] != first.json()["id"]
