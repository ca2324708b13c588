"""What an answer of payment means for the reservation that waits for it."""

from dataclasses import dataclass

from services.reservation.model import Events, Reservation
from services.reservation.policies import HoldPolicy
from services.reservation.ports import Answer, Approved, Declined, Fenced, ReservationWork, Unavailable, Unknown
from services.reservation.values import Paid
from services.shared_kernel.clock import Clock
from services.shared_kernel.ids import Ids


@dataclass(frozen=True, kw_only=True)
class Answered:
    """What payment said of one attempt, to whoever called for it in this trace."""

    reservation_id: str
    attempt_id: str
    answer: Answer
    traceparent: str | None = None


async def settle(
    work: ReservationWork, answered: Answered, hold: HoldPolicy, ids: Ids, clock: Clock
) -> Reservation:  # fmt: skip
    """Apply the answer about one attempt. An event or another tick may have been quicker: then nothing changes."""
    work.because_of_id(None, answered.traceparent)
    old = await work.reservations.get(answered.reservation_id)
    new, events = _decide(old, answered.attempt_id, answered.answer, hold, ids, clock)
    if new is not old:
        await work.reservations.save(old, new, events)
    return new


def _decide(
    old: Reservation, attempt_id: str, answer: Answer, hold: HoldPolicy, ids: Ids, clock: Clock
) -> tuple[Reservation, Events]:
    match answer:
        case Approved():
            paid = Paid(
                payment_id=answer.payment_id,
                attempt_id=attempt_id,
                amount_krw=answer.amount_krw,
                method=answer.method,
                paid_at=answer.approved_at,
            )
            return old.confirm(paid=paid, refund_id=ids.new())
        case Declined():
            return old.payment_failed(attempt_id=attempt_id, hold=hold, at=clock.now())
        case Fenced() | Unavailable():
            return old.defer_payment(attempt_id=attempt_id, hold=hold, at=clock.now())
        case Unknown():
            return old, []
