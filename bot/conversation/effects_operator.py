"""What an operator's conversation asks to be done or looked up, always as the operator who is talking.

Whoever isn't an operator is refused with NotFound. Any effect may raise `TemporaryTrouble`. From `effects` it also uses
SetLanguage and FreeStarts. Refusals of reservations are those of `services.reservation.refusals`,
of money those of `services.payment.refusals`; NotFound is the shared kernel's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot.conversation.turn import Effect
from bot.records import Thread
from services.mypage.view import Board as Visits
from services.mypage.view import ReservationView
from services.payment.refunds import Compensation, Refund
from services.reservation.model import Reservation
from services.reservation.policies import CancellationQuote

# The day


@dataclass(frozen=True, kw_only=True)
class BoardNow:
    """The day's visits and what is stuck; customers who wait; dead letters; whether payments go through now.

    `left`: talks that their customers have ended, and nobody has closed.
    """

    visits: Visits
    waiting: int
    dead: int
    payments_ok: bool
    left: int = 0


@dataclass(frozen=True, kw_only=True)
class Board(Effect[BoardNow]):
    """How a (Korean) day stands."""

    day: date


# Reservations


@dataclass(frozen=True, kw_only=True)
class Found:
    """A reservation with what the bot knows of its customer; empty what isn't known."""

    reservation: ReservationView
    customer_name: str = ""
    phone: str = ""
    address: str = ""
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class FindReservations(Effect[Sequence[Found]]):
    """At most 5, newest first: by reservation id, code, customer's id, a phone's last digits, or a name."""

    text: str


@dataclass(frozen=True, kw_only=True)
class HistoryLine:
    """`source` is event (`name`: its type) or notice (`name`: its template, `title`: its first line as it is read).

    `to` is the recipient's role and `status` the delivery's, both of a notice only.
    """

    at: datetime
    source: str
    name: str
    title: str = ""
    to: str = ""
    status: str = ""


@dataclass(frozen=True, kw_only=True)
class History(Effect[Sequence[HistoryLine]]):
    """What happened to a reservation and which notices went out, oldest first. Refusal: NotFound."""

    reservation_id: str


@dataclass(frozen=True, kw_only=True)
class QuoteOperatorCancel(Effect[CancellationQuote]):
    """What cancelling by the agency would cost now. Refusals: TooLate, NotAllowed, NotFound."""

    reservation_id: str


@dataclass(frozen=True, kw_only=True)
class OperatorCancel(Effect[Reservation]):
    """Cancel by the agency. Cancelled already: as it is. Refusals: FiguresChanged, TooLate, NotAllowed, NotFound."""

    reservation_id: str
    expected_refund_krw: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class OperatorMove(Effect[Reservation]):
    """Another time, by the agency. Refusals: SlotFull, NotOffered, TooLate, NotAllowed, NotFound."""

    reservation_id: str
    starts_at: datetime


# Money


@dataclass(frozen=True, kw_only=True)
class OperatorRefund(Effect[Refund]):
    """Give back a part or all; the same `refund_id` again: the refund that is there.

    Refusals: RefundTooLarge (`left_krw`), OtherAttempt, NotFound.
    """

    payment_id: str
    refund_id: str
    amount_krw: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class RetryRefund(Effect[Refund]):
    """Don't wait for the next try; one that is finished or needs a person stays as it is. Refusal: NotFound."""

    refund_id: str


@dataclass(frozen=True, kw_only=True)
class Owed:
    """A compensation that is to be paid out, and to whom."""

    compensation: Compensation
    reservation_id: str
    customer_name: str = ""


@dataclass(frozen=True, kw_only=True)
class OwedCompensations(Effect[Sequence[Owed]]):
    """The longest owed first."""


@dataclass(frozen=True, kw_only=True)
class PayCompensation(Effect[Compensation]):
    """This operator has paid it out; again: no change. Refusal: NotFound."""

    compensation_id: str


# Customers who wait


@dataclass(frozen=True, kw_only=True)
class ThreadSummary:
    """An open thread: who (`role`: customer or cleaner), and what they said last."""

    thread: Thread
    name: str
    role: str
    last_text: str


@dataclass(frozen=True, kw_only=True)
class OpenThreads(Effect[Sequence[ThreadSummary]]):
    """Open threads, those that wait first, the longest waiting at the top."""


@dataclass(frozen=True, kw_only=True)
class Spoken:
    """One thing said in a thread; `by_us`: by an operator."""

    text: str
    at: datetime
    by_us: bool


@dataclass(frozen=True, kw_only=True)
class ThreadTalk:
    """A thread with all that was said, oldest first."""

    thread: Thread
    name: str
    role: str
    lines: Sequence[Spoken]


@dataclass(frozen=True, kw_only=True)
class TheThread(Effect[ThreadTalk]):
    """Open or closed. Refusal: NotFound."""

    thread_id: str


@dataclass(frozen=True, kw_only=True)
class ReplyToThread(Effect[datetime]):
    """Say it to the person in their chat, and nobody is kept waiting any more; the result is when it arrived.

    A closed thread is opened again. The same `reply_id` again sends nothing. Refusal: NotFound.
    """

    thread_id: str
    text: str
    reply_id: str


@dataclass(frozen=True, kw_only=True)
class ThreadOfReservation(Effect[str]):
    """The id of the open thread with the customer of a reservation, opened if there is none.

    Refusals: NotFound, Erased.
    """

    reservation_id: str


@dataclass(frozen=True, kw_only=True)
class CloseThread(Effect[None]):
    """End it; again: no change. Refusal: NotFound."""

    thread_id: str


# A cleaner who can't say it


@dataclass(frozen=True, kw_only=True)
class FinishVisit(Effect[None]):
    """A cleaning that was begun has ended; ended already: no change. Refusals: NotFound, WrongOrder, NotAllowed."""

    reservation_id: str


# Upkeep


@dataclass(frozen=True, kw_only=True)
class Invitation:
    """A one-time way in. The code is shown this once: only its hash is kept.

    `telegram` opens the bot with it; if that can't be told, `why_no_telegram` (`token` or `away`). Both are empty
    where there is no Telegram.
    """

    code: str
    link: str
    expires_at: datetime
    telegram: str = ""
    why_no_telegram: str = ""


@dataclass(frozen=True, kw_only=True)
class MakeInvite(Effect[Invitation]):
    """For a cleaner or an operator (`role`)."""

    role: str


@dataclass(frozen=True, kw_only=True)
class DeadGroup:
    """Dead letters of one cause at one consumer; `types` are the event types among them."""

    consumer: str
    cause: str
    count: int
    types: tuple[str, ...]
    first_at: datetime


@dataclass(frozen=True, kw_only=True)
class DeadLetters(Effect[Sequence[DeadGroup]]):
    """The largest group first."""


@dataclass(frozen=True, kw_only=True)
class ReplayDead(Effect[int]):
    """Put a group back into its queue; how many."""

    consumer: str
    cause: str
