"""A provider behind a circuit breaker (rule 4)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from services.payment.provider import (
    AlreadyProcessed,
    Cancelled,
    Charged,
    Declined,
    OurFault,
    Provider,
    ProviderPayment,
    RegisteredCard,
    StillProcessing,
    Unavailable,
)
from services.shared_kernel.adapters.breaker import Breaker, CircuitOpen
from services.shared_kernel.tracing import PASSING_ON, SpanKind, Tracing


class GuardedProvider(Provider):
    """Any provider, not called while the breaker is open: `Unavailable` is raised at once instead."""

    def __init__(self, provider: Provider, breaker: Breaker, tracing: Tracing = PASSING_ON) -> None:
        self._provider = provider
        self._breaker = breaker
        self._tracing = tracing

    @asynccontextmanager
    async def _guard(self, call: str) -> AsyncIterator[None]:
        answers, neutral = (Declined, AlreadyProcessed), (StillProcessing, OurFault)
        with self._tracing.step(f"provider {call}", kind=SpanKind.CLIENT):
            try:
                async with self._breaker.guard(answers=answers, neutral=neutral):
                    yield
            except CircuitOpen as error:
                raise Unavailable(error.retry_after) from None

    def rests_for(self) -> float:
        return self._breaker.open_for

    async def charge_card(
        self,
        *,
        order_id: str,
        amount_krw: int,
        card_key: str,
        customer_key: str,
        order_name: str,
        idempotency_key: str,
    ) -> Charged:
        async with self._guard("charge_card"):
            return await self._provider.charge_card(
                order_id=order_id,
                amount_krw=amount_krw,
                card_key=card_key,
                customer_key=customer_key,
                order_name=order_name,
                idempotency_key=idempotency_key,
            )

    async def confirm(self, *, payment_key: str, order_id: str, amount_krw: int, idempotency_key: str) -> Charged:
        async with self._guard("confirm"):
            return await self._provider.confirm(
                payment_key=payment_key, order_id=order_id, amount_krw=amount_krw, idempotency_key=idempotency_key
            )

    async def register_card(self, *, auth_key: str, customer_key: str) -> RegisteredCard:
        async with self._guard("register_card"):
            return await self._provider.register_card(auth_key=auth_key, customer_key=customer_key)

    async def find(self, *, order_id: str) -> ProviderPayment | None:
        async with self._guard("find"):
            return await self._provider.find(order_id=order_id)

    async def cancel(self, *, payment_key: str, amount_krw: int, reason: str, idempotency_key: str) -> Cancelled:
        async with self._guard("cancel"):
            return await self._provider.cancel(
                payment_key=payment_key, amount_krw=amount_krw, reason=reason, idempotency_key=idempotency_key
            )

    async def ping(self) -> None:
        async with self._guard("ping"):
            await self._provider.ping()
