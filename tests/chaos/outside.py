"""What must be true after any number of kills, counted outside: at the provider, in the answers, in the chats."""

import asyncio
import sqlite3
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
from prometheus_client.parser import text_string_to_metric_families

from ssak3.audit.run import run_audit
from ssak3.settings import Settings
from tests.chaos.calls import Caller, Client
from tests.chaos.chats import Chat
from tests.support.page import Demo
from tests.support.time import FakeClock

# Leases, and the time after which a call to the provider is taken for lost, are half a minute.
REST_SECONDS = 180.0
LOOK_SECONDS = 0.5
QUIET_LOOKS = 3
WAITING = ("ssak3_outbox_size", "ssak3_queue_depth", "ssak3_notifications_waiting", "ssak3_look_failed")
# Every notice that goes out once for a booking that is made and paid.
ONCE = ("결제하면 예약이 확정돼요", "예약이 확정됐어요")


async def until_rest(demo: Demo) -> None:
    """Nothing waits in outboxes, queues and deliveries, for a few looks in a row."""
    calm = 0
    async with asyncio.timeout(REST_SECONDS), aiohttp.ClientSession() as http:
        while calm < QUIET_LOOKS:
            async with http.get(f"{demo.url}/metrics") as answer:
                waiting = _waiting(await answer.text())
            calm = 0 if waiting else calm + 1
            await asyncio.sleep(LOOK_SECONDS)


def _waiting(metrics: str) -> float:
    return sum(
        sample.value
        for family in text_string_to_metric_families(metrics)
        if family.name in WAITING
        for sample in family.samples
    )


async def soon(check: Callable[[], Awaitable[None]]) -> None:
    """It holds, now or in a while; else its AssertionError."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + REST_SECONDS
    while True:
        try:
            return await check()
        except AssertionError:
            if loop.time() > deadline:
                raise
        await asyncio.sleep(LOOK_SECONDS)


async def check_money(demo: Demo, caller: Caller, reservation_ids: Sequence[str]) -> Counter[str]:
    """The provider's own book against the reservations: one charge each deal, back what was promised, no more."""
    ledger = await _ledger(demo)
    refunded = Counter[str]()
    for refund in ledger["refunds"]:
        refunded[refund["payment_key"]] += refund["amount_krw"]
    charges = {charge["order_id"]: charge for charge in ledger["charges"]}
    assert len(charges) == len(ledger["charges"]), "an order was charged twice"
    counts, known = Counter[str](), set[str]()
    for reservation_id in reservation_ids:
        now = await caller.get(f"/api/reservations/{reservation_id}")
        payments = (await caller.get(f"/payments?reservation_id={reservation_id}"))["payments"]
        orders = {attempt["order_id"] for payment in payments for attempt in payment["attempts"]} & charges.keys()
        left = [charges[order]["amount_krw"] - refunded[charges[order]["payment_key"]] for order in orders]
        kept = [amount for amount in left if amount]
        owed = {"CONFIRMED": now["price_krw"], "CANCELLED": (now["cancellation"] or {}).get("fee_krw", 0)}
        assert kept == ([owed[now["status"]]] if owed[now["status"]] else []), (now, left)
        counts[now["status"]] += 1
        known |= orders
    assert known == charges.keys(), "a charge for nobody's reservation"
    return counts


async def _ledger(demo: Demo) -> Any:
    async with aiohttp.ClientSession() as http, http.get(f"{demo.url}/sandbox/ledger") as answer:
        return await answer.json()


async def check_promises(caller: Caller, clients: Sequence[Client]) -> None:
    """What was answered is so, and is answered again in the same words."""
    for promise in caller.promises:
        again = await caller.ask_once_more(promise.path, promise.key, promise.body)
        assert (again.status, again.answer) == (promise.status, promise.answer), (promise, again)
    for client in clients:
        now = await client.now()
        if client.promised_refund is None:
            assert now["status"] == "CONFIRMED", now
        else:
            assert (now["status"], now["cancellation"]["refund_krw"]) == ("CANCELLED", client.promised_refund)


async def check_my_pages(caller: Caller, clients: Sequence[Client]) -> None:
    """Each customer has the one reservation that they asked for, and my page says what the owner says."""
    for client in clients:
        shown = (await caller.get(f"/api/mypage/{client.customer_id}"))["reservations"]
        now = await client.now()
        assert [(one["id"], one["status"]) for one in shown] == [(client.reservation_id, now["status"])]
        paid = (await caller.get(f"/payments?reservation_id={client.reservation_id}"))["payments"][0]
        assert (shown[0]["payment"] or {}).get("refunded_krw") == paid["refunded_krw"], shown


async def check_chat(chat: Chat) -> None:
    """What was acknowledged is there once, in a new window, too; each notice of a booking came once."""
    window = chat.window()
    reading = asyncio.create_task(window.live())
    try:
        await soon(lambda: _same(window, chat))
    finally:
        reading.cancel()
    said = Counter(one["client_id"] for one in window.log.values() if one["from"] == "me")
    assert chat.acked, chat.name
    assert {client_id: said[client_id] for client_id in chat.acked} == dict.fromkeys(chat.acked, 1)
    assert set(said.values()) == {1}
    if chat.role == "customer":
        assert {title: chat.titles()[title] for title in ONCE} == dict.fromkeys(ONCE, 1), chat.titles()
    elif chat.role == "cleaner":
        taken = Counter(
            str(one["card"]["items"]) for one in chat.log.values() if one["card"]["title"] == "일을 맡으셨어요"
        )
        assert set(taken.values()) <= {1}, taken


async def _same(window: Chat, chat: Chat) -> None:
    assert window.log.keys() == chat.log.keys()


def check_deliveries(demo: Demo) -> int:
    """Every delivery that went out stands in its recipient's log exactly once; no notification went out twice."""
    with closing(sqlite3.connect(f"file:{demo.data / 'ssak3.db'}?mode=ro", uri=True)) as database:
        sent = database.execute(
            "SELECT delivery.notification_id, delivery.status, COUNT(message.seq) FROM notification_delivery AS delivery"
            " LEFT JOIN bot_message AS message ON message.delivery_id = delivery.id GROUP BY delivery.id"
        ).fetchall()
        unknown = database.execute(
            "SELECT COUNT(*) FROM bot_message WHERE delivery_id IS NOT NULL"
            " AND delivery_id NOT IN (SELECT id FROM notification_delivery)"
        ).fetchone()
    assert unknown == (0,)
    assert {(status, count) for _, status, count in sent} <= {("SENT", 1), ("DELIVERED", 1), ("SUPPRESSED", 0)}
    assert max(Counter(notification for notification, _, _ in sent).values()) == 1
    return len(sent)


async def check_audit(demo: Demo) -> None:
    """As `ssak3 audit` in a minute and a half, when all of this has been quiet for long enough."""
    checks = await run_audit(
        Settings(data_dir=demo.data, _env_file=None), FakeClock(datetime.now(UTC) + timedelta(seconds=90))
    )
    findings = [f"{check.name}: {finding.text}" for check in checks for finding in check.findings]
    assert findings == [], "\n".join(findings)
