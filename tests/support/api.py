"""The JSON API over real tables of bot, reservation and cleaning; payment and my page are scripted."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI
from starlette.exceptions import HTTPException

from bot.api.problems import http_problem
from bot.api.router import api_router
from bot.idempotency import Idempotency
from bot.people import People
from bot.welcoming import Welcoming
from services.cleaning import policies as cleaning_policies
from services.cleaning.model import Job
from services.cleaning.use_cases import CleaningUseCases
from services.cleaning.values import Visit
from services.mypage.view import Page, ReservationView
from services.reservation.catalogue import Catalogue, parse_catalogue
from services.reservation.policies import parse_policies
from services.reservation.ports import Answer, Approved
from services.reservation.use_cases import ReservationUseCases
from services.shared_kernel.clock import Clock
from storage.bot import tables as bot_tables
from storage.bot.repositories import BotUnitOfWork, SqlDetailsApart
from storage.cleaning import tables as cleaning_tables
from storage.cleaning.repositories import CleaningUnitOfWork
from storage.engine import Database
from storage.migrate import migrate
from storage.reservation import tables as reservation_tables
from storage.reservation.repositories import ReservationUnitOfWork
from storage.unit_of_work import Context
from tests.support.time import FakeClock, FakeIds

TOKEN = "a token that only programs know"
FRIDAY = "2026-11-27T14:00:00+09:00"
ADDRESS = "서울 마포구 양화로 12, 101동 1203호"
BOOKING: Mapping[str, Any] = {
    "customer_id": "customer-42",
    "service": "home",
    "size_pyeong": 24,
    "starts_at": FRIDAY,
    "area": "mapo",
    "address": ADDRESS,
}


class ScriptedPayment:
    """Answers what it is told to; approves by itself. An exception is raised: the process died there."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.answers: list[Answer | BaseException] = []
        self.attempts: list[str] = []

    async def pay(
        self, *, reservation_id: str, customer_id: str, attempt_id: str, amount_krw: int, method: str, pay_by: datetime
    ) -> Answer:
        self.attempts.append(attempt_id)
        answer = self.answers.pop(0) if self.answers else None
        if isinstance(answer, BaseException):
            raise answer
        return answer or Approved(
            payment_id=f"payment-{len(self.attempts)}",
            amount_krw=amount_krw,
            method=method,
            approved_at=self._clock.now(),
        )

    async def resolve(self, *, attempt_id: str) -> Answer:
        raise AssertionError("ticks aren't run here")

    async def is_available(self) -> bool:
        return True


@dataclass
class ScriptedMyPage:
    """Has the rows it is given, newest first."""

    views: list[ReservationView] = field(default_factory=list)

    async def of_customer(self, customer_id: str, *, limit: int = 20, after: str | None = None) -> Page:
        mine = [view for view in self.views if view.customer_id == customer_id and (after is None or view.id < after)]
        shown = mine[:limit]
        return Page(
            reservations=shown,
            as_of=shown[0].starts_at if shown else None,
            next=shown[-1].id if len(mine) > limit else None,
        )


@dataclass(kw_only=True)
class Api:
    """The API and what is behind it."""

    client: httpx.AsyncClient
    app: FastAPI
    clock: FakeClock
    ids: FakeIds
    catalogue: Catalogue
    payment: ScriptedPayment
    my_page: ScriptedMyPage
    people: People
    welcoming: Welcoming
    reservations: ReservationUseCases
    cleaning: CleaningUseCases
    idempotency: Idempotency
    bot: Context
    cleaning_context: Context

    async def post(self, path: str, body: Any = None, *, key: str | None = None, **options: Any) -> httpx.Response:
        headers = {"Content-Type": "application/json"} | ({} if key is None else {"Idempotency-Key": key})
        return await self.client.post(path, content=json.dumps(body or {}), headers=headers, **options)

    async def get(self, path: str, **query: str) -> httpx.Response:
        return await self.client.get(path, params=query)

    async def book(self, *, key: str | None = None, **changes: Any) -> httpx.Response:
        return await self.post("/api/reservations", {**BOOKING, **changes}, key=key)

    async def booked(self, **changes: Any) -> dict[str, Any]:
        answer = await self.book(**changes)
        assert answer.status_code == 201, answer.text
        body: dict[str, Any] = answer.json()
        return body

    async def job_for(self, *cleaner_ids: str) -> Job:
        """A job of the Friday visit, put to these cleaners."""
        policy = dispatch_policy()
        for cleaner_id in cleaner_ids:
            await self.cleaning.register_cleaner(
                cleaner_id=cleaner_id, name="OO클린", areas=["mapo"], days=[1, 2, 3, 4, 5]
            )
        starts_at = datetime.fromisoformat(FRIDAY)
        visit = Visit(
            service="home", size_pyeong=24, add_ons=(), area="mapo", details_id="d1", starts_at=starts_at,
            ends_at=starts_at.replace(hour=17), revision=1,
        )  # fmt: skip
        job = Job.open(
            id=self.ids.new(), reservation_id=self.ids.new(), customer_id="customer-42", visit=visit, price_krw=80_000,
            policy=policy, at=self.clock.now(),
        )  # fmt: skip
        deadline = policy.offer_deadline(starts_at, self.clock.now())
        asked, events = job.ask(cleaner_ids, deadline=deadline, look_at=deadline, ids=self.ids, pool=True)
        async with CleaningUnitOfWork(self.cleaning_context) as work:
            await work.jobs.save(None, asked, events)
        return asked


