"""What this context keeps of other contexts' events: contacts, and of each reservation what notices need. Pure."""

from dataclasses import replace

from services.cleaning import events as cleaning
from services.notification.policies import next_consent_reminder
from services.notification.values import Contact, JobPart, PaymentPart, ReservationCopy, VisitPart
from services.payment import events as payment
from services.reservation import events as reservation
from services.shared_kernel import bot_events as bot
from services.shared_kernel.event import Event, Received
from services.shared_kernel.transient import NotYet

CLOSED = ("CANCELLED", "EXPIRED")
# Causes of a refund that give the money of the job itself back; not that of a second payment.
ENDS_THE_JOB = ("customer_cancelled", "agency_cancelled", "unfilled")


def reservation_of(event: Event) -> str | None:
    """The reservation that an event is about, if any."""
    if isinstance(event, reservation.ReservationEvent | payment.PaymentEvent | cleaning.JobEvent):
        return event.reservation_id
    return None


def copied(old: ReservationCopy | None, received: Received) -> ReservationCopy | None:
    """The copy after an event; the same when it says nothing about a reservation.

    NotYet for a change of a visit that hasn't been told yet.
    """
    event = received.event
    reservation_id = reservation_of(event)
    if reservation_id is None:
        return old
    copy = old or ReservationCopy(reservation_id=reservation_id)
    if isinstance(event, reservation.ReservationEvent):
        return replace(copy, visit=_visit(copy.visit, event))
    if isinstance(event, payment.PaymentEvent):
        return replace(copy, payment=_payment(copy.payment, event, received.id))
    assert isinstance(event, cleaning.JobEvent)
    return replace(copy, job=_job(copy.job, event, received.id))


def _visit(old: VisitPart | None, event: reservation.ReservationEvent) -> VisitPart:
    if isinstance(event, reservation.VisitEvent):
        old = _whole_visit(old, event)
    if old is None:
        raise NotYet(f"reservation {event.reservation_id}")
    part = replace(old, version=event.version)
    match event:
        case reservation.ReservationRequested():
            return replace(part, status="AWAITING_PAYMENT", hold_expires_at=event.hold_expires_at)
        case reservation.PaymentDeferred() | reservation.PaymentReopened():
            return replace(part, hold_expires_at=event.hold_expires_at)
        case reservation.ReservationConfirmed():
            return replace(part, status="CONFIRMED", paid_krw=event.paid_krw, confirmed_at=event.paid_at)
        case reservation.ReservationStarted():
            return replace(part, status="IN_PROGRESS")
        case reservation.ReservationCompleted():
            return replace(part, status="COMPLETED")
        case reservation.ReservationExpired():
            return replace(part, status="EXPIRED")
        case reservation.ReservationCancelled():
            return replace(
                part,
                status="CANCELLED",
                cancel_reason=event.reason,
                fee_krw=event.fee_krw,
                refund_krw=event.refund_krw,
                compensation_krw=event.compensation_krw,
            )
        case _:
            return part


def _whole_visit(old: VisitPart | None, event: reservation.VisitEvent) -> VisitPart:
    # A consumer that joins late may first hear of a reservation when it is moved, which only a confirmed one can be.
    known = old or VisitPart(
        customer_id=event.customer_id,
        version=event.version,
        status="CONFIRMED",
        service=event.service,
        size_pyeong=event.size_pyeong,
        add_ons=event.add_ons,
        area=event.area,
        details_id=event.details_id,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        visit_revision=event.visit_revision,
        price_krw=event.price_krw,
        fee_tiers=event.fee_tiers,
        moved_tier_percent=event.moved_tier_percent,
    )
    return replace(
        known,
        service=event.service,
        size_pyeong=event.size_pyeong,
        add_ons=event.add_ons,
        area=event.area,
        details_id=event.details_id,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        visit_revision=event.visit_revision,
        price_krw=event.price_krw,
        fee_tiers=event.fee_tiers,
        moved_tier_percent=event.moved_tier_percent,
    )


