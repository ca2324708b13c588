"""One server and one browser for all tests of the page; each test opens a browser window of its own."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright, expect

from tests.setup.chromium import ARGUMENTS, executable
from tests.support.page import Demo

# What may take seconds while everybody else's tests run too.
PATIENCE_MS = 40_000
DESK = (1440, 900)
HAND = (390, 844)

# One server and one browser: one worker (`tests/support/together.py`).
PAGE = [pytest.mark.asyncio(loop_scope="session")]

OpenPage = Callable[..., Awaitable[Page]]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def demo(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Demo]:
    """The demo; at the end it stops as Ctrl-C stops it, and nothing it printed is a stack trace."""
    started = Demo(tmp_path_factory.mktemp("demo"))
    await started.start()
    yield started
    assert await started.stop() == 0, started.output
    assert "Traceback" not in started.output, started.output


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    expect.set_options(timeout=PATIENCE_MS)
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=executable(), args=ARGUMENTS)
        yield opened
        await opened.close()


@pytest_asyncio.fixture(loop_scope="session")
async def open_page(browser: Browser, demo: Demo) -> AsyncIterator[OpenPage]:
    """Opens the page as somebody new; a script's error fails the test."""
    contexts, errors = [], list[str]()

    async def open_it(path: str = "/", size: tuple[int, int] = DESK, *, is_phone: bool = False) -> Page:
        context = await browser.new_context(
            viewport={"width": size[0], "height": size[1]}, has_touch=is_phone, is_mobile=is_phone,
            device_scale_factor=2 if is_phone else 1, locale="ko-KR", timezone_id="Asia/Seoul",
            reduced_motion="reduce",
        )  # fmt: skip
        contexts.append(context)
        context.set_default_timeout(PATIENCE_MS)
        page = await context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        await page.goto(demo.url + path)
        return page

    yield open_it
    for context in contexts:
        await context.close()
    assert errors == []
