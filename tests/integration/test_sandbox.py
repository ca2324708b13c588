"""The sandbox provider as outsiders meet it: raw HTTP, its ledger on the disk, its pay window."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web

from services.payment.adapters.sandbox import Ledger, LedgerDamaged, LedgerInUse, create_app, start
from services.payment.adapters.sandbox.app import standing_alone

HOME = "http://shop.test:8000"
AUTH = {"Authorization": aiohttp.encode_basic_auth("test_sk_sandbox", "")}
CHARGE = {"customerKey": "customer-1", "orderId": "attempt-1", "orderName": "집청소", "amount": 80_000}


class Now:
    def now(self) -> datetime:
        return datetime(2026, 11, 23, 5, 0, tzinfo=UTC)


@dataclass
class CountedIds:
    count: int = 0

    def new(self) -> str:
        self.count += 1
        return f"{self.count:08d}"


@dataclass
class Visitor:
    """Speaks HTTP to a sandbox."""

    session: aiohttp.ClientSession
    url: str
    folder: Path

    async def ask(self, method: str, path: str, **options) -> tuple[int, dict[str, Any]]:
        headers = AUTH | options.pop("headers", {})
        async with self.session.request(method, f"{self.url}{path}", headers=headers, **options) as answer:
            return answer.status, await answer.json()

    async def window(self, method: str = "GET", *, action: str = "", **query: str) -> tuple[int, str, str]:
        asked = {"orderId": "attempt-1", "amount": "80000", "orderName": "집청소"}
        asked |= {"successUrl": f"{HOME}/done", "failUrl": f"{HOME}/failed?from=window"} | query
        data = {"action": action} if action else None
        async with self.session.request(
            method, f"{self.url}/window", params=asked, allow_redirects=False, data=data
        ) as answer:
            return answer.status, await answer.text(), answer.headers.get("Location", "")


@asynccontextmanager
async def opened(
    folder: Path, mounted: Callable[[web.Application], web.Application], at: str
) -> AsyncIterator[Visitor]:
    ledger = Ledger.open(folder / "ledger.jsonl")
    app = create_app(ledger, clock=Now(), ids=CountedIds(), return_base=HOME, slow_seconds=0.2)
    sandbox = await start(mounted(app))
    async with aiohttp.ClientSession() as session:
        yield Visitor(session=session, url=f"{sandbox.url}{at}", folder=folder)
    await sandbox.close()
    ledger.close()


@pytest_asyncio.fixture
async def visitor(tmp_path: Path) -> AsyncIterator[Visitor]:
    async with opened(tmp_path, lambda app: app, "") as visitor:
        yield visitor


@pytest_asyncio.fixture
async def visitor_of_its_own_process(tmp_path: Path) -> AsyncIterator[Visitor]:
    """As `ssak3 run sandbox` serves it."""
    async with opened(tmp_path, standing_alone, "/sandbox") as visitor:
        yield visitor


@pytest.mark.asyncio
async def test_the_ledger_shows_all_that_was_done(visitor: Visitor):
    _, payment = await visitor.ask("POST", "/toss/v1/billing/test-card", json=CHARGE)
    key = payment["paymentKey"]
    status, cancelled = await visitor.ask("POST", f"/toss/v1/payments/{key}/cancel", json={"cancelReason": "전부"})
    assert (status, cancelled["status"], cancelled["balanceAmount"]) == (200, "CANCELED", 0)
    at = "2026-11-23T14:00:00+09:00"
    assert await visitor.ask("GET", "/ledger") == (
        200,
        {
            "charges": [{"order_id": "attempt-1", "payment_key": key, "amount_krw": 80_000, "at": at}],
            "refunds": [{"payment_key": key, "amount_krw": 80_000, "at": at}],
        },
    )
    assert await visitor.ask("GET", f"/toss/v1/payments/{key}") == (200, cancelled)
    assert await visitor.ask("GET", "/toss/v1/payments/orders/attempt-1") == (200, cancelled)


@pytest.mark.asyncio
async def test_the_mode_is_told_and_set_and_nonsense_changes_nothing(visitor: Visitor):
    assert await visitor.ask("GET", "/mode") == (200, {"mode": "normal"})
    assert await visitor.ask("PUT", "/mode", json={"mode": "slow"}) == (200, {"mode": "slow"})
    for nonsense in ({"mode": "broken"}, {"mode": None}, {}, {"mode": ["slow"]}):
        status, answer = await visitor.ask("PUT", "/mode", json=nonsense)
        assert (status, answer["modes"]) == (422, ["normal", "slow", "down", "declining", "unknown"])
    assert (await visitor.ask("PUT", "/mode", data=b"slow"))[0] == 400
    assert await visitor.ask("GET", "/mode") == (200, {"mode": "slow"})


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"orderId": "short"}, "INVALID_REQUEST"),
        ({"orderId": "x" * 65}, "INVALID_REQUEST"),
        ({"orderId": "한글주문번호"}, "INVALID_REQUEST"),
        ({"orderId": "attempt-1\n"}, "INVALID_REQUEST"),
        ({"orderId": None}, "INVALID_REQUEST"),
        ({"amount": "80000"}, "INVALID_REQUEST"),
        ({"amount": 80_000.5}, "INVALID_REQUEST"),
        ({"amount": True}, "INVALID_REQUEST"),
        ({"amount": 10**30}, "INVALID_REQUEST"),
        ({"amount": 99}, "BELOW_MINIMUM_AMOUNT"),
        ({"amount": -80_000}, "BELOW_MINIMUM_AMOUNT"),
        ({"orderName": ""}, "INVALID_REQUEST"),
        ({"orderName": "가" * 101}, "INVALID_REQUEST"),
        ({"customerKey": 7}, "INVALID_REQUEST"),
    ],
)
async def test_nonsense_is_refused(visitor: Visitor, change: dict[str, object], code: str):
    status, answer = await visitor.ask("POST", "/toss/v1/billing/test-card", json=CHARGE | change)
    assert (status, answer["code"]) == (400, code)
    assert (visitor.folder / "ledger.jsonl").read_bytes() == b""


@pytest.mark.asyncio
@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"null", b"\xff\xfe", b"[" * 60_000, b'{"orderId":' * 5000])
async def test_a_body_that_is_no_object_is_refused(visitor: Visitor, body: bytes):
    for path in ("/toss/v1/billing/test-card", "/toss/v1/payments/confirm", "/toss/v1/payments/x/cancel"):
        status, answer = await visitor.ask("POST", path, data=body)
        assert (status, answer["code"]) == (400, "INVALID_REQUEST")


@pytest.mark.asyncio
async def test_odd_but_lawful_texts_survive_a_restart(visitor: Visitor):
    odd = '줄\n바꿈 \u2028 "따옴표" \ud800 <b>'
    body = json.dumps(CHARGE | {"orderName": odd}).encode()
    status, answer = await visitor.ask("POST", "/toss/v1/billing/test-card", data=body)
    assert (status, answer["orderName"]) == (200, odd)
    lines = (visitor.folder / "ledger.jsonl").read_bytes().splitlines()
    assert [json.loads(line)["payment"]["orderName"] for line in lines] == [odd]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "header", ["", "Basic", "Basic !!!", "Bearer test_sk_sandbox", "Basic dGVzdF9za19zYW5kYm94", "Basic \u00e9"]
)
async def test_a_stranger_is_turned_away(visitor: Visitor, header: str):
    headers = {"Authorization": header}
    status, answer = await visitor.ask("POST", "/toss/v1/billing/test-card", json=CHARGE, headers=headers)
    assert (status, answer["code"]) == (401, "UNAUTHORIZED_KEY")


@pytest.mark.asyncio
async def test_the_test_code_is_answered_without_acting(visitor: Visitor):
    for code, expected in (("REJECT_CARD_PAYMENT", 403), ("FAILED_INTERNAL_SYSTEM_PROCESSING", 500), ("NEW", 400)):
        status, answer = await visitor.ask(
            "POST", "/toss/v1/billing/test-card", json=CHARGE, headers={"TossPayments-Test-Code": code}
        )
        assert (status, answer["code"]) == (expected, code)
    assert (await visitor.ask("GET", "/ledger"))[1] == {"charges": [], "refunds": []}


@pytest.mark.asyncio
async def test_a_key_is_scoped_by_address_and_not_by_body(visitor: Visitor):
    headers = {"Idempotency-Key": "one"}
    first = await visitor.ask("POST", "/toss/v1/billing/test-card", json=CHARGE, headers=headers)
    other = CHARGE | {"orderId": "attempt-2"}
    assert await visitor.ask("POST", "/toss/v1/billing/test-card", json=other, headers=headers) == first
    path = f"/toss/v1/payments/{first[1]['paymentKey']}/cancel"
    status, answer = await visitor.ask("POST", path, json={"cancelReason": "r"}, headers=headers)
    assert (status, answer["status"]) == (200, "CANCELED")
    status, answer = await visitor.ask("POST", path, json={}, headers={"Idempotency-Key": "x" * 301})
    assert (status, answer["code"]) == (400, "INVALID_IDEMPOTENCY_KEY")


@pytest.mark.asyncio
async def test_a_key_under_way_is_refused_and_then_answered(visitor: Visitor):
    await visitor.ask("PUT", "/mode", json={"mode": "slow"})
    options = {"json": CHARGE, "headers": {"Idempotency-Key": "one"}}
    first = asyncio.create_task(visitor.ask("POST", "/toss/v1/billing/test-card", **options))
    while not (await visitor.ask("GET", "/ledger"))[1]["charges"]:
        pass
    status, answer = await visitor.ask("POST", "/toss/v1/billing/test-card", **options)
    assert (status, answer["code"]) == (409, "IDEMPOTENT_REQUEST_PROCESSING")
    await visitor.ask("PUT", "/mode", json={"mode": "normal"})
    answered = await first
    assert await visitor.ask("POST", "/toss/v1/billing/test-card", **options) == answered


@pytest.mark.asyncio
async def test_many_refunds_at_once_never_exceed_the_payment(visitor: Visitor):
    _, payment = await visitor.ask("POST", "/toss/v1/billing/test-card", json=CHARGE)
    path = f"/toss/v1/payments/{payment['paymentKey']}/cancel"
    body = {"cancelReason": "r", "cancelAmount": 30_000}
    results = await asyncio.gather(*(visitor.ask("POST", path, json=body) for _ in range(8)))
    assert sorted(status for status, _ in results) == [200, 200] + [403] * 6
    assert sum(line["amount_krw"] for line in (await visitor.ask("GET", "/ledger"))[1]["refunds"]) == 60_000


@pytest.mark.asyncio
async def test_down_is_a_real_reset_and_the_levers_still_work(visitor: Visitor):
    await check_down(visitor)


@pytest.mark.asyncio
async def test_so_it_is_in_a_process_of_its_own(visitor_of_its_own_process: Visitor):
    await check_down(visitor_of_its_own_process)


async def check_down(visitor: Visitor) -> None:
    await visitor.ask("PUT", "/mode", json={"mode": "down"})
    at = urlsplit(visitor.url)
    for path in ("/toss/v1/payments/orders/attempt-1", "/window"):
        reader, writer = await asyncio.open_connection(at.hostname, at.port)
        writer.write(f"GET {at.path}{path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        with pytest.raises(ConnectionResetError):
            await reader.read()
        writer.close()
    assert await visitor.ask("GET", "/mode") == (200, {"mode": "down"})
    assert (await visitor.ask("GET", "/ledger"))[0] == 200


@pytest.mark.asyncio
async def test_the_window_shows_the_order_and_nothing_else(visitor: Visitor):
    status, page, _ = await visitor.window(orderName="<script>alert(1)</script>&\"'")
    assert status == 200
    assert "&lt;script&gt;alert(1)&lt;/script&gt;&amp;&quot;&#x27;" in page
    assert "<script" not in page
    for words in ("80,000원", "결제하기", "카드 거절", "닫기"):
        assert words in page


@pytest.mark.asyncio
async def test_the_window_leads_back_by_what_was_tapped(visitor: Visitor):
    status, _, to = await visitor.window("POST", action="approve")
    query = parse_qs(urlsplit(to).query)
    assert status == 303
    assert to.startswith(f"{HOME}/done?")
    assert (query["orderId"], query["amount"]) == (["attempt-1"], ["80000"])
    assert (await visitor.ask("GET", f"/toss/v1/payments/{query['paymentKey'][0]}"))[1]["status"] == "IN_PROGRESS"
    for action, code in (
        ("decline", "REJECT_CARD_COMPANY"),
        ("close", "PAY_PROCESS_CANCELED"),
        ("?", "PAY_PROCESS_CANCELED"),
    ):
        status, _, to = await visitor.window("POST", action=action)
        query = parse_qs(urlsplit(to).query)
        assert to.startswith(f"{HOME}/failed?")
        assert (query["from"], query["code"], query["orderId"]) == (["window"], [code], ["attempt-1"])
        assert query["message"]


@pytest.mark.asyncio
async def test_a_paid_order_is_not_opened_again(visitor: Visitor):
    await visitor.ask("POST", "/toss/v1/billing/test-card", json=CHARGE)
    _, _, to = await visitor.window("POST", action="approve")
    assert parse_qs(urlsplit(to).query)["code"] == ["ALREADY_PROCESSED_PAYMENT"]


@pytest.mark.asyncio
@pytest.mark.parametrize("name", ["successUrl", "failUrl"])
@pytest.mark.parametrize(
    "address",
    [
        "",
        "/done",
        "//evil.test/done",
        "https://shop.test:8000/done",
        "http://shop.test/done",
        "http://shop.test:8000@evil.test/",
        "http://evil.test#http://shop.test:8000",
        "http://shop.test:8000.evil.test/",
        "http://evil.test\\@shop.test:8000/",
        "http://shop.test:8000/a b",
        "http://shop.test:8000/\r\nSet-Cookie: a=b",
        "http://shop.test:99999/",
        "javascript:alert(1)",
        "data:text/html,x",
        "http://[::1",
    ],
)
async def test_the_window_leads_nowhere_else(visitor: Visitor, name: str, address: str):
    for method, action in (("GET", ""), ("POST", "approve")):
        status, page, to = await visitor.window(method, action=action, **{name: address})
        assert (status, to) == (400, "")
        assert "돌아갈 주소" in page


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "change", [{"amount": "1e5"}, {"amount": "-1"}, {"amount": "9" * 5000}, {"orderId": ""}, {"orderName": ""}]
)
async def test_the_window_does_not_open_without_an_order(visitor: Visitor, change: dict[str, str]):
    status, page, _ = await visitor.window(**change)
    assert status == 400
    assert "다시 결제해 주세요" in page


def test_a_torn_last_line_is_cut_off_and_the_next_one_is_whole(tmp_path: Path):
    path = tmp_path / "ledger.jsonl"
    path.write_bytes(b'{"a":1}\n{"b":2}\n{"c":"' + b"torn" * 99)
    ledger = Ledger.open(path)
    assert ledger.found == [{"a": 1}, {"b": 2}]
    ledger.append({"d": 4})
    ledger.close()
    assert path.read_bytes() == b'{"a":1}\n{"b":2}\n{"d":4}\n'


@pytest.mark.parametrize("content", [b'{"a":1}\nnonsense\n{"b":2}\n', b"[]\n", b"\n"])
def test_a_damaged_ledger_is_not_touched(tmp_path: Path, content: bytes):
    path = tmp_path / "ledger.jsonl"
    path.write_bytes(content)
    with pytest.raises(LedgerDamaged):
        Ledger.open(path)
    assert path.read_bytes() == content


def test_two_cannot_write_one_ledger(tmp_path: Path):
    first = Ledger.open(tmp_path / "ledger.jsonl")
    with pytest.raises(LedgerInUse):
        Ledger.open(tmp_path / "ledger.jsonl")
    first.close()
    Ledger.open(tmp_path / "ledger.jsonl").close()


def test_a_full_disk_leaves_the_ledger_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    ledger = Ledger.open(tmp_path / "ledger.jsonl")
    ledger.append({"a": 1})

    def full(_: int) -> None:
        raise OSError(28, "no space")

    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="no space"):
            ledger.append({"b": 2})
    ledger.append({"c": 3})
    ledger.close()
    assert (tmp_path / "ledger.jsonl").read_bytes() == b'{"a":1}\n{"c":3}\n'


SERVER = """
import asyncio, sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from services.payment.adapters.sandbox import Ledger, create_app, start