def _payment(old: PaymentPart | None, event: payment.PaymentEvent, event_id: str) -> PaymentPart:
    part = replace(
        old or PaymentPart(payment_id=event.payment_id, version=0, paid_krw=0, refunded_krw=0),
        payment_id=event.payment_id,
        version=event.version,
        paid_krw=event.paid_krw,
        refunded_krw=event.refunded_krw,
    )
    if isinstance(event, payment.PaymentApproved | payment.PaymentRefunded):
        part = replace(part, method=event.method)
    if isinstance(event, payment.PaymentRefunded) and event.cause in ENDS_THE_JOB:
        part = replace(part, ended_by=event_id, ended_krw=event.amount_krw)
    return part


def _job(old: JobPart | None, event: cleaning.JobEvent, event_id: str) -> JobPart:
    part = old or JobPart(job_id=event.job_id, version=event.version, visit_revision=event.visit_revision)
    part = replace(part, version=event.version)
    match event:
        case cleaning.JobOffered():
            # Whoever had it before a move has it no more, until they accept again.
            return replace(part, visit_revision=event.visit_revision, payout_krw=event.payout_krw, cleaner_id=None)
        case cleaning.OfferAccepted():
            return replace(
                part,
                visit_revision=event.visit_revision,
                payout_krw=event.payout_krw,
                cleaner_id=event.cleaner_id,
                cleaner_name=event.cleaner_name,
            )
        case cleaning.JobWithdrawn():
            return replace(part, cleaner_id=None)
        case cleaning.JobStarted():
            return replace(part, started_by=event_id, cleaner_id=event.cleaner_id, cleaner_name=event.cleaner_name)
        case cleaning.JobCalledOff():
            return replace(part, called_off=True, cleaner_id=event.cleaner_id)
        case _:
            return part


def person_of(event: Event) -> str | None:
    """The person whose contact an event tells about, if any."""
    if isinstance(event, bot.PersonEvent):
        return event.person_id
    if isinstance(event, cleaning.CleanerRegistered):
        return event.cleaner_id
    return None


def contact_after(old: Contact | None, received: Received) -> Contact | None:
    """The contact after an event; the same when it says nothing about one."""
    event = received.event
    if isinstance(event, cleaning.CleanerRegistered):
        known = old or Contact(person_id=event.cleaner_id, role="cleaner")
        return replace(known, name=event.name, areas=event.areas)
    if not isinstance(event, bot.PersonEvent):
        return old
    contact = replace(
        old or Contact(person_id=event.person_id, role=event.role), role=event.role, language=event.language
    )
    match event:
        case bot.PersonErased():
            return Contact(person_id=event.person_id, role=event.role, language=event.language)
        case bot.PersonLinked():
            # People are most likely to look where they came in last.
            others = tuple(channel for channel in contact.channels if channel != event.channel)
            blocked = tuple(channel for channel in contact.blocked if channel != event.channel)
            return replace(contact, channels=(event.channel, *others), blocked=blocked)
        case bot.ContactChanged():
            return replace(contact, quiet_at_night=event.quiet_at_night)
        case bot.ConsentChanged(day=True):
            # The moment it was given, not that of the last look at it.
            given_at = contact.consent_day_at or received.time
            return replace(
                contact,
                consent_day_at=given_at,
                consent_night_at=(contact.consent_night_at or received.time) if event.night else None,
                consent_withdrawn_at=None,
                remind_consent_at=contact.remind_consent_at or next_consent_reminder(given_at),
            )
        case bot.ConsentChanged():
            return replace(
                contact,
                consent_day_at=None,
                consent_night_at=None,
                consent_withdrawn_at=received.time if contact.consent_day_at else contact.consent_withdrawn_at,
                remind_consent_at=None,
            )
        case _:
            return contact
