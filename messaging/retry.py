"""Which failures are worth another try, and when."""

from services.shared_kernel.refusal import Refusal, StaleVersion
from services.shared_kernel.transient import Away, NotYet

DELAYS_SECONDS = (1, 5, 30, 120, 600)


def delay_after(attempt: int, error: BaseException) -> int | None:
    """Seconds until the next try after attempt number `attempt` failed with `error`; None: no more tries."""
    if isinstance(error, StaleVersion):
        # Somebody else was quicker with the same row: reading it again decides anew.
        return DELAYS_SECONDS[0] if attempt <= len(DELAYS_SECONDS) else None
    if isinstance(error, Away):
        # Whatever was tried meanwhile says nothing about the event; and once it is back, nobody should wait long.
        return DELAYS_SECONDS[min(attempt, 3) - 1]
    if isinstance(error, NotYet):
        # What it waits for will come: giving up would only turn a delay into a loss.
        return DELAYS_SECONDS[min(attempt, len(DELAYS_SECONDS)) - 1]
    if isinstance(error, Refusal | ValueError | TypeError | KeyError | AttributeError):
        return None
    return DELAYS_SECONDS[attempt - 1] if attempt <= len(DELAYS_SECONDS) else None


def cause_of(error: BaseException) -> str:
    """A short, stable description for grouping dead letters: the error's type and where it came from, without data."""
    trace = error.__traceback__
    where = "?"
    while trace is not None:
        code = trace.tb_frame.f_code
        if "/messaging/" not in code.co_filename:
            where = f"{code.co_filename.rsplit('/', 3)[-2]}/{code.co_filename.rsplit('/', 1)[-1]}:{code.co_name}"
        trace = trace.tb_next
    return f"{type(error).__name__} at {where}"
