"""The reservation's lifecycle, in any order of commands, events and hours."""

from datetime import datetime, timedelta
from importlib.resources import files

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from services.reservation import events
from services.reservation.lifecycle import STEPS
from services.reservation.model import Reservation
from services.reservation.policies import parse_policies
from services.reservation.refusals import AlreadyPaid, AlreadyPaying, FiguresChanged, HoldExpired, NotAllowed, TooLate
from services.reservation.values import Action, Paid, Party, PaymentState, Status, Visit
from services.shared_kernel.clock import KST
from services.shared_kernel.refusal import Refusal

POLICIES = parse_policies((files("services.reservation") / "policies.toml").read_text(), 15)
NOW = datetime(2026, 11, 23, 15, 0, tzinfo=KST)
START = datetime(2026, 11, 27, 14, 0, tzinfo=KST)
CLOSED = (Status.CANCELLED, Status.EXPIRED, Status.COMPLETED)


def a_reservation(at: datetime = NOW, start: datetime = START) -> Reservation:
    visit = Visit(
        service="home", size_pyeong=24, add_ons=(), area="mapo", details_id="d", starts_at=start,
        ends_at=start + timedelta(hours=3),
    )  # fmt: skip
    new, _ = Reservation.request(
        id="r", customer_id="c", visit=visit, price_krw=80_000, policy=POLICIES.refund, hold=POLICIES.hold, at=at
    )
    return new


class ReservationMachine(RuleBasedStateMachine):
    """Whatever happens: paid before confirmed, money back at most once for each approval, nothing after the end."""

    @initialize()
    def begin(self):
        self.now = NOW
        self.reservation = a_reservation()
        self.told: list[events.ReservationEvent] = []
        self.attempts = 0
        self.approved: list[str] = []
        self.ids = 0

    def fresh(self) -> str:
        self.ids += 1
        return f"id{self.ids}"

    def do(self, decide):
        before = self.reservation
        try:
            new, told = decide(before)
        except Refusal:
            return
        if new is before:
            assert not told
            return
        assert new.version == before.version + 1
        assert all(event.version == new.version for event in told)
        self.reservation = new
        self.told += told

    @rule(minutes=st.integers(1, 60 * 30))
    def time_passes(self, minutes):
        self.now += timedelta(minutes=minutes)

    @rule()
    def pay(self):
        self.attempts += 1
        attempt = f"a{self.attempts}"
        self.do(lambda old: old.begin_payment(attempt_id=attempt, method="card", at=self.now))

    @rule(data=st.data())
    def approval_comes(self, data):
        """Of the attempt under way, or of any before (late, doubled)."""
        if self.attempts == 0:
            return
        attempt = f"a{data.draw(st.integers(1, self.attempts))}"
        if attempt not in self.approved:
            self.approved.append(attempt)
        paid = Paid(payment_id="p", attempt_id=attempt, amount_krw=80_000, method="card", paid_at=self.now)
        refund = self.fresh()
        self.do(lambda old: old.confirm(paid=paid, refund_id=refund))

    @rule(data=st.data())
    def decline_comes(self, data):
        attempt = f"a{data.draw(st.integers(0, self.attempts))}"
        self.do(lambda old: old.payment_failed(attempt_id=attempt, hold=POLICIES.hold, at=self.now))

    @rule()
    def payment_is_away(self):
        paying = self.reservation.paying
        if paying is not None:
            self.do(lambda old: old.defer_payment(attempt_id=paying.attempt_id, hold=POLICIES.hold, at=self.now))

    @rule()
    def payment_is_back(self):
        self.do(lambda old: old.reopen_payment())

    @rule()
    def hold_runs_out(self):
        self.do(lambda old: old.expire(at=self.now))

    @rule(party=st.sampled_from(list(Party)), shown=st.booleans())
    def cancel(self, party, shown):
        refund = self.fresh()

        def decide(old):
            expected = old.cancellation_quote(by=party, at=self.now).refund_krw if shown else None
            return old.cancel(by=party, reason="x", expected_refund_krw=expected, refund_id=refund, at=self.now)

        self.do(decide)

    @rule(hours=st.integers(-48, 24 * 20), party=st.sampled_from(list(Party)))
    def move(self, hours, party):
        start = self.reservation.visit.starts_at + timedelta(hours=hours)
        self.do(lambda old: old.reschedule(starts_at=start, ends_at=start + timedelta(hours=3), by=party, at=self.now))

    @rule(kind=st.sampled_from(["start", "complete"]))
    def cleaner_reports(self, kind):
        self.do(lambda old: getattr(old, kind)(at=self.now))

    @rule(kind=st.sampled_from(["cleaner_found", "nobody_found"]), behind=st.integers(0, 1))
    def dispatch_reports(self, kind, behind):
        revision = self.reservation.visit.revision - behind
        self.do(lambda old: (getattr(old, kind)(visit_revision=revision), []))

    @rule()
    def cleaner_withdraws(self):
        self.do(lambda old: (old.cleaner_lost(), []))

    @invariant()
    def a_deal_is_paid(self):
        if self.reservation.status in (Status.CONFIRMED, Status.IN_PROGRESS, Status.COMPLETED):
            assert self.reservation.paid is not None
            assert self.reservation.payment_state is PaymentState.PAID

    @invariant()
    def every_approval_is_kept_once_or_sent_back_once(self):
        back = [event for event in self.told if isinstance(event, events.RefundRequested)]
        strays = [event for event in back if event.cause in ("duplicate", "late_approval")]
        kept = 1 if any(isinstance(event, events.ReservationConfirmed) for event in self.told) else 0
        assert kept + len(strays) == len(self.approved)
        assert len(back) - len(strays) <= 1
        assert len({event.refund_id for event in back}) == len(back)

    @invariant()
    def it_ends_once(self):
        ends = (events.ReservationCancelled, events.ReservationExpired, events.ReservationCompleted)
        assert sum(isinstance(event, ends) for event in self.told) <= 1

    @invariant()
    def fee_within_policy(self):
        for event in self.told:
            if isinstance(event, events.ReservationCancelled):
                assert event.fee_krw + event.refund_krw == event.paid_krw
                assert event.fee_krw <= event.paid_krw * 30 // 100


