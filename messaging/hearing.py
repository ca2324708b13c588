"""Which events a consumer hasn't heard: asked by whoever tells them again, and by the audit."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Hearing:
    """A consumer and one source. `joined_at`: from when on it hears everything; None: it hasn't begun.

    `reached`: the last number that it has handled of each subject, up to which it refuses all that comes (rule 13).
    `on_its_way`: ids that wait for it somewhere.
    """

    joined_at: datetime | None
    reached: Mapping[str, int]
    on_its_way: Collection[str]

    def is_behind(self, subject: str, last: int) -> bool:
        """Whether it may lack something of a subject that has told so many events."""
        return self.reached.get(subject, 0) < last

    def lacks(self, event_id: str, subject: str, sequence: int, recorded_at: datetime) -> bool:
        """Whether it would handle the event, and never gets it by itself."""
        if event_id in self.on_its_way:
            return False
        reached = self.reached.get(subject)
        if reached is None:  # what is from before its time it needn't know
            return self.joined_at is None or recorded_at >= self.joined_at
        return sequence > reached
