"""The lifecycles of jobs and offers. Commands on an unlisted pair are refused; a pair of one status is a no-op."""

from collections.abc import Mapping

from services.cleaning.values import Action, JobStatus, OfferAction, OfferStatus

A, S = Action, JobStatus

STEPS: Mapping[tuple[JobStatus, Action], JobStatus] = {
    (S.OFFERING, A.ACCEPT): S.ASSIGNED,
    (S.OFFERING, A.DECLINE): S.OFFERING,
    (S.OFFERING, A.GIVE_UP): S.UNFILLED,
    (S.ASSIGNED, A.EN_ROUTE): S.EN_ROUTE,
    (S.EN_ROUTE, A.START): S.STARTED,
    (S.STARTED, A.FINISH): S.FINISHED,
    (S.ASSIGNED, A.WITHDRAW): S.OFFERING,
    (S.EN_ROUTE, A.WITHDRAW): S.OFFERING,
    # Double taps.
    (S.EN_ROUTE, A.EN_ROUTE): S.EN_ROUTE,
    (S.STARTED, A.START): S.STARTED,
    (S.FINISHED, A.FINISH): S.FINISHED,
    # The customer's move. Too late when the cleaner is at work, and without meaning when it was called off.
    (S.OFFERING, A.RESCHEDULE): S.OFFERING,
    (S.ASSIGNED, A.RESCHEDULE): S.OFFERING,
    (S.EN_ROUTE, A.RESCHEDULE): S.OFFERING,
    (S.UNFILLED, A.RESCHEDULE): S.OFFERING,
    (S.STARTED, A.RESCHEDULE): S.STARTED,
    (S.FINISHED, A.RESCHEDULE): S.FINISHED,
    (S.CALLED_OFF, A.RESCHEDULE): S.CALLED_OFF,
    # The reservation's end. That of a started or finished one alerts operators (reservation, §3).
    (S.OFFERING, A.CALL_OFF): S.CALLED_OFF,
    (S.ASSIGNED, A.CALL_OFF): S.CALLED_OFF,
    (S.EN_ROUTE, A.CALL_OFF): S.CALLED_OFF,
    (S.STARTED, A.CALL_OFF): S.CALLED_OFF,
    (S.FINISHED, A.CALL_OFF): S.CALLED_OFF,
    (S.UNFILLED, A.CALL_OFF): S.CALLED_OFF,
    (S.CALLED_OFF, A.CALL_OFF): S.CALLED_OFF,
}

OFFER_STEPS: Mapping[tuple[OfferStatus, OfferAction], OfferStatus] = {
    (OfferStatus.PENDING, OfferAction.ACCEPT): OfferStatus.ACCEPTED,
    (OfferStatus.PENDING, OfferAction.DECLINE): OfferStatus.DECLINED,
    (OfferStatus.PENDING, OfferAction.TIME_OUT): OfferStatus.TIMED_OUT,
    (OfferStatus.PENDING, OfferAction.REVOKE): OfferStatus.REVOKED,
}

# The one step forward from where a cleaner's job stands.
NEEDED: Mapping[JobStatus, Action] = {S.ASSIGNED: A.EN_ROUTE, S.EN_ROUTE: A.START, S.STARTED: A.FINISH}

# A job in one of these has a cleaner whose job it is.
HELD = (S.ASSIGNED, S.EN_ROUTE, S.STARTED, S.FINISHED)


def next_status(status: JobStatus, action: Action) -> JobStatus | None:
    """Where the action leads; None when it isn't allowed."""
    return STEPS.get((status, action))


def next_offer_status(status: OfferStatus, action: OfferAction) -> OfferStatus | None:
    """Where the action leads; None when it isn't allowed."""
    return OFFER_STEPS.get((status, action))