TestReservationMachine = ReservationMachine.TestCase


@pytest.mark.parametrize("status", list(Status))
@pytest.mark.parametrize("action", [Action.CONFIRM, Action.START, Action.COMPLETE])
def test_every_pair_that_an_event_can_cause_is_listed(status, action):
    assert (status, action) in STEPS


def test_a_hold_lasts_a_quarter_of_an_hour_and_not_into_the_visit():
    assert a_reservation().hold_expires_at == NOW + timedelta(minutes=15)
    soon = NOW + timedelta(minutes=40)
    assert a_reservation(start=soon).hold_expires_at == soon - timedelta(minutes=30)


@pytest.mark.parametrize(
    ("start", "deadline"),
    [
        (NOW + timedelta(days=4), NOW + timedelta(hours=24)),
        (NOW + timedelta(hours=20), NOW + timedelta(hours=17)),
        (NOW + timedelta(hours=3, minutes=5), NOW + timedelta(minutes=15)),  # the first deadline, never shorter
    ],
)
def test_paying_later_keeps_the_place_for_a_day_but_not_into_the_visit(start, deadline):
    paying, _ = a_reservation(start=start).begin_payment(attempt_id="a", method="card", at=NOW)
    deferred, told = paying.defer_payment(attempt_id="a", hold=POLICIES.hold, at=NOW)
    assert deferred.hold_expires_at == deadline
    assert [type(event) for event in told] == [events.PaymentDeferred]


def test_an_unsettled_attempt_keeps_the_hold_and_bars_another():
    paying, _ = a_reservation().begin_payment(attempt_id="a", method="card", at=NOW)
    with pytest.raises(NotAllowed):
        paying.expire(at=NOW + timedelta(days=1))
    with pytest.raises(AlreadyPaying):
        paying.begin_payment(attempt_id="b", method="card", at=NOW)


def test_paying_after_the_hold_or_twice_is_refused():
    with pytest.raises(HoldExpired):
        a_reservation().begin_payment(attempt_id="a", method="card", at=NOW + timedelta(minutes=15))
    paid = Paid(payment_id="p", attempt_id="a", amount_krw=80_000, method="card", paid_at=NOW)
    confirmed, _ = a_reservation().confirm(paid=paid, refund_id="x")
    with pytest.raises(AlreadyPaid):
        confirmed.begin_payment(attempt_id="b", method="card", at=NOW)
    assert confirmed.confirm(paid=paid, refund_id="y") == (confirmed, [])


def test_changed_figures_cancel_nothing():
    paid = Paid(payment_id="p", attempt_id="a", amount_krw=80_000, method="card", paid_at=NOW)
    confirmed, _ = a_reservation().confirm(paid=paid, refund_id="x")
    found = confirmed.cleaner_found(visit_revision=1)
    with pytest.raises(FiguresChanged) as refusal:
        found.cancel(
            by=Party.CUSTOMER, reason="", expected_refund_krw=72_000, refund_id="r", at=START - timedelta(days=1)
        )
    assert refusal.value.quote.refund_krw == 64_000


def test_from_the_start_by_the_clock_an_operator_decides():
    paid = Paid(payment_id="p", attempt_id="a", amount_krw=80_000, method="card", paid_at=NOW)
    confirmed, _ = a_reservation().confirm(paid=paid, refund_id="x")
    with pytest.raises(TooLate):
        confirmed.cancellation_quote(by=Party.CUSTOMER, at=START)
    with pytest.raises(TooLate):
        confirmed.reschedule(starts_at=START + timedelta(days=1), ends_at=START, by=Party.CUSTOMER, at=START)
    assert confirmed.cancellation_quote(by=Party.AGENCY, at=START).compensation_krw == 24_000


def test_a_failure_found_out_late_gives_time_to_pay_anew():
    """The place isn't lost because nobody knew for twenty minutes."""
    paying, _ = a_reservation().begin_payment(attempt_id="a", method="card", at=NOW)
    late = NOW + timedelta(minutes=20)
    failed, told = paying.payment_failed(attempt_id="a", hold=POLICIES.hold, at=late)
    assert failed.hold_expires_at == late + timedelta(minutes=15)
    assert [type(event) for event in told] == [events.PaymentReopened]


def test_a_decline_at_once_keeps_the_deadline():
    paying, _ = a_reservation().begin_payment(attempt_id="a", method="card", at=NOW)
    failed, told = paying.payment_failed(attempt_id="a", hold=POLICIES.hold, at=NOW + timedelta(seconds=3))
    assert (failed.hold_expires_at, told) == (NOW + timedelta(minutes=15), [])
