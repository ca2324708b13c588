"""The reservation's lifecycle. Commands on an unlisted pair are refused; every pair that an event can cause is here."""

from collections.abc import Mapping

from services.reservation.values import Action, Status

A, S = Action, Status

STEPS: Mapping[tuple[Status, Action], Status] = {
    (S.AWAITING_PAYMENT, A.CONFIRM): S.CONFIRMED,
    (S.CONFIRMED, A.START): S.IN_PROGRESS,
    (S.IN_PROGRESS, A.COMPLETE): S.COMPLETED,
    (S.AWAITING_PAYMENT, A.EXPIRE): S.EXPIRED,
    (S.AWAITING_PAYMENT, A.CANCEL): S.CANCELLED,
    (S.CONFIRMED, A.CANCEL): S.CANCELLED,
    (S.CONFIRMED, A.RESCHEDULE): S.CONFIRMED,
    # An approval that finds no waiting reservation changes no status; its money goes back (rule 3),
    # unless it is the payment that is known already.
    (S.CONFIRMED, A.CONFIRM): S.CONFIRMED,
    (S.IN_PROGRESS, A.CONFIRM): S.IN_PROGRESS,
    (S.COMPLETED, A.CONFIRM): S.COMPLETED,
    (S.CANCELLED, A.CONFIRM): S.CANCELLED,
    (S.EXPIRED, A.CONFIRM): S.EXPIRED,
    # Late or doubled reports of the cleaner. On a cancelled or expired one operators are alerted.
    (S.IN_PROGRESS, A.START): S.IN_PROGRESS,
    (S.COMPLETED, A.START): S.COMPLETED,
    (S.CANCELLED, A.START): S.CANCELLED,
    (S.EXPIRED, A.START): S.EXPIRED,
    (S.AWAITING_PAYMENT, A.START): S.AWAITING_PAYMENT,
    (S.CONFIRMED, A.COMPLETE): S.COMPLETED,
    (S.COMPLETED, A.COMPLETE): S.COMPLETED,
    (S.CANCELLED, A.COMPLETE): S.CANCELLED,
    (S.EXPIRED, A.COMPLETE): S.EXPIRED,
    (S.AWAITING_PAYMENT, A.COMPLETE): S.AWAITING_PAYMENT,
}


def next_status(status: Status, action: Action) -> Status | None:
    """Where the action leads; None when it isn't allowed."""
    return STEPS.get((status, action))
