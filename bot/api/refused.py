"""What a refusal is in HTTP: status, type and the members that say how things stand."""

from typing import Any

from fastapi import Response

from bot.api.answers import job_out, quote_out
from bot.api.details import DetailsBook
from bot.api.gate import not_there
from bot.api.problems import invalid_field, problem
from services.cleaning import refusals as cleaning
from services.reservation import refusals as reservation
from services.reservation.catalogue import Catalogue
from services.reservation.model import Reservation
from services.shared_kernel.clock import kst
from services.shared_kernel.refusal import NotFound, Refusal

CLOSED = ("closed", "It can't be done with this reservation")

_RESERVATION = {
    reservation.AlreadyPaid: ("already-paid", "It is paid already"),
    reservation.AlreadyPaying: ("confirming", "A payment is being confirmed"),
    reservation.HoldExpired: ("hold-expired", "The place is kept no longer"),
    reservation.TooLate: ("too-late", "The visit's time has come: an operator decides from here on"),
    reservation.NotAllowed: CLOSED,
}
_JOB = {
    cleaning.TakenByAnother: ("taken", "Another cleaner was first"),
    cleaning.StaleVisit: ("moved", "The customer has moved the visit since"),
    cleaning.OfferOver: ("offer-over", "The offer is closed"),
    cleaning.OfferLate: ("offer-late", "The offer's deadline is over"),
    cleaning.NotFree: ("not-free", "The cleaner has another job at that time"),
    cleaning.TooEarly: ("too-early", "It is too early to start"),
    cleaning.WrongOrder: ("wrong-order", "Another step comes first"),
    cleaning.NotAllowed: ("not-allowed", "It can't be done with this job"),
}


class Refused:
    """Called with a refusal that no route answers by itself."""

    def __init__(self, book: DetailsBook, catalogue: Catalogue) -> None:
        self._book = book
        self._catalogue = catalogue

    async def __call__(self, refusal: Refusal) -> Response:
        """The problem."""
        match refusal:
            case NotFound():
                return not_there()
            case reservation.NotOffered():
                return self._not_offered(refusal.field)
            case reservation.TooManyHolds():
                detail = "The customer already holds as many unpaid reservations as allowed: pay or cancel one first."
                return problem(409, "too-many-holds", "Too many unpaid", detail, reservation=None, next_slots=[])
            case reservation.FiguresChanged():
                figures = quote_out(refusal.quote)
                detail = f"The refund is {figures.refund_krw} won by now; nothing was cancelled."
                members = figures.model_dump(mode="json")
                return problem(409, "figures-changed", "The figures have changed", detail, **members)
            case cleaning.JobRefusal():
                return _about_job(refusal)
        return await self._about_reservation(refusal)

    async def _about_reservation(self, refusal: Refusal) -> Response:
        found: Reservation | None = getattr(refusal, "reservation", None)
        kind, title = _RESERVATION.get(type(refusal), CLOSED)
        if found is None:
            return problem(409, kind, title, refusal.name)
        return await self.with_reservation(409, kind, title, found)

    async def with_reservation(
        self, status: int, kind: str, title: str, found: Reservation, **members: Any
    ) -> Response:
        """A problem that shows the reservation as it is now."""
        shown = (await self._book.with_details(found)).model_dump(mode="json")
        detail = f"Reservation {found.id} is {found.status}, its payment {found.payment_state}."
        return problem(status, kind, title, detail, reservation=shown, **{"next_slots": [], **members})

    def _not_offered(self, field: str) -> Response:
        """422, with what is offered instead."""
        offered = self._catalogue
        known = {"service": [*offered.services], "area": [*offered.areas], "add_ons": [*offered.add_ons]}.get(field)
        if known is not None:
            message = f"{'are each once' if field == 'add_ons' else 'is one'} of: {', '.join(known)}"
            return invalid_field(field, message, known[:1] if field == "add_ons" else known[0])
        if field == "starts_at":
            message = (
                f"is a full hour from {offered.first_start:02}:00 to {offered.last_start:02}:00 in Korea, over by "
                f"{offered.last_end}:00, at least {offered.min_lead_hours} hours and at most {offered.days_ahead} "
                "days from now"
            )
            return invalid_field(field, message)
        return invalid_field(field, "is outside of what is sold: see /api/catalog")


def _about_job(refusal: cleaning.JobRefusal) -> Response:
    shown = job_out(refusal.job).model_dump(mode="json")
    if isinstance(refusal, cleaning.NotYours | cleaning.NotYourOffer):
        detail = "The job isn't this cleaner's, or was never put to them."
        return problem(403, "not-yours", "Not this cleaner's", detail)
    kind, title = _JOB.get(type(refusal), _JOB[cleaning.NotAllowed])
    detail = f"The job is {refusal.job.status}."
    if isinstance(refusal, cleaning.TooEarly):
        detail = f"It can be started from {kst(refusal.at).isoformat()}."
    if isinstance(refusal, cleaning.WrongOrder):
        detail = f"First: {refusal.needed.value.replace('_', '-')}."
    return problem(409, kind, title, detail, job=shown)
