"""Each person's message log, read by sockets and appended to by notices."""

from collections.abc import Callable, Sequence

from bot.ports import BotWork, Message
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
        self, unit_of_work: Callable[[], BotWork], clock: Clock, on_news: Callable[[str], None],
        on_notice: Callable[[str], None],
    ) -> None:  # fmt: skip
        self._unit_of_work = unit_of_work
        self._clock = clock
        self._on_news = on_news
        self._on_notice = on_notice

    async def append(self, *, delivery_id: str, person_id: str, card: Card) -> bool:
        """False if it is there already; either way it is delivered."""
        async with self._unit_of_work() as work:
            is_new = await work.log.append(person_id, "bot", card, self._clock.now(), delivery_id=delivery_id)
        (self._on_notice if card.notice else self._on_news)(person_id)
        return is_new
