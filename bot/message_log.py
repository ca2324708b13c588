"""Each person's message log, read by sockets and appended to by notices."""

from collections.abc import Callable, Collection, Sequence

from bot.notices import Notice, Notices
from bot.ports import BotWork
from bot.records import Message
from services.shared_kernel.card import Card
from services.shared_kernel.clock import Clock


class LogReader:
    """Reads it."""

    def __init__(self, unit_of_work: Callable[[], BotWork]) -> None:
        self._unit_of_work = unit_of_work

    async def after(self, person_id: str, seq: int, limit: int) -> Sequence[Message]:
        """What follows a row, oldest first."""
        async with self._unit_of_work() as work:
            return await work.log.after(person_id, seq, limit)

    async def last(self, person_id: str, limit: int) -> Sequence[Message]:
        """The newest, oldest first."""
        async with self._unit_of_work() as work:
            return await work.log.last(person_id, limit)


class LogWriter:
    """Appends notices, each delivery once: how the web and console channels send."""

    def __init__(
        self, notices: Notices, clock: Clock, on_news: Callable[[str], None], on_notice: Callable[[str], None]
    ) -> None:
        self._notices = notices
        self._clock = clock
        self._on_news = on_news
        self._on_notice = on_notice

    async def append(self, *, delivery_id: str, person_id: str, card: Card) -> bool:
        """False if it is there already; either way it is delivered."""
        return bool(await self.append_all([Notice(delivery_id=delivery_id, person_id=person_id, card=card)]))

    async def append_all(self, notices: Sequence[Notice]) -> Collection[str]:
        """The delivery ids that weren't there yet; all are delivered."""
        new = await self._notices.append(notices, self._clock.now())
        for person_id in dict.fromkeys(one.person_id for one in notices if one.card.notice):
            self._on_notice(person_id)
        for person_id in dict.fromkeys(one.person_id for one in notices if not one.card.notice):
            self._on_news(person_id)
        return new
