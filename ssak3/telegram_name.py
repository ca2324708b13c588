"""What the bot is called on Telegram, and so the links that open a chat with it. Loads nothing of Telegram's."""

import asyncio
import time
from collections.abc import Callable, Sequence

from bot.links import DeepLink
from services.payment.adapters.session import ClientSession, new_session
from ssak3.settings import Settings

# Somebody waits for the answer in which the link shall be.
PATIENCE_SECONDS = 2.0
# After a failure: not every invite waits for a Telegram that is away.
ASK_AGAIN_SECONDS = 30.0


class TelegramName:
    """Asked for once, by getMe (https://core.telegram.org/bots/api#getme); after a failure again, but not at once."""

    def __init__(
        self, session: ClientSession, settings: Settings, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._session = session
        # Holds the token, and so it is in no error that leaves here.
        self._address = (
            f"{settings.telegram_api_base.rstrip('/')}/bot{settings.telegram_token.get_secret_value()}/getMe"
        )
        self._monotonic = monotonic
        self._name = ""
        self._why = ""
        self._ask_at = 0.0

    async def link(self, code: str) -> DeepLink:
        """Opens the bot and sends it the code (https://core.telegram.org/bots/features#deep-linking), or why not."""
        if not self._name and self._monotonic() >= self._ask_at:
            await self._ask()
        return DeepLink(url=f"https://t.me/{self._name}?start={code}") if self._name else DeepLink(why=self._why)

    async def _ask(self) -> None:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS), self._session.post(self._address) as answer:
                if answer.status == 200:
                    self._name = str((await answer.json())["result"]["username"])
                    return
                self._why = "token" if answer.status in (401, 404) else "away"
        except Exception:
            self._why = "away"
        self._ask_at = self._monotonic() + ASK_AGAIN_SECONDS


async def telegram_lines(settings: Settings, codes: Sequence[str]) -> Sequence[str]:
    """For the command line: what opens the bot with each invite, or why nothing does; empty without a token."""
    if not settings.telegram_token.get_secret_value():
        return ["" for _ in codes]
    async with new_session() as session:
        name = TelegramName(session, settings)
        return [_line(code, await name.link(code)) for code in codes]


def _line(code: str, link: DeepLink) -> str:
    if link.url:
        return link.url
    why = "doesn't know the token" if link.why == "token" else "doesn't answer"
    return f"No Telegram link, because it {why}; in the bot: /start {code}"
