"""What a broadcast tells of a visit: when it is still true, at each thing that may have changed."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from services.notification.model import Ad, Delivery, Info
from services.notification.outcomes import Unwanted, after, told
from services.notification.policies import prepared
from services.notification.truth import about_visit, visit_of, why_untrue
from services.notification.values import Contact, DeliveryStatus, JobPart, ReservationCopy, VisitPart
from services.shared_kernel.bot_events import FORMER
from tests.support.notices import END, START, TIERS
from tests.support.time import MONDAY_AFTERNOON as NOW

VISIT = VisitPart(
    customer_id="customer", version=1, status="CONFIRMED", service="home", size_pyeong=24, area="mapo",
    details_id="d-1", starts_at=START, ends_at=END, visit_revision=1, price_krw=80_000, fee_tiers=TIERS,
    moved_tier_percent=0,
)  # fmt: skip
JOB = JobPart(job_id="j-1", version=1, visit_revision=1, cleaner_id="cleaner")
COPY = ReservationCopy(reservation_id="r-1", visit=VISIT, job=JOB)
TIME, AREA = {"visit_at": START}, {"area": "mapo"}  # what the words name


def about(values: dict[str, Any], recipient: str = "customer") -> Info:
    return Info(
        id="n-1", cause="broadcast:b-1", cause_event_id=None, recipient_id=recipient, template="broadcast",
        values={**values, **about_visit(COPY)}, created_at=NOW,
    )  # fmt: skip


def visit(**changes: Any) -> ReservationCopy:
    return replace(COPY, visit=replace(VISIT, **changes))


@pytest.mark.parametrize(
    ("notification", "copy", "why"),
    [
        (about(TIME), COPY, ""),
        (about(TIME), visit(status="IN_PROGRESS"), ""),
        (about(TIME), visit(status="COMPLETED"), ""),
        (about(TIME), visit(status="CANCELLED"), "called_off"),
        (about(TIME), visit(starts_at=START + timedelta(minutes=30)), "called_off"),
        (about(AREA), visit(starts_at=START + timedelta(minutes=30)), ""),
        (about(AREA), visit(starts_at=START + timedelta(days=1)), "called_off"),
        (about(TIME, "cleaner"), COPY, ""),
        (about(TIME, "cleaner"), replace(COPY, job=replace(JOB, cleaner_id="another")), "called_off"),
        (about(TIME, "cleaner"), replace(COPY, job=None), "called_off"),
        (about(TIME), replace(COPY, job=None), ""),
        (about(TIME), None, "called_off"),
    ],
)
def test_when_what_it_tells_of_a_visit_is_true(notification: Info, copy: ReservationCopy | None, why: str) -> None:
    assert why_untrue(notification, copy, NOW) == why


def test_it_belongs_to_no_reservation() -> None:
    notification = about(TIME)
    assert visit_of(notification) == "r-1"
    assert (notification.reservation_id, notification.lane) == (None, "customer:n-1")


def test_advertising_that_tells_of_a_visit_is_looked_at_too() -> None:
    plain = about(TIME)
    notification = Ad(**vars(plain), broadcast_id="b-1")
    delivery = Delivery.of_broadcast(notification, broadcast_id="b-1", starts_at=NOW)
    contact = Contact(person_id="customer", role="customer", channels=("web",), consent_day_at=NOW)
    for copy, status in ((COPY, DeliveryStatus.SENDING), (visit(status="CANCELLED"), DeliveryStatus.SUPPRESSED)):
        new = prepared(delivery, notification, contact, copy, usable=("web",), by="s-1", now=NOW)
        assert new.status is status


def test_whose_role_was_taken_back_gets_nothing_that_waited() -> None:
    """Neither a notice nor what a broadcast had for them; a consent of theirs helps nothing."""
    contact = Contact(person_id="cleaner", role=FORMER, channels=("web",), consent_day_at=NOW)
    plain = about(TIME, "cleaner")
    for notification in (plain, Ad(**vars(plain), broadcast_id="b-1")):
        delivery = Delivery.of_broadcast(notification, broadcast_id="b-1", starts_at=NOW)
        new = prepared(delivery, notification, contact, COPY, usable=("web",), by="s-1", now=NOW)
        assert (new.status, new.reason) == (DeliveryStatus.SUPPRESSED, "role_over")


def test_who_wants_it_no_more_at_the_last_moment_gets_nothing_and_is_told_of() -> None:
    notification = about(TIME)
    delivery = Delivery.of_broadcast(notification, broadcast_id="b-1", starts_at=NOW)
    taken = delivery.take(channel="web", by="s-1", until=NOW + timedelta(seconds=30))
    new = after(taken, Unwanted(reason="opted_out"), NOW)
    assert (new.status, new.reason, new.attempts, new.lease_until) == (DeliveryStatus.SUPPRESSED, "opted_out", 0, None)
    assert new.version > taken.version
    (event,) = told(notification, new)
    assert event.TYPE == "ssak3.notification.suppressed.v1"
