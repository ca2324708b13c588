"""Who this terminal is: a session as the page has it, its cookie kept in a file that only its owner reads."""

import os
import re
from pathlib import Path
from typing import Any

import aiohttp

_COOKIE = re.compile(r"[A-Za-z0-9._~-]{1,400}")


class NobodyAnswers(Exception):
    """No bot at that address."""


class TurnedAway(Exception):
    """The bot wants an invite (or another one)."""

    def __init__(self, title: str, detail: str) -> None:
        super().__init__(f"{title}: {detail}")
        self.title = title
        self.detail = detail


class Session:
    """`cookie` is sent with the socket's handshake."""

    def __init__(self, http: aiohttp.ClientSession, base_url: str, role: str, data_dir: Path) -> None:
        self._http = http
        self._url = f"{base_url.rstrip('/')}/chat/session"
        self._role = role
        self._file = data_dir / "console" / f"{role}.cookie"
        self._value = read_cookie(self._file)

    @property
    def headers(self) -> dict[str, str]:
        """What says who we are."""
        return {"Cookie": f"ssak3_{self._role}={self._value}"} if self._value else {}

    async def enter(self, *, invite: str | None, demo: bool, language: str) -> None:
        """As the one who was here before, else as somebody new. Raises NobodyAnswers, TurnedAway."""
        asked = {"role": self._role, "invite": invite, "demo": demo, "language": language}
        try:
            async with self._http.post(self._url, json=asked, headers=self.headers) as answer:
                if answer.status != 200:
                    raise await _refused(answer)
                cookie = answer.cookies.get(f"ssak3_{self._role}")
        except (aiohttp.ClientConnectionError, TimeoutError) as error:
            raise NobodyAnswers(self._url) from error
        if cookie is not None and cookie.value != self._value:
            self._value = cookie.value
            write_cookie(self._file, cookie.value)


async def _refused(answer: aiohttp.ClientResponse) -> Exception:
    try:
        told: dict[str, Any] = await answer.json(content_type=None)
        return TurnedAway(str(told["title"]), str(told["detail"]))
    except (ValueError, KeyError, TypeError):
        return NobodyAnswers(f"{answer.url}: {answer.status}")


def read_cookie(file: Path) -> str:
    """The value kept; empty if there is none, or it can't be one."""
    try:
        value = file.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""
    return value if _COOKIE.fullmatch(value) else ""


def write_cookie(file: Path, value: str) -> None:
    """Keep it, for its owner's eyes only."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as opened:
        os.fchmod(descriptor, 0o600)
        opened.write(f"{value}\n")
