"""Who is told what: one table from event to recipients and templates. Read by the reaction and by the audit. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from services.cleaning import events as cleaning
from services.notification.reactions.conditions import (
    awaiting,
    by_customer,
    by_day,
    by_night,
    closed_but_started,
    compensated,
    declined_now,
    duplicate,
    external,
    late_approval,
    manual,
    moved,
    new,
    not_at_all,
    not_made,
    only_late,
    our_fault_early,
    refunded_and_called_off,
    replaced,
    taken,
    unpaid,
    unsettled,
    void,
)
from services.notification.reactions.facts import values_of
from services.notification.values import Notice, ReservationCopy
from services.payment import events as payment
from services.reservation import events as reservation
from services.shared_kernel import bot_events as bot
from services.shared_kernel.event import Event, Received
from services.shared_kernel.transient import NotYet

Condition = Callable[[Any, ReservationCopy], bool]


class To(Enum):
    """Whom a line of the table is for."""

    CUSTOMER = "the customer of the reservation"
    CLEANER = "the cleaner that the event names, if it does"
    HOLDER = "the cleaner who has or had the job, if anyone"
    OPERATORS = "every operator"
    PERSON = "the person whom the event is about"


def always(event: Event, copy: ReservationCopy) -> bool:
    """Without a condition."""
    return True


def itself(copy: ReservationCopy) -> str | None:
    """The event at hand is what has to be told."""
    return None


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of the table.

    `when` gives the same answer in whatever order events of different contexts arrive, so that the audit agrees:
    it looks at the event, or two lines with the same `cause` cover both orders. `still` may depend on the order:
    when it fails, the notice is written down as overtaken.
    """

    to: To
    template: str
    when: Condition = always
    still: Condition = always
    cause: Callable[[ReservationCopy], str | None] = itself


def customer(template: str, when: Condition = always, still: Condition = always) -> Line:
    """The customer of the reservation is told."""
    return Line(to=To.CUSTOMER, template=f"customer_{template}", when=when, still=still)


def cleaner(template: str, when: Condition = always) -> Line:
    """The cleaner that the event names is told."""
    return Line(to=To.CLEANER, template=f"cleaner_{template}", when=when)


def operators(template: str, when: Condition = always) -> Line:
    """Every operator is told."""
    return Line(to=To.OPERATORS, template=f"operator_{template}", when=when)


def person(template: str, when: Condition) -> Line:
    """Whoever the event is about is told."""
    return Line(to=To.PERSON, template=f"person_{template}", when=when)


# Each of these stands below every event that may be the second of the two that it takes.
WORKED_ON = Line(
    to=To.OPERATORS,
    template="operator_closed_reservation_worked",
    when=closed_but_started,
    cause=lambda copy: copy.job.started_by if copy.job else None,
)
MONEY_WENT_BACK = Line(
    to=To.HOLDER,
    template="cleaner_payment_cancelled",
    when=refunded_and_called_off,
    cause=lambda copy: copy.payment.ended_by if copy.payment else None,
)


