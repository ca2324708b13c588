"""Keeps what runs up to date where it is shown: an operator's bubble with the progress of a broadcast."""

from collections.abc import Callable
from dataclasses import replace

from bot.conversation.operator_broadcast_running import broadcast_of, is_at_rest, live_card
from bot.conversation.operator_talk import sentences_in
from bot.ports import BotWork
from bot.records import OpenEntry
from services.notification.broadcasts.ports import Broadcasting
from services.shared_kernel.card import Card
from services.shared_kernel.clock import Clock
from services.shared_kernel.refusal import NotFound


class LiveBroadcasts:
    """What is open is a row, so it goes on after a restart. Two of these write the same; what says so already stays."""

    def __init__(
        self,
        broadcasts: Broadcasting,
        unit_of_work: Callable[[], BotWork],
        clock: Clock,
        on_news: Callable[[str], None],
    ) -> None:
        self._broadcasts = broadcasts
        self._unit_of_work = unit_of_work
        self._clock = clock
        self._on_news = on_news

    async def run_once(self) -> int:
        """Each open bubble as it is now; 0, because nobody need look again at once."""
        async with self._unit_of_work() as work:
            entries = await work.log.open_ones()
        for entry in entries:
            broadcast_id = broadcast_of(entry.key)
            if broadcast_id is not None:
                await self._refresh(entry, broadcast_id)
        return 0

    async def _refresh(self, entry: OpenEntry, broadcast_id: str) -> None:
        card, is_final = await self._now(entry, broadcast_id)
        if card == entry.card and not is_final:
            return
        async with self._unit_of_work() as work:
            changed = await work.log.change(entry.person_id, entry.key, card, is_final=is_final)
        if changed:
            self._on_news(entry.person_id)

    async def _now(self, entry: OpenEntry, broadcast_id: str) -> tuple[Card, bool]:
        """What it says now, and whether that is the last of it."""
        async with self._unit_of_work() as work:
            person = await work.persons.find(entry.person_id)
        try:
            if person is not None and person.role != "operator":
                raise NotFound(entry.person_id)
            report = await self._broadcasts.report(broadcast_id, by=entry.person_id)
        except NotFound:  # of no concern to this person any more
            return replace(entry.card, buttons=(), side_by_side=False), True
        say = sentences_in(person.language if person else "ko")
        return live_card(say, report, self._clock.now()), is_at_rest(report)
