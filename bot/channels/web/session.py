"""Who a browser is: a person's id, signed."""

import hashlib
import hmac


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
