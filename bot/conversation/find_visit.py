"""Which of the customer's visits is meant."""

from collections.abc import Callable, Sequence
from datetime import date, time

from bot.conversation.talk import Talk, cards
from bot.conversation.turn import Turn
from services.mypage.view import ReservationView
from services.reservation.values import Status
from services.shared_kernel.card import Button
from services.shared_kernel.clock import kst, kst_date

MOST_CHOICES = 6
_COMING = (Status.AWAITING_PAYMENT, Status.CONFIRMED, Status.IN_PROGRESS)


def upcoming(views: Sequence[ReservationView]) -> Sequence[ReservationView]:
    """Those that are still to come or under way, by start."""
    return sorted((each for each in views if each.status in _COMING), key=lambda each: each.starts_at)


def on_day(views: Sequence[ReservationView], day: date | None, at: time | None = None) -> Sequence[ReservationView]:
    """Those of a day and a time, as far as these were said."""
    return [
        each for each in views if day in (None, kst_date(each.starts_at)) and at in (None, kst(each.starts_at).time())
    ]


def ask_which(
    talk: Talk, views: Sequence[ReservationView], doing: str, choice: Callable[[ReservationView], Button]
) -> Turn:
    """There are several: a button for each."""
    buttons = [choice(each) for each in views[:MOST_CHOICES]]
    says = cards(talk.say.ask_reservation(doing), buttons, talk.say.choose_below())
    return talk.answer(*says, asking="reservation", doing=doing)
