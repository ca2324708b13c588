"""What `docker compose up --scale cleaning=3` starts does the whole business, looked at from outside only."""

import asyncio
import random
import re
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from signal import SIGKILL, SIGTERM
from typing import Any

import aiohttp
import pytest

from messaging.catalogue import FOLLOWS
from ssak3.audit.run import run_audit
from ssak3.settings import Settings
from tests.distributed.phone import Phone
from tests.distributed.program import PRICE_KRW, Program
from tests.distributed.servers import Servers
from tests.distributed.stack import Replica, Stack
from tests.support.time import FakeClock

SEED = 3
PAY = f"{PRICE_KRW:,}원 결제하기"
HELD, CONFIRMED = "결제하면 예약이 확정돼요", "예약이 확정됐어요"
DEFERRED, REOPENED = "결제는 조금 뒤에 받을게요", "이제 결제하실 수 있어요"
OFFERED, TAKEN = "새 일이 왔어요: 42,500원", "일을 맡으셨어요"
SOON_SECONDS = 120.0

pytestmark = [pytest.mark.asyncio, pytest.mark.timeout(400)]


async def soon(check: Callable[..., Awaitable[None]], *given: Any) -> None:
    """It holds, now or in a while; else its AssertionError."""
    deadline = time.monotonic() + SOON_SECONDS
    while True:
        try:
            return await check(*given)
        except AssertionError:
            if time.monotonic() > deadline:
                raise
        await asyncio.sleep(0.2)


async def test_the_whole_business(stack: Stack, servers: Servers, variables: Mapping[str, str]):
    """In one go, since starting it is most of the work."""
    await started_in_any_order(stack, servers)
    async with aiohttp.ClientSession() as http, AsyncExitStack() as phones:
        program = Program(http, stack.url, stack.one("sandbox").url, variables["SSAK3_API_TOKEN"])
        cleaner = await phones.enter_async_context(Phone(stack, "cleaner", "cleaner", await invited(stack)))
        guests = [await phones.enter_async_context(Phone(stack, "customer", f"guest{n}")) for n in range(4)]
        await joins(cleaner)
        await booked_with_notification_down(stack, program, cleaner, guests[:3])
        async with asyncio.TaskGroup() as meanwhile:
            lost = meanwhile.create_task(put_off_with_the_provider_down(program, guests[3]))
            meanwhile.create_task(cleaned(program, cleaner, guests[0]))
        await cancelled(program, cleaner, guests[1])
        await soon(all_paid, program, guests, lost.result())
    await stopped(stack)
    await audited(stack)


# Beginning


async def started_in_any_order(stack: Stack, servers: Servers) -> None:
    """Before there is a database, its tables, a broker; each says what it waits for, and goes on by itself."""
    replicas = [*stack.processes()]
    random.Random(SEED).shuffle(replicas)
    for replica in replicas:
        await replica.start()
    waiting = [one for one in replicas if not one.name.startswith("sandbox")]
    await asyncio.gather(*(soon(waits_for, one, "the database") for one in waiting))
    servers.make_database()
    await asyncio.gather(*(soon(waits_for, one, "run: ssak3 migrate") for one in waiting))
    await asyncio.gather(*(not_ready(one, "starting") for one in waiting))
    assert not await stack.one("bot").is_healthy()
    migrate = stack.one("migrate")
    await migrate.start()
    assert await migrate.finish() == 0, migrate.printed
    consumers = [one for one in waiting if one.name.rpartition("-")[0] in FOLLOWS]
    await asyncio.gather(*(soon(not_ready, one, "broker") for one in consumers))
    servers.make_vhost()
    await asyncio.gather(*(one.until_ready() for one in replicas))
    assert all(await asyncio.gather(*(one.is_healthy() for one in replicas)))
    await soon(scaled, servers)


async def waits_for(replica: Replica, what: str) -> None:
    """It has said so, in words that help."""
    said = [event["waits_for"] for event in replica.events() if event["event"] == "process.waits"]
    assert any(what in words for words in said), (replica.name, replica.printed)


async def scaled(servers: Servers) -> None:
    assert servers.consumers("ssak3.cleaning") == 3


async def not_ready(replica: Replica, why: str) -> None:
    assert why in await replica.why_not_ready(), replica.name


async def invited(stack: Stack) -> str:
    """A one-time code, as `docker compose exec bot ssak3 invite cleaner` prints it; its link leads to the page."""
    status, printed = await stack.one("bot").command("ssak3", "invite", "cleaner")
    assert status == 0, printed
    link = re.search(rf"{re.escape(stack.url)}/\?cleaner=(\w+)", printed)
    assert link is not None, printed
    return link[1]


async def joins(cleaner: Phone) -> None:
    for question, answer in (("이름이나 상호", "OO클린"), ("어느 지역", "마포, 서대문, 강남, 송파")):
        await cleaner.reads(question)
        cleaner.say(answer)
    await cleaner.tap("매일")
    await cleaner.tap("등록하기")
    await cleaner.reads("OO클린")


# Stories


async def holds(guest: Phone, days: int) -> None:
    """F1: asks for a visit, up to the price."""
    guest.say(f"{days}일 뒤 10시 송파 12평 집청소")
    await guest.reads("주소")
    guest.say(f"송파구 OO로 {days}, 101동 1호")
    await guest.tap("없어요")
    await guest.reads(f"[{PAY}]")


async def books(guest: Phone, days: int) -> None:
    """F4: pays, and knows at once."""
    await holds(guest, days)
    await guest.tap(PAY)
    await guest.reads(f"{PRICE_KRW:,}원 결제했어요")


