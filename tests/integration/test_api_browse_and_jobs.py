"""The token, the catalogue, slots, my page, jobs, and what the documentation says of all of them."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import httpx
import jsonschema
import pytest
import pytest_asyncio

from services.mypage.view import CancellationPart, JobPart, PaymentPart, ReservationView
from tests.support.api import ADDRESS, FRIDAY, Api, members, open_api

ROUTES = {
    "/api/reservations": {"post"},
    "/api/reservations/{reservation_id}": {"get"},
    "/api/reservations/{reservation_id}/payment": {"post"},
    "/api/reservations/{reservation_id}/cancellation": {"get", "post"},
    "/api/reservations/{reservation_id}/schedule": {"post"},
    "/api/mypage/{customer_id}": {"get"},
    "/api/slots": {"get"},
    "/api/catalog": {"get"},
    **{f"/api/jobs/{{job_id}}/{action}": {"post"} for action in ("accept", "decline", "en-route", "start", "finish")},
}


@pytest_asyncio.fixture
async def api(tmp_path: Path) -> AsyncIterator[Api]:
    async with AsyncExitStack() as stack:
        yield await open_api(tmp_path, stack)


@pytest.mark.asyncio
async def test_nobody_without_the_token(api: Api):
    async with httpx.AsyncClient(transport=httpx.ASGITransport(api.app), base_url="http://api.test") as stranger:
        for headers in (
            {},
            {"Authorization": "Bearer wrong"},
            {"Authorization": "Basic YTpi"},
            {"Authorization": "토큰"},
        ):
            for path, methods in ROUTES.items():
                for method in methods:
                    raw = {name.encode(): value.encode() for name, value in headers.items()}
                    answer = await stranger.request(method, path.replace("{", "").replace("}", ""), headers=raw)
                    assert members(answer)[:2] == (401, "unauthorized")
                    assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.asyncio
async def test_no_such_thing(api: Api):
    for path in ("/api/reservations/nothing", "/api/mypage/nobody", "/api/reservations/%00", "/api/reservations/a%2Fb"):
        assert members(await api.get(path))[0] == 404, path
    for path in ("/api/nothing", "/api/jobs/nothing/dance"):
        assert members(await api.post(path))[0] == 404
    assert members(await api.client.delete("/api/catalog"))[0] == 405
    assert members(await api.post("/api/jobs/nothing/accept", {"cleaner_id": "c"}))[:2] == (404, "not-found")


@pytest.mark.asyncio
async def test_the_catalogue(api: Api):
    body = (await api.get("/api/catalog")).json()
    assert body.keys() == {"services", "areas", "add_ons"}
    home = body["services"][0]
    assert (home["id"], home["name"], home["name_en"]) == ("home", "집청소", "Home cleaning")
    assert home["sizes"][2] == {"up_to_pyeong": 24, "price_krw": 80_000, "hours": 3}
    assert body["areas"][0] == {"id": "mapo", "name": "마포구", "name_en": "Mapo"}
    assert body["add_ons"][0] == {"id": "fridge", "name": "냉장고 청소", "name_en": "Fridge", "price_krw": 20_000}


@pytest.mark.asyncio
async def test_slots(api: Api):
    days = {"from": "2026-11-23", "to": "2026-11-24"}
    shortest = (await api.get("/api/slots", area="mapo", **days)).json()["slots"]
    assert shortest[0] == {"starts_at": "2026-11-23T18:00:00+09:00", "ends_at": "2026-11-23T20:00:00+09:00", "left": 3}
    assert shortest[-1]["starts_at"] == "2026-11-24T18:00:00+09:00"
    large = await api.get("/api/slots", area="mapo", service="move", size_pyeong="24", **days)
    assert large.json()["slots"][0]["ends_at"] == "2026-11-23T23:00:00+09:00"
    past = await api.get("/api/slots", area="mapo", **{"from": "2020-01-01", "to": "2020-01-02"})
    assert (past.status_code, past.json()) == (200, {"slots": []})
    far = await api.get("/api/slots", area="mapo", **{"from": "2000-01-01", "to": "2199-01-01"})
    assert far.json()["slots"][-1]["starts_at"].startswith("2027-01-22")


NONSENSE = [
    ({"area": "busan"}, "area"),
    ({"from": "2026-11-25"}, "to"),
    ({"from": "tomorrow"}, "from"),
    ({"to": "2026-02-30"}, "to"),
    ({"service": "home"}, "size_pyeong"),
    ({"size_pyeong": "24"}, "service"),
    ({"service": "home", "size_pyeong": "many"}, "size_pyeong"),
    ({"service": "home", "size_pyeong": "71"}, "size_pyeong"),
    ({"service": "laundry", "size_pyeong": "24"}, "service"),
]


@pytest.mark.asyncio
async def test_slots_of_nonsense(api: Api):
    for query, field in NONSENSE:
        answer = await api.get("/api/slots", **{"area": "mapo", "from": "2026-11-24", "to": "2026-11-24", **query})
        assert members(answer)[:2] == (422, "invalid")
        assert [error["field"] for error in answer.json()["errors"]] == [field]


def a_view(reservation: dict[str, object], details_id: str) -> ReservationView:
    return ReservationView(
        id=str(reservation["id"]), version=2, status="CONFIRMED", customer_id="customer-42", service="home",
        size_pyeong=24, add_ons=("fridge",), area="mapo", details_id=details_id,
        starts_at=datetime.fromisoformat(FRIDAY), ends_at=datetime.fromisoformat(FRIDAY).replace(hour=17),
        visit_revision=1, price_krw=100_000, hold_expires_at=datetime.fromisoformat(FRIDAY), payment_state="paid",
        payment=PaymentPart(id="p1", status="PAID", amount_krw=100_000, refunded_krw=0, method="card"),
        job=JobPart(id="j1", status="ASSIGNED", visit_revision=1, cleaner_name="OO클린"),
        cancellation=CancellationPart(
            by="customer", reason="r", fee_krw=1, refund_krw=2, compensation_krw=0, policy_version="v"
        ),
    )  # fmt: skip


@pytest.mark.asyncio
async def test_my_page(api: Api):
    booked = [await api.booked(starts_at=f"2026-11-{day}T14:00:00+09:00") for day in (25, 26)]
    reservation = await api.reservations.get(reservation_id=booked[1]["id"])
    api.my_page.views = [a_view(booked[1], reservation.visit.details_id), a_view(booked[0], "erased")]
    first = (await api.get("/api/mypage/customer-42", limit="1")).json()
    [shown] = first["reservations"]
    assert shown["address"] == ADDRESS
    assert shown["payment"] == {
        "id": "p1", "status": "PAID", "amount_krw": 100_000, "refunded_krw": 0, "method": "card",
    }  # fmt: skip
    assert shown["job"] == {"id": "j1", "status": "ASSIGNED", "cleaner_name": "OO클린"}
    assert shown["cancellation"]["refund_krw"] == 2
    assert shown.keys() == booked[0].keys() | {"job"}
    assert first["as_of"] == FRIDAY
    second = (await api.get("/api/mypage/customer-42", after=first["next"])).json()
    assert (second["reservations"][0]["id"], second["next"]) == (booked[0]["id"], None)
    assert second["reservations"][0]["address"] is None
    api.my_page.views = [replace(api.my_page.views[0], job=None, payment=None, cancellation=None)]
    [bare] = (await api.get("/api/mypage/customer-42")).json()["reservations"]
    assert (bare["job"], bare["payment"], bare["cancellation"]) == (None, None, None)


@pytest.mark.asyncio
async def test_my_page_of_a_newcomer_is_empty(api: Api):
    await api.welcoming.welcome("new")
    assert (await api.get("/api/mypage/new")).json() == {"reservations": [], "as_of": None, "next": None}
    for query in ({"limit": "0"}, {"limit": "101"}, {"after": "a b"}):
        assert (await api.get("/api/mypage/new", **query)).status_code == 422


@pytest.mark.asyncio
async def test_a_job_from_accepting_to_done(api: Api):
    job = await api.job_for("c1", "c2")
    base, mine, theirs = f"/api/jobs/{job.id}", {"cleaner_id": "c1"}, {"cleaner_id": "c2"}
    assert members(await api.post(f"{base}/accept", {"cleaner_id": "stranger"}))[:2] == (403, "not-yours")
    taken = await api.post(f"{base}/accept", mine)
    assert (taken.status_code, taken.json()["status"], taken.json()["cleaner_name"]) == (200, "ASSIGNED", "OO클린")
    assert (await api.post(f"{base}/accept", mine)).json() == taken.json()
    for action in ("accept", "decline"):
        late = await api.post(f"{base}/{action}", theirs)
        assert members(late)[:2] == (409, "taken")
        assert late.json()["job"]["status"] == "ASSIGNED"
    for action in ("en-route", "start", "finish"):
        assert members(await api.post(f"{base}/{action}", theirs))[:2] == (403, "not-yours")
    assert members(await api.post(f"{base}/finish", mine))[:2] == (409, "wrong-order")
    first = await api.post(f"{base}/start", mine)
    assert members(first)[:2] == (409, "wrong-order")
    assert first.json()["detail"] == "First: en-route."
    assert (await api.post(f"{base}/en-route", mine)).json()["status"] == "EN_ROUTE"
    early = await api.post(f"{base}/start", mine)
    assert members(early)[:2] == (409, "too-early")
    assert "2026-11-27T13:30:00+09:00" in early.json()["detail"]
    api.clock.set(datetime.fromisoformat(FRIDAY))
    for action, status in (("en-route", "EN_ROUTE"), ("start", "STARTED"), ("finish", "FINISHED")):
        answer = await api.post(f"{base}/{action}", mine)
        assert (answer.status_code, answer.json()["status"]) == (200, status)


@pytest.mark.asyncio
async def test_declining_and_answering_late(api: Api):
    job = await api.job_for("c1", "c2")
    declined = await api.post(f"/api/jobs/{job.id}/decline", {"cleaner_id": "c1"}, key="k")
    assert (declined.status_code, declined.json()["status"]) == (200, "OFFERING")
    api.clock.advance(minutes=11)
    late = await api.post(f"/api/jobs/{job.id}/accept", {"cleaner_id": "c2"})
    assert members(late)[:2] == (409, "offer-late")
    empty = await api.post(f"/api/jobs/{job.id}/accept", {})
    assert (empty.status_code, empty.json()["errors"][0]["field"]) == (422, "cleaner_id")


@pytest.mark.asyncio
async def test_the_documentation(api: Api):
    described = (await api.get("/openapi.json")).json()
    assert {path: set(methods) for path, methods in described["paths"].items()} == ROUTES
    for schema in described["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)
    for path, methods in described["paths"].items():
        for method, route in methods.items():
            assert route["summary"], path
            assert route["description"], path
            assert route["responses"].keys() >= {"401", "422", "500"}
            assert route["security"] == [{"HTTPBearer": []}]
            headers = [told["name"] for told in route.get("parameters", ()) if told["in"] == "header"]
            assert headers == (["Idempotency-Key"] if method == "post" else [])
            for status, told in route["responses"].items():
                kind = "application/json" if status < "300" else "application/problem+json"
                assert list(told["content"]) == [kind], (path, method, status)
    booking = described["components"]["schemas"]["NewReservation"]
    example = {name: field["examples"][0] for name, field in booking["properties"].items() if "examples" in field}
    jsonschema.validate(example, {**booking, "components": described["components"]})
    assert example.keys() >= set(booking["required"])
    assert (await api.get("/docs")).status_code == 200


@pytest.mark.asyncio
async def test_answers_are_as_documented(api: Api):
    described = (await api.get("/openapi.json")).json()

    def check(answer: httpx.Response, path: str, method: str) -> None:
        told = described["paths"][path][method]["responses"][str(answer.status_code)]["content"]
        schema = next(iter(told.values()))["schema"]
        jsonschema.validate(answer.json(), {**schema, "components": described["components"]})

    booked = await api.book(pay={"method": "card"})
    check(booked, "/api/reservations", "post")
    one = "/api/reservations/{reservation_id}"
    path = one.format(reservation_id=booked.json()["id"])
    check(await api.get(path), one, "get")
    check(await api.get(f"{path}/cancellation"), f"{one}/cancellation", "get")
    check(await api.post(f"{path}/payment", {"method": "card"}), f"{one}/payment", "post")
    check(await api.book(size_pyeong=0), "/api/reservations", "post")
    slots = await api.get("/api/slots", area="mapo", **{"from": "2026-11-24", "to": "2026-11-24"})
    check(slots, "/api/slots", "get")
    check(await api.get("/api/catalog"), "/api/catalog", "get")
