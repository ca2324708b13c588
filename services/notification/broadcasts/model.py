"""What happens to a broadcast. Decisions return the new state."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from services.notification.broadcasts.lifecycle import CHANGES_NOTHING, next_status
from services.notification.broadcasts.refusals import ApprovalOutdated, NotAllowedNow
from services.notification.broadcasts.values import (
    Broadcast,
    BroadcastAction,
    BroadcastStatus,
    Exclusion,
    Kind,
    Segment,
    Wording,
)

CANCELLED = "cancelled"  # why a delivery of one stays home


def cause_of(broadcast_id: str) -> str:
    """What the notifications of a broadcast name as their cause (rule 10)."""
    return f"broadcast:{broadcast_id}"


def drafted(
    old: Broadcast | None, *, id: str, kind: Kind, segment: Segment, wording: Wording, by: str, at: datetime
) -> Broadcast:
    """A new draft, or a changed one. NotAllowedNow when it is approved or over."""
    if old is None:
        return Broadcast(
            id=id,
            version=1,
            status=BroadcastStatus.DRAFT,
            kind=kind,
            segment=segment,
            wording=wording,
            created_by=by,
            created_at=at,
        )
    return step(old, BroadcastAction.EDIT, kind=kind, segment=segment, wording=wording)


def approved(
    old: Broadcast, *, digest: str, starts_at: datetime, by: str, at: datetime, selected: int,
    excluded: Mapping[Exclusion, int],
) -> Broadcast:  # fmt: skip
    """It may go out then."""
    return step(
        old,
        BroadcastAction.APPROVE,
        digest=digest,
        starts_at=starts_at,
        approved_by=by,
        approved_at=at,
        selected=selected,
        excluded=dict(excluded),
    )


def is_approved_already(broadcast: Broadcast, digest: str) -> bool:
    """Whether exactly this was approved before.

    Refusals: NotAllowedNow for a cancelled one, ApprovalOutdated for another digest.
    """
    if broadcast.status is BroadcastStatus.DRAFT:
        return False
    step(broadcast, BroadcastAction.APPROVE)
    if broadcast.digest != digest:
        raise ApprovalOutdated
    return True


def started(old: Broadcast, at: datetime) -> Broadcast:
    """Its time has come."""
    return step(old, BroadcastAction.START, started_at=at)


def ended(old: Broadcast, at: datetime) -> Broadcast:
    """Nothing of it is left to send: a running one is finished, a cancelled one is at rest."""
    if old.status is BroadcastStatus.CANCELLED:
        return replace(old, version=old.version + 1, finished_at=at)
    return step(old, BroadcastAction.FINISH, finished_at=at)


def step(old: Broadcast, action: BroadcastAction, **changes: object) -> Broadcast:
    """The broadcast after an action; as it is when that was done already. NotAllowedNow for an unlisted one."""
    status = next_status(old.status, action)
    if status is None:
        raise NotAllowedNow(old.id, old.status, action)
    if (old.status, action) in CHANGES_NOTHING:
        return old
    return replace(old, status=status, version=old.version + 1, **changes)  # type: ignore[arg-type]  # replace checks names
