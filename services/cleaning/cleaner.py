"""The cleaner: a company or person who takes jobs, with where and when they come."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.cleaning.events import CleanerRegistered
from services.cleaning.refusals import BadRegistration
from services.shared_kernel.clock import kst_date

LONGEST_NAME = 40


@dataclass(frozen=True, kw_only=True)
class Cleaner:
    """`id` is the bot's person id; `days` are ISO weekdays, 1 is Monday."""

    id: str
    version: int
    name: str
    areas: tuple[str, ...]
    days: tuple[int, ...]
    active: bool = True

    @classmethod
    def register(
        cls, known: "Cleaner | None", *, id: str, name: str, areas: Sequence[str], days: Sequence[int], active: bool
    ) -> tuple["Cleaner", Sequence[CleanerRegistered]]:
        """A new one, or `known` as it is now to be. BadRegistration names the field that can't be used."""
        new = cls(
            id=id,
            version=known.version if known else 0,
            name=" ".join(name.split()),
            areas=tuple(dict.fromkeys(areas)),
            days=tuple(sorted(set(days))),
            active=active,
        )
        new._check()
        return (known, []) if new == known else new._next()

    def leave(self) -> tuple["Cleaner", Sequence[CleanerRegistered]]:
        """Their role was taken back: nothing is offered to them any more."""
        return replace(self, active=False)._next() if self.active else (self, [])

    def _next(self) -> tuple["Cleaner", Sequence[CleanerRegistered]]:
        new = replace(self, version=self.version + 1)
        return new, [
            CleanerRegistered(
                cleaner_id=new.id,
                name=new.name,
                areas=new.areas,
                days=new.days,
                version=new.version,
                active=new.active,
            )
        ]

    def _check(self) -> None:
        if not 1 <= len(self.name) <= LONGEST_NAME:
            raise BadRegistration("name")
        if not self.areas or not all(self.areas):
            raise BadRegistration("areas")
        if not self.days or not set(self.days) <= set(range(1, 8)):
            raise BadRegistration("days")

    def comes_to(self, area: str, starts_at: datetime) -> bool:
        """Whether they take jobs there on that (Korean) weekday."""
        return self.active and area in self.areas and kst_date(starts_at).isoweekday() in self.days
