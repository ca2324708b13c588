"""What conversations and notices ask of payment, besides paying."""

from collections.abc import Callable

from services.payment.adapters.checkout import CheckoutLinks, Order
from services.payment.adapters.toss_errors import declined
from services.payment.use_cases import PaymentUseCases
from services.payment.values import AttemptStatus
from services.reservation.use_cases import ReservationUseCases
from services.shared_kernel.wording import Language, day_and_time


class PaymentFacts:
    """Reasons and links."""

    def __init__(
        self, payments: PaymentUseCases, reservations: ReservationUseCases, links: CheckoutLinks,
        service_name: Callable[[str, int, Language], str],
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
        payment = await self._payments.of_reservation(reservation_id=reservation_id)
        refused = [
            attempt
            for attempt in (payment.attempts if payment else ())
            if attempt.status is AttemptStatus.DECLINED and attempt.code
        ]
        if not refused:
            return ""
        last = refused[-1]
        told = last.reason_en if language == "en" else last.reason_ko
        return told or self.decline_reason(last.code, "en" if language == "en" else "ko")

    async def checkout_link(self, reservation_id: str, customer_id: str) -> str:
        """Where to pay with another card, until the hold ends. NotFound if it isn't this customer's."""
        reservation = await self._reservations.get(reservation_id=reservation_id, customer_id=customer_id)
        visit = reservation.visit
        order = Order(
            reservation_id=reservation.id,
            customer_id=customer_id,
            amount_krw=reservation.price_krw,
            name=f"{day_and_time(visit.starts_at, 'ko')} {self._service_name(visit.service, visit.size_pyeong, 'ko')}",
            pay_by=reservation.hold_expires_at,
        )
        return self._links.link(order)
