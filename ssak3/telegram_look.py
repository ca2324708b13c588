"""What `ssak3 doctor` finds when it asks Telegram: whose the token is, who takes the updates, what time it is there."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from ssak3.examined import Line
from ssak3.settings import Settings

PATIENCE_SECONDS = 5
# Codes and reminders go by our clock.
MOST_APART = timedelta(seconds=60)


@dataclass(frozen=True, kw_only=True)
class _Answer:
    """Status 0 when nobody answered. `at`: the time there, if it was told."""

    status: int
    result: Any = None
    at: datetime | None = None


def look_at_telegram(settings: Settings, *, is_running: bool, now: datetime) -> Iterator[Line]:
    """Nothing without a token. `is_running`: a process of ours takes updates, and must not be disturbed."""
    if not settings.telegram_token.get_secret_value():
        return
    me = _ask(settings, "getMe")
    if me.status != 200:
        yield _no_answer(settings, me.status)
        return
    yield Line(name="Telegram", found=f"the token is @{me.result.get('username', '?')}'s")
    if me.at is not None and abs(me.at - now) > MOST_APART:
        apart = (now - me.at).total_seconds()
        todo = "Set this machine's clock (NTP): codes would be over too early, and reminders come at the wrong time."
        yield Line(name="Telegram's clock", found=f"ours is {apart:+.0f} s apart from it", todo=todo)
    yield _updates(settings, is_running=is_running)


def _no_answer(settings: Settings, status: int) -> Line:
    if status in (401, 404):
        todo = "Is SSAK3_TELEGRAM_TOKEN what BotFather shows? It shows it again: /mybots, API Token."
        return Line(name="Telegram", found="it doesn't know the token", todo=todo)
    how = "doesn't answer" if status == 0 else f"answers with {status}"
    todo = "May this machine reach it, is SSAK3_TELEGRAM_API_BASE right? Until then notices go to the page."
    return Line(name="Telegram", found=f"{settings.telegram_api_base} {how}", todo=todo)


def _updates(settings: Settings, *, is_running: bool) -> Line:
    from bot.channels.telegram.webhook import address_at  # with aiogram

    name = "Telegram's updates"
    told = _ask(settings, "getWebhookInfo")
    there = str((told.result or {}).get("url", ""))
    wanted = address_at(settings.public_url) if settings.telegram_mode == "webhook" else ""
    if there and there != wanted:
        todo = (
            "The next start takes them over. If another installation has this token, give each a bot of its own: "
            "one token has one place for updates."
        )
        return Line(name=name, found=f"they are brought to {urlsplit(there).hostname}", todo=todo)
    if wanted:
        found = f"they are brought to {wanted}" if there else "they are brought nowhere yet; a start sees to it"
        return Line(name=name, found=found)
    if is_running:
        return Line(name=name, found="fetched by the process that runs")
    # Acknowledges nothing: whatever waits there still waits.
    if _ask(settings, "getUpdates?timeout=0&limit=1").status == 409:
        todo = "Stop it, or give each installation a bot of its own: Telegram lets only one fetch."
        return Line(name=name, found="somebody else fetches them (409)", todo=todo)
    return Line(name=name, found="nobody fetches them; a start does")


def _ask(settings: Settings, method: str) -> _Answer:
    """The address holds the token, and so it is in no error that leaves here."""
    address = f"{settings.telegram_api_base.rstrip('/')}/bot{settings.telegram_token.get_secret_value()}/{method}"
    try:
        asked = urllib.request.Request(address, data=b"", method="POST")
        with urllib.request.urlopen(asked, timeout=PATIENCE_SECONDS) as answer:
            date = answer.headers.get("Date")
            at = parsedate_to_datetime(date) if date else None
            return _Answer(status=answer.status, result=json.loads(answer.read())["result"], at=at)
    except urllib.error.HTTPError as error:
        with error:
            return _Answer(status=error.code)
    except (OSError, ValueError, LookupError):
        return _Answer(status=0)
