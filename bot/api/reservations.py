"""Reservations: make, pay, read, move, cancel."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from structlog.contextvars import bind_contextvars

from bot.api.answers import QuoteOut, ReservationOut, SlotOut, quote_out, slots_out
from bot.api.bodies import CancellationConfirmed, NewReservation, NewTime, Pay
from bot.api.details import DetailsBook
from bot.api.gate import KEYED
from bot.api.problems import documented, invalid_field, problem
from bot.api.refused import CLOSED, Refused
from bot.idempotency import Begun
from bot.records import Details
from bot.welcoming import Welcoming
from services.reservation.catalogue import Catalogue
from services.reservation.model import Reservation
from services.reservation.refusals import AlreadyPaid, AlreadyPaying, SlotFull
from services.reservation.use_cases import ReservationUseCases
from services.reservation.values import PaymentState, Status
from services.shared_kernel.clock import Clock, kst_date
from services.shared_kernel.refusal import NotFound

# How soon to look again: an unknown payment is being asked about; a deferred one waits for the provider.
RETRY_AFTER = {PaymentState.CONFIRMING: 5, PaymentState.DEFERRED: 30}
NEAREST = 5
DAYS_AROUND = 7
ANSWERED_LATER: dict[str, Any] = {
    "model": ReservationOut,
    "description": "Held, but not paid yet: `payment_state` is `deferred` (the provider is down; the customer is "
    "called back) or `confirming` (it is being found out)",
    "headers": {"Retry-After": {"description": "Seconds", "schema": {"type": "integer"}}},
}


class ReservationRoutes:
    """Speaks for the agency's own programs: any customer's reservation."""

    def __init__(
        self, use_cases: ReservationUseCases, welcoming: Welcoming, catalogue: Catalogue, clock: Clock,
        book: DetailsBook, refused: Refused,
    ) -> None:  # fmt: skip
        self._use_cases = use_cases
        self._welcoming = welcoming
        self._catalogue = catalogue
        self._clock = clock
        self._book = book
        self._refused = refused

    def add_to(self, router: APIRouter) -> None:
        """The routes, with what their documentation says."""
        base, one = "/api/reservations", "/api/reservations/{reservation_id}"
        shared: dict[str, Any] = {"response_model": ReservationOut, "tags": ["reservations"]}
        keyed = {**shared, "methods": ["POST"], "dependencies": KEYED}
        router.add_api_route(
            base, self.create, status_code=201, summary="Hold a place, and pay for it",
            responses={202: ANSWERED_LATER, **documented(402, 409)}, **keyed,
        )  # fmt: skip
        router.add_api_route(
            one, self.get, methods=["GET"], summary="A reservation as it is now", responses=documented(404), **shared
        )
        router.add_api_route(
            f"{one}/payment", self.pay, summary="Pay for it",
            responses={202: ANSWERED_LATER, **documented(402, 404, 409)}, **keyed,
        )  # fmt: skip
        router.add_api_route(
            f"{one}/cancellation", self.quote, methods=["GET"], summary="What cancelling now would give",
            responses=documented(404, 409), **{**shared, "response_model": QuoteOut},
        )  # fmt: skip
        router.add_api_route(
            f"{one}/cancellation", self.cancel, summary="Cancel it for the refund that was shown",
            responses=documented(404, 409), **keyed,
        )  # fmt: skip
        router.add_api_route(
            f"{one}/schedule", self.reschedule, summary="Move the visit", responses=documented(404, 409), **keyed
        )

    async def create(self, body: NewReservation, request: Request) -> Response:
        """Takes a place and answers 201 with `AWAITING_PAYMENT`, or `CONFIRMED` when `pay` succeeded in the same call.

        A declined payment (402) keeps the place: pay again. A full slot (409) comes with the nearest free ones.
        """
        call: Begun = request.state.call
        bind_contextvars(reservation_id=call.fresh_id)
        made, details = await self._made_before(call), None
        if made is None:
            self._check(body)
            try:
                customer = await self._welcoming.welcome(body.customer_id)
            except NotFound:
                return invalid_field("customer_id", "belongs to somebody who isn't a customer")
            details = await self._book.keep(customer_id=customer.id, address=body.address, note=body.note)
            try:
                made = await self._make(call.fresh_id, details, body)
            except SlotFull:
                hours = self._catalogue.service(body.service).size(body.size_pyeong).hours
                return await self._full(None, body.area, body.starts_at, hours)
        if body.pay is None:
            return await self._shown(made, 201, details)
        if made.status is Status.AWAITING_PAYMENT and made.payment_state is PaymentState.NONE:
            made = await self._pay(made.id, body.pay.method)
        return await self._paid(made, 201, details)

    async def _made_before(self, call: Begun) -> Reservation | None:
        """What an earlier run of the same call has made before it was killed."""
        if not call.resumed:
            return None
        try:
            return await self._use_cases.get(reservation_id=call.fresh_id)
        except NotFound:
            return None

    def _check(self, body: NewReservation) -> None:
        """NotOffered before anybody is created or anything is kept."""
        self._catalogue.price_krw(body.service, body.size_pyeong, tuple(body.add_ons))
        self._catalogue.area(body.area)
        hours = self._catalogue.service(body.service).size(body.size_pyeong).hours
        self._catalogue.check_start(body.starts_at, hours, self._clock.now())

    async def _make(self, fresh_id: str, details: Details, body: NewReservation) -> Reservation:
        wanted: dict[str, Any] = {
            "reservation_id": fresh_id,
            "customer_id": details.person_id,
            "service": body.service,
            "size_pyeong": body.size_pyeong,
            "area": body.area,
            "details_id": details.id,
            "starts_at": body.starts_at,
            "add_ons": tuple(body.add_ons),
        }
        if body.pay is None:
            return await self._use_cases.request(**wanted)
        return await self._use_cases.request_and_pay(**wanted, method=body.pay.method)

    async def get(self, reservation_id: str) -> Response:
        """The aggregate itself: what was changed is in it at once (my page follows a moment later)."""
        return await self._shown(await self._use_cases.get(reservation_id=reservation_id), 200)

    async def pay(self, reservation_id: str, body: Pay, request: Request) -> Response:
        """Charges at most once. While a payment is being confirmed, paying again gives the same 202."""
        call: Begun = request.state.call
        try:
            return await self._paid(await self._pay(reservation_id, body.method), 200)
        except AlreadyPaid as refusal:
            if call.resumed:  # by this very call, before it was killed
                return await self._shown(refusal.reservation, 200)
            raise

    async def _pay(self, reservation_id: str, method: str) -> Reservation:
        try:
            return await self._use_cases.pay(reservation_id=reservation_id, customer_id=None, method=method)
        except AlreadyPaying as refusal:
            return refusal.reservation

    async def _paid(self, reservation: Reservation, status: int, details: Details | None = None) -> Response:
        """What paying came to."""
        if reservation.status in (Status.CANCELLED, Status.EXPIRED):
            return await self._refused.with_reservation(409, *CLOSED, reservation)
        if reservation.status is Status.AWAITING_PAYMENT:
            if reservation.payment_state is PaymentState.DECLINED:
                title = "The payment was declined"
                return await self._refused.with_reservation(402, "declined", title, reservation)
            if reservation.payment_state in RETRY_AFTER:
                return await self._shown(reservation, 202, details)
        return await self._shown(reservation, status, details)

    async def quote(self, reservation_id: str) -> QuoteOut:
        """Show it to the customer before cancelling; what is confirmed then carries `refund_krw`."""
        return quote_out(await self._use_cases.cancellation_quote(reservation_id=reservation_id, customer_id=None))

    async def cancel(self, reservation_id: str, body: CancellationConfirmed) -> Response:
        """Cancels as the customer. 409 with the new figures as members when they changed: nothing was cancelled."""
        cancelled = await self._use_cases.cancel(
            reservation_id=reservation_id,
            customer_id=None,
            expected_refund_krw=body.expected_refund_krw,
            reason=body.reason,
        )
        return await self._shown(cancelled, 200)

    async def reschedule(self, reservation_id: str, body: NewTime) -> Response:
        """Moves as the customer. A full slot (409) comes with the nearest free ones."""
        try:
            moved = await self._use_cases.reschedule(
                reservation_id=reservation_id, customer_id=None, starts_at=body.starts_at
            )
        except SlotFull as refusal:
            found = await self._use_cases.get(reservation_id=reservation_id)
            hours = int((found.visit.ends_at - found.visit.starts_at) / timedelta(hours=1))
            return await self._full(found, refusal.area, body.starts_at, hours)
        return await self._shown(moved, 200)

    async def _full(self, found: Reservation | None, area: str, starts_at: datetime, hours: int) -> Response:
        slots = [slot.model_dump(mode="json") for slot in await self._nearest(area, starts_at, hours)]
        title = "That time is full"
        if found is not None:
            return await self._refused.with_reservation(409, "slot-full", title, found, next_slots=slots)
        detail = "Nothing was booked. `next_slots` are the nearest free ones."
        return problem(409, "slot-full", title, detail, reservation=None, next_slots=slots)

    async def _nearest(self, area: str, wanted: datetime, hours: int) -> Sequence[SlotOut]:
        around = timedelta(days=DAYS_AROUND)
        first = max(kst_date(self._clock.now()), kst_date(wanted) - around)
        free = await self._use_cases.free_starts(area=area, first=first, last=kst_date(wanted) + around, hours=hours)
        nearest = sorted(free, key=lambda slot: (abs(slot[0] - wanted), slot[0]))[:NEAREST]
        return slots_out(sorted(nearest))

    async def _shown(self, reservation: Reservation, status: int, details: Details | None = None) -> Response:
        headers = {}
        if status == 202:
            headers["Retry-After"] = str(RETRY_AFTER.get(reservation.payment_state, 5))
        shown = (await self._book.with_details(reservation, details)).model_dump(mode="json")
        return JSONResponse(shown, status_code=status, headers=headers)