def packaged(package: str, name: str) -> str:
    return (files(package) / name).read_text()


def dispatch_policy() -> cleaning_policies.DispatchPolicy:
    return cleaning_policies.parse_policies(packaged("services.cleaning", "policies.toml"), offer_minutes=10)


_templates: list[bytes] = []


async def _copy_empty_tables(path: Path) -> None:
    """They are made once: migrating for each test would take longer than the tests."""
    if not _templates:
        database = Database(f"sqlite+aiosqlite:///{path}")
        await migrate(dict.fromkeys(("bot", "reservation", "cleaning"), database))
        await database.close()
        _templates.append(await asyncio.to_thread(path.read_bytes))
    await asyncio.to_thread(path.write_bytes, _templates[0])


async def open_api(tmp_path: Path, stack: AsyncExitStack) -> Api:
    """Everything fresh; closed with the stack."""
    clock = FakeClock()
    ids = FakeIds(clock)
    await _copy_empty_tables(tmp_path / "ssak3.db")
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/ssak3.db")
    stack.push_async_callback(database.close)
    bot, reservation, cleaning = (
        Context(tables=tables.messaging, database=database, clock=clock, ids=ids)
        for tables in (bot_tables, reservation_tables, cleaning_tables)
    )
    catalogue = parse_catalogue(packaged("services.reservation", "catalogue.toml"))
    policies = parse_policies(packaged("services.reservation", "policies.toml"), hold_minutes=15)
    payment = ScriptedPayment(clock)
    my_page = ScriptedMyPage()
    people = People(lambda: BotUnitOfWork(bot), clock, ids, ids.new)
    welcoming = Welcoming(lambda: BotUnitOfWork(bot), clock)
    reservations = ReservationUseCases(
        lambda: ReservationUnitOfWork(reservation, catalogue), clock, ids, catalogue, policies, payment
    )
    jobs = CleaningUseCases(lambda: CleaningUnitOfWork(cleaning), clock, ids, dispatch_policy())
    idempotency = Idempotency(lambda: BotUnitOfWork(bot), clock, ids)
    app = FastAPI(title="Ssak3", exception_handlers={HTTPException: http_problem})
    router = api_router(
        reservations=reservations, cleaning=jobs, my_page=my_page,  # type: ignore[arg-type]  # one query is enough
        people=people, welcoming=welcoming, catalogue=catalogue, clock=clock, ids=ids,
        idempotency=idempotency, details=SqlDetailsApart(database), token=TOKEN,
    )  # fmt: skip
    app.router.routes.extend(router.routes)  # `include_router` would make each of them a second time
    client = await stack.enter_async_context(
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://api.test", headers={"Authorization": f"Bearer {TOKEN}"}
        )
    )
    return Api(
        client=client, app=app, clock=clock, ids=ids, catalogue=catalogue, payment=payment, my_page=my_page,
        people=people, welcoming=welcoming, reservations=reservations, cleaning=jobs, idempotency=idempotency,
        bot=bot, cleaning_context=cleaning,
    )  # fmt: skip


def members(answer: httpx.Response) -> tuple[int, str, Sequence[str]]:
    """Status, the kind of problem, and its members; checks what RFC 9457 asks for."""
    body = answer.json()
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    assert body["status"] == answer.status_code
    assert body["title"]
    assert body["detail"]
    return answer.status_code, body["type"].removeprefix("urn:ssak3:problem:"), sorted(body)
