"""How an operator finds bookings: by what is printed on them, or by who they are of."""

import asyncio
import re
from collections.abc import Callable, Iterable, Sequence

from bot.conversation.effects_operator import Found
from bot.conversation.parse.operator_words import without_title
from bot.ports import BotWork
from services.mypage.ports import MyPage
from services.mypage.view import ReservationView

MOST_FOUND = 5
# Of so many people the bookings are looked through: those who came last.
MOST_PEOPLE = 20
_PHONE = re.compile(r"[\d\s-]*\d{4}")
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}", re.IGNORECASE)


class Finding:
    """My page knows codes; names and phones are the bot's alone, and are looked for there first."""

    def __init__(self, my_page: MyPage, unit_of_work: Callable[[], BotWork]) -> None:
        self._my_page = my_page
        self._unit_of_work = unit_of_work

    async def find(self, text: str) -> Sequence[Found]:
        """At most `MOST_FOUND`, the newest first."""
        wanted = text.strip()
        views = await self._my_page.search(wanted, MOST_FOUND)
        if not views and _PHONE.fullmatch(wanted):
            views = await self._by_phone(re.sub(r"\D", "", wanted))
        elif not views and not _ID.fullmatch(wanted):
            views = await self._by_name(without_title(wanted))
        return [await self._found(view) for view in views]

    async def _by_phone(self, digits: str) -> Sequence[ReservationView]:
        async with self._unit_of_work() as work:
            details = await work.details.of_phone(digits, MOST_PEOPLE)
        meant = {one.id for one in details}
        views = await self._of_customers({one.person_id for one in details})
        return _newest(view for view in views if view.details_id in meant)

    async def _by_name(self, name: str) -> Sequence[ReservationView]:
        async with self._unit_of_work() as work:
            called = await work.persons.called(name, MOST_PEOPLE)
        cleaners = {one.id for one in called if one.role == "cleaner"}
        views = [*await self._of_customers({one.id for one in called} - cleaners)]
        for cleaner_id in cleaners:
            views += await self._my_page.newest_of_cleaner(cleaner_id, MOST_FOUND)
        return _newest(views)

    async def _of_customers(self, customer_ids: Iterable[str]) -> Sequence[ReservationView]:
        pages = await asyncio.gather(*(self._my_page.of_customer(one) for one in customer_ids))
        return [view for page in pages for view in page.reservations]

    async def _found(self, view: ReservationView) -> Found:
        async with self._unit_of_work() as work:
            customer = await work.persons.find(view.customer_id)
            details = await work.details.find(view.details_id)
        return Found(
            reservation=view,
            customer_name=customer.name if customer else "",
            phone=details.phone if details else "",
            address=details.address if details else "",
            note=details.note if details else "",
        )


def _newest(views: Iterable[ReservationView]) -> Sequence[ReservationView]:
    different = {view.id: view for view in views}
    return [different[one] for one in sorted(different, reverse=True)][:MOST_FOUND]
