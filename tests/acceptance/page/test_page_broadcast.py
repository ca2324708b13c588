"""A broadcast on the page: written with quick replies, and its progress changed in the bubble where it stands."""

from playwright.async_api import expect

from tests.acceptance.page.conftest import HAND, PAGE, OpenPage
from tests.acceptance.page.test_page_journey import faults
from tests.support.page import PhoneOnPage

pytestmark = PAGE


async def test_a_broadcast_in_the_hand_and_its_one_bubble(open_page: OpenPage):
    """The customer gets it; the bubble that said how far it is says the end, and nothing was added below it."""
    page = await open_page(size=HAND, is_phone=True)
    customer, operator = PhoneOnPage(page, "customer"), PhoneOnPage(page, "operator")
    await customer.reads("안녕하세요, 싹3예요.")
    await page.get_by_test_id("tab-operator").click()
    await operator.join()
    await operator.tap("단체 발송")
    await operator.tap("안내")
    await operator.tap("고객")
    await operator.reads("고객에게 안내를 보내요.")
    await operator.say("눈이 많이 와서 30분쯤 늦을 수 있어요.")
    await operator.tap("한국어만")
    await operator.tap("버튼 없이")
    await operator.reads("받는 분이 보는 글이에요.", "아직 보내지 않았어요.")
    await operator.root.get_by_role("button", name="명 발송 확정").last.click()
    done = operator.bubble("발송을 마쳤어요.")
    await expect(done.get_by_role("button", name="결과 보기")).to_be_visible()
    await expect(done).to_have_attribute("aria-live", "polite")
    await expect(operator.log.get_by_text("/1 보냈어요.")).to_have_count(0)
    await expect(done).to_be_in_viewport()
    assert await faults(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth") <= HAND[0]
    await page.get_by_test_id("tab-customer").click()
    await customer.reads("눈이 많이 와서 30분쯤 늦을 수 있어요.")
