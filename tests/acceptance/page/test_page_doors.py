"""Who gets in: one-time invites, signed sessions, and switches that only this machine's own page may turn."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import expect
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from tests.acceptance.page.conftest import PAGE, OpenPage
from tests.support.page import Demo, PhoneOnPage

pytestmark = PAGE

ELSEWHERE = "http://elsewhere.example"
POLICY_VIOLATION = 1008


@pytest_asyncio.fixture(loop_scope="session")
async def client(demo: Demo) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(trust_env=False, base_url=demo.url, timeout=30) as opened:
        yield opened


async def refused_code(demo: Demo, *, origin: str | None = None, cookie: str = "") -> int | None:
    """How a socket ends that gets no hello."""
    url = demo.url.replace("http", "ws") + "/chat/ws?role=customer"
    async with connect(url, origin=origin, additional_headers={"Cookie": cookie}, proxy=None) as socket:  # type: ignore[arg-type]
        with pytest.raises(ConnectionClosed) as ended:
            await socket.recv()
    return ended.value.rcvd.code if ended.value.rcvd else None


async def test_the_invite_links_that_the_demo_printed_work_once(open_page: OpenPage, demo: Demo):
    """The codes leave the address bar at once; a second person is told why they don't work, and can still join."""
    codes = await demo.invites()
    page = await open_page("/?cleaner={cleaner}&operator={operator}".format(**codes))
    await expect(PhoneOnPage(page, "cleaner").log).to_contain_text("이름이나 상호를 알려 주세요.")
    await expect(PhoneOnPage(page, "operator").log).to_contain_text("무엇을 볼까요?")
    assert page.url == demo.url + "/"
    await page.reload()
    await expect(PhoneOnPage(page, "operator").state).to_have_text("연결됨")

    late = PhoneOnPage(await open_page(f"/?operator={codes['operator']}"), "operator")
    await expect(late.root.get_by_test_id("join-error")).to_contain_text("코드는 한 번만")
    await expect(late.root.get_by_test_id("join-code")).to_have_value(codes["operator"])
    await late.join()


async def test_an_open_phone_closes_when_its_role_is_taken_back_from_a_shell(open_page: OpenPage, demo: Demo):
    """Beside the running demo, as an agency does; who is invited again begins anew."""
    page = await open_page("/")
    phone = PhoneOnPage(page, "operator")
    await phone.join()
    await phone.say("현황")
    await expect(phone.log).to_contain_text("손이 필요한 일")
    [cookie] = [one for one in await page.context.cookies(f"{demo.url}/chat") if one["name"] == "ssak3_operator"]
    person_id = cookie["value"].partition(".")[0]
    said = await demo.shell("staff", "remove", person_id, "--yes", "--even-last")
    assert "has no role any more" in said
    await expect(phone.root.get_by_test_id("join-error")).to_contain_text("초대 코드를 넣어 주세요")
    await expect(phone.log).to_be_hidden()
    await page.reload()
    await phone.join()
    await expect(phone.log).not_to_contain_text("손이 필요한 일")


async def test_who_erases_themselves_is_greeted_as_somebody_new(open_page: OpenPage, demo: Demo):
    """The open page forgets what was said on it, and goes on by itself."""
    page = await open_page("/")
    phone = PhoneOnPage(page, "customer")
    await phone.say("금요일 2시 마포 24평 집청소")
    await expect(phone.log).to_contain_text("이제 주소만 알려 주시면 돼요.")
    await phone.say("내 정보 삭제해줘")
    await phone.tap("삭제 확정")
    await expect(phone.log).not_to_contain_text("주소만")
    await expect(phone.log).to_contain_text("안녕하세요, 싹3예요.")
    await phone.say("안녕하세요")
    await expect(phone.log).not_to_contain_text("주소만")


