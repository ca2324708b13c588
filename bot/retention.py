"""What the bot forgets of itself, and when. The tick may run twice, or in two places: what is gone is gone."""

from collections.abc import Callable
from datetime import timedelta

from bot.ports import BotWork
from services.shared_kernel.clock import Clock

# After they are over: until then the chat that has used one may open its link again.
CODES_KEPT = timedelta(days=30)
# Since somebody said the last word: an unfinished booking holds the address that they typed.
DRAFTS_KEPT = timedelta(days=30)
# Since it was answered: what was said is in the person's log. A phone that is off for longer may say it twice.
SAID_KEPT = timedelta(days=30)
# At once, so that nobody who writes waits for long.
MOST_AT_ONCE = 5000


class Retention:
    """Called by the scheduler. Idempotency keys and Telegram's updates are forgotten where they are kept."""

    def __init__(self, unit_of_work: Callable[[], BotWork], clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock

    async def forget(self) -> int:
        """Codes that are over, drafts that nobody goes on with, what was said and answered, the erased; how many."""
        now = self._clock.now()
        async with self._unit_of_work() as work:
            gone = await work.invites.purge(now - CODES_KEPT)
            gone += await work.link_codes.purge(now - CODES_KEPT)
            gone += await work.drafts.purge(now - DRAFTS_KEPT)
            gone += await work.traces.purge()
        while True:
            async with self._unit_of_work() as work:
                part = await work.received.purge(now - SAID_KEPT, MOST_AT_ONCE)
            gone += part
            if part < MOST_AT_ONCE:
                return gone
