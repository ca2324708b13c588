"""What was said goes into the unfinished booking; what can't be had is told apart."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, time
from typing import Any

from bot.conversation.draft import Booking
from bot.conversation.reading import Intent, Reading
from services.reservation.catalogue import Catalogue
from services.reservation.refusals import NotOffered

FIELDS = ("date", "time", "area", "size_pyeong", "service", "add_ons")
SLOT = frozenset({"date", "time", "area", "size_pyeong", "service"})


@dataclass(frozen=True, kw_only=True)
class Merged:
    """The booking with all that could be taken; which fields are new, which have another value than before.

    `not_offered` is a field whose value isn't sold (its value was left out).
    """

    booking: Booking
    new: tuple[str, ...]
    changed: tuple[str, ...]
    not_offered: str = ""

    @property
    def touches_slot(self) -> bool:
        """Whether the place has to be looked for again."""
        return bool(SLOT.intersection((*self.new, *self.changed)))


def values_of(reading: Reading) -> dict[str, Any]:
    """The fields that were said. When a booking is unfinished, moving it means correcting it."""
    moving = reading.intent is Intent.RESCHEDULE
    values: dict[str, Any] = {
        "service": reading.service,
        "size_pyeong": reading.size_pyeong,
        "area": None if reading.address else reading.area,
        "date": reading.to_date if moving else reading.date,
        "time": reading.to_time if moving else reading.time,
        "add_ons": reading.add_ons or (() if reading.without_add_ons else None),
        "without_add_ons": reading.without_add_ons or None,
    }
    return {name: value for name, value in values.items() if value is not None}


def merge(booking: Booking, values: Mapping[str, Any], catalogue: Catalogue, latest: date) -> Merged:
    """Take what is sold; the rest is named in `not_offered`."""
    wanted = {name: values[name] for name in FIELDS if name in values}
    if "add_ons" in wanted:
        known = tuple(each for each in wanted["add_ons"] if each in catalogue.add_ons)
        all_of_them = dict.fromkeys((*booking.add_ons, *known))
        without = values.get("without_add_ons", ())
        wanted["add_ons"] = tuple(each for each in all_of_them if each not in without)
    refused = _refused(booking, wanted, catalogue, latest)
    wanted.pop(refused, None)
    if refused == "size_pyeong" and booking.size_pyeong is not None:
        booking = replace(booking, size_pyeong=None)
    new = tuple(name for name in wanted if not getattr(booking, name) and wanted[name])
    changed = tuple(name for name in wanted if getattr(booking, name) and getattr(booking, name) != wanted[name])
    booking = _with_range(replace(booking, **wanted), "time" in wanted, values)
    return Merged(booking=replace(booking, given=_given(booking, new)), new=new, changed=changed, not_offered=refused)


def _refused(booking: Booking, wanted: Mapping[str, Any], catalogue: Catalogue, latest: date) -> str:
    if "service" in wanted and wanted["service"] not in catalogue.services:
        return "service"
    if "area" in wanted and wanted["area"] not in catalogue.areas:
        return "area"
    if "date" in wanted and wanted["date"] > latest:
        return "date"
    if wanted.get("size_pyeong", 1) < 1:
        return "size_pyeong"
    service = wanted.get("service", booking.service)
    size = wanted.get("size_pyeong", booking.size_pyeong)
    if service and size and service in catalogue.services:
        try:
            catalogue.service(service).size(size)
        except NotOffered:
            return "size_pyeong"
    return ""


def _with_range(booking: Booking, has_time: bool, values: Mapping[str, Any]) -> Booking:
    """A part of a day (오후) stands until a time is chosen."""
    first, last = values.get("time_from"), values.get("time_to")
    if has_time:
        return replace(booking, time_from=None, time_to=None)
    if isinstance(first, time) or isinstance(last, time):
        return replace(booking, time=None, time_from=first, time_to=last)
    return booking


def _given(booking: Booking, new: tuple[str, ...]) -> tuple[str, ...]:
    # add-ons count as given only once the question about them was answered
    return (*booking.given, *(name for name in new if name not in booking.given and name != "add_ons"))


def without(booking: Booking, field: str) -> Booking:
    """The booking as if this field hadn't been given yet."""
    empty: dict[str, Any] = {"address": "", "add_ons": ()}
    given = tuple(each for each in booking.given if each != field)
    changes: dict[str, Any] = {field: empty.get(field), "given": given}
    if field in ("date", "time"):
        changes |= {"time_from": None, "time_to": None}
    return replace(booking, **changes)
