"""More calls at once than there are places: the others wait in line, and who would wait too long comes again."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from bot.api.door import Door, TooMany
from tests.support.api import open_api

pytestmark = pytest.mark.asyncio


async def test_first_come_first_served():
    door, seen = Door(places=2, patience_seconds=60), list[int]()
    inside, most = 0, 0

    async def call(number: int) -> None:
        nonlocal inside, most
        async with door.place():
            seen.append(number)
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0)
            inside -= 1

    await asyncio.gather(*(call(number) for number in range(20)))
    assert (seen, most) == (list(range(20)), 2)


async def test_a_place_is_free_again_after_an_error_and_after_somebody_gave_up():
    door = Door(places=1, patience_seconds=0.01)
    with pytest.raises(ZeroDivisionError):
        async with door.place():
            raise ZeroDivisionError
    async with door.place():
        with pytest.raises(TooMany):
            async with door.place():
                pytest.fail("two at one place")
    async with door.place():
        pass


async def test_who_would_wait_too_long_is_told_to_come_again_and_nothing_was_begun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    door = Door(places=1, patience_seconds=0.01)
    monkeypatch.setattr("bot.api.gate.Door", lambda: door)
    async with AsyncExitStack() as stack:
        api = await open_api(tmp_path, stack)
        async with door.place():
            turned_away = await api.book(key="k", pay={"method": "card"})
            without_key = await api.book(pay={"method": "card"})
            looked_up = await api.get("/api/reservations/0197a3c2-5b7e-7c41-9d02-3f6a1e8b4c55")
        assert (turned_away.status_code, turned_away.headers["Retry-After"]) == (503, "5")
        assert without_key.status_code == 503  # a key is no reason to wait longer
        assert turned_away.json()["type"] == "urn:ssak3:problem:too-many"
        assert looked_up.status_code == 404  # reading waits for nobody
        again = await api.book(key="k", pay={"method": "card"})
        assert (again.status_code, again.json()["status"]) == (201, "CONFIRMED")
