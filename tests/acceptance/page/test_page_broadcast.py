"""A broadcast on the page: written with quick replies, and its progress changed in the bubble where it stands."""

import re

from playwright.async_api import expect

from tests.acceptance.page.conftest import HAND, PAGE, OpenPage
from tests.acceptance.page.test_page_journey import faults
from tests.support.page import Demo, PhoneOnPage

pytestmark = PAGE


async def test_a_broadcast_in_the_hand_and_its_one_bubble(open_page: OpenPage, demo: Demo):
    """The bubble that said how far it is says that it rests, and the end; nothing was added for that."""
    page = await open_page(size=HAND, is_phone=True)
    customer, operator = PhoneOnPage(page, "customer"), PhoneOnPage(page, "operator")
    await customer.reads("안녕하세요, 싹3예요.")
    await page.get_by_test_id("tab-operator").click()
    await operator.join()
    for label in ("단체 발송", "안내", "고객"):
        await operator.tap(label)
    await operator.reads("고객에게 안내를 보내요.")
    await operator.say("눈이 많이 와서 30분쯤 늦을 수 있어요.")
    for label in ("한국어만", "버튼 없이"):
        await operator.tap(label)
    await operator.reads("받는 분이 보는 글이에요.", "아직 보내지 않았어요.")
    await demo.put("/demo/notifications", paused=True)
    await operator.root.get_by_role("button", name="명 발송 확정").last.click()
    beginning = operator.bubble("보냈어요.")
    await expect(beginning).to_contain_text(re.compile(r"0/\d+ 보냈어요\."))
    bubble = operator.log.locator(f".row[data-seq='{await beginning.get_attribute('data-seq')}']")
    await bubble.get_by_role("button", name="잠깐 멈춤").click()
    await expect(bubble).to_contain_text("잠깐 멈췄어요.")
    await expect(bubble).to_have_attribute("aria-live", "off")
    assert await faults(page) == []
    await bubble.get_by_role("button", name="이어서 보내기").click()
    await expect(bubble.get_by_role("button", name="잠깐 멈춤")).to_be_visible()
    await demo.put("/demo/notifications", paused=False)
    await expect(bubble).to_contain_text("발송을 마쳤어요.")
    await expect(bubble).to_have_attribute("aria-live", "polite")
    await expect(bubble.get_by_role("button", name="결과 보기")).to_be_visible()
    await expect(operator.notice("단체 발송을 마쳤어요")).to_be_in_viewport()
    assert await faults(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth") <= HAND[0]
    await page.get_by_test_id("tab-customer").click()
    await customer.reads("눈이 많이 와서 30분쯤 늦을 수 있어요.")
