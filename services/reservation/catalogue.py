"""What the agency sells: services by size, areas, add-ons, hours and capacity."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as clock_time

from services.reservation.refusals import NotOffered
from services.shared_kernel.clock import KST, kst, kst_date
from services.shared_kernel.wording import Language, service_and_size

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WINDOW = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class Size:
    """A price and a length for sizes up to `up_to_pyeong` (1 평 = 3.3 m²)."""

    up_to_pyeong: int
    price_krw: int
    hours: int


@dataclass(frozen=True, kw_only=True)
class Named:
    """Something with an id and a name in both languages."""

    id: str
    ko: str
    en: str

    def name(self, language: str) -> str:
        """Its name for a reader of `ko` or `en`."""
        return self.en if language == "en" else self.ko


@dataclass(frozen=True, kw_only=True)
class Service(Named):
    """A kind of cleaning."""

    sizes: tuple[Size, ...]

    def size(self, pyeong: int) -> Size:
        """The row for a size; NotOffered outside of what is sold."""
        for size in self.sizes:
            if 1 <= pyeong <= size.up_to_pyeong:
                return size
        raise NotOffered("size_pyeong")


@dataclass(frozen=True, kw_only=True)
class AddOn(Named):
    """Something extra for a price."""

    price_krw: int


@dataclass(frozen=True, kw_only=True)
class AgencyName:
    """Who we are, as advertising has to say: a name, and how to reach us."""

    name: str
    contact: str


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """All of it. Hours are Korean time; a window is one hour. Without an `agency` there is no advertising."""

    services: Mapping[str, Service]
    areas: Mapping[str, Named]
    add_ons: Mapping[str, AddOn]
    capacity: Mapping[str, int]
    min_lead_hours: int
    days_ahead: int
    first_start: int
    last_start: int
    last_end: int
    agency: AgencyName | None = None

    def service(self, service_id: str) -> Service:
        """The service; NotOffered if there is none of that id."""
        if service_id not in self.services:
            raise NotOffered("service")
        return self.services[service_id]

    def area(self, area_id: str) -> Named:
        """The area; NotOffered if there is none of that id."""
        if area_id not in self.areas:
            raise NotOffered("area")
        return self.areas[area_id]

    def work(self, service_id: str, size_pyeong: int, add_ons: Iterable[str], language: Language) -> str:
        """집청소 24평, 창문 청소; Home cleaning, 24 pyeong, Windows. What isn't sold any more keeps its id."""
        service = self.services.get(service_id)
        name = service.name(language) if service else service_id
        known = ((each, self.add_ons.get(each)) for each in add_ons)
        extras = (found.name(language) if found else each for each, found in known)
        return ", ".join((service_and_size(name, size_pyeong, language), *extras))

    def price_krw(self, service_id: str, size_pyeong: int, add_ons: tuple[str, ...]) -> int:
        """What it costs, in won. NotOffered names the field that isn't sold."""
        if len(set(add_ons)) != len(add_ons) or any(add_on not in self.add_ons for add_on in add_ons):
            raise NotOffered("add_ons")
        extra = sum(self.add_ons[add_on].price_krw for add_on in add_ons)
        return self.service(service_id).size(size_pyeong).price_krw + extra

    def ends_at(self, service_id: str, size_pyeong: int, starts_at: datetime) -> datetime:
        """When a visit that starts then is over."""
        return starts_at + timedelta(hours=self.service(service_id).size(size_pyeong).hours)

    def shortest_hours(self) -> int:
        """The length of the shortest visit that is sold."""
        return min(size.hours for service in self.services.values() for size in service.sizes)

    def starts_on(self, day: date, hours: int) -> tuple[datetime, ...]:
        """The start times of a day for a visit of so many hours."""
        last = min(self.last_start, self.last_end - hours)
        midnight = datetime.combine(day, clock_time(), KST)
        return tuple(midnight + timedelta(hours=hour) for hour in range(self.first_start, last + 1))

    def check_start(self, starts_at: datetime, hours: int, now: datetime) -> None:
        """NotOffered("starts_at") unless a visit may start then, seen from now."""
        if kst(starts_at) not in self.starts_on(kst_date(starts_at), hours):
            raise NotOffered("starts_at")
        if not self.earliest(now) <= starts_at or kst_date(starts_at) > self.latest_day(now):
            raise NotOffered("starts_at")

    def earliest(self, now: datetime) -> datetime:
        """No visit starts before."""
        return now + timedelta(hours=self.min_lead_hours)

    def latest_day(self, now: datetime) -> date:
        """No visit is on a later day."""
        return kst_date(now) + timedelta(days=self.days_ahead)

    def capacity_at(self, window: datetime) -> int:
        """How many visits an area takes in a window, as planned."""
        return self.capacity[WEEKDAYS[kst(window).weekday()]]


def windows(starts_at: datetime, ends_at: datetime) -> tuple[datetime, ...]:
    """The windows that a visit overlaps, in ascending order, so that two visits never wait for each other in a ring."""
    first = starts_at.replace(minute=0, second=0, microsecond=0)
    found = []
    while first < ends_at:
        found.append(first)
        first += WINDOW
    return tuple(found)


def parse_catalogue(text: str) -> Catalogue:
    """A catalogue from TOML; ValueError says what is missing or wrong."""
    raw = tomllib.loads(text)
    try:
        catalogue = Catalogue(
            services={
                row["id"]: Service(
                    id=row["id"], ko=row["ko"], en=row["en"], sizes=tuple(Size(**size) for size in row["sizes"])
                )
                for row in raw["services"]
            },
            areas={row["id"]: Named(**row) for row in raw["areas"]},
            add_ons={row["id"]: AddOn(**row) for row in raw.get("add_ons", ())},
            capacity={day: int(raw["capacity"][day]) for day in WEEKDAYS},
            agency=_agency(raw["agency"]) if "agency" in raw else None,
            **{name: int(raw[name]) for name in _NUMBERS},
        )
    except KeyError as error:
        raise ValueError(f"catalogue: {error.args[0]!r} is missing") from error
    except TypeError as error:
        raise ValueError(f"catalogue: {error}") from error
    _check(catalogue)
    return catalogue


def _agency(raw: dict[str, object]) -> AgencyName:
    return AgencyName(**{name: str(value) for name, value in raw.items()})


_NUMBERS = ("min_lead_hours", "days_ahead", "first_start", "last_start", "last_end")


def _check(catalogue: Catalogue) -> None:
    if not catalogue.services or not catalogue.areas:
        raise ValueError("catalogue: at least one service and one area")
    agency = catalogue.agency
    if agency is not None and not (agency.name.strip() and agency.contact.strip()):
        raise ValueError("catalogue: [agency] has a name and a contact, such as a telephone number")
    for service in catalogue.services.values():
        steps = [size.up_to_pyeong for size in service.sizes]
        if not steps or steps != sorted(set(steps)):
            raise ValueError(f"catalogue: sizes of {service.id} must rise")
        if any(size.price_krw <= 0 or size.hours <= 0 for size in service.sizes):
            raise ValueError(f"catalogue: a size of {service.id} has no price or no length")
    if not 0 <= catalogue.first_start <= catalogue.last_start < catalogue.last_end <= 24:
        raise ValueError("catalogue: first_start <= last_start < last_end <= 24")
    if min(catalogue.capacity.values()) < 0 or catalogue.min_lead_hours < 0 or catalogue.days_ahead < 1:
        raise ValueError("catalogue: capacity, min_lead_hours and days_ahead can't be negative")
