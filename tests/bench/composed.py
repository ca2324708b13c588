"""The bot's composition inside a program of the bench: real use cases without the HTTP in front of them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from services.payment.adapters.session import new_session
from ssak3.composition import Ssak3
from ssak3.outside import Outside
from ssak3.settings import read_settings
from ssak3.system import SystemClock, SystemIds
from tests.bench.catalogue import AREAS

EVERY_DAY = (1, 2, 3, 4, 5, 6, 7)


@asynccontextmanager
async def composed(**settings: Any) -> AsyncIterator[Ssak3]:
    """Of these settings, else the environment's."""
    async with new_session() as session:
        outside = Outside(
            clock=SystemClock(), ids=SystemIds(), session=session, provider_url="", provider_secret="",
            test_card=None, api_token="for-the-bench-only",
        )  # fmt: skip
        ssak3 = Ssak3(read_settings(**settings), outside, ("bot",))
        try:
            yield ssak3
        finally:
            await ssak3.close()


async def hire(how_many: int, **settings: Any) -> None:
    """Cleaners who come everywhere, on all days."""
    async with composed(**settings) as ssak3:
        for number in range(how_many):
            code = await ssak3.people.invite("cleaner")
            person = await ssak3.people.join(code=code, role="cleaner", channel="web")
            await ssak3.cleaning.register_cleaner(
                cleaner_id=person.id, name=f"반짝 {number}", areas=AREAS, days=EVERY_DAY
            )
