"""What a person sees while something is down: the provider, notifications, the server itself."""

import asyncio
import re
from datetime import datetime, timedelta

import httpx
from playwright.async_api import expect

from services.shared_kernel.clock import KST
from tests.acceptance.page.conftest import PAGE, OpenPage
from tests.support.page import PAY, Demo, PhoneOnPage

pytestmark = PAGE


async def pay_elsewhere(demo: Demo, count: int) -> list[int]:
    """So many other customers book by the API and try to pay at once; the statuses they got."""
    token = (demo.data / "api_token").read_text()
    day = datetime.now(KST).date() + timedelta(days=10)
    order = {
        "service": "home", "size_pyeong": 24, "area": "songpa", "address": "12 OO-ro, Songpa-gu", "pay": {"method": "card"}
    }  # fmt: skip
    async with httpx.AsyncClient(trust_env=False, base_url=demo.url, timeout=60) as client:

        async def pay(number: int) -> int:
            at = {"customer_id": f"other-{number}", "starts_at": f"{day + timedelta(days=number)}T10:00:00+09:00"}
            headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": f"other-{number}"}
            return (await client.post("/api/reservations", json=order | at, headers=headers)).status_code

        return list(await asyncio.gather(*(pay(number) for number in range(count))))


async def test_the_provider_is_down_and_payments_wait_or_are_found_out(open_page: OpenPage, demo: Demo):
    """The first to pay is never charged twice; with the breaker open the next one is called back; nobody loses a time."""
    first_page, next_page = await open_page(), await open_page()
    first, following = PhoneOnPage(first_page, "customer"), PhoneOnPage(next_page, "customer")
    await first.hold("오전 10시", "강남")
    await following.hold("오후 4시", "강남")
    await first_page.get_by_test_id("demo-provider-down").click()
    await expect(first_page.get_by_test_id("demo-provider-down")).to_have_attribute("aria-pressed", "true")
    await first.tap(PAY)
    await first.reads("결제됐는지 확인하고 있어요.")
    await expect(first_page.get_by_test_id("event-line")).to_contain_text("결제 결과 확인 중")
    assert set(await pay_elsewhere(demo, 4)) == {202}
    await expect(next_page.get_by_test_id("demo-breaker")).to_have_text("차단기 열림")
    await following.tap(PAY)
    await following.reads("지금 결제가 몰려서 조금 뒤에 받을게요. 돈은 나가지 않았어요.")

    await next_page.get_by_test_id("demo-provider-normal").click()
    await expect(first.notice("예약이 확정됐어요")).to_contain_text("80,000원 결제를 마쳤어요.")
    await expect(following.notice("이제 결제하실 수 있어요")).to_be_visible()
    await following.tap("결제하기")
    await following.reads("80,000원 결제했어요.")
    await expect(next_page.get_by_test_id("demo-breaker")).to_have_text("차단기 닫힘")


async def test_notifications_wait_while_bookings_go_on_and_then_arrive(open_page: OpenPage):
    """The count of what waits grows, and goes back to nothing."""
    page = await open_page()
    customer = PhoneOnPage(page, "customer")
    waiting = page.get_by_test_id("demo-waiting")
    await expect(waiting).to_have_text("밀린 알림 0")
    await page.get_by_test_id("demo-notifications").click()
    await expect(page.get_by_test_id("demo-notifications")).to_have_attribute("aria-checked", "false")
    await customer.book("오전 10시", "서대문")
    await expect(page.get_by_test_id("event-line")).to_contain_text("예약 확정")
    await expect(waiting).to_have_text(re.compile(r"밀린 알림 [2-9]"))
    assert await customer.log.locator(".notice").count() == 0
    await page.get_by_test_id("demo-notifications").click()
    await expect(customer.notice("예약이 확정됐어요")).to_be_visible()
    await expect(waiting).to_have_text("밀린 알림 0")


async def test_the_server_is_killed_and_the_phone_comes_back_by_itself(open_page: OpenPage, demo: Demo):
    """What was waiting arrives, what was typed meanwhile is sent once, and nothing is shown twice."""
    page = await open_page()
    customer = PhoneOnPage(page, "customer")
    await demo.put("/demo/notifications", paused=True)
    await customer.book("오후 2시", "송파")
    told = await customer.log.locator(".row").count()
    await demo.kill()
    await expect(customer.state).to_have_text("연결 끊김")
    await expect(customer.banner).to_contain_text("다시 연결하는 중")
    await customer.say("내 예약")
    await expect(customer.bubble("내 예약")).to_have_class(re.compile("pending"))

    await demo.start(port=int(demo.url.rpartition(":")[2]))
    await expect(customer.state).to_have_text("연결됨")
    await expect(customer.banner).to_be_hidden()
    await customer.reads("예약 1건이에요.")
    await expect(customer.notice("예약이 확정됐어요")).to_be_visible()
    await expect(
        customer.log.get_by_text("내 예약", exact=True).and_(customer.log.locator(".row.me .text"))
    ).to_have_count(1)
    # Mine, the answer's two cards, and the two notices that were waiting.
    await expect(customer.log.locator(".row:not(.typing)")).to_have_count(told - 1 + 5)
