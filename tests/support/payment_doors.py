"""Payment's routes and pages over a shop, and the shop as a fixture."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from fastapi import FastAPI

from services.payment.adapters.checkout import CheckoutLinks, CheckoutPages, create_checkout_router
from services.payment.adapters.http import create_router, install_problems
from tests.support.fresh import Fresh
from tests.support.payment_shop import HOME, Shop

TOKEN = "api-token"


@pytest_asyncio.fixture
async def shop(tmp_path: Path, fresh_sqlite: Fresh) -> AsyncIterator[Shop]:
    shop = Shop(tmp_path, fresh_sqlite("payment"))
    await shop.open()
    yield shop
    await shop.close()


def links() -> CheckoutLinks:
    return CheckoutLinks(b"secret", HOME)


def app_of(shop: Shop) -> FastAPI:
    app = FastAPI()
    app.include_router(create_router(shop.use_cases, TOKEN, lambda: shop.breaker.state, shop.history))
    window = f"{shop.sandbox.url}/window"
    app.include_router(
        create_checkout_router(CheckoutPages(shop.use_cases, shop.work, shop.clock, shop.ids, links(), window))
    )
    install_problems(app)
    return app
