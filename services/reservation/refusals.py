"""What the reservation context refuses, by name."""

from datetime import datetime
from typing import TYPE_CHECKING

from services.shared_kernel.refusal import Refusal

if TYPE_CHECKING:
    from services.reservation.model import Reservation
    from services.reservation.policies import CancellationQuote


class NotAllowed(Refusal):
    """The lifecycle has no such step from where the reservation stands."""

    def __init__(self, reservation: "Reservation", action: str) -> None:
        super().__init__(f"{action} from {reservation.status}")
        self.reservation = reservation
        self.action = action


class SlotFull(Refusal):
    """Somebody else has the last place of a window that the visit needs."""

    def __init__(self, area: str, starts_at: datetime) -> None:
        super().__init__(f"{area} {starts_at.isoformat()}")
        self.area = area
        self.starts_at = starts_at


class NotOffered(Refusal):
    """The catalogue has no such service, size, area, add-on or time; `field` says which."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


class TooManyHolds(Refusal):
    """The customer already holds as many unpaid reservations as allowed."""


class HoldExpired(Refusal):
    """The place was kept until a deadline that has passed."""

    def __init__(self, reservation: "Reservation") -> None:
        super().__init__(reservation.id)
        self.reservation = reservation


class AlreadyPaid(Refusal):
    """It is a deal already."""

    def __init__(self, reservation: "Reservation") -> None:
        super().__init__(reservation.id)
        self.reservation = reservation


class AlreadyPaying(Refusal):
    """An attempt at payment isn't settled yet; another could charge twice."""

    def __init__(self, reservation: "Reservation") -> None:
        super().__init__(reservation.id)
        self.reservation = reservation


class TooLate(Refusal):
    """The visit's time has come: an operator decides from here on."""

    def __init__(self, reservation: "Reservation") -> None:
        super().__init__(reservation.id)
        self.reservation = reservation


class FiguresChanged(Refusal):
    """The refund isn't what was shown; nothing was cancelled."""

    def __init__(self, quote: "CancellationQuote") -> None:
        super().__init__(f"{quote.refund_krw} won now")
        self.quote = quote
