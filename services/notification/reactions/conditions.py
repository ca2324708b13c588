"""When a line of the table in `who` applies: conditions on the event and the reservation after it. Pure."""

from services.cleaning import events as cleaning
from services.notification.reactions.copying import CLOSED
from services.notification.values import ReservationCopy
from services.payment import events as payment
from services.reservation import events as reservation
from services.shared_kernel import bot_events as bot
from services.shared_kernel.event import Event


def by_day(event: bot.ConsentChanged, copy: ReservationCopy) -> bool:
    """They agreed to advertising by day only."""
    return event.day and not event.night


def by_night(event: bot.ConsentChanged, copy: ReservationCopy) -> bool:
    """They agreed to advertising by day and by night."""
    return event.day and event.night


def not_at_all(event: bot.ConsentChanged, copy: ReservationCopy) -> bool:
    """They refused, or took their consent back."""
    return not event.day


def _status(copy: ReservationCopy) -> str:
    return copy.visit.status if copy.visit else ""


def awaiting(event: Event, copy: ReservationCopy) -> bool:
    """It still waits to be paid; of a closed or paid one nobody is asked to pay."""
    return _status(copy) == "AWAITING_PAYMENT"


def declined_now(event: payment.PaymentDeclined, copy: ReservationCopy) -> bool:
    return not event.settled_late


def not_made(event: payment.PaymentDeclined, copy: ReservationCopy) -> bool:
    return event.settled_late


def unpaid(event: reservation.ReservationCancelled, copy: ReservationCopy) -> bool:
    return event.paid_krw == 0 and not event.payment_unsettled and event.reason != reservation.REPLACED


def replaced(event: reservation.ReservationCancelled, copy: ReservationCopy) -> bool:
    return event.paid_krw == 0 and not event.payment_unsettled and event.reason == reservation.REPLACED


def unsettled(event: reservation.ReservationCancelled, copy: ReservationCopy) -> bool:
    return event.paid_krw == 0 and event.payment_unsettled


def compensated(event: reservation.ReservationCancelled, copy: ReservationCopy) -> bool:
    return event.paid_krw > 0 and event.compensation_krw > 0


def our_fault_early(event: reservation.ReservationCancelled, copy: ReservationCopy) -> bool:
    return event.paid_krw > 0 and event.compensation_krw == 0 and event.by != "customer"


def by_customer(event: reservation.ReservationCancelled, copy: ReservationCopy) -> bool:
    return event.paid_krw > 0 and event.compensation_krw == 0 and event.by == "customer"


def closed_but_started(event: Event, copy: ReservationCopy) -> bool:
    """The cleaner started without the reservation taking note, because it had ended."""
    return copy.job is not None and copy.job.started_by != "" and _status(copy) in CLOSED


def refunded_and_called_off(event: Event, copy: ReservationCopy) -> bool:
    """The money of the job went back, and it is settled whose job it was."""
    return copy.job is not None and copy.job.called_off and copy.payment is not None and copy.payment.ended_by != ""


def late_approval(event: reservation.RefundRequested, copy: ReservationCopy) -> bool:
    return event.cause == "late_approval"


def duplicate(event: reservation.RefundRequested, copy: ReservationCopy) -> bool:
    return event.cause == "duplicate"


def external(event: payment.PaymentRefunded, copy: ReservationCopy) -> bool:
    return event.external


def manual(event: payment.RefundDelayed, copy: ReservationCopy) -> bool:
    return event.manual


def only_late(event: payment.RefundDelayed, copy: ReservationCopy) -> bool:
    return not event.manual


def moved(event: cleaning.JobOffered, copy: ReservationCopy) -> bool:
    return event.moved_from is not None


def new(event: cleaning.JobOffered, copy: ReservationCopy) -> bool:
    return event.moved_from is None


def taken(event: cleaning.OfferRevoked, copy: ReservationCopy) -> bool:
    return event.reason == "taken"


def void(event: cleaning.OfferRevoked, copy: ReservationCopy) -> bool:
    return event.reason not in ("taken", "removed")
