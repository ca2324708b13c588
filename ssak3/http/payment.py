"""What payment serves: its API, and the checkout's pages."""

from fastapi import FastAPI

from services.payment.adapters.checkout import CheckoutPages, create_checkout_router
from services.payment.adapters.http import create_router, install_problems
from services.shared_kernel.event import LoggedEvent
from ssak3.composition import Ssak3
from storage.history import SqlHistory
from storage.payment.repositories import PaymentUnitOfWork


def serve_payment(app: FastAPI, ssak3: Ssak3) -> None:
    """All routes of payment."""
    install_problems(app)
    context = ssak3.databases.contexts["payment"]
    logs = SqlHistory({"payment": context})

    async def history(payment_id: str) -> list[LoggedEvent]:
        return list(await logs.of({"payment": payment_id}))

    app.include_router(
        create_router(ssak3.payments, ssak3.outside.api_token, lambda: ssak3.provider_breaker.state, history),
        tags=["payment"],
    )
    pages = CheckoutPages(
        ssak3.payments,
        lambda: PaymentUnitOfWork(context),
        ssak3.clock,
        ssak3.ids,
        ssak3.checkout_links,
        f"{ssak3.settings.public_url}/sandbox/window",
    )
    app.include_router(create_checkout_router(pages))
