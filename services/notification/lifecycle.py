"""The delivery's lifecycle. An action on an unlisted pair is refused."""

from collections.abc import Mapping

from services.notification.values import DeliveryAction, DeliveryStatus

A, S = DeliveryAction, DeliveryStatus

STEPS: Mapping[tuple[DeliveryStatus, DeliveryAction], DeliveryStatus] = {
    (S.QUEUED, A.DEFER): S.DEFERRED,
    (S.DEFERRED, A.WAKE): S.QUEUED,
    (S.QUEUED, A.SUPPRESS): S.SUPPRESSED,
    (S.QUEUED, A.TAKE): S.SENDING,
    (S.SENDING, A.WAIT): S.QUEUED,
    (S.SENDING, A.SENT): S.SENT,
    (S.SENDING, A.FAIL): S.FAILED,
    (S.SENDING, A.LOSE): S.UNKNOWN,
    (S.SENT, A.DELIVERED): S.DELIVERED,
    (S.DELIVERED, A.DELIVERED): S.DELIVERED,  # a receipt comes twice
    (S.FAILED, A.FALL_BACK): S.FELL_BACK,
    (S.UNKNOWN, A.FALL_BACK): S.FELL_BACK,
}

# While one of these is left, the recipient's next message about the same reservation waits (rule 10).
UNFINISHED = (S.QUEUED, S.DEFERRED, S.SENDING)


def next_status(status: DeliveryStatus, action: DeliveryAction) -> DeliveryStatus | None:
    """Where the action leads; None when it isn't allowed."""
    return STEPS.get((status, action))
