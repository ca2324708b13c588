"""Customers of the API, as many as are wanted: each books, pays, and perhaps moves, cancels or is cleaned for."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from services.shared_kernel.clock import kst
from tests.chaos.apart.inside import POISONOUS
from tests.chaos.calls import AREAS, HOURS, POLL_SECONDS, Caller, Client

FIRST_DAY, LAST_DAY = 5, 45
# The days after those are for visits that are moved.
FIRST_MOVED, LAST_MOVED = 46, 58
STEPS = ("en-route", "start", "finish")
PATIENCE = 2000


def spots(now: Callable[[], datetime], first_day: int, last_day: int) -> Iterator[tuple[str, datetime]]:
    """Areas and times in turn, from the first day to the last, and again."""
    number = 0
    while True:
        turn, area = divmod(number, len(AREAS))
        day, hour = divmod(turn, len(HOURS))
        when = kst(now()) + timedelta(days=first_day + day % (last_day - first_day + 1))
        yield AREAS[area], when.replace(hour=HOURS[hour], minute=0, second=0, microsecond=0)
        number += 1


class Places:
    """Where and when guests want their visits. `cleaners` are ids by the names that customers see."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.now = now
        self.usual = spots(now, FIRST_DAY, LAST_DAY)
        self.moved = spots(now, FIRST_MOVED, LAST_MOVED)
        self.cleaners: dict[str, str] = {}

    def today(self, number: int) -> datetime:
        """Each in an hour of its own, so that any cleaner may take it: the first in two hours, about."""
        return kst(self.now()).replace(minute=0, second=0, microsecond=0) + timedelta(hours=2 + 2 * number)


class Guest(Client):
    """`plan` is stays, cancels, moves, moves and cancels, is cleaned for, or doesn't pay."""

    def __init__(self, caller: Caller, number: int, seed: int, places: Places, plan: str, name: str = "guest-") -> None:
        super().__init__(caller, number, seed, spread_seconds=0)
        self.places = places
        self.plan = plan
        self.name = name
        self.has_booked = asyncio.Event()
        self.area, self.starts_at = next(places.usual)

    @property
    def customer_id(self) -> str:
        return f"{self.name}{self.number}"

    def _wish(self) -> Mapping[str, Any]:
        return {
            "customer_id": self.customer_id, "service": "home", "size_pyeong": 12, "area": self.area,
            "starts_at": self.starts_at.isoformat(), "address": f"OO로 {self.number}",
        }  # fmt: skip

    async def book(self) -> None:
        if self.plan == "doesn't pay":
            booked = await self.caller.post("/api/reservations", f"{self.number}-book", self._wish())
            assert booked.status == 201, booked
            self.reservation_id = booked.answer["id"]
        else:
            await super().book()
        self.has_booked.set()

    async def live(self) -> None:
        """From the booking on."""
        if self.plan == "doesn't pay":
            return
        await self._pay()
        if self.plan.startswith("moves"):
            await self._move()
        if self.plan.endswith("cancels"):
            await asyncio.sleep(self.chance.uniform(0, 2))
            await self._cancel()
        if self.plan == "is cleaned for":
            await self._is_cleaned_for()

    @property
    def promised_status(self) -> str:
        if self.plan == "doesn't pay":
            return "EXPIRED"
        if self.plan == "is cleaned for":
            return "COMPLETED"
        return "CONFIRMED" if self.promised_refund is None else "CANCELLED"

    async def _move(self) -> None:
        path = f"/api/reservations/{self.reservation_id}/schedule"
        for time in range(PATIENCE):
            _, starts_at = next(self.places.moved)
            moved = await self.caller.post(path, f"{self.number}-move-{time}", {"starts_at": starts_at.isoformat()})
            if moved.status == 200:
                return
            assert moved.status == 409, moved

    async def _is_cleaned_for(self) -> None:
        """By whoever took the job; what they do comes by the API."""
        job = await self._job()
        cleaner_id = self.places.cleaners[job["cleaner_name"]]
        for step in STEPS:
            done = await self.caller.post(
                f"/api/jobs/{job['id']}/{step}", f"{self.number}-{step}", {"cleaner_id": cleaner_id}
            )
            assert done.status == 200, done

    async def _job(self) -> Any:
        for _ in range(PATIENCE):
            shown = (await self.caller.get(f"/api/mypage/{self.customer_id}"))["reservations"]
            if shown and shown[0]["job"] and shown[0]["job"]["cleaner_name"]:
                return shown[0]["job"]
            await asyncio.sleep(POLL_SECONDS)
        raise AssertionError(f"nobody comes to {self.customer_id}")


class Crowd:
    """Guests who come one after another, so many at the same time; each goes on by itself once it has booked."""

    def __init__(self, caller: Caller, places: Places, seed: int) -> None:
        self._caller = caller
        self._places = places
        self._seed = seed
        self.guests: list[Guest] = []
        self._lives: list[asyncio.Task[None]] = []
        self._desks: list[asyncio.Task[None]] = []

    def invite(self, count: int, *, first: int, cleaned: int = 0, poisonous: int = 0, unpaid: bool = False) -> None:
        """`cleaned` of them want their visit today; `poisonous` ones have names that a bug doesn't bear."""
        for at in range(count):
            name = POISONOUS if poisonous and (at + 1) % (count // poisonous) == 0 else "guest-"
            guest = Guest(self._caller, first + at, self._seed, self._places, "", name)
            guest.plan = self._plan(guest, at, cleaned, unpaid)
            if guest.plan == "is cleaned for":
                guest.starts_at = self._places.today(at)
            self.guests.append(guest)

    def _plan(self, guest: Guest, at: int, cleaned: int, unpaid: bool) -> str:
        if unpaid:
            return "doesn't pay"
        if at < cleaned:
            return "is cleaned for"
        if guest.name == POISONOUS:
            return "stays"
        chosen = guest.chance.random()
        for below, plan in ((0.25, "cancels"), (0.35, "moves"), (0.4, "moves and cancels")):
            if chosen < below:
                return plan
        return "stays"

    def come(self, *, desks: int, pause_seconds: float = 0.0) -> None:
        """From now on; `pause_seconds` is how long a desk rests between two guests."""
        waiting = iter(tuple(self.guests))
        self._desks = [asyncio.create_task(self._serve(waiting, pause_seconds)) for _ in range(desks)]

    async def _serve(self, waiting: Iterator[Guest], pause_seconds: float) -> None:
        for guest in waiting:
            await guest.book()
            self._lives.append(asyncio.create_task(guest.live()))
            await asyncio.sleep(pause_seconds)

    async def one_more(self, guest: Guest) -> None:
        """Besides those who were invited: books now, and goes on by themselves like all others."""
        self.guests.append(guest)
        await guest.book()
        self._lives.append(asyncio.create_task(guest.live()))

    @property
    def booked(self) -> int:
        return sum(guest.has_booked.is_set() for guest in self.guests)

    @property
    def is_coming(self) -> bool:
        return not all(desk.done() for desk in self._desks)

    async def until_booked(self, share: float) -> None:
        """So much of them have; raises what ended a desk."""
        while self.booked < share * len(self.guests):
            self._raise()
            await asyncio.sleep(0.05)

    def _raise(self) -> None:
        for task in (*self._desks, *self._lives):
            if task.done():
                task.result()

    async def until_gone(self) -> None:
        """Everybody has what they wanted."""
        await asyncio.gather(*self._desks)
        await asyncio.gather(*self._lives)

    async def close(self) -> None:
        for task in (*self._desks, *self._lives):
            task.cancel()
        await asyncio.gather(*self._desks, *self._lives, return_exceptions=True)
