"""What an answer of payment means for the reservation that waits for it."""

from services.reservation.model import Events, Reservation
from services.reservation.policies import HoldPolicy
from services.reservation.ports import Answer, Approved, Declined, Fenced, ReservationWork, Unavailable, Unknown
from services.reservation.values import Paid
from services.shared_kernel.clock import Clock
from services.shared_kernel.ids import Ids


async def settle(
    work: ReservationWork, reservation_id: str, attempt_id: str, answer: Answer, hold: HoldPolicy, ids: Ids,
    clock: Clock,
) -> Reservation:  # fmt: skip
    """Apply the answer about one attempt. An event or another tick may have been quicker: then nothing changes."""
    old = await work.reservations.get(reservation_id)
    new, events = _decide(old, attempt_id, answer, hold, ids, clock)
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
