"""What a customer still has to do with us: from the reservations themselves, and of money that is owed, my page."""

from collections.abc import Callable

from bot.erasure import Affairs, OpenAffair
from services.mypage.ports import MyPage
from services.reservation.ports import ReservationWork
from services.reservation.unsettled import Unsettled, unsettled
from services.shared_kernel.clock import Clock

# What my page calls stuck, and can't be put right for somebody whom nobody knows any more.
_OWED = {"refund_late": Unsettled.REFUNDING.value, "compensation_owed": "compensation"}


class CustomersAffairs:
    """Only reads."""

    def __init__(self, unit_of_work: Callable[[], ReservationWork], my_page: MyPage, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._my_page = my_page
        self._clock = clock

    async def of(self, person_id: str) -> Affairs:
        """What has to end first is named once for each reservation."""
        now = self._clock.now()
        async with self._unit_of_work() as work:
            theirs = await work.reservations.of_customer(person_id)
        stuck = (await self._my_page.board(now, now)).stuck
        owed = {one.reservation_id: _OWED[one.kind] for one in stuck if one.kind in _OWED}
        kinds = {one.id: unsettled(one) or owed.get(one.id) for one in theirs}
        return Affairs(
            reservation_ids=tuple(one.id for one in theirs),
            still_open=tuple(
                OpenAffair(kind=str(kind), reservation_id=one.id, starts_at=one.visit.starts_at)
                for one in theirs
                if (kind := kinds[one.id]) is not None
            ),
        )
