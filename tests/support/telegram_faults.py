"""What can go wrong between us and Telegram."""

from dataclasses import dataclass, field
from typing import Any

JsonObject = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Fault:
    """Instead of the answer: a status with a body, or with status 0 a cut connection.

    `passes`: it was done before; with status 200 its own answer comes, `after_seconds`.
    """

    status: int = 0
    body: JsonObject | str = field(default_factory=dict)
    passes: bool = False
    after_seconds: float = 0.0


def too_many(seconds: int) -> Fault:
    return Fault(status=429, body=_error(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds))


def forbidden() -> Fault:
    return Fault(status=403, body=_error(403, "Forbidden: bot was blocked by the user"))


def unauthorized() -> Fault:
    return Fault(status=401, body=_error(401, "Unauthorized"))


def migrated(chat_id: int) -> Fault:
    said = "Bad Request: group chat was upgraded to a supergroup chat"
    return Fault(status=400, body=_error(400, said, migrate_to_chat_id=chat_id))


def bad_request(words: str) -> Fault:
    return Fault(status=400, body=_error(400, f"Bad Request: {words}"))


def refused() -> Fault:
    return bad_request("can't parse entities")


def bad_gateway() -> Fault:
    return Fault(status=502, body="<html>502 Bad Gateway</html>")


def reset() -> Fault:
    return Fault()


def lost_answer() -> Fault:
    return Fault(passes=True)


def slow(seconds: float) -> Fault:
    return Fault(status=200, passes=True, after_seconds=seconds)


def _error(code: int, description: str, **parameters: int) -> JsonObject:
    told = {"ok": False, "error_code": code, "description": description}
    return told | ({"parameters": parameters} if parameters else {})
