"""What conversations and notices ask of payment, besides paying."""

from collections.abc import Callable, Sequence
from typing import Protocol

from services.payment.adapters.checkout import CheckoutLinks, Order
from services.payment.adapters.toss_errors import declined
from services.payment.results import Declined
from services.reservation.use_cases import ReservationUseCases
from services.shared_kernel.wording import Language, day_and_time


class Payments(Protocol):
    """Payment in this process or another."""

    async def last_decline(self, *, reservation_id: str) -> Declined | None: ...


class PaymentFacts:
    """Reasons and links."""

    def __init__(
        self, payments: Payments, reservations: ReservationUseCases, links: CheckoutLinks,
        service_name: Callable[[str, int, Sequence[str], Language], str],
    ) -> None:  # fmt: skip
        self._payments = payments
        self._reservations = reservations
        self._service_name = service_name
        self._links = links

    @staticmethod
    def decline_reason(code: str, language: Language) -> str:
        """A few words for a provider's code."""
        known = declined(code)
        return known.reason_en if language == "en" else known.reason_ko

    async def why_declined(self, reservation_id: str, language: str) -> str:
        """The reason of the last attempt that was declined; empty when there is none."""
        last = await self._payments.last_decline(reservation_id=reservation_id)
        if last is None or not last.code:
            return ""
        told = last.reason_en if language == "en" else last.reason_ko
        return told or self.decline_reason(last.code, "en" if language == "en" else "ko")

    async def checkout_link(self, reservation_id: str, customer_id: str) -> str:
        """Where to pay with another card, until the hold ends. NotFound if it isn't this customer's."""
        reservation = await self._reservations.get(reservation_id=reservation_id, customer_id=customer_id)
        visit = reservation.visit
        what = self._service_name(visit.service, visit.size_pyeong, visit.add_ons, "ko")
        order = Order(
            reservation_id=reservation.id,
            customer_id=customer_id,
            amount_krw=reservation.price_krw,
            name=f"{day_and_time(visit.starts_at, 'ko')} {what}",
            pay_by=reservation.hold_expires_at,
        )
        return self._links.link(order)