TOLD: Mapping[type[Event], tuple[Line, ...]] = {
    reservation.ReservationRequested: (customer("hold_made"),),
    reservation.PaymentDeferred: (customer("payment_deferred"),),
    reservation.PaymentReopened: (customer("payment_reopened"),),
    reservation.ReservationConfirmed: (customer("reservation_confirmed"),),
    reservation.ReservationRescheduled: (customer("visit_moved"),),
    reservation.ReservationStarted: (customer("cleaning_started"),),
    reservation.ReservationCompleted: (customer("cleaning_completed"),),
    reservation.ReservationCancelled: (
        customer("cancelled_unpaid", unpaid),
        customer("hold_replaced", replaced),
        customer("cancelled_unsettled", unsettled),
        customer("cancelled_by_agency", compensated),
        customer("cancelled_by_agency_early", our_fault_early),
        customer("reservation_cancelled", by_customer),
        WORKED_ON,
    ),
    reservation.ReservationExpired: (customer("hold_expired"), WORKED_ON),
    reservation.RefundRequested: (
        customer("late_payment_refunded", late_approval),
        customer("duplicate_payment_refunded", duplicate),
    ),
    payment.PaymentPending: (customer("payment_confirming", still=awaiting),),
    payment.PaymentDeclined: (
        customer("payment_declined", declined_now, still=awaiting),
        customer("payment_not_made", not_made, still=awaiting),
    ),
    # F9, together with the job's calling off.
    payment.PaymentRefunded: (
        customer("refund_done"),
        operators("external_cancel", external),
        MONEY_WENT_BACK,
    ),
    payment.RefundDelayed: (
        customer("refund_delayed"),
        operators("refund_manual", manual),
        operators("refund_delayed", only_late),
    ),
    payment.CompensationOwed: (operators("compensation_owed"),),
    payment.CompensationPaid: (customer("compensation_paid"),),
    payment.PaymentAvailable: (operators("payments_resumed"),),
    # The offer's card shows the booking and that it is paid (F5).
    cleaning.JobOffered: (cleaner("job_offered", new), cleaner("job_moved", moved)),
    cleaning.OfferAccepted: (customer("cleaner_assigned"), cleaner("job_assigned")),
    cleaning.OfferExpired: (cleaner("offer_expired"),),
    cleaning.OfferRevoked: (cleaner("offer_taken", taken), cleaner("offer_closed", void)),
    cleaning.JobUncovered: (operators("no_cleaner_yet"),),
    cleaning.JobUnfilled: (customer("cleaner_not_found"), operators("job_unfilled")),
    cleaning.JobWithdrawn: (customer("cleaner_withdrew"),),
    cleaning.JobEnRoute: (customer("cleaner_en_route"),),
    cleaning.JobStarted: (WORKED_ON,),
    cleaning.JobCalledOff: (cleaner("job_cancelled"), MONEY_WENT_BACK),
    cleaning.JobNoShow: (operators("cleaner_no_show"),),
    cleaning.JobUnattended: (operators("job_unattended"),),
    bot.HandoverRequested: (operators("handover_requested"),),
    # 정보통신망법 §50 ⑦: the result of consenting or refusing, within 14 days.
    bot.ConsentChanged: (
        person("consent_day", by_day),
        person("consent_night", by_night),
        person("consent_refused", not_at_all),
    ),
}

# What is told by another event of the same change, by the chat's own answer, or is nobody's news.
SILENT: Mapping[type[Event], str] = {
    payment.PaymentApproved: "reservation.confirmed tells the customer, or refund_requested that it goes back",
    payment.PaymentRefunding: "the cancellation told that the money comes back",
    cleaning.JobCompleted: "reservation.completed tells the customer; on a closed one its start alerted operators",
    cleaning.OfferDeclined: "the cleaner did it, and the chat answered",
    cleaning.CleanerRegistered: "the cleaner did it, and the chat answered",
    bot.PersonLinked: "the chat answered",
    bot.ContactChanged: "the chat answered",
    bot.RoleTakenBack: "the chat said so, and whoever did it knows",
    bot.PersonErased: "nobody is left to be told, and whoever did it knows",
}


def notices_for(received: Received, copy: ReservationCopy | None, operator_ids: Sequence[str]) -> Sequence[Notice]:
    """Whom an event has to tell, and what; `copy` is the reservation after it.

    NotYet when the reservation itself hasn't been told yet.
    """
    event = received.event
    lines = TOLD.get(type(event), ())
    about = copy or ReservationCopy(reservation_id="")
    if lines and copy is not None and copy.visit is None:
        raise NotYet(f"reservation {copy.reservation_id}")
    matching = [line for line in lines if line.when(event, about)]
    if not matching:
        return []
    values = values_of(event, about)
    if isinstance(event, bot.ConsentChanged):
        values = {**values, "consent_date": received.time}
    return [
        Notice(
            recipient_id=recipient_id,
            template=line.template,
            cause=line.cause(about),
            overtaken=not line.still(event, about),
            reservation_id=about.reservation_id or None,
            values=values,
        )
        for line in matching
        for recipient_id in _recipients(line.to, event, about, operator_ids)
    ]


def tells_operators(event: Event) -> bool:
    """Whether operators may have to hear of it."""
    return any(line.to is To.OPERATORS for line in TOLD.get(type(event), ()))


def _recipients(to: To, event: Event, copy: ReservationCopy, operator_ids: Sequence[str]) -> Sequence[str]:
    found: str | None = None
    match to:
        case To.OPERATORS:
            return operator_ids
        case To.CUSTOMER:
            found = copy.visit.customer_id if copy.visit else None
        case To.CLEANER:
            found = getattr(event, "cleaner_id", None)
        case To.PERSON:
            found = getattr(event, "person_id", None)
        case To.HOLDER:
            found = copy.job.cleaner_id if copy.job else None
    return [] if found is None else [found]
