"""What an operator's conversation asks to be done about broadcasts, always as the operator who is talking.

Refusals are those of `services.notification.broadcasts.refusals`; NotFound is the shared kernel's, also for whoever
isn't an operator. Any effect may raise `TemporaryTrouble`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.conversation.turn import Effect
from services.notification.broadcasts.values import Broadcast, DryRun, Kind, Report, Segment, Wording


@dataclass(frozen=True, kw_only=True)
class SaveBroadcast(Effect[Broadcast]):
    """Begin, or change, a draft."""

    broadcast_id: str
    kind: Kind
    segment: Segment
    wording: Wording


@dataclass(frozen=True, kw_only=True)
class CorrectBroadcast(Effect[Broadcast]):
    """The same, to exactly those whom an earlier one reached."""

    corrected_id: str
    broadcast_id: str
    wording: Wording


@dataclass(frozen=True, kw_only=True)
class DryRunBroadcast(Effect[DryRun]):
    """What would come of it now."""

    broadcast_id: str


@dataclass(frozen=True, kw_only=True)
class ApproveBroadcast(Effect[Broadcast]):
    """Exactly what was shown under this digest, at once or at `starts_at`."""

    broadcast_id: str
    digest: str
    starts_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class PauseBroadcast(Effect[Broadcast]):
    """Nothing more goes out for now."""

    broadcast_id: str


@dataclass(frozen=True, kw_only=True)
class ResumeBroadcast(Effect[Broadcast]):
    """Go on with who hasn't got it."""

    broadcast_id: str


@dataclass(frozen=True, kw_only=True)
class CancelBroadcast(Effect[Broadcast]):
    """Who hasn't got it never will."""

    broadcast_id: str


@dataclass(frozen=True, kw_only=True)
class TheBroadcast(Effect[Report]):
    """How it went, or goes."""

    broadcast_id: str


@dataclass(frozen=True, kw_only=True)
class UnknownRecipients(Effect[Sequence[str]]):
    """Ids of people of whom nobody knows whether they got it; at most so many."""

    broadcast_id: str
    most: int


@dataclass(frozen=True, kw_only=True)
class ReportFile(Effect[str]):
    """The address of its CSV, for an operator's session on the page."""

    broadcast_id: str


@dataclass(frozen=True, kw_only=True)
class LatestBroadcasts(Effect[Sequence[Report]]):
    """The newest first."""

    most: int
