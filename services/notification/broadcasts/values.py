"""Values of broadcasts: whom, what, and what would come of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from services.shared_kernel.card import Card


class BroadcastStatus(StrEnum):
    """Where a broadcast stands."""

    DRAFT = "DRAFT"
    SCHEDULED = "SCHEDULED"
    RUNNING = "RUNNING"
    PAUSED = "PAUSED"
    FINISHED = "FINISHED"
    CANCELLED = "CANCELLED"


class BroadcastAction(StrEnum):
    """What can happen to a broadcast."""

    EDIT = "edit"
    APPROVE = "approve"  # to SCHEDULED, also when it begins at once
    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    FINISH = "finish"
    CANCEL = "cancel"


class Kind(StrEnum):
    """Information about people's own business, or advertising (rule 12)."""

    INFO = "INFO"
    AD = "AD"


@dataclass(frozen=True, kw_only=True)
class Segment:
    """Who is meant: everybody to whom all that is set applies; nothing set: all customers and cleaners.

    `role`: customer or cleaner. `area`: customers with a visit there, cleaners who work there.
    `visit_on`: a confirmed visit on that (Korean) day: its customer, and its cleaner.
    `idle_days`: customers without a visit in so many days and with none to come.
    `corrects`: exactly those whom that broadcast reached.
    """

    role: str | None = None
    area: str | None = None
    visit_on: date | None = None
    idle_days: int | None = None
    language: str | None = None
    corrects: str | None = None


@dataclass(frozen=True, kw_only=True)
class Wording:
    """What is written: Korean, and for those who read English, if given. Variables as in templates: #{고객명}.

    One button at most: `button_action` starts something in the chat (`book`), `button_url` opens a page.
    """

    text_ko: str
    text_en: str = ""
    button_ko: str = ""
    button_en: str = ""
    button_action: str = ""
    button_url: str = ""


class Exclusion(StrEnum):
    """Why somebody of the segment gets nothing."""

    NO_CONSENT = "no_consent"  # never gave it
    OPTED_OUT = "opted_out"  # took it back
    BLOCKED = "blocked"  # blocked us, and can't be reached elsewhere
    NO_CHANNEL = "no_channel"


@dataclass(frozen=True, kw_only=True)
class Preview:
    """How one kind of recipient would see it, and how many those are."""

    language: str
    role: str
    count: int
    card: Card


@dataclass(frozen=True, kw_only=True)
class DryRun:
    """What would come of approving it now. Nothing has been sent.

    `digest` names exactly this audience and these words: approving needs it. `later_at`: when `later` follow (08:00).
    `takes`: of what goes out now, at the channel's rate.
    """

    broadcast_id: str
    digest: str
    selected: int
    now: int
    later: int
    later_at: datetime | None
    excluded: Mapping[Exclusion, int]
    takes: timedelta
    previews: Sequence[Preview]

    @property
    def approved(self) -> int:
        """How many get it, sooner or later."""
        return self.now + self.later


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far it is. `waiting` hasn't been tried, of which `later` are put off until morning."""

    total: int
    sent: int = 0
    failed: int = 0
    unknown: int = 0
    suppressed: int = 0
    waiting: int = 0
    later: int = 0
    reasons: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Broadcast:
    """An operator's message to a segment. `version` counts its changes; `digest` is what was approved."""

    id: str
    version: int
    status: BroadcastStatus
    kind: Kind
    segment: Segment
    wording: Wording
    created_by: str
    created_at: datetime
    starts_at: datetime | None = None
    digest: str = ""
    approved_by: str = ""
    approved_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    selected: int = 0
    excluded: Mapping[Exclusion, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Recipient:
    """One line of the report. Who was in flight at a kill is `UNKNOWN`, and named."""

    person_id: str
    role: str
    status: str
    channel: str
    reason: str
    sent_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Report:
    """A broadcast and how it went."""

    broadcast: Broadcast
    progress: Progress