async def booked_with_notification_down(
    stack: Stack, program: Program, cleaner: Phone, guests: Sequence[Phone]
) -> None:
    """N2: bookings are taken; once it is back, each is told each thing once, in order. F5: the cleaner, too."""
    notification = stack.one("notification")
    assert await notification.end(SIGKILL, 10) == -SIGKILL
    await asyncio.gather(*(books(guest, days) for days, guest in enumerate(guests, start=10)))
    for guest in guests:
        await soon(shows, program, guest, "CONFIRMED")
        assert guest.notices == Counter()
    assert cleaner.notices == Counter()
    await notification.start()
    await notification.until_ready()
    for guest in guests:
        await guest.gets(HELD, CONFIRMED)
        assert guest.notices_in_order() == [HELD, CONFIRMED]
    await soon(has, cleaner, {OFFERED: len(guests)})
    await cleaner.reads(OFFERED, f"{PRICE_KRW:,}원 완료")


async def put_off_with_the_provider_down(program: Program, guest: Phone) -> Sequence[str]:
    """N3: once the breaker is open, the place is kept, and who was put off is called back.

    The customers before, whose payment's answer was lost.
    """
    await holds(guest, 13)
    await program.provider("down")
    lost: list[str] = []
    while (booked := await program.book(f"lost-{len(lost)}", 20 + len(lost)))["payment_state"] != "deferred":
        assert booked["payment_state"] == "confirming"
        lost.append(booked["customer_id"])
    assert 1 <= len(lost) <= 3
    await guest.tap(PAY)
    await guest.gets(DEFERRED)
    await program.provider("normal")
    await guest.gets(REOPENED)
    await guest.tap("결제하기", REOPENED)
    await guest.gets(CONFIRMED)
    return lost


async def cleaned(program: Program, cleaner: Phone, guest: Phone) -> None:
    """F2, F3, F6, P2: taken, on the way, begun, finished with buttons; the customer is told, and can look it up."""
    day = (await program.my_page(guest.person_id))[0]["starts_at"]
    await cleaner.tap("수락하기", visit_of(day))
    await guest.gets("OO클린에서 방문해요")
    await cleaner.tap("출발했어요", TAKEN)
    await cleaner.tap("출발했어요", "지금 출발하셨다고 고객님께 알릴까요?")
    await guest.gets("OO클린에서 출발했어요")
    for label, told in (("청소 시작", "청소를 시작했어요"), ("청소 완료", "청소를 마쳤어요")):
        await cleaner.tap(label)
        await guest.gets(told)
    await soon(shows, program, guest, "COMPLETED")
    guest.say("내 예약")
    await guest.tap("지난 예약 보기")
    await guest.reads("집청소 12평: 완료")


async def cancelled(program: Program, cleaner: Phone, guest: Phone) -> None:
    """F7, F8, F9: cancelled by the customer, paid back by the provider's own book, and the cleaner knows."""
    day = (await program.my_page(guest.person_id))[0]["starts_at"]
    await cleaner.tap("수락하기", visit_of(day))
    await guest.gets("OO클린에서 방문해요")
    guest.say("취소할게요")
    await guest.tap("취소 확정")
    await guest.gets(f"{PRICE_KRW:,}원을 돌려드렸어요")
    await cleaner.gets(f"{visit_of(day)} 일이 취소됐어요", "고객 결제가 취소됐어요")
    [refund] = (await program.ledger())["refunds"]
    assert refund["amount_krw"] == PRICE_KRW
    await soon(shows, program, guest, "CANCELLED")


def visit_of(starts_at: str) -> str:
    """As cards write it."""
    at = datetime.fromisoformat(starts_at)
    return f"{at.month}/{at.day}({'월화수목금토일'[at.weekday()]}) {at:%H:%M}"


async def shows(program: Program, guest: Phone, status: str) -> None:
    [one] = await program.my_page(guest.person_id)
    assert one["status"] == status


async def has(phone: Phone, notices: Mapping[str, int]) -> None:
    assert phone.notices == Counter(notices)


async def all_paid(program: Program, guests: Sequence[Phone], lost: Sequence[str]) -> None:
    """Each charged once, those whose answer was lost as well; who was put off and doesn't pay, not at all."""
    for customer_id in lost:
        [one] = await program.my_page(customer_id)
        assert one["status"] == "CONFIRMED", one
    charges = (await program.ledger())["charges"]
    assert [charge["amount_krw"] for charge in charges] == [PRICE_KRW] * (len(guests) + len(lost))
    for guest in guests:
        assert guest.notices[CONFIRMED] == 1


# End


async def stopped(stack: Stack) -> None:
    """Asked to, each finishes what it holds within 25 s; nothing but JSON was printed, and no stack trace."""
    replicas = stack.processes()
    ends = await asyncio.gather(*(one.end(SIGTERM, 25) for one in replicas))
    assert dict(zip([one.name for one in replicas], ends, strict=True)) == {one.name: 0 for one in replicas}
    for replica in (*replicas, stack.one("migrate")):
        assert "Traceback" not in replica.printed, replica.printed
        assert all({"event", "level", "timestamp"} <= event.keys() for event in replica.events()), replica.name


async def audited(stack: Stack) -> None:
    """By its own command; and as it would in a minute and a half, when all of this is old enough to be looked at."""
    sandbox = stack.one("sandbox")
    status, printed = await sandbox.command("ssak3", "audit")
    assert status == 0, printed
    given: dict[str, Any] = {name.removeprefix("SSAK3_").lower(): value for name, value in sandbox.variables.items()}
    later = FakeClock(datetime.now(UTC) + timedelta(seconds=90))
    checks = await run_audit(Settings(_env_file=None, **given), later)
    assert [f"{check.name}: {finding.text}" for check in checks for finding in check.findings] == []
    assert sum(check.looked_at for check in checks) > 50
