"""Reservations over HTTP: every status of the contract's table."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from services.reservation.ports import Declined, Unavailable, Unknown
from services.shared_kernel.ids import born_at
from tests.support.api import ADDRESS, BOOKING, FRIDAY, Api, members, open_api

PAID: dict[str, Any] = {"pay": {"method": "card"}}
FIELDS = {
    "id", "version", "status", "customer_id", "service", "size_pyeong", "add_ons", "area", "address", "note",
    "starts_at", "ends_at", "price_krw", "hold_expires_at", "payment_state", "payment", "cancellation",
}  # fmt: skip


@pytest_asyncio.fixture
async def api(tmp_path: Path) -> AsyncIterator[Api]:
    async with AsyncExitStack() as stack:
        yield await open_api(tmp_path, stack)


@pytest.mark.asyncio
async def test_a_place_is_held(api: Api):
    answer = await api.book(add_ons=["fridge"], note="고양이가 있어요")
    assert answer.status_code == 201
    body = answer.json()
    assert body.keys() == FIELDS
    assert born_at(body["id"]) == api.clock.now()
    assert body | {"id": ""} == {
        "id": "", "version": 1, "status": "AWAITING_PAYMENT", "customer_id": "customer-42", "service": "home",
        "size_pyeong": 24, "add_ons": ["fridge"], "area": "mapo", "address": ADDRESS, "note": "고양이가 있어요",
        "starts_at": FRIDAY, "ends_at": "2026-11-27T17:00:00+09:00", "price_krw": 100_000,
        "hold_expires_at": "2026-11-23T15:15:00+09:00", "payment_state": "none", "payment": None, "cancellation": None,
    }  # fmt: skip
    assert (await api.get(f"/api/reservations/{body['id']}")).json() == body
    customer = await api.people.get("customer-42")
    assert customer.role == "customer"


@pytest.mark.asyncio
async def test_paid_in_the_same_call(api: Api):
    answer = await api.book(**PAID)
    assert answer.status_code == 201
    body = answer.json()
    assert (body["status"], body["payment_state"]) == ("CONFIRMED", "paid")
    assert body["payment"] == {
        "id": "payment-1", "status": "PAID", "amount_krw": 80_000, "refunded_krw": 0, "method": "card",
    }  # fmt: skip


@pytest.mark.asyncio
async def test_declined_keeps_the_place(api: Api):
    api.payment.answers = [Declined(code="REJECT_CARD_COMPANY")]
    answer = await api.book(**PAID)
    assert members(answer)[:2] == (402, "declined")
    body = answer.json()
    assert body["reservation"]["payment_state"] == "declined"
    assert body["reservation"]["status"] == "AWAITING_PAYMENT"
    assert body["next_slots"] == []
    paid = await api.post(f"/api/reservations/{body['reservation']['id']}/payment", {"method": "card"})
    assert (paid.status_code, paid.json()["status"]) == (200, "CONFIRMED")


@pytest.mark.parametrize(
    ("given", "state"), [(Unknown(), "confirming"), (Unavailable(retry_after_seconds=30), "deferred")]
)
@pytest.mark.asyncio
async def test_answered_later(api: Api, given, state):
    api.payment.answers = [given]
    answer = await api.book(**PAID)
    assert (answer.status_code, answer.json()["payment_state"]) == (202, state)
    assert int(answer.headers["retry-after"]) > 0


@pytest.mark.asyncio
async def test_paying_again_while_confirming_gives_the_same(api: Api):
    api.payment.answers = [Unknown()]
    first = await api.book(**PAID)
    again = await api.post(f"/api/reservations/{first.json()['id']}/payment", {"method": "card"})
    assert (again.status_code, again.json()) == (202, first.json())
    assert again.headers["retry-after"] == first.headers["retry-after"]
    assert len(api.payment.attempts) == 1


@pytest.mark.asyncio
async def test_a_deferred_payment_is_paid_later(api: Api):
    api.payment.answers = [Unavailable(retry_after_seconds=30), Unavailable(retry_after_seconds=30)]
    deferred = (await api.book(**PAID)).json()
    path = f"/api/reservations/{deferred['id']}/payment"
    assert (await api.post(path, {"method": "card"})).status_code == 202
    assert (await api.post(path, {"method": "card"})).json()["status"] == "CONFIRMED"


@pytest.mark.asyncio
async def test_what_cannot_be_paid(api: Api):
    paid, held = await api.booked(**PAID), await api.booked(customer_id="customer-43")
    again = await api.post(f"/api/reservations/{paid['id']}/payment", {"method": "card"})
    assert members(again)[:2] == (409, "already-paid")
    assert again.json()["reservation"] == paid
    api.clock.advance(minutes=15)
    late = await api.post(f"/api/reservations/{held['id']}/payment", {"method": "card"})
    assert members(late)[:2] == (409, "hold-expired")
    nowhere = await api.post("/api/reservations/nothing/payment", {"method": "card"})
    assert members(nowhere)[:2] == (404, "not-found")
    assert len(api.payment.attempts) == 1


@pytest.mark.asyncio
async def test_a_full_slot_names_the_nearest_free_ones(api: Api):
    for number in range(3):
        await api.booked(customer_id=f"customer-{number}")
    answer = await api.book(**PAID)
    assert members(answer)[:2] == (409, "slot-full")
    body = answer.json()
    assert body["reservation"] is None
    starts = [slot["starts_at"] for slot in body["next_slots"]]
    # A visit takes three hours, so on Friday the nearest begin at 11:00 and at 17:00.
    assert starts[2:4] == ["2026-11-27T11:00:00+09:00", "2026-11-27T17:00:00+09:00"]
    assert starts == sorted(starts)
    assert len(starts) == 5
    assert api.payment.attempts == []


@pytest.mark.asyncio
async def test_too_many_unpaid(api: Api):
    for day in (25, 26):
        await api.booked(starts_at=f"2026-11-{day}T14:00:00+09:00")
    answer = await api.book()
    assert members(answer)[:2] == (409, "too-many-holds")
    assert (answer.json()["reservation"], answer.json()["next_slots"]) == (None, [])


NONSENSE: list[tuple[dict[str, Any], str, str]] = [
    ({"customer_id": "고객"}, "customer_id", "pattern"),
    ({"customer_id": "x" * 37}, "customer_id", "pattern"),
    ({"customer_id": None}, "customer_id", "string"),
    ({"service": "laundry"}, "service", "home, move, office, aircon"),
    ({"size_pyeong": "24"}, "size_pyeong", "integer"),
    ({"size_pyeong": 0}, "size_pyeong", "greater"),
    ({"size_pyeong": True}, "size_pyeong", "integer"),
    ({"size_pyeong": 71}, "size_pyeong", "/api/catalog"),
    ({"starts_at": "2026-11-27T14:00:00"}, "starts_at", "offset"),
    ({"starts_at": "2026-11-27"}, "starts_at", "offset"),
    ({"starts_at": 1_795_755_600}, "starts_at", "offset"),
    ({"starts_at": "Friday"}, "starts_at", "offset"),
    ({"starts_at": "0001-01-01T00:00:00+14:00"}, "starts_at", "year"),
    ({"starts_at": "2026-11-27T14:30:00+09:00"}, "starts_at", "full hour"),
    ({"starts_at": "2026-11-27T07:00:00+09:00"}, "starts_at", "08:00"),
    ({"starts_at": "2026-11-23T16:00:00+09:00"}, "starts_at", "3 hours"),
    ({"starts_at": "2027-03-01T14:00:00+09:00"}, "starts_at", "60 days"),
    ({"area": "busan"}, "area", "mapo"),
    ({"address": "  "}, "address", "empty"),
    ({"address": "가" * 301}, "address", "300"),
    ({"address": "a\x00b"}, "address", "control"),
    ({"address": "\ud800"}, "address", "unicode"),
    ({"note": "가" * 1001}, "note", "1000"),
    ({"add_ons": ["fridge", "fridge"]}, "add_ons", "once"),
    ({"add_ons": ["pool"]}, "add_ons", "fridge"),
    ({"pay": {"method": "cash"}}, "pay.method", "card"),
    ({"pay": {}}, "pay.method", "missing"),
    ({"adress": "typo"}, "adress", "no field"),
]


@pytest.mark.asyncio
async def test_nonsense_names_the_field(api: Api):
    for changes, field, in_message in NONSENSE:
        answer = await api.book(**changes)
        status, kind, _ = members(answer)
        assert (status, kind) == (422, "invalid")
        [error] = answer.json()["errors"]
        assert error["field"] == field
        assert in_message in error["message"], changes
        assert field in answer.json()["detail"]
        assert (field == "adress") is ("example" not in error)
    assert await api.people.find(BOOKING["customer_id"]) is None


@pytest.mark.asyncio
async def test_what_isnt_json(api: Api):
    for content, status in ((b"{", 422), (b"[]", 422), (b"", 422), (b"[" * 20_000, 400), (b"\xff\xfe", 422)):
        answer = await api.client.post(
            "/api/reservations", content=content, headers={"Content-Type": "application/json"}
        )
        assert members(answer)[0] == status, content[:9]
    too_large = await api.client.post("/api/reservations", content=b"x" * 40_000)
    assert members(too_large)[:2] == (413, "too-large")


@pytest.mark.asyncio
async def test_a_cleaner_is_no_customer(api: Api):
    cleaner = await api.people.join(code=await api.people.invite("cleaner"), role="cleaner", channel="web")
    answer = await api.book(customer_id=cleaner.id)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "customer_id")


@pytest.mark.asyncio
async def test_cancelling_gives_what_was_shown(api: Api):
    paid = await api.booked(**PAID)
    path = f"/api/reservations/{paid['id']}/cancellation"
    quote = (await api.get(path)).json()
    assert quote == {
        "paid_krw": 80_000, "fee_krw": 0, "refund_krw": 80_000, "compensation_krw": 0, "tier": 0, "reason": "grace",
        "policy_version": quote["policy_version"], "free_until": "2026-11-23T15:05:00+09:00",
    }  # fmt: skip
    changed = await api.post(path, {"expected_refund_krw": 72_000})
    assert members(changed)[:2] == (409, "figures-changed")
    assert changed.json().items() >= quote.items()
    assert (await api.get(f"/api/reservations/{paid['id']}")).json() == paid
    cancelled = await api.post(path, {"expected_refund_krw": 80_000, "reason": "이사 날짜가 바뀌었어요"})
    assert (cancelled.status_code, cancelled.json()["status"]) == (200, "CANCELLED")
    assert cancelled.json()["cancellation"] == {
        "by": "customer", "reason": "이사 날짜가 바뀌었어요", "fee_krw": 0, "refund_krw": 80_000, "compensation_krw": 0,
        "policy_version": quote["policy_version"],
    }  # fmt: skip
    again = await api.post(path, {"expected_refund_krw": 80_000})
    assert (again.status_code, again.json()) == (200, cancelled.json())
    assert members(await api.get(path))[:2] == (409, "closed")


@pytest.mark.asyncio
async def test_too_late_to_cancel_or_move(api: Api):
    paid = await api.booked(**PAID)
    api.clock.set(datetime.fromisoformat(FRIDAY) + timedelta(minutes=1))
    base = f"/api/reservations/{paid['id']}"
    for answer in (
        await api.get(f"{base}/cancellation"),
        await api.post(f"{base}/cancellation", {"expected_refund_krw": 0}),
        await api.post(f"{base}/schedule", {"starts_at": "2026-11-30T14:00:00+09:00"}),
    ):
        assert members(answer)[:2] == (409, "too-late")
        assert answer.json()["reservation"]["id"] == paid["id"]


@pytest.mark.asyncio
async def test_moving(api: Api):
    paid = await api.booked(**PAID)
    path = f"/api/reservations/{paid['id']}/schedule"
    moved = await api.post(path, {"starts_at": "2026-11-28T01:00:00Z"})
    assert moved.status_code == 200
    assert moved.json()["starts_at"] == "2026-11-28T10:00:00+09:00"
    for number in range(3):
        await api.booked(customer_id=f"customer-{number}", starts_at="2026-11-30T14:00:00+09:00")
    full = await api.post(path, {"starts_at": "2026-11-30T14:00:00+09:00"})
    assert members(full)[:2] == (409, "slot-full")
    assert full.json()["reservation"] == moved.json()
    assert full.json()["next_slots"]
    assert (await api.post(path, {"starts_at": "2026-11-30T05:30:00+09:00"})).status_code == 422
    held = await api.booked(customer_id="customer-9")
    unpaid = await api.post(f"/api/reservations/{held['id']}/schedule", {"starts_at": "2026-11-28T14:00:00+09:00"})
    assert members(unpaid)[:2] == (409, "closed")


@pytest.mark.asyncio
async def test_refunds_show_in_the_payment(api: Api):
    paid = await api.booked(**PAID)
    reservation = await api.reservations.get(reservation_id=paid["id"])
    for refunded, status in ((30_000, "PARTIALLY_REFUNDED"), (80_000, "REFUNDED")):
        async with api.reservations._unit_of_work() as work:
            new = reservation.refunded(refunded_krw=refunded)
            await work.reservations.save(reservation, new, [])
            reservation = new
        payment = (await api.get(f"/api/reservations/{paid['id']}")).json()["payment"]
        assert (payment["status"], payment["refunded_krw"]) == (status, refunded)
