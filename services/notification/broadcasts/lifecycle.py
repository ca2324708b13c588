"""The broadcast's lifecycle. An action on an unlisted pair is refused; a doubled one leaves it as it is."""

from collections.abc import Mapping

from services.notification.broadcasts.values import BroadcastAction, BroadcastStatus

A, S = BroadcastAction, BroadcastStatus

# Done already: twice is harmless, and changes nothing.
CHANGES_NOTHING = frozenset(
    {
        (S.SCHEDULED, A.APPROVE),
        (S.RUNNING, A.APPROVE),
        (S.PAUSED, A.APPROVE),
        (S.FINISHED, A.APPROVE),
        (S.RUNNING, A.START),
        (S.PAUSED, A.PAUSE),
        (S.RUNNING, A.RESUME),
        (S.FINISHED, A.FINISH),
        (S.CANCELLED, A.CANCEL),
    }
)
STEPS: Mapping[tuple[BroadcastStatus, BroadcastAction], BroadcastStatus] = {
    (S.DRAFT, A.EDIT): S.DRAFT,
    (S.DRAFT, A.APPROVE): S.SCHEDULED,
    (S.SCHEDULED, A.START): S.RUNNING,
    (S.RUNNING, A.PAUSE): S.PAUSED,
    (S.PAUSED, A.RESUME): S.RUNNING,
    (S.RUNNING, A.FINISH): S.FINISHED,
    (S.PAUSED, A.FINISH): S.FINISHED,  # what was in flight was all that was left
    (S.DRAFT, A.CANCEL): S.CANCELLED,
    (S.SCHEDULED, A.CANCEL): S.CANCELLED,
    (S.RUNNING, A.CANCEL): S.CANCELLED,
    (S.PAUSED, A.CANCEL): S.CANCELLED,
    **{(status, action): status for status, action in CHANGES_NOTHING},
}


def next_status(status: BroadcastStatus, action: BroadcastAction) -> BroadcastStatus | None:
    """Where the action leads; None when it isn't allowed."""
    return STEPS.get((status, action))
