"""Who is told what: the table, its values, and the copies behind it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from services.cleaning import events as cleaning
from services.notification.policies import kept, reminder_notices
from services.notification.reactions.copying import contact_after, copied
from services.notification.reactions.who import SILENT, TOLD, To, notices_for
from services.notification.values import Reminder, ReminderKind, ReservationCopy
from services.payment import events as payment
from services.reservation import events as reservation
from services.shared_kernel import bot_events as bot
from services.shared_kernel.event import Received
from services.shared_kernel.transient import NotYet
from tests.support.notices import START, TEMPLATES, Story
from tests.support.time import FakeClock, FakeIds

ALERTS = {
    "operator_event_dead", "operator_payments_paused", "operator_customer_blocked", "operator_cleaner_blocked",
}  # fmt: skip
REMINDERS = {"customer_visit_tomorrow", "customer_visit_soon", "cleaner_visit_soon"}


@pytest.fixture
def story():
    clock = FakeClock()
    return Story(clock, FakeIds(clock))


class Listener:
    """Follows a story and says whom each event tells."""

    def __init__(self, story: Story) -> None:
        self.story = story
        self.copy: ReservationCopy | None = None

    def told(self, received: Received) -> list[tuple[str, str]]:
        self.copy = copied(self.copy, received)
        people = {self.story.customer: "customer", self.story.cleaner: "cleaner", self.story.operator: "operator"}
        notices = notices_for(received, self.copy, [self.story.operator])
        for notice in notices:
            missing = (
                TEMPLATES.variables(notice.template) - kept(notice.values, TEMPLATES.variables(notice.template)).keys()
            )
            assert missing <= {"customer_name", "address", "note", "cleaner_name"}, (notice.template, missing)
        return [(people[notice.recipient_id], notice.template) for notice in notices]


@pytest.fixture
def listener(story):
    return Listener(story)


def test_every_event_is_told_or_silent_for_a_reason():
    everything = {*reservation.ALL.values(), *payment.ALL.values(), *cleaning.ALL.values(), *bot.ALL.values()}
    assert TOLD.keys() | SILENT.keys() == everything
    assert not TOLD.keys() & SILENT.keys()


# A broadcast's end, and every two years a consent.
OTHERS = {"operator_broadcast_finished", "person_consent_reminder"}


def test_every_template_is_used_and_every_used_one_exists():
    used = {line.template for lines in TOLD.values() for line in lines}
    assert used | ALERTS | REMINDERS | OTHERS == TEMPLATES.ids()


def test_a_line_tells_the_kind_of_person_that_its_template_is_for():
    for lines in TOLD.values():
        for line in lines:
            role = {To.CUSTOMER: "customer", To.OPERATORS: "operator", To.PERSON: "person"}.get(line.to, "cleaner")
            assert line.template.startswith(role)


def test_from_request_to_completion(story, listener):
    now = START - timedelta(hours=1)
    assert listener.told(story.requested()) == [("customer", "customer_hold_made")]
    deferred = story.reservation(reservation.PaymentDeferred, hold_expires_at=now)
    assert listener.told(deferred) == [("customer", "customer_payment_deferred")]
    reopened = story.reservation(reservation.PaymentReopened, hold_expires_at=now)
    assert listener.told(reopened) == [("customer", "customer_payment_reopened")]
    pending = story.payment(payment.PaymentPending, attempt_id="a", amount_krw=80_000)
    assert listener.told(pending) == [("customer", "customer_payment_confirming")]
    approved = story.payment(payment.PaymentApproved, attempt_id="a", amount_krw=80_000, method="card", approved_at=now)
    assert listener.told(approved) == []
    assert listener.told(story.confirmed()) == [("customer", "customer_reservation_confirmed")]
    assert listener.told(story.offered()) == [("cleaner", "cleaner_job_offered")]
    assert listener.told(story.accepted()) == [
        ("customer", "customer_cleaner_assigned"),
        ("cleaner", "cleaner_job_assigned"),
    ]
    who = {"cleaner_id": story.cleaner, "cleaner_name": "OO클린"}
    en_route = story.job(cleaning.JobEnRoute, **who, en_route_at=now)
    assert listener.told(en_route) == [("customer", "customer_cleaner_en_route")]
    assert listener.told(story.job(cleaning.JobStarted, **who, started_at=START)) == []
    started = story.reservation(reservation.ReservationStarted, started_at=START)
    assert listener.told(started) == [("customer", "customer_cleaning_started")]
    assert listener.told(story.job(cleaning.JobCompleted, **who, completed_at=START, payout_krw=68_000)) == []
    completed = story.reservation(reservation.ReservationCompleted, completed_at=START)
    assert listener.told(completed) == [("customer", "customer_cleaning_completed")]


@pytest.mark.parametrize(
    ("figures", "template"),
    [
        ({}, "customer_reservation_cancelled"),
        ({"fee_krw": 0, "refund_krw": 80_000}, "customer_reservation_cancelled"),
        ({"paid_krw": 0, "fee_krw": 0, "refund_krw": 0}, "customer_cancelled_unpaid"),
        ({"by": "agency", "paid_krw": 0, "fee_krw": 0, "refund_krw": 0}, "customer_cancelled_unpaid"),
        ({"by": "agency", "refund_krw": 80_000, "compensation_krw": 16_000}, "customer_cancelled_by_agency"),
        ({"by": "cleaner", "refund_krw": 80_000}, "customer_cancelled_by_agency_early"),
        # Nobody was found, and the customer takes the money back.
        ({"by": "customer", "refund_krw": 80_000, "compensation_krw": 16_000}, "customer_cancelled_by_agency"),
    ],
)
def test_the_customer_is_told_of_a_cancellation_in_one_of_four_ways(story, listener, figures, template):
    listener.told(story.requested())
    assert listener.told(story.cancelled(**figures)) == [("customer", template)]


@pytest.mark.parametrize("money_first", [False, True])
def test_when_the_money_goes_back_the_cleaner_who_had_the_job_is_told(story, listener, money_first):
    for received in (story.requested(), story.confirmed(), story.offered(), story.accepted(), story.cancelled()):
        listener.told(received)
    called_off = story.job(cleaning.JobCalledOff, cleaner_id=story.cleaner, reason="개인 사정")
    refunded = story.refunded()
    first, second = (refunded, called_off) if money_first else (called_off, refunded)
    told = {*listener.told(first), *listener.told(second)}
    assert told == {
        ("cleaner", "cleaner_job_cancelled"),
        ("customer", "customer_refund_done"),
        ("cleaner", "cleaner_payment_cancelled"),
    }
    notices = notices_for(second, listener.copy, [])
    (money,) = [notice for notice in notices if notice.template == "cleaner_payment_cancelled"]
    assert money.cause == refunded.id
    assert (money.values["refund"], money.values["payout"]) == (64_000, 0)


def test_no_cleaner_is_told_of_money_that_was_never_theirs(story, listener):
    for received in (story.requested(), story.confirmed(), story.offered(), story.accepted()):
        listener.told(received)
    assert listener.told(story.refunded(cause="duplicate")) == [("customer", "customer_refund_done")]
    assert listener.told(story.refunded(cause="external", external=True)) == [
        ("customer", "customer_refund_done"),
        ("operator", "operator_external_cancel"),
    ]
    listener.told(story.job(cleaning.JobWithdrawn, cleaner_id=story.cleaner))
    listener.told(story.cancelled())
    assert listener.told(story.job(cleaning.JobCalledOff, cleaner_id=None, reason="")) == []
    assert listener.told(story.refunded()) == [("customer", "customer_refund_done")]


def test_offers_end_in_the_words_of_their_end(story, listener):
    listener.told(story.requested())
    assert listener.told(story.offered(moved_from=START)) == [("cleaner", "cleaner_job_moved")]
    assert listener.told(story.job(cleaning.OfferRevoked, reason="taken")) == [("cleaner", "cleaner_offer_taken")]
    for reason in ("moved", "called_off", "unfilled"):
        revoked = story.job(cleaning.OfferRevoked, reason=reason)
        assert listener.told(revoked) == [("cleaner", "cleaner_offer_closed")]
    assert listener.told(story.job(cleaning.OfferExpired)) == [("cleaner", "cleaner_offer_expired")]


def test_operators_hear_of_what_needs_them(story, listener):
    listener.told(story.requested())
    listener.told(story.confirmed())
    assert listener.told(story.job(cleaning.JobUncovered)) == [("operator", "operator_no_cleaner_yet")]
    assert listener.told(story.job(cleaning.JobUnfilled)) == [
        ("customer", "customer_cleaner_not_found"),
        ("operator", "operator_job_unfilled"),
    ]
    no_show = story.job(cleaning.JobNoShow, cleaner_id=story.cleaner)
    assert listener.told(no_show) == [("operator", "operator_cleaner_no_show")]
    late = {"refund_id": story.refund_id, "amount_krw": 1, "requested_at": START, "due_at": START, "tries": 3}
    assert listener.told(story.payment(payment.RefundDelayed, **late, manual=False)) == [
        ("customer", "customer_refund_delayed"),
        ("operator", "operator_refund_delayed"),
    ]
    assert listener.told(story.payment(payment.RefundDelayed, **late, manual=True)) == [
        ("customer", "customer_refund_delayed"),
        ("operator", "operator_refund_manual"),
    ]
    owed = story.payment(payment.CompensationOwed, compensation_id="c", amount_krw=1)
    assert listener.told(owed) == [("operator", "operator_compensation_owed")]
    paid = story.payment(payment.CompensationPaid, compensation_id="c", amount_krw=1, paid_by="x")
    assert listener.told(paid) == [("customer", "customer_compensation_paid")]


@pytest.mark.parametrize("start_first", [False, True])
def test_operators_hear_of_work_on_a_closed_reservation(story, listener, start_first):
    for received in (story.requested(), story.confirmed(), story.offered(), story.accepted()):
        listener.told(received)
    cancelled = story.cancelled()
    started = story.job(cleaning.JobStarted, cleaner_id=story.cleaner, cleaner_name="OO클린", started_at=START)
    first, second = (started, cancelled) if start_first else (cancelled, started)
    alert = ("operator", "operator_closed_reservation_worked")
    assert alert not in listener.told(first)
    assert alert in listener.told(second)
    assert started.id in [notice.cause for notice in notices_for(second, listener.copy, [story.operator])]


def test_declines_are_told_while_there_is_something_to_pay(story, listener):
    listener.told(story.requested())
    declined = {"attempt_id": "a", "code": "REJECT_CARD_PAYMENT"}
    now = story.payment(payment.PaymentDeclined, **declined, settled_late=False)
    assert listener.told(now) == [("customer", "customer_payment_declined")]
    late = story.payment(payment.PaymentDeclined, **declined, settled_late=True)
    assert listener.told(late) == [("customer", "customer_payment_not_made")]
    listener.told(story.cancelled(paid_krw=0))
    (notice,) = notices_for(late, copied(listener.copy, late), [])
    assert notice.overtaken


def test_a_second_payment_and_a_late_one_are_explained(story, listener):
    listener.told(story.requested())
    for cause, template in (
        ("late_approval", "customer_late_payment_refunded"),
        ("duplicate", "customer_duplicate_payment_refunded"),
    ):
        requested = story.reservation(
            reservation.RefundRequested,
            payment_id=story.payment_id,
            refund_id=story.refund_id,
            amount_krw=80_000,
            fee_krw=0,
            compensation_krw=0,
            cause=cause,
            reason=cause,
        )
        assert listener.told(requested) == [("customer", template)]


def test_a_person_asks_for_a_person(story, listener):
    asked = bot.HandoverRequested(
        person_id=story.customer, role="customer", language="ko", version=2, thread_id="thread-1"
    )
    assert listener.told(story.received(asked)) == [("operator", "operator_handover_requested")]


def test_payments_work_again(story, listener):
    available = payment.PaymentAvailable(provider="sandbox", since=START)
    assert listener.told(story.received(available)) == [("operator", "operator_payments_resumed")]


def test_news_of_an_unknown_reservation_waits(story):
    listener = Listener(story)
    with pytest.raises(NotYet):
        listener.told(story.refunded())
    with pytest.raises(NotYet):
        Listener(story).told(story.cancelled())


def test_parts_come_in_any_order(story):
    events = [story.requested(), story.confirmed(), story.offered(), story.accepted()]
    approved = story.payment(
        payment.PaymentApproved, attempt_id="a", amount_krw=80_000, method="card", approved_at=START
    )

    def after(order: list[Received]) -> ReservationCopy | None:
        copy: ReservationCopy | None = None
        for received in order:
            copy = copied(copy, received)
        return copy

    assert after([*events, approved]) == after([approved, *events]) == after([*events[2:], *events[:2], approved])


def test_a_moved_job_is_nobodys_until_accepted_again(story, listener):
    for received in (story.requested(), story.confirmed(), story.offered(), story.accepted()):
        listener.told(received)
    assert listener.told(story.moved(START + timedelta(days=1))) == [("customer", "customer_visit_moved")]
    listener.told(story.offered(moved_from=START))
    assert listener.copy is not None
    assert listener.copy.job is not None
    assert listener.copy.job.cleaner_id is None


def test_contacts_follow_people(story):
    linked = story.linked(story.customer, "customer", "console", "en")
    contact = contact_after(contact_after(None, story.linked(story.customer, "customer")), linked)
    assert contact is not None
    assert (contact.channels, contact.language, contact.role) == (("console", "web"), "en", "customer")
    again = contact_after(contact, story.linked(story.customer, "customer", "web", "en"))
    assert again is not None
    assert again.channels == ("web", "console")
    person: dict[str, Any] = {"person_id": story.customer, "role": "customer", "language": "ko", "version": 4}
    quiet = contact_after(contact, story.received(bot.ContactChanged(**person, quiet_at_night=True)))
    assert quiet == replace(contact, quiet_at_night=True, language="ko")
    consented = story.received(bot.ConsentChanged(**person, day=True, night=False))
    dated = contact_after(contact, consented)
    assert dated is not None
    assert (dated.consent_day_at, dated.consent_night_at) == (consented.time, None)
    withdrawn = story.received(bot.ConsentChanged(**person, day=False, night=False))
    refused = contact_after(dated, withdrawn)
    assert refused == replace(contact, language="ko", consent_withdrawn_at=withdrawn.time)
    assert contact_after(contact, withdrawn) == replace(contact, language="ko"), "who never agreed takes nothing back"


def test_reminders_have_all_that_their_templates_need(story, listener):
    for received in (story.requested(), story.confirmed(), story.offered(), story.accepted()):
        listener.told(received)
    assert listener.copy is not None
    due = START - timedelta(hours=19)
    evening = Reminder(reservation_id=story.reservation_id, visit_revision=1, kind=ReminderKind.EVENING, due_at=due)
    (tomorrow,) = reminder_notices(evening, listener.copy, due)
    assert (tomorrow.values["fee_today"], tomorrow.values["fee_tomorrow"]) == (16_000, 24_000)
    soon = replace(evening, kind=ReminderKind.SOON, due_at=START - timedelta(hours=2))
    notices = [tomorrow, *reminder_notices(soon, listener.copy, soon.due_at)]
    assert {notice.template for notice in notices} == REMINDERS
    for notice in notices:
        missing = TEMPLATES.variables(notice.template) - notice.values.keys()
        assert missing <= {"customer_name", "address", "note"}


def test_no_personal_detail_is_kept(story, listener):
    names = {"customer_name", "address", "note", "phone"}
    for received in (story.requested(), story.confirmed(), story.offered(), story.accepted()):
        listener.copy = copied(listener.copy, received)
        for notice in notices_for(received, listener.copy, [story.operator]):
            assert not names & notice.values.keys()
