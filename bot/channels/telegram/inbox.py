"""Updates are kept before anything else is done with them: a double acts once, and a crash loses none."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bot.channels.telegram.heard import heard_in
from bot.ports import BotWork
from bot.records import ChannelUpdate
from services.shared_kernel.clock import Clock


class Inbox:
    """Of one bot. `on_news` is called when there is something to handle."""

    def __init__(self, bot_id: int, unit_of_work: Callable[[], BotWork], clock: Clock) -> None:
        self._bot_id = bot_id
        self._unit_of_work = unit_of_work
        self._clock = clock
        self.on_news: Callable[[], None] = lambda: None

    async def save(self, bodies: Sequence[Mapping[str, Any]]) -> int:
        """Durably; how many are new. Each has an `update_id`. What isn't said to us isn't kept."""
        said = [(body, heard) for body in bodies if (heard := heard_in(body)) is not None]
        if not said:
            return 0
        now, fresh = self._clock.now(), 0
        async with self._unit_of_work() as work:
            for body, heard in said:
                update = ChannelUpdate(
                    bot_id=self._bot_id, update_id=body["update_id"], chat_id=heard.chat_id, body=body
                )
                fresh += await work.updates.add(update, now)
        self.on_news()
        return fresh

    async def chats_waiting(self) -> Sequence[str]:
        """Those with something that isn't handled."""
        async with self._unit_of_work() as work:
            return await work.updates.chats_waiting(self._bot_id)

    async def next_of(self, chat_id: str) -> ChannelUpdate | None:
        """The first of a chat that isn't handled."""
        async with self._unit_of_work() as work:
            return await work.updates.next_of(self._bot_id, chat_id)

    async def handled(self, update: ChannelUpdate) -> None:
        """It needn't be looked at any more."""
        async with self._unit_of_work() as work:
            await work.updates.handled(update, self._clock.now())
