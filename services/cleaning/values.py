"""Values of the cleaning context."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class JobStatus(StrEnum):
    """Where a job stands."""

    OFFERING = "OFFERING"
    ASSIGNED = "ASSIGNED"
    EN_ROUTE = "EN_ROUTE"
    STARTED = "STARTED"
    FINISHED = "FINISHED"
    UNFILLED = "UNFILLED"
    CALLED_OFF = "CALLED_OFF"


class Action(StrEnum):
    """What can be done to a job."""

    ACCEPT = "accept"
    DECLINE = "decline"
    EN_ROUTE = "en_route"
    START = "start"
    FINISH = "finish"
    WITHDRAW = "withdraw"
    GIVE_UP = "give_up"
    RESCHEDULE = "reschedule"
    CALL_OFF = "call_off"


class OfferStatus(StrEnum):
    """Where an offer stands."""

    PENDING = "PENDING"
    ACCEPTED = "ACCEPTED"
    DECLINED = "DECLINED"
    TIMED_OUT = "TIMED_OUT"
    REVOKED = "REVOKED"


class OfferAction(StrEnum):
    """What can be done to an offer."""

    ACCEPT = "accept"
    DECLINE = "decline"
    TIME_OUT = "time_out"
    REVOKE = "revoke"


class Revoked(StrEnum):
    """Why an offer is void."""

    TAKEN = "taken"
    MOVED = "moved"
    CALLED_OFF = "called_off"
    UNFILLED = "unfilled"
    REMOVED = "removed"


@dataclass(frozen=True, kw_only=True)
class Visit:
    """What a paid reservation asks for. `details_id` names address and note, which the bot keeps."""

    service: str
    size_pyeong: int
    add_ons: tuple[str, ...]
    area: str
    details_id: str
    starts_at: datetime
    ends_at: datetime
    revision: int