class Clock:
    def now(self): return datetime(2026, 11, 23, tzinfo=UTC)

class Ids:
    count = int(sys.argv[2])
    def new(self):
        self.count += 1
        return f"{self.count:08d}"

async def main():
    ledger = Ledger.open(Path(sys.argv[1]))
    app = create_app(ledger, clock=Clock(), ids=Ids(), return_base="http://shop.test")
    print((await start(app)).url, flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


@pytest.mark.asyncio
async def test_what_was_answered_survives_a_kill(tmp_path: Path):
    path = tmp_path / "ledger.jsonl"
    done: list[str] = []
    async with aiohttp.ClientSession() as session:
        for life in range(2):
            server = subprocess.Popen(  # noqa: ASYNC220
                [sys.executable, "-c", SERVER, str(path), str(life * 1_000_000)], stdout=subprocess.PIPE, text=True
            )
            assert server.stdout is not None
            visitor = Visitor(session=session, url=server.stdout.readline().strip(), folder=tmp_path)
            _, ledger = await visitor.ask("GET", "/ledger")
            charged = {line["order_id"] for line in ledger["charges"]}
            assert set(done) <= charged
            assert len(charged) == len(ledger["charges"])

            async def pay(number: int, visitor: Visitor = visitor, life: int = life, server: Any = server) -> None:
                order_id = f"attempt-{life}-{number}"
                await visitor.ask("POST", "/toss/v1/billing/test-card", json=CHARGE | {"orderId": order_id})
                done.append(order_id)
                if len(done) == 20 * (life + 1):
                    server.send_signal(signal.SIGKILL)

            payments = [asyncio.create_task(pay(number)) for number in range(60)]
            await asyncio.gather(*payments, return_exceptions=True)
            server.wait()
            server.stdout.close()
    ledger_file = Ledger.open(path)
    assert set(done) <= {record["payment"]["orderId"] for record in ledger_file.found}
    ledger_file.close()
