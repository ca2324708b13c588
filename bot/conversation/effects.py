"""What a customer's conversation asks to be done or looked up, always as the person who is talking.

A result's refusals are those of the use case behind it. Any effect may raise `TemporaryTrouble`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot.conversation.turn import Effect
from services.mypage.view import Page, ReservationView
from services.reservation.model import Reservation
from services.reservation.policies import CancellationQuote, RefundPolicy

FreeStart = tuple[datetime, datetime, int]


class TemporaryTrouble(Exception):
    """Something that we depend on doesn't answer now; nothing is known to be done."""


# Booking


@dataclass(frozen=True, kw_only=True)
class FreeStarts(Effect[Sequence[FreeStart]]):
    """Start, end and places left of the visits that could be booked, by start; days inclusive.

    Without service and size: of the shortest visit. Refusal: NotOffered.
    """

    area: str
    service: str | None
    size_pyeong: int | None
    first: date
    last: date


@dataclass(frozen=True, kw_only=True)
class SaveDetails(Effect[str]):
    """Keep address, note and phone in the bot; the result is their `details_id`."""

    address: str
    note: str
    phone: str = ""


@dataclass(frozen=True, kw_only=True)
class VisitDetails:
    """Address, note and phone of a visit; all empty when they were erased."""

    address: str = ""
    note: str = ""
    phone: str = ""


@dataclass(frozen=True, kw_only=True)
class TheDetails(Effect[VisitDetails]):
    """What was saved under an id by this person."""

    details_id: str


@dataclass(frozen=True, kw_only=True)
class HoldPlace(Effect[Reservation]):
    """Make the reservation; the same id again answers what is there. Refusals: NotOffered, SlotFull, TooManyHolds."""

    reservation_id: str
    service: str
    size_pyeong: int
    area: str
    details_id: str
    starts_at: datetime
    add_ons: tuple[str, ...]


# Paying


@dataclass(frozen=True, kw_only=True)
class Pay(Effect[Reservation]):
    """Charge the registered card; look at `payment_state`.

    Refusals: AlreadyPaid, AlreadyPaying, HoldExpired, NotAllowed, NotFound.
    """

    reservation_id: str
    method: str = "card"


@dataclass(frozen=True, kw_only=True)
class WhyDeclined(Effect[str]):
    """The provider's reason for the last decline, a few words in the person's language; empty if unknown."""

    reservation_id: str


@dataclass(frozen=True, kw_only=True)
class CheckoutLink(Effect[str]):
    """The address of a page to pay on with another card."""

    reservation_id: str


# Reservations


@dataclass(frozen=True, kw_only=True)
class TheReservation(Effect[Reservation]):
    """The aggregate. Refusal: NotFound, also when it is another customer's."""

    reservation_id: str


@dataclass(frozen=True, kw_only=True)
class MyReservations(Effect[Page]):
    """This customer's, newest first, from the view."""


@dataclass(frozen=True, kw_only=True)
class OnMyPage(Effect[ReservationView | None]):
    """One from the view, with its payment and its job; None if the view doesn't know it (yet)."""

    reservation_id: str


@dataclass(frozen=True, kw_only=True)
class QuoteCancellation(Effect[CancellationQuote]):
    """What cancelling now would give. Refusals: TooLate, NotAllowed, NotFound."""

    reservation_id: str


@dataclass(frozen=True, kw_only=True)
class Cancel(Effect[Reservation]):
    """Cancel it for the refund that was shown. Refusals: FiguresChanged, TooLate, NotAllowed, NotFound."""

    reservation_id: str
    expected_refund_krw: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class Move(Effect[Reservation]):
    """Another time. Refusals: SlotFull, NotOffered, TooLate, NotAllowed, NotFound."""

    reservation_id: str
    starts_at: datetime


@dataclass(frozen=True, kw_only=True)
class CurrentPolicy(Effect[RefundPolicy]):
    """The refund policy that a reservation made now would get."""


# The person


@dataclass(frozen=True, kw_only=True)
class SetLanguage(Effect[None]):
    """`ko` or `en`, from the next sentence on."""

    language: str


@dataclass(frozen=True, kw_only=True)
class Consent:
    """To advertising by day and by night, and whether information waits at night (21:00–08:00)."""

    day: bool
    night: bool
    quiet_nights: bool


@dataclass(frozen=True, kw_only=True)
class Consents(Effect[Consent]):
    """As they stand."""


@dataclass(frozen=True, kw_only=True)
class SetConsent(Effect[None]):
    """To advertising, dated now."""

    day: bool
    night: bool


@dataclass(frozen=True, kw_only=True)
class SetQuietNights(Effect[None]):
    """Whether information waits until the morning."""

    quiet: bool


@dataclass(frozen=True, kw_only=True)
class LinkCode:
    """`url` opens the bot with it, if the bot's name is known."""

    code: str
    url: str = ""


@dataclass(frozen=True, kw_only=True)
class NewLinkCode(Effect[LinkCode | None]):
    """A one-time code with which a chat on Telegram becomes theirs, too; None where there is no Telegram."""


@dataclass(frozen=True, kw_only=True)
class LinkChat(Effect[None]):
    """A chat on Telegram, theirs so far, becomes that of whoever made the code.

    Refusals: BadCode, ChatOfAnother, ChatOfStaff.
    """

    code: str
    address: str


@dataclass(frozen=True, kw_only=True)
class Handover:
    """`opens_at` when nobody is there now; else an answer comes within `minutes`."""

    opens_at: datetime | None
    minutes: int


# Letters of what is passed on with a call for a person.
LONGEST_CALL = 500


@dataclass(frozen=True, kw_only=True)
class AskForPerson(Effect[Handover]):
    """Open a thread with the operators, or go on with the open one; `text` is what was said."""

    text: str


@dataclass(frozen=True, kw_only=True)
class SayToPerson(Effect[bool]):
    """Pass a text on to the open thread; False when none is open."""

    text: str


@dataclass(frozen=True, kw_only=True)
class LeaveTalk(Effect[bool]):
    """End one's own side of the open thread, in these words; False when none is open."""

    text: str