async def test_a_socket_needs_our_own_page_and_our_own_cookie(demo: Demo, client: httpx.AsyncClient):
    """A foreign page can't talk with a visitor's cookie, and a cookie can't be made up."""
    answer = await client.post("/chat/session", json={"role": "customer"})
    cookie = answer.headers["set-cookie"]
    for part in ("HttpOnly", "SameSite=strict", "Path=/chat"):
        assert part in cookie
    session = cookie.partition(";")[0]
    assert await refused_code(demo, origin=ELSEWHERE, cookie=session) == POLICY_VIOLATION
    assert await refused_code(demo, cookie="") == POLICY_VIOLATION
    assert await refused_code(demo, cookie=session[:-4] + "0000") == POLICY_VIOLATION
    person = answer.json()["person_id"]
    assert await refused_code(demo, cookie=f"ssak3_customer={person}.{'0' * 64}") == POLICY_VIOLATION
    url = demo.url.replace("http", "ws") + "/chat/ws?role=customer"
    async with connect(url, origin=demo.url, additional_headers={"Cookie": session}, proxy=None) as socket:  # type: ignore[arg-type]
        assert '"hello"' in str(await socket.recv())


async def test_a_session_is_not_given_to_another_page_or_for_a_role_not_held(client: httpx.AsyncClient):
    foreign = await client.post("/chat/session", json={"role": "customer"}, headers={"Origin": ELSEWHERE})
    assert (foreign.status_code, foreign.headers["content-type"]) == (403, "application/problem+json")
    for role in ("cleaner", "operator"):
        assert (await client.post("/chat/session", json={"role": role})).status_code == 401
    guess = await client.post("/chat/session", json={"role": "operator", "invite": "AAAAAAAAAA", "language": "en"})
    assert (guess.status_code, guess.json()["title"]) == (403, "You need an invite")


@pytest.mark.parametrize("header", [{"Origin": ELSEWHERE}, {"Host": "elsewhere.example"}], ids=["origin", "host"])
async def test_the_demos_switches_are_for_this_machines_own_page(client: httpx.AsyncClient, header: dict[str, str]):
    """Neither another page nor a name that leads here (DNS rebinding) reads or turns them, or joins."""
    calls = [
        client.get("/demo/state", headers=header),
        client.get("/demo/events", headers=header),
        client.put("/demo/notifications", json={"paused": True}, headers=header),
        client.put("/sandbox/mode", json={"mode": "down"}, headers=header),
        client.get("/sandbox/ledger", headers=header),
        client.post("/chat/session", json={"role": "operator", "demo": True}, headers=header),
    ]
    statuses = [(await call).status_code for call in calls]
    assert statuses[:5] == [403] * 5
    assert statuses[5] in (401, 403)
    state = (await client.get("/demo/state")).json()
    assert (state["provider"], state["notifications_paused"]) == ("normal", False)


async def test_outside_of_the_demo_nobody_joins_without_an_invite(tmp_path: Path):
    """The same system for real: no switches, no way in by a button."""
    real = Demo(tmp_path, command=("run", "all"))
    await real.start()
    async with httpx.AsyncClient(trust_env=False, base_url=real.url, timeout=30) as client:
        assert (await client.get("/chat/config")).json() == {"demo": False}
        joined = await client.post("/chat/session", json={"role": "operator", "demo": True})
        switched = await client.put("/demo/notifications", json={"paused": True})
    assert (joined.status_code, switched.status_code) == (401, 404)
    assert await real.stop() == 0, real.output


async def test_the_page_asks_nothing_of_others_and_may_not_be_framed(client: httpx.AsyncClient):
    page = await client.get("/")
    policy = page.headers["content-security-policy"]
    for rule in ("default-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"):
        assert rule in policy
    assert "unsafe" not in policy
    assert page.headers["x-content-type-options"] == "nosniff"
    missing = await client.get("/api/no-such-thing")
    assert (missing.status_code, missing.headers["content-type"]) == (404, "application/problem+json")


async def test_the_api_is_documented_without_a_network(open_page: OpenPage, demo: Demo):
    """Every file of the API's page comes from here, and it is drawn."""
    page = await open_page("/chat/config")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.goto(f"{demo.url}/docs")
    await expect(page.get_by_role("heading", name=re.compile("^Ssak3"))).to_be_visible()
    await expect(page.get_by_text("/api/mypage/{customer_id}")).to_be_visible()
    assert [url for url in asked if not url.startswith((demo.url, "data:"))] == []
