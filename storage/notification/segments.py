"""Who is of a broadcast's segment, as statements."""

from datetime import datetime, time, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, func, or_, select

from services.notification.broadcasts.values import Segment
from services.notification.truth import VISITS
from services.notification.values import DeliveryStatus
from services.shared_kernel.clock import KST
from storage.engine import UtcDateTime
from storage.notification.tables import contact as contacts
from storage.notification.tables import delivery as deliveries
from storage.notification.tables import notification as notifications
from storage.notification.tables import reservation as reservations

SENT = (DeliveryStatus.SENT, DeliveryStatus.DELIVERED)
_IN_SEGMENTS = ("customer", "cleaner")


def asked_of(segment: Segment, now: datetime) -> dict[str, Any]:
    """The parts of a segment that are given, as the statements want them."""
    asked: dict[str, Any] = {
        "role": segment.role,
        "area": segment.area,
        "language": segment.language,
        "corrects": segment.corrects,
    }
    if segment.visit_on is not None:
        asked["from_"] = datetime.combine(segment.visit_on, time(), KST)
        asked["until"] = asked["from_"] + timedelta(days=1)
    if segment.idle_days is not None:
        asked["since"] = now - timedelta(days=segment.idle_days)
    return {name: value for name, value in asked.items() if value is not None}


@cache
def candidates_in(given: tuple[str, ...], visits: tuple[str, ...] = ("CONFIRMED",)) -> Select[Any]:
    """With these parts of a segment; the others don't matter. `visits`: the statuses of those of a day.

    A cleaner's areas are looked at by whoever asks.
    """
    visit = _visit(visits, with_area="area" in given).scalar_subquery() if "from_" in given else None
    statement = select(contacts, visit.label("visit") if visit is not None else _nothing().label("visit"))
    statement = statement.where(contacts.c.role.in_(_IN_SEGMENTS), *_conditions(given))
    if visit is not None:
        statement = statement.where(visit.is_not(None))
    return statement


def _conditions(given: tuple[str, ...]) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    its = reservations.c
    of_customer = and_(its.customer_id == contacts.c.person_id, its.status.in_(VISITS))
    if "role" in given:
        found.append(contacts.c.role == bindparam("role"))
    if "language" in given:
        found.append(contacts.c.language == bindparam("language"))
    if "area" in given and "from_" not in given:
        is_there = exists().where(of_customer, its.area == bindparam("area"))
        found.append(or_(contacts.c.role == "cleaner", is_there))
    if "since" in given:
        found.append(contacts.c.role == "customer")
        found.append(~exists().where(of_customer, its.starts_at >= bindparam("since", type_=UtcDateTime())))
    if "corrects" in given:
        reached = select(notifications.c.recipient_id).where(
            notifications.c.id == deliveries.c.notification_id,
            deliveries.c.broadcast_id == bindparam("corrects"),
            deliveries.c.status.in_(SENT),
        )
        found.append(contacts.c.person_id.in_(reached))
    return found


def _visit(statuses: tuple[str, ...], *, with_area: bool) -> Select[Any]:
    """The first of a day that is somebody's: as the customer, or as the cleaner who has the job."""
    its = reservations.c
    found = select(its.reservation_id).where(
        or_(its.customer_id == contacts.c.person_id, its.cleaner_id == contacts.c.person_id),
        its.status.in_(statuses),
        its.starts_at >= bindparam("from_", type_=UtcDateTime()),
        its.starts_at < bindparam("until", type_=UtcDateTime()),
    )
    if with_area:
        found = found.where(its.area == bindparam("area"))
    return found.order_by(its.starts_at, its.reservation_id).limit(1)


def _nothing() -> ColumnElement[Any]:
    return func.nullif(contacts.c.person_id, contacts.c.person_id)
