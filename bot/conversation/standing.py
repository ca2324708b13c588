"""What is true now of a reservation, with what can be done about it: the answer to every stale button."""

from bot.conversation.talk import Talk, button, card
from services.reservation.model import Reservation
from services.reservation.values import PaymentState, Status
from services.shared_kernel.card import Button, Card


def how_it_stands(talk: Talk, reservation: Reservation) -> tuple[Card, ...]:
    """One bubble that says how it stands, and the buttons that fit."""
    say, now = talk.say, talk.context.now
    text = say.stands(reservation.status, reservation.payment_state, reservation.visit.starts_at)
    if is_payable(reservation):
        text = f"{text} {say.still_unpaid(reservation.hold_expires_at, now)}"
    return (card(text, *what_to_do(talk, reservation)),)


def is_payable(reservation: Reservation) -> bool:
    """Whether it waits for the customer's payment."""
    waits = reservation.payment_state in (PaymentState.NONE, PaymentState.DECLINED)
    return reservation.status is Status.AWAITING_PAYMENT and waits


def what_to_do(talk: Talk, reservation: Reservation) -> list[Button]:
    """At most three buttons for the state that it is in."""
    say, id, version = talk.say, reservation.id, reservation.version
    cancel = button(say.cancel, "cancel", id, version)
    if is_payable(reservation):
        return [button(say.pay_label(reservation.price_krw), "pay", id, version), cancel]
    match reservation.status:
        case Status.AWAITING_PAYMENT:
            return [button(say.show, "show", id), cancel]
        case Status.CONFIRMED:
            return [button(say.show, "show", id), button(say.move, "move", id, version), cancel]
        case Status.IN_PROGRESS:
            return [button(say.human, "human")]
        case Status.COMPLETED:
            return [button(say.report, "report", id), button(say.book_again, "rebook", id)]
        case _:
            return [button(say.book_again, "rebook", id), button(say.my, "my")]
