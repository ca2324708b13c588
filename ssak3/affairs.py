"""What a customer still has to do with us: from the reservations themselves; what was paid out, from my page."""

from collections.abc import Callable

from bot.erasure import Affairs, OpenAffair
from services.mypage.ports import MyPage
from services.mypage.view import Standing
from services.reservation.model import Reservation
from services.reservation.ports import ReservationWork
from services.reservation.unsettled import Unsettled, unsettled
from services.shared_kernel.clock import Clock


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
        standing = {one.reservation_id: one for one in await self._my_page.standing_of(person_id)}
        kinds = {one.id: unsettled(one, now) or _owed(one, standing.get(one.id)) for one in theirs}
        return Affairs(
            reservation_ids=tuple(one.id for one in theirs),
            job_ids=tuple(one.job_id for one in standing.values() if one.job_id is not None),
            still_open=tuple(
                OpenAffair(kind=str(kind), id=one.id, at=one.visit.starts_at)
                for one in theirs
                if (kind := kinds[one.id]) is not None
            ),
        )


def _owed(reservation: Reservation, standing: Standing | None) -> str | None:
    """What can't be put right for somebody whom nobody knows any more. My page may be behind: what was promised is
    owed until it says that it was paid.
    """
    ended = reservation.cancellation
    if ended is not None and ended.compensation_krw > 0 and not (standing and standing.compensation_paid):
        return "compensation"
    return Unsettled.REFUNDING if standing is not None and standing.refund_late else None
