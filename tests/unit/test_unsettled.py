"""What is open between a customer and us, as a reservation goes its way."""

from datetime import timedelta

from services.reservation.model import Reservation
from services.reservation.unsettled import Unsettled, unsettled
from services.reservation.values import Paid, Party
from tests.unit.test_reservation_machine import NOW, START, a_reservation

PAID = Paid(payment_id="p", attempt_id="a", amount_krw=80_000, method="card", paid_at=NOW)


def cancelled(reservation: Reservation, *, by: Party = Party.CUSTOMER, at=NOW + timedelta(minutes=1)) -> Reservation:
    return reservation.cancel(by=by, reason="", expected_refund_krw=None, refund_id="r", at=at)[0]


def test_until_the_cleaning_is_done_something_is():
    waits = a_reservation()
    paying, _ = waits.begin_payment(attempt_id="a", method="card", at=NOW)
    confirmed, _ = paying.confirm(paid=PAID, refund_id="x")
    started, _ = confirmed.start(at=START)
    done, _ = started.complete(at=START)
    open_ = [unsettled(one, NOW) for one in (waits, paying, confirmed, started, done)]
    assert open_ == [Unsettled.UNPAID, Unsettled.PAYING, Unsettled.UPCOMING, Unsettled.UNDER_WAY, None]
    assert unsettled(waits.expire(at=NOW + timedelta(minutes=15))[0], NOW) is None
    assert unsettled(cancelled(waits), NOW) is None
    assert unsettled(cancelled(paying), NOW) is Unsettled.PAYING


def test_a_visit_that_nobody_began_in_its_time_is_something_else():
    confirmed, _ = a_reservation().confirm(paid=PAID, refund_id="x")
    ends_at = confirmed.visit.ends_at
    assert unsettled(confirmed, ends_at - timedelta(seconds=1)) is Unsettled.UPCOMING
    assert unsettled(confirmed, ends_at) is Unsettled.NOT_BEGUN
    assert unsettled(confirmed.start(at=START)[0], ends_at) is Unsettled.UNDER_WAY


def test_until_the_money_is_back_something_is():
    """All of it, or what the policy gives back, which may be nothing more than what went back before."""
    confirmed, _ = a_reservation().confirm(paid=PAID, refund_id="x")
    back = cancelled(confirmed)
    assert unsettled(back, NOW) is Unsettled.REFUNDING
    assert unsettled(back.refunded(refunded_krw=80_000), NOW) is None
    found = confirmed.cleaner_found(visit_revision=1)
    with_fee = cancelled(found, at=START - timedelta(days=1))
    assert unsettled(with_fee, NOW) is Unsettled.REFUNDING
    assert unsettled(with_fee.refunded(refunded_krw=64_000), NOW) is None


def test_a_payment_that_came_too_late_goes_back_first():
    expired, _ = a_reservation().expire(at=NOW + timedelta(minutes=15))
    late, _ = expired.confirm(paid=PAID, refund_id="x")
    assert unsettled(late, NOW) is Unsettled.REFUNDING
    assert unsettled(late.refunded(refunded_krw=80_000), NOW) is None
