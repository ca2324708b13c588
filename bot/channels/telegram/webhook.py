"""Telegram's own door: updates come by POST, with our secret in a header. Kept, then answered with 200."""

import asyncio
import hmac
import json
from typing import Annotated, Any
from urllib.parse import urlsplit

import structlog
from fastapi import APIRouter, Header, HTTPException, Request

from bot.channels.telegram.api import NoAccess, TelegramApi
from bot.channels.telegram.commands import Commands
from bot.channels.telegram.inbox import Inbox
from bot.channels.telegram.lease import Lease
from services.shared_kernel.transient import Away

log = structlog.get_logger(__name__)

PATH = "/telegram/webhook"
LARGEST_BODY = 64 * 1024
LONG_BREAK_SECONDS = 30.0


def address_at(public_url: str) -> str:
    """Where Telegram brings updates."""
    return f"{public_url.rstrip('/')}{PATH}"


def webhook_router(inbox: Inbox, secret: str) -> APIRouter:
    """Whoever doesn't know the secret learns nothing and leaves nothing."""
    expected = secret.encode()
    router = APIRouter(include_in_schema=False)

    @router.post(PATH)
    async def take(request: Request, x_telegram_bot_api_secret_token: Annotated[str, Header()] = "") -> dict[str, bool]:
        given = x_telegram_bot_api_secret_token.encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(given, expected):
            raise HTTPException(401, "the secret is missing or wrong")
        body = await _body(request)
        try:
            await inbox.save([body])
        except Away:
            # Telegram brings it again.
            raise HTTPException(503, "the database doesn't answer", {"Retry-After": "5"}) from None
        return {"ok": True}

    return router


async def _body(request: Request) -> dict[str, Any]:
    parts = bytearray()
    async for part in request.stream():
        parts += part
        if len(parts) > LARGEST_BODY:
            raise HTTPException(413, f"At most {LARGEST_BODY} bytes.")
    try:
        body = json.loads(parts)
    except (ValueError, RecursionError):
        body = None
    update_id = body.get("update_id") if isinstance(body, dict) else None
    if not isinstance(body, dict) or not isinstance(update_id, int) or not 0 <= update_id < 2**63:
        raise HTTPException(400, "not an update of Telegram's")
    return body


async def warn_of_webhook(api: TelegramApi, own_host: str = "") -> None:
    """Of one that is about to be taken away: whoever put it there wonders where their updates are."""
    try:
        host = await api.webhook_host()
    except Exception as error:  # it was only to be told of
        log.info("telegram.webhook_not_looked_at", why=type(error).__name__)
        return
    if host not in ("", own_host):
        log.warning("telegram.webhook_taken_away", host=host, todo="Give each installation a bot of its own.")


class Registration:
    """Tells Telegram where to bring updates, once a start."""

    def __init__(self, api: TelegramApi, lease: Lease, commands: Commands, public_url: str, secret: str) -> None:
        self._api = api
        self._lease = lease
        self._commands = commands
        self._url = address_at(public_url)
        self._secret = secret
        self._is_done = False
        self._stopping = asyncio.Event()

    async def run_once(self) -> int:
        """Nothing once it is done."""
        if self._is_done or self._stopping.is_set() or not await self._lease.hold():
            return 0
        try:
            await warn_of_webhook(self._api, urlsplit(self._url).hostname or "")
            await self._api.set_webhook(self._url, self._secret)
            await self._commands.give_everybody()
            self._is_done = True
            log.info("telegram.webhook_set")
        except Exception as error:
            why = "the token isn't known" if isinstance(error, NoAccess) else type(error).__name__
            log.warning("telegram.webhook_not_set", why=why)
            stopped = asyncio.create_task(self._stopping.wait())
            await asyncio.wait([stopped], timeout=LONG_BREAK_SECONDS)
            stopped.cancel()
        return 0

    def stop(self) -> None:
        """Try no more."""
        self._stopping.set()
