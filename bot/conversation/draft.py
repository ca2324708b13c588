"""What is remembered between two messages: the unfinished booking, and what was asked last."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import date as Date
from datetime import datetime
from datetime import time as Time
from typing import Any

from services.shared_kernel.clock import KST

FORMAT = 1  # count it up when an old draft could be misread: the person then starts with a fresh one

STEPS = ("service", "size_pyeong", "area", "date", "time", "address", "add_ons")


@dataclass(frozen=True, kw_only=True)
class Booking:
    """What was given so far, in any order; `given` is the order, so that one can go back.

    `other_address` lies in another district, until the customer says which of the two holds. `hold` is the
    reservation that keeps its place.
    """

    service: str | None = None
    size_pyeong: int | None = None
    area: str | None = None
    date: Date | None = None
    time: Time | None = None
    time_from: Time | None = None
    time_to: Time | None = None
    address: str = ""
    other_address: str = ""
    note: str = ""
    phone: str = ""
    add_ons: tuple[str, ...] = ()
    given: tuple[str, ...] = ()
    hold: str = ""

    @property
    def starts_at(self) -> datetime | None:
        """When the visit shall start, once both day and time are given."""
        if self.date is None or self.time is None:
            return None
        return datetime.combine(self.date, self.time, KST)

    @property
    def next_step(self) -> str:
        """The first thing that isn't known yet; empty when all is."""
        return next((step for step in STEPS if not self.has(step)), "")

    def has(self, step: str) -> bool:
        """Whether a step needs no asking. Add-ons are optional: there, the answer to the question counts."""
        return step in self.given if step == "add_ons" else bool(getattr(self, step))


@dataclass(frozen=True, kw_only=True)
class Draft:
    """Where a person's conversation stands.

    `asking` names the field that was asked for; `yes` and `no` are the actions that those words stand for, in the
    next message only. `doing` (move, cancel) is about the reservation `about`; `wish` is the day it shall move to.
    `price_of` is what the price was asked of (service, size_pyeong), when more of it may come (`doing` price).
    `again` is the text to read once more after trouble. `offered` are the labels shown last, with their actions:
    typing one is tapping it. `memo` is what questions remember.
    """

    booking: Booking | None = None
    asking: str = ""
    doing: str = ""
    about: str = ""
    wish: Date | None = None
    price_of: Mapping[str, Any] = field(default_factory=dict)
    yes: str = ""
    no: str = ""
    again: str = ""
    misses: int = 0
    offered: Mapping[str, str] = field(default_factory=dict)
    memo: Mapping[str, str] = field(default_factory=dict)


def dump(draft: Draft) -> dict[str, Any]:
    """As plain values that JSON knows."""
    return {"format": FORMAT, **_plain(asdict(draft))}


def load(body: Mapping[str, Any] | None) -> Draft:
    """Back again. A draft of another format, or one that can't be read, is a fresh one."""
    if not body or body.get("format") != FORMAT:
        return Draft()
    try:
        known = _known(Draft, body)
        booking = known.get("booking")
        known["booking"] = None if booking is None else _booking(booking)
        known["wish"] = _date(known.get("wish"))
        return Draft(**known)
    except (AttributeError, TypeError, ValueError):
        return Draft()


def _booking(body: Mapping[str, Any]) -> Booking:
    known = _known(Booking, body)
    known["date"] = _date(known.get("date"))
    for name in ("time", "time_from", "time_to"):
        value = known.get(name)
        known[name] = None if value is None else Time.fromisoformat(value)
    for name in ("add_ons", "given"):
        known[name] = tuple(known.get(name, ()))
    return Booking(**known)


def _known(kind: type[Draft] | type[Booking], body: Mapping[str, Any]) -> dict[str, Any]:
    names = {each.name for each in fields(kind)}
    return {name: value for name, value in body.items() if name in names}


def _date(value: str | None) -> Date | None:
    return None if value is None else Date.fromisoformat(value)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    return value.isoformat() if isinstance(value, Date | Time) else value
