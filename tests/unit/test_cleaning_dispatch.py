"""Who is asked next, and the answers that are refused (rule 8)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.cleaning.cleaner import Cleaner
from services.cleaning.dispatch import Roster, next_to_ask, pool_of
from services.cleaning.lifecycle import OFFER_STEPS, STEPS, next_status
from services.cleaning.model import Job
from services.cleaning.offer import Offer
from services.cleaning.policies import parse_policies
from services.cleaning.refusals import BadRegistration
from services.cleaning.values import Action, JobStatus, OfferAction, OfferStatus
from tests.support.cleaning import EVERY_DAY, FRIDAY_2PM, POLICY, visit
from tests.support.time import MONDAY_AFTERNOON

JOB = Job.open(
    id="job", reservation_id="r", customer_id="c", visit=visit(), price_krw=80_000, policy=POLICY, at=MONDAY_AFTERNOON
)
FRIDAY = 5


def cleaner(id: str, areas=("mapo",), days=EVERY_DAY, active=True) -> Cleaner:
    return Cleaner(id=id, version=1, name=id, areas=areas, days=days, active=active)


def roster(*cleaners: Cleaner, busy=(), recent=None, previous=None) -> Roster:
    return Roster(cleaners=cleaners, busy=set(busy), recent=recent or {}, previous_cleaner_id=previous)


def asked(*answers: tuple[str, OfferStatus], revision: int = 1) -> Job:
    offers = tuple(
        Offer(id=f"o{number}", cleaner_id=cleaner_id, visit_revision=revision, deadline=FRIDAY_2PM, status=status)
        for number, (cleaner_id, status) in enumerate(answers)
    )
    return replace(JOB, offers=offers)


A, B, C = cleaner("a"), cleaner("b"), cleaner("c")


@pytest.mark.parametrize(
    ("job", "candidates", "chosen"),
    [
        (JOB, roster(), None),
        (JOB, roster(B, A), "a"),
        (JOB, roster(A, B, recent={"a": 2, "b": 1}), "b"),
        (JOB, roster(A, B, recent={"a": 1}), "b"),
        (JOB, roster(A, B, recent={"a": 0, "b": 9}, previous="b"), "b"),
        (JOB, roster(A, B, previous="somebody who left"), "a"),
        (JOB, roster(A, B, busy=["a"]), "b"),
        (JOB, roster(A, B, busy=["b"], previous="b"), "a"),
        (JOB, roster(cleaner("a", areas=("songpa",))), None),
        (JOB, roster(cleaner("a", areas=("songpa", "mapo"))), "a"),
        (JOB, roster(cleaner("a", days=(1, 2, 3, 4, 6, 7))), None),
        (JOB, roster(cleaner("a", days=(FRIDAY,))), "a"),
        (JOB, roster(cleaner("a", active=False)), None),
        (asked(("a", OfferStatus.DECLINED)), roster(A, B), "b"),
        (asked(("a", OfferStatus.TIMED_OUT)), roster(A, B, previous="a"), "b"),
        (asked(("a", OfferStatus.ACCEPTED)), roster(A), None),
        (asked(("a", OfferStatus.DECLINED), revision=0), roster(A, B), "a"),
    ],
)
def test_the_next_to_ask(job, candidates, chosen):
    found = next_to_ask(job, candidates)
    assert (found.id if found else None) == chosen


def test_the_weekday_is_the_korean_one():
    early = replace(JOB, visit=visit(FRIDAY_2PM.replace(hour=8)))  # 23:00 on Thursday in UTC
    assert next_to_ask(early, roster(cleaner("a", days=(FRIDAY,)))) is not None
    assert next_to_ask(early, roster(cleaner("a", days=(FRIDAY - 1,)))) is None


@pytest.mark.parametrize(
    ("status", "is_in_the_pool"),
    [
        (OfferStatus.TIMED_OUT, True),
        (OfferStatus.REVOKED, True),
        (OfferStatus.DECLINED, False),
        (OfferStatus.PENDING, False),
        (OfferStatus.ACCEPTED, False),
    ],
)
def test_the_pool_is_all_who_fit_and_have_not_said_no(status, is_in_the_pool):
    busy = cleaner("busy")
    found = pool_of(asked(("a", status)), roster(A, B, busy, busy=["busy"]))
    assert [one.id for one in found] == (["a", "b"] if is_in_the_pool else ["b"])


def test_every_pair_that_an_event_can_cause_is_listed():
    for status in JobStatus:
        assert next_status(status, Action.CALL_OFF) is JobStatus.CALLED_OFF
        assert next_status(status, Action.RESCHEDULE) is not None


def test_an_offer_is_answered_once():
    assert {status for status, _ in OFFER_STEPS} == {OfferStatus.PENDING}
    taken = asked(("a", OfferStatus.PENDING)).offers[0].after(OfferAction.ACCEPT)
    with pytest.raises(ValueError, match="revoke of an offer that is ACCEPTED"):
        taken.after(OfferAction.REVOKE)


def test_nothing_leaves_the_end():
    ends = {status for status in JobStatus if all(STEPS.get((status, action), status) is status for action in Action)}
    assert ends == {JobStatus.CALLED_OFF}
    assert {STEPS[pair] for pair in STEPS if pair[0] is JobStatus.FINISHED} == {
        JobStatus.FINISHED,
        JobStatus.CALLED_OFF,
    }


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("name", {"name": "   "}),
        ("name", {"name": "클" * 41}),
        ("areas", {"areas": ()}),
        ("areas", {"areas": ("",)}),
        ("days", {"days": ()}),
        ("days", {"days": (0, 1)}),
        ("days", {"days": (8,)}),
    ],
)
def test_a_registration_that_cannot_be_used_names_the_field(field, changes):
    values = {"name": "OO클린", "areas": ("mapo",), "days": (1,)} | changes
    with pytest.raises(BadRegistration) as refused:
        Cleaner.register(None, id="a", active=True, **values)
    assert refused.value.field == field


def test_registering_tidies_and_tells_only_changes():
    new, events = Cleaner.register(
        None, id="a", name="  OO   클린 ", areas=["mapo", "songpa", "mapo"], days=[3, 1, 1], active=True
    )
    assert (new.name, new.areas, new.days, new.version) == ("OO 클린", ("mapo", "songpa"), (1, 3), 1)
    assert len(events) == 1
    same, none = Cleaner.register(new, id="a", name="OO 클린", areas=new.areas, days=new.days, active=True)
    assert same is new
    assert none == []
    paused, told = Cleaner.register(new, id="a", name="OO 클린", areas=new.areas, days=new.days, active=False)
    assert (paused.version, told[0].version, told[0].active) == (2, 2, False)


def test_the_policy_in_figures():
    assert POLICY.payout_krw(80_000) == 68_000
    assert POLICY.payout_krw(99_999) == 84_999
    assert POLICY.offer_deadline(FRIDAY_2PM, MONDAY_AFTERNOON) == MONDAY_AFTERNOON + timedelta(minutes=10)
    a_month_ago = MONDAY_AFTERNOON - timedelta(days=30)
    assert {POLICY.recent_since(MONDAY_AFTERNOON + timedelta(seconds=after)) for after in (0, 59.9)} == {a_month_ago}
    late = FRIDAY_2PM - timedelta(hours=2, minutes=3)
    assert POLICY.offer_deadline(FRIDAY_2PM, late) == FRIDAY_2PM - timedelta(hours=2)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ("", "'dispatch' is missing"),
        ("[dispatch]\npayout_percent = 85", "is missing"),
    ],
)
def test_a_policy_that_lacks_something_says_so(wrong, says):
    with pytest.raises(ValueError, match=says):
        parse_policies(wrong, offer_minutes=10)


@pytest.mark.parametrize(("name", "value"), [("payout_percent", 101), ("recent_days", -1)])
def test_a_policy_out_of_range_is_refused(name, value):
    fields = {field: getattr(POLICY, field) for field in POLICY.__dataclass_fields__ if field != "offer_minutes"}
    lines = [f"{field} = {number}" for field, number in (fields | {name: value}).items()]
    with pytest.raises(ValueError, match="policies"):
        parse_policies("\n".join(["[dispatch]", *lines]), offer_minutes=10)
