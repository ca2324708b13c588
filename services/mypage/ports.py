"""How my page is read and written."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from services.mypage.view import Board, Page, ReservationView, Standing


class MyPage(Protocol):
    """Queries; they never change anything."""

    async def of_customer(self, customer_id: str, *, limit: int = 20, after: str | None = None) -> Page: ...

    async def standing_of(self, customer_id: str) -> Sequence[Standing]:
        """All of a customer's reservations, however many."""
        ...

    async def get(self, reservation_id: str) -> ReservationView | None: ...

    async def of_cleaner(self, cleaner_id: str, first: datetime, last: datetime) -> Sequence[ReservationView]:
        """The visits that this cleaner has, which start in [first, last), by start."""
        ...

    async def newest_of_cleaner(self, cleaner_id: str, limit: int) -> Sequence[ReservationView]:
        """The visits that this cleaner has or had, the latest first."""
        ...

    async def search(self, text: str, limit: int = 5) -> Sequence[ReservationView]:
        """By reservation id, its short code (`services.shared_kernel.ids.short_code`) or a customer's id."""
        ...

    async def board(self, first: datetime, last: datetime) -> Board:
        """Visits that start in [first, last) by status, and all that is stuck."""
        ...
