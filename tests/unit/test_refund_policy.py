"""The refund standard, every boundary, in Korean days, across midnight (reference: 소비자분쟁해결기준 청소대행서비스업)."""

from datetime import datetime, timedelta
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.reservation.policies import PaidVisit, parse_policies, quote_cancellation
from services.reservation.values import Party
from services.shared_kernel.clock import KST

POLICY = parse_policies((files("services.reservation") / "policies.toml").read_text(), 15).refund
VISIT = datetime(2026, 11, 27, 14, 0, tzinfo=KST)


def paid_visit(**changes) -> PaidVisit:
    values: dict[str, Any] = {
        "paid_krw": 80_000,
        "paid_at": VISIT - timedelta(days=30),
        "starts_at": VISIT,
        "moved_tier_percent": 0,
        "cleaner_accepted": True,
        "unfilled": False,
    }
    return PaidVisit(**(values | changes))


def at(day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, second, tzinfo=KST)


@pytest.mark.parametrize(
    ("moment", "percent"),
    [
        (at(1), 0),
        (at(20, 14), 0),  # 7 days: the standard's first row
        (at(21), 0),  # 6 days: silent, the kinder tier
        (at(23, 23, 59, 59), 0),  # the last second of 4 days
        (at(24, 0, 0, 0), 10),  # 3 days, from midnight
        (at(25, 12), 10),  # 2 days: silent, the kinder tier
        (at(25, 23, 59, 59), 10),
        (at(26, 0, 0, 0), 20),  # the day before
        (at(26, 23, 59, 59), 20),
        (at(27, 0, 0, 0), 30),  # the same day
        (at(27, 13, 59, 59), 30),
    ],
)
def test_customers_deduction_by_korean_calendar_days(moment, percent):
    quote = quote_cancellation(POLICY, paid_visit(), Party.CUSTOMER, moment)
    assert quote.fee_krw == 80_000 * percent // 100
    assert quote.refund_krw == 80_000 - quote.fee_krw
    assert quote.compensation_krw == 0
    assert quote.tier_percent == percent


@pytest.mark.parametrize(
    ("moment", "percent"),
    [(at(20), 0), (at(23, 23, 59, 59), 0), (at(24), 10), (at(26), 20), (at(27), 30), (at(27, 18), 30)],
)
@pytest.mark.parametrize("party", [Party.AGENCY, Party.CLEANER])
def test_our_fault_gives_all_back_and_the_same_table_on_top(moment, percent, party):
    quote = quote_cancellation(POLICY, paid_visit(), party, moment)
    assert (quote.fee_krw, quote.refund_krw) == (0, 80_000)
    assert quote.compensation_krw == 80_000 * percent // 100


def test_midnight_is_koreas_whatever_the_offset_of_the_clock():
    """15:00 UTC is midnight in Seoul."""
    before = datetime.fromisoformat("2026-11-25T14:59:59+00:00")
    after = datetime.fromisoformat("2026-11-25T15:00:00+00:00")
    assert quote_cancellation(POLICY, paid_visit(), Party.CUSTOMER, before).fee_krw == 8_000
    assert quote_cancellation(POLICY, paid_visit(), Party.CUSTOMER, after).fee_krw == 16_000


@pytest.mark.parametrize(
    ("after_paying", "is_free"),
    [(timedelta(0), True), (timedelta(minutes=5), True), (timedelta(minutes=5, seconds=1), False)],
)
def test_five_minutes_of_grace(after_paying, is_free):
    paid_at = at(27, 9)
    quote = quote_cancellation(POLICY, paid_visit(paid_at=paid_at), Party.CUSTOMER, paid_at + after_paying)
    assert (quote.fee_krw == 0) is is_free
    assert (quote.reason == "grace") is is_free
    assert quote.free_until == paid_at + timedelta(minutes=5)


def test_no_grace_once_the_visit_has_begun():
    quote = quote_cancellation(POLICY, paid_visit(paid_at=VISIT - timedelta(minutes=2)), Party.CUSTOMER, VISIT)
    assert quote.fee_krw == 24_000


def test_free_while_no_cleaner_has_accepted():
    quote = quote_cancellation(POLICY, paid_visit(cleaner_accepted=False), Party.CUSTOMER, at(27, 13))
    assert (quote.fee_krw, quote.reason) == (0, "no_cleaner")


def test_unfilled_counts_as_our_fault():
    quote = quote_cancellation(POLICY, paid_visit(unfilled=True, cleaner_accepted=False), Party.CUSTOMER, at(27, 12))
    assert (quote.fee_krw, quote.refund_krw, quote.compensation_krw, quote.reason) == (0, 80_000, 24_000, "unfilled")


def test_a_move_does_not_dodge_the_fee():
    """Moved the day before to next month, cancelled then: the day before's tier stays."""
    later = VISIT + timedelta(days=20)
    quote = quote_cancellation(POLICY, paid_visit(starts_at=later, moved_tier_percent=20), Party.CUSTOMER, at(26, 18))
    assert quote.fee_krw == 16_000


def test_what_went_back_before_is_part_of_what_goes_back():
    """10,000 won of goodwill, then cancelled the day before: the fee is the same, the refund is the rest."""
    quote = quote_cancellation(POLICY, paid_visit(refunded_krw=10_000), Party.CUSTOMER, at(26, 18))
    assert (quote.fee_krw, quote.refund_krw, quote.refunded_before_krw) == (16_000, 54_000, 10_000)
    generous = quote_cancellation(POLICY, paid_visit(refunded_krw=75_000), Party.CUSTOMER, at(26, 18))
    assert generous.refund_krw == 0


@given(
    paid=st.integers(0, 10_000_000),
    minutes=st.integers(-60 * 24 * 40, 60 * 10),
    moved=st.sampled_from([0, 10, 20, 30]),
    accepted=st.booleans(),
    unfilled=st.booleans(),
    party=st.sampled_from(list(Party)),
)
def test_money_is_conserved_and_the_fee_never_above_the_policy(paid, minutes, moved, accepted, unfilled, party):
    moment = VISIT + timedelta(minutes=minutes)
    visit = paid_visit(paid_krw=paid, moved_tier_percent=moved, cleaner_accepted=accepted, unfilled=unfilled)
    quote = quote_cancellation(POLICY, visit, party, moment)
    assert quote.fee_krw + quote.refund_krw == paid
    assert 0 <= quote.fee_krw <= paid * max(POLICY.tier_percent(VISIT, moment), moved) // 100
    assert 0 <= quote.compensation_krw <= paid * 30 // 100
    assert quote.fee_krw == 0 or quote.compensation_krw == 0


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "'refund' is missing"),
        ("version='1'\n[hold]\n[refund]\ngrace_minutes=5\nunfilled_is_agency_fault=true\ntiers=[{days=0,percent=10},{days=3,percent=0}]",
         "deferred_hours"),
    ],
)  # fmt: skip
def test_a_wrong_policy_file_says_what_is_wrong(text, fault):
    with pytest.raises(ValueError, match=fault):
        parse_policies(text, 15)
