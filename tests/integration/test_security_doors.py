"""Attacks on the main port: each is refused, changes nothing, and makes no noise in the log."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from bot.channels.web import router as web
from bot.channels.web.socket import HISTORY, PAUSE_SECONDS, POLICY_VIOLATION
from bot.people import BadInvite
from services.shared_kernel.transient import Away
from ssak3.system import DemoClock
from tests.support.doors import Doors, hear, open_doors

pytestmark = pytest.mark.asyncio
KEY = {"Authorization": "Bearer test-token"}
JSON = {**KEY, "Content-Type": "application/json"}


@pytest_asyncio.fixture
async def doors(tmp_path, capfd):
    async with open_doors(tmp_path) as opened:
        yield opened
    printed = "".join(capfd.readouterr())
    assert "Traceback" not in printed, printed


async def test_no_socket_for_other_pages_and_other_people(doors: Doors):
    cookie = await doors.cookie()
    value = cookie.partition("=")[2]
    assert await doors.refusal(cookie) is None
    for origin in ("http://evil.example", "null", doors.url + ".evil.example", "https://127.0.0.1"):
        assert await doors.refusal(cookie, Origin=origin) == POLICY_VIOLATION
    assert await doors.refusal(f"ssak3_operator={value}", "role=operator") == POLICY_VIOLATION
    assert await doors.refusal(cookie, "role=admin") == POLICY_VIOLATION
    assert await doors.refusal(cookie[:-1] + "x") == POLICY_VIOLATION
    assert await doors.refusal("") == POLICY_VIOLATION


FRAMES: list[str | bytes] = [
    "", "{", "null", "[]", "1", '{"type":"say"}', '{"type":"nonsense","client_id":"a"}', "[" * 30_000, '{"a":' * 10_000,
    '{"type":"say","client_id":"a","text":"\\ud800"}', '{"type":"read","seq":' + "9" * 5_000 + "}",
    '{"type":"say","client_id":"' + "a" * 65 + '","text":"a"}', b"\x00\xff", b"{}",
]  # fmt: skip


async def test_nonsense_frames_are_answered(doors: Doors):
    cookie = await doors.cookie()
    for frame in FRAMES:
        async with doors.socket(cookie) as phone:
            await phone.send(frame)
            assert (await hear(phone, "error"))["text"]
        doors.world.clock.advance(seconds=1)


async def test_a_number_beyond_all_rows_is_no_trouble(doors: Doors):
    cookie = await doors.cookie()
    for after in ("9" * 30, "-1"):
        async with doors.socket(cookie, f"role=customer&after={after}") as phone:
            await hear(phone, "hello")


async def test_what_steers_is_not_kept(doors: Doors):
    async with doors.socket(await doors.cookie()) as phone:
        text = "[red]a[/red] \u202e<b>b</b>\x00'; DROP TABLE bot_person;--"
        await phone.send(json.dumps({"type": "say", "client_id": "1", "text": text}))
        while (said := await hear(phone, "message"))["from"] != "me":
            pass
        assert said["card"]["text"] == "[red]a[/red] <b>b</b>'; DROP TABLE bot_person;--"


async def test_a_flood_is_read_slowly_over_all_sockets_of_a_person(doors: Doors):
    cookie = await doors.cookie()
    async with doors.socket(cookie) as phone:
        for _ in range(21):
            await phone.send("nonsense")
        refusals = [(await hear(phone, "error"))["text"] for _ in range(21)]
    assert len(set(refusals[:20])) == 1
    assert refusals[20] != refusals[19]
    async with doors.socket(cookie) as another:
        await another.send("nonsense")
        assert (await hear(another, "error"))["text"] == refusals[20]


async def test_what_needs_no_answer_is_no_way_to_flood(doors: Doors):
    """After a burst each is answered for by a pause; a machine that is slow has a few more before that."""
    now = asyncio.get_running_loop().time
    async with doors.socket(await doors.cookie()) as phone:
        for _ in range(HISTORY):
            await phone.send('{"type":"read","seq":1}')
        for _ in range(HISTORY):
            await phone.send("nonsense")
            await hear(phone, "error")
            began = now()
            await phone.send('{"type":"read","seq":1}')
            await phone.send("nonsense")
            await hear(phone, "error")
            if now() - began >= PAUSE_SECONDS * 0.9:
                return
    pytest.fail("it is never made to wait")


async def test_a_frame_is_small_and_sockets_are_few(doors: Doors):
    cookie = await doors.cookie()
    async with doors.socket(cookie) as phone:
        await phone.send("a" * 1_000_000)
        await asyncio.wait_for(phone.wait_closed(), 20)
        assert phone.close_code == 1009
    async with asyncio.timeout(60):
        phones = [await doors.socket(cookie) for _ in range(web.MOST_SOCKETS)]
        for phone in phones:
            await hear(phone, "hello")
        assert await doors.refusal(cookie) == web.TRY_AGAIN_LATER
        for phone in phones:
            await phone.close()


async def test_a_phone_that_vanishes_makes_no_noise(doors: Doors):
    async with doors.socket(await doors.cookie()) as phone:
        for number in range(50):
            await phone.send(json.dumps({"type": "say", "client_id": str(number), "text": "안녕하세요"}))
        phone.transport.abort()
    await asyncio.sleep(0.1)


async def test_invites_are_not_guessed(doors: Doors):
    codes = [(await doors.enter("operator", invite=f"GUESS{number}")).status_code for number in range(12)]
    assert codes == [403] * 10 + [429] * 2
    doors.world.clock.advance(seconds=10)
    invite = await doors.world.ssak3.people.invite("operator")
    assert (await doors.enter("operator", invite=invite)).status_code == 200


async def test_an_invite_works_once_for_its_role_within_a_week(doors: Doors):
    people = doors.world.ssak3.people
    code = await people.invite("cleaner")
    assert (await doors.enter("operator", invite=code)).status_code == 403
    assert (await doors.enter("cleaner", invite=code)).status_code == 200
    assert (await doors.enter("cleaner", invite=code)).status_code == 403
    late = await people.invite("operator")
    doors.world.clock.advance(days=7, seconds=1)
    with pytest.raises(BadInvite):
        await people.join(code=late, role="operator", channel="web")


async def test_at_once_an_invite_works_once(doors: Doors):
    code = await doors.world.ssak3.people.invite("operator")
    answers = await asyncio.gather(*(doors.client.post("/chat/session", json={"role": "operator", "invite": code})
                                     for _ in range(5)))  # fmt: skip
    assert sorted(answer.status_code for answer in answers) == [200, 403, 403, 403, 403]


ELSEWHERE = [
    {"Host": "evil.example"},
    {"Host": "127.0.0.1.evil.example"},
    {"Host": "localhost.evil.example:80"},
    {"Host": "2130706433"},
    {"Host": ""},
    {"Origin": "http://evil.example"},
    {"Origin": "null"},
    {"X-Forwarded-For": "127.0.0.1"},
    {"Forwarded": "for=203.0.113.7"},
]


async def test_the_demos_switches_are_for_this_machine(doors: Doors):
    for headers in ELSEWHERE:
        for method, path, body in (
            ("GET", "/demo/state", None), ("PUT", "/demo/notifications", {"paused": True}),
            ("PUT", "/demo/clock", {"minutes": 5}), ("PUT", "/sandbox/mode", {"mode": "down"}),
            ("GET", "/sandbox/ledger", None), ("GET", "/demo/events", None),
        ):  # fmt: skip
            answer = await doors.client.request(method, path, json=body, headers=headers)
            assert answer.status_code == 403, path
        answer = await doors.client.post("/chat/session", json={"role": "operator", "demo": True}, headers=headers)
        assert answer.status_code in (401, 403)
    assert not doors.world.ssak3.switches.notifications_paused


async def test_the_demos_clock_goes_forward_a_year_at_most(doors: Doors, tmp_path: Path):
    """Ids tell the real time: what happens now would be forgotten as if it had happened then."""
    doors.world.ssak3.clock = clock = DemoClock(tmp_path)
    month = {"minutes": 31 * 24 * 60}
    answers = [await doors.client.put("/demo/clock", json=month) for _ in range(12)]
    assert [answer.status_code for answer in answers] == [200] * 11 + [409]
    assert "a year at most" in answers[-1].text
    assert clock.shift == DemoClock(tmp_path).shift == timedelta(days=11 * 31)


PAGES = ["/", "/docs", "/openapi.json", "/checkout/x", "/api/catalog", "/health/live", "/metrics", "/nowhere",
         "/static/js/main.js", "/sandbox/window", "/demo/state"]  # fmt: skip


async def test_every_answer_says_what_browsers_must_not_do(doors: Doors):
    for page in PAGES:
        answer = await doors.client.get(page, headers={"Origin": doors.url})
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"], page
        assert answer.headers["x-frame-options"] == "DENY", page
        assert answer.headers["x-content-type-options"] == "nosniff", page
        assert "access-control-allow-origin" not in answer.headers, page
        assert "server" not in answer.headers or answer.headers["server"] == "uvicorn", page


async def test_a_body_is_small(doors: Doors):
    for path in ("/chat/session", "/payments", "/api/reservations"):
        answer = await doors.client.post(path, content=b" " * 1_000_000, headers=JSON)
        assert answer.status_code == 413, path
    answer = await doors.client.put("/sandbox/mode", content=b" " * 1_000_000)
    assert answer.status_code == 413


async def test_nothing_without_the_token(doors: Doors):
    for token in ("", "Bearer", "Bearer wrong", "Basic test-token", "Bearer test-token2", "test-token"):
        for path in (
            "/api/catalog",
            "/api/mypage/x",
            "/api/reservations/x",
            "/payments?reservation_id=x",
            "/payments/x",
        ):
            answer = await doors.client.get(path, headers={"Authorization": token})
            assert answer.status_code == 401, path
            assert answer.headers["content-type"] == "application/problem+json"


async def test_times_that_no_clock_shows_are_refused(doors: Doors):
    order = {"reservation_id": "r", "attempt_id": "a", "amount_krw": 100, "method": "card"}
    for pay_by in ("9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59", "2026-11-24T10:00:00"):
        answer = await doors.client.post("/payments", json={**order, "pay_by": pay_by}, headers=JSON)
        assert answer.status_code == 422, pay_by


async def test_ids_are_ids_to_their_last_letter(doors: Doors):
    for path in ("/api/reservations/a%0A", "/api/reservations/a%00", "/api/mypage/'%20OR%201=1", "/payments/%00"):
        assert (await doors.client.get(path, headers=KEY)).status_code == 404


NO_WAY = [
    "/static/..%2frouter.py",
    "/static/%2e%2e/%2e%2e/web/router.py",
    "/static/%00",
    "/static//etc/passwd",
    "/sandbox/..%2f..%2fhealth",
    "/sandbox/http://evil.example/",
    "/sandbox/@evil.example/",
    "/sandbox//evil.example",
    "/sandbox/%0d%0aX-Evil:1",
    "/sandbox/%5cevil",
    "/sandbox/%ff",
]


async def test_through_a_proxy_here_each_has_tries_of_their_own_and_no_door_is_nearer(doors: Doors):
    """Else whoever guesses codes would keep everybody out; and nobody is of this machine by saying so."""
    guesser, cleaner = {"X-Forwarded-For": "203.0.113.7"}, {"X-Forwarded-For": "127.0.0.1, 198.51.100.1"}
    invite = {"role": "cleaner", "invite": await doors.world.ssak3.people.invite("cleaner")}
    wrong = {"role": "cleaner", "invite": "WRONG12345"}
    statuses = [(await doors.client.post("/chat/session", json=wrong, headers=guesser)).status_code for _ in range(11)]
    assert statuses == [*[403] * 10, 429]
    for name in ("127.0.0.1", "localhost", "::1"):
        as_if_here = {"X-Forwarded-For": name}
        answer = await doors.client.post("/chat/session", json={"role": "operator", "demo": True}, headers=as_if_here)
        assert answer.status_code == 401, name
    assert (await doors.client.post("/chat/session", json=invite, headers=guesser)).status_code == 429
    assert (await doors.client.post("/chat/session", json=invite, headers=cleaner)).status_code == 200


async def test_no_way_out_of_a_folder(doors: Doors):
    for path in NO_WAY:
        answer = await doors.client.get(path)
        assert answer.status_code == 404
        assert "x-evil" not in answer.headers


async def test_an_unforeseen_error_tells_callers_nothing(tmp_path, monkeypatch):
    async with open_doors(tmp_path) as doors:

        async def break_down() -> bool:
            raise RuntimeError("서울 마포구 양화로 12")

        monkeypatch.setattr(doors.world.ssak3.payments, "is_available", break_down)
        answer = await doors.client.get("/payments/availability", headers=KEY)
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert "양화로" not in answer.text
    assert "RuntimeError" not in answer.text


async def test_while_the_database_is_away_callers_are_asked_to_come_again(tmp_path, monkeypatch):
    async with open_doors(tmp_path) as doors:

        async def nobody_answers() -> bool:
            raise Away("ConnectionRefusedError")

        monkeypatch.setattr(doors.world.ssak3.payments, "is_available", nobody_answers)
        answer = await doors.client.get("/payments/availability", headers=KEY)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert answer.json()["type"] == "urn:ssak3:problem:away"


async def test_cookies_are_for_the_chat_of_this_page_only(doors: Doors):
    answer = await doors.enter()
    for flag in ("HttpOnly", "SameSite=strict", "Path=/chat"):
        assert flag in answer.headers["set-cookie"]


async def test_without_the_demo_nobody_joins_for_nothing(tmp_path):
    async with open_doors(tmp_path, is_demo=False) as doors:
        assert (await doors.enter("operator", demo=True)).status_code == 401
        assert (await doors.client.put("/demo/notifications", json={"paused": True})).status_code == 404
        assert (await doors.client.get("/sandbox/ledger")).status_code == 404
