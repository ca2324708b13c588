"""The page in the hand, on the keyboard, in English, and with strange words."""

import re
from pathlib import Path

from playwright.async_api import expect

from tests.acceptance.page.conftest import HAND, PAGE, OpenPage
from tests.acceptance.page.test_page_journey import faults, photograph
from tests.support.page import ADDRESS, PAY, PhoneOnPage

pytestmark = PAGE


async def test_in_the_hand_one_phone_at_a_time_with_unread_counts(open_page: OpenPage, tmp_path: Path):
    """What arrives behind another tab is counted until it is looked at."""
    page = await open_page(size=HAND, is_phone=True)
    customer, operator = PhoneOnPage(page, "customer"), PhoneOnPage(page, "operator")
    tab = {role: page.get_by_test_id(f"tab-{role}") for role in ("customer", "cleaner", "operator")}
    await expect(customer.root).to_be_visible()
    await expect(operator.root).to_be_hidden()
    await expect(tab["customer"]).to_have_attribute("aria-selected", "true")
    await customer.hold("오전 10시", "송파")
    await expect(customer.notice("결제하면 예약이 확정돼요")).to_be_visible()
    await page.get_by_test_id("demo-toggle").click()
    await page.get_by_test_id("demo-notifications").click()
    await page.get_by_test_id("demo-toggle").click()
    await customer.tap(PAY)
    await customer.reads("예약이 확정됐어요")
    await tab["operator"].click()
    await expect(customer.root).to_be_hidden()
    await expect(operator.root.get_by_test_id("join-demo")).to_be_visible()
    assert await faults(page) == []
    await page.get_by_test_id("demo-toggle").click()
    await page.get_by_test_id("demo-notifications").click()
    await page.get_by_test_id("demo-toggle").click()
    await expect(tab["customer"]).to_have_accessible_name("고객 안 읽은 메시지 1개")
    await expect(page).to_have_title(re.compile(r"^\(1\) "))
    await tab["customer"].click()
    await expect(customer.notice("예약이 확정됐어요")).to_be_in_viewport()
    await expect(tab["customer"]).to_have_accessible_name("고객")
    assert await faults(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth") <= HAND[0]
    await photograph(page, "screenshot-phone.png", tmp_path)


async def test_a_booking_by_keyboard_alone(open_page: OpenPage):
    """Tab, Shift+Tab and Enter reach every button; the focus never gets lost."""
    page = await open_page()
    customer = PhoneOnPage(page, "customer")
    await customer.reads("안녕하세요, 싹3예요.")

    async def press(label: str, key: str = "Tab") -> None:
        await expect(customer.button(label)).to_be_visible()
        for _ in range(40):
            await page.keyboard.press(key)
            if await page.evaluate("document.activeElement.textContent") == label:
                return await page.keyboard.press("Enter")
        raise AssertionError(f"no way to [{label}] by {key}")

    await press("청소 예약하기")
    await press("집청소")
    for label in ("24평", "강남구"):
        await expect(customer.input).to_be_focused()
        await press(label, "Shift+Tab")
    await page.keyboard.type("모레")
    await page.keyboard.press("Enter")
    await customer.reads("비어 있는 시간이에요.")
    await page.keyboard.type("오후 2시")
    await page.keyboard.press("Enter")
    await customer.reads("이제 주소만 알려 주시면 돼요.")
    await page.keyboard.type(f"강남구 {ADDRESS}")
    await page.keyboard.press("Enter")
    await press("없어요", "Shift+Tab")
    await press(PAY, "Shift+Tab")
    await customer.reads("예약이 확정됐어요")


async def test_what_is_typed_stays_text(open_page: OpenPage):
    """Markup is shown as it was typed, long words don't burst the phone, and a long text folds."""
    page = await open_page()
    customer = PhoneOnPage(page, "customer")
    markup = "<img src=x onerror=\"document.title='broken'\"><b>굵게</b>"
    await customer.say(markup)
    await expect(customer.bubble(markup)).to_be_visible()
    await expect(customer.log.locator("img[src=x], b")).to_have_count(0)
    await customer.say("가" * 1500)
    await expect(customer.log.get_by_test_id("fold").first).to_have_text("전체 보기")
    await customer.log.get_by_test_id("fold").first.click()
    await expect(customer.log.locator(".row.me").last).to_contain_text("가" * 1500)
    assert "broken" not in await page.title()
    assert await customer.log.evaluate("(log) => log.scrollWidth <= log.clientWidth")


async def test_the_language_of_the_talk_and_of_the_page(open_page: OpenPage):
    """The talk changes by asking, the page by its own buttons; each says which language it is in."""
    page = await open_page()
    customer = PhoneOnPage(page, "customer")
    await customer.say("English please")
    await customer.reads("Switched to English.")
    await expect(customer.input).to_have_attribute("placeholder", "Type a message")
    await expect(customer.log).to_have_attribute("lang", "en")
    await page.get_by_test_id("language-en").click()
    await expect(page.locator("html")).to_have_attribute("lang", "en")
    await expect(customer.state).to_have_text("Connected")
    await expect(PhoneOnPage(page, "cleaner").root.get_by_test_id("join-demo")).to_have_text("Join the demo")
    assert await faults(page) == []
    await PhoneOnPage(page, "operator").join()
    await PhoneOnPage(page, "operator").reads("Hello")
    await customer.tap("한국어로 보기")
    await customer.reads("한국어로 바꿨어요.")
    await expect(customer.input).to_have_attribute("placeholder", "메시지를 입력하세요")
