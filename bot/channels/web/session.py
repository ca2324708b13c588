"""Who a browser is: a person's id, signed."""

import hashlib
import hmac
from collections.abc import Mapping

from bot.people import People
from bot.records import PersonRecord


class Sessions:
    """Cookies can't be made up: each carries an HMAC-SHA256 of the person's id under a key of this agency."""

    def __init__(self, secret: str) -> None:
        self._key = hmac.new(secret.encode(), b"ssak3 web session", hashlib.sha256).digest()

    def cookie_of(self, person_id: str) -> str:
        """The cookie's value."""
        return f"{person_id}.{self._sign(person_id)}"

    def person_of(self, cookie: str | None) -> str | None:
        """The person's id, or None if the cookie isn't one of ours. Compared in constant time."""
        person_id, _, signature = (cookie or "").partition(".")
        if not signature or not hmac.compare_digest(signature.encode(), self._sign(person_id).encode()):
            return None
        return person_id

    def _sign(self, person_id: str) -> str:
        return hmac.new(self._key, person_id.encode(), hashlib.sha256).hexdigest()


def cookie_name(role: str) -> str:
    """One for each role: a browser may have all three phones."""
    return f"ssak3_{role}"


async def known(role: str, cookies: Mapping[str, str], sessions: Sessions, people: People) -> PersonRecord | None:
    """Who a browser is in this role; None for a stranger, and for whoever has another role by now."""
    person_id = sessions.person_of(cookies.get(cookie_name(role)))
    person = await people.find(person_id) if person_id else None
    return person if person is not None and person.role == role else None
