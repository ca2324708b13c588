"""T8's other end: the emulator of Telegram's Bot API in a process of its own, which tells when each message came."""

import asyncio
import time

from tests.bench.child import run, tell, told_to_go
from tests.support.telegram import a_telegram


async def main() -> None:
    """For each line that comes, all that came so far: chat, and seconds since 1970."""
    async with a_telegram() as telegram:
        tell(url=telegram.url)
        while True:
            await told_to_go()
            ahead = time.time() - asyncio.get_running_loop().time()
            tell(sent=[(one.chat_id, one.at + ahead) for one in telegram.sent])


if __name__ == "__main__":
    run(main())
