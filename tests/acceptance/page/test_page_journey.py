"""The whole journey on the three phones of one window: booked, paid, taken, cleaned; cancelled, refunded."""

import math
import os
import re
from datetime import datetime, timedelta
from datetime import time as Time
from pathlib import Path

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from services.shared_kernel.clock import KST
from tests.acceptance.page.conftest import PAGE, OpenPage
from tests.support.page import ADDRESS, Demo, PhoneOnPage

pytestmark = PAGE

DOCS = Path(__file__).parents[3] / "docs"


async def photograph(page: Page, name: str, elsewhere: Path) -> None:
    """Into docs/ if it isn't there yet or SSAK3_SCREENSHOT=1 asks for it; else elsewhere.

    Times and days differ each time, so every test run would change a file that nobody wanted changed.
    """
    wanted = os.environ.get("SSAK3_SCREENSHOT") == "1" or not (DOCS / name).exists()
    await page.mouse.move(0, 0)
    await page.screenshot(path=(DOCS if wanted else elsewhere) / name, animations="disabled", caret="hide")


async def faults(page: Page) -> list[str]:
    """What axe finds against WCAG 2.2 AA and its own best practices, with the elements."""
    results = await Axe().run(page)
    return [
        f"{each['id']}: {each['help']}: {[node['html'] for node in each['nodes'][:3]]}"
        for each in results.response["violations"]
    ]


async def register(cleaner: PhoneOnPage, area: str) -> None:
    await cleaner.join()
    await cleaner.reads("이름이나 상호를 알려 주세요.")
    await cleaner.say("OO클린")
    await cleaner.reads("어느 지역에 가실 수 있나요?")
    await cleaner.tap(area)
    await cleaner.tap("다 골랐어요")
    await cleaner.tap("매일")
    await cleaner.reads(f"OO클린, {area}, 매일로 등록할까요?")
    await cleaner.tap("등록하기")
    await cleaner.reads("등록했어요. 결제가 끝난 일만 보내드려요.")
    await expect(cleaner.root).to_contain_text("청소업체 · OO클린")


async def test_booked_paid_taken_cleaned_and_another_cancelled_and_refunded(
    open_page: OpenPage, demo: Demo, tmp_path: Path
):
    """Each phone is told of what the others do; the page has no accessibility faults on the way."""
    page = await open_page()
    customer, cleaner, operator = (PhoneOnPage(page, role) for role in ("customer", "cleaner", "operator"))
    await expect(cleaner.root.get_by_test_id("join-demo")).to_be_visible()
    assert await faults(page) == []

    await register(cleaner, "마포구")
    await operator.join()
    await customer.book("오후 2시", "마포")
    await expect(customer.notice("예약이 확정됐어요")).to_contain_text("80,000원 결제를 마쳤어요.")

    offer = cleaner.notice("새 일이 왔어요: 68,000원")
    await expect(offer).to_contain_text("집청소 24평")
    await expect(offer).not_to_contain_text(ADDRESS)
    await cleaner.tap("수락하기")
    await cleaner.reads("오후 2시 일을 맡으셨어요.", ADDRESS)
    await expect(customer.notice("OO클린에서 방문해요")).to_be_visible()
    await expect(cleaner.notice("일을 맡으셨어요")).to_be_visible()

    await customer.tap("내 예약 보기")
    await customer.reads("예약 1건이에요.")
    await operator.tap("현황 보기")
    await operator.reads("결제는 정상이에요.")
    code = await code_of(customer)
    await operator.say(f"찾기 {code}")
    await operator.reads(f"1건 찾았어요. {code}", "OO클린")
    assert await faults(page) == []
    await photograph(page, "screenshot.png", tmp_path)

    await put_clock(page, demo, visit=Time(14), minutes_before=10)
    await cleaner.tap("출발했어요")
    await expect(customer.notice("OO클린에서 출발했어요")).to_be_visible()
    await cleaner.tap("청소 시작")
    await expect(customer.notice("청소를 시작했어요")).to_be_visible()
    await page.get_by_test_id("demo-clock-180").click()
    await cleaner.tap("청소 완료")
    await cleaner.reads("수고하셨어요. 68,000원이 정산 예정에 올랐어요.")
    await expect(customer.notice("청소를 마쳤어요")).to_be_visible()

    async with cleaner.getting(cleaner.log.locator(".notice", has_text="새 일이 왔어요")):
        await customer.book("오전 10시", "마포")
    async with customer.getting(customer.log.locator(".notice", has_text="OO클린에서 방문해요")):
        await cleaner.tap("수락하기")
    code = await code_of(customer)
    await operator.say(f"찾기 {code}")
    await operator.reads(f"1건 찾았어요. {code}")
    await operator.tap("운영 취소")
    await operator.reads("사유를 적어 주세요.")
    await operator.say("업체 차량 고장으로 방문이 어려워요")
    await operator.reads("환불 80,000원")
    await operator.tap("취소 확정")
    told = customer.notice("환불과 보상금을 드려요")
    await expect(told).to_contain_text("업체 차량 고장으로 방문이 어려워요")
    await expect(customer.notice("80,000원을 돌려드렸어요")).to_be_visible()
    await expect(cleaner.notice("일이 취소됐어요")).to_be_visible()
    await expect(cleaner.notice("고객 결제가 취소됐어요")).to_be_visible()
    # The line above the phones shows only the newest few; the list behind it has it still.
    await page.get_by_test_id("event-expand").click()
    await expect(page.locator(".event-row", has_text="payment.refunded").first).to_be_visible()
    await page.get_by_test_id("event-expand").click()


async def put_clock(page: Page, demo: Demo, *, visit: Time, minutes_before: int) -> None:
    """Forward to just before that time of the day after tomorrow; the page shows it."""
    now = await demo.now()
    starts_at = datetime.combine(now.date() + timedelta(days=2), visit, KST)
    wanted = starts_at - timedelta(minutes=minutes_before)
    await demo.put("/demo/clock", minutes=math.ceil((wanted - now) / timedelta(minutes=1)))
    await expect(page.get_by_test_id("demo-now")).to_contain_text(f"{wanted.month}/{wanted.day}(")


async def code_of(customer: PhoneOnPage) -> str:
    """The booking's short code, as the live line of events has it."""
    await customer.page.get_by_test_id("event-expand").click()
    row = customer.page.locator(".event-row", has_text="reservation.confirmed").first
    code = await row.locator(".event-reservation").inner_text()
    await customer.page.get_by_test_id("event-expand").click()
    assert re.fullmatch(r"[2-9A-HJ-NP-Z]{5}", code)
    return code
