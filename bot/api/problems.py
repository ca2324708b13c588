"""Errors as RFC 9457 has them: one shape, with members of their own where the contract names some."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import Request, Response
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

MEDIA_TYPE = "application/problem+json"
MOST_ERRORS = 20
NO_TYPE = "about:blank"

EXAMPLES = {
    "add_ons": ["fridge"],
    "address": "12 Yanghwa-ro, Mapo-gu, Seoul, 101-1203",
    "area": "mapo",
    "cleaner_id": "0197a3c2-5b7e-7c41-9d02-3f6a1e8b4c55",
    "customer_id": "customer-42",
    "expected_refund_krw": 72_000,
    "from": "2026-11-27",
    "method": "card",
    "note": "There is a cat.",
    "pay": {"method": "card"},
    "reason": "Plans changed",
    "service": "home",
    "size_pyeong": 24,
    "starts_at": "2026-11-27T14:00:00+09:00",
    "to": "2026-11-30",
}  # fmt: skip

# What pydantic calls a wrong value, in words for whoever wrote the call.
_WORDS = {
    "missing": "is missing",
    "extra_forbidden": "is no field of this call",
    "timezone_aware": "needs an offset: a time without one could mean anything",
    "string_too_short": "is empty",
    "json_invalid": "isn't JSON",
    "model_attributes_type": "must be a JSON object, sent with Content-Type: application/json",
    "dict_type": "must be a JSON object",
}


def problem(
    status: int, kind: str, title: str, detail: str, *, retry_after: int | None = None, **members: Any
) -> Response:
    """A problem; `kind` names it for programs: its type is `urn:ssak3:problem:<kind>`."""
    body = {"type": f"urn:ssak3:problem:{kind}", "title": title, "status": status, "detail": detail, **members}
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    return JSONResponse(body, status_code=status, media_type=MEDIA_TYPE, headers=headers)


def invalid_field(field: str, message: str, example: Any = None) -> Response:
    """422 about one field."""
    return _invalid([_error(field, message, EXAMPLES.get(field) if example is None else example)])


def invalid(errors: Sequence[Mapping[str, Any]]) -> Response:
    """422 from what pydantic found."""
    return _invalid([_told(error) for error in errors[:MOST_ERRORS]])


def _invalid(errors: Sequence[Mapping[str, Any]]) -> Response:
    told = "; ".join(f"{error['field']} {error['message']}" for error in errors)
    return problem(422, "invalid", "Something in the request isn't right", told, errors=errors)


def _told(error: Mapping[str, Any]) -> Mapping[str, Any]:
    parts = [str(part) for part in error["loc"][1:] if error["type"] != "json_invalid"]
    message = _WORDS.get(error["type"]) or f"isn't right: {error['msg'].removeprefix('Value error, ')}"
    named = [part for part in parts if not part.isdecimal()]
    return _error(".".join(parts) or str(error["loc"][0]), message, EXAMPLES.get(named[-1]) if named else None)


def _error(field: str, message: str, example: Any) -> Mapping[str, Any]:
    known = {} if example is None else {"example": example}
    return {"field": field, "message": message, **known}


def from_http(error: HTTPException) -> Response:
    """What the framework refuses by itself, in the same shape."""
    phrase = HTTPStatus(error.status_code).phrase
    body = {"type": NO_TYPE, "title": phrase, "status": error.status_code, "detail": str(error.detail)}
    return JSONResponse(body, status_code=error.status_code, media_type=MEDIA_TYPE, headers=error.headers)


async def http_problem(_request: Request, error: Exception) -> Response:
    """For the app: no route, or no such method on it. `FastAPI(exception_handlers={HTTPException: http_problem})`."""
    if not isinstance(error, HTTPException):
        raise error
    return from_http(error)


def database_away() -> Response:
    """503: whoever asks again with the same Idempotency-Key learns what became of it."""
    return problem(503, "away", "The database doesn't answer", "Ask again.", retry_after=5)


async def away(_request: Request, _error: Exception) -> Response:
    """For the app: outside of what `Gate` answers, too."""
    return database_away()


async def our_fault(_request: Request, _error: Exception) -> Response:
    """For the app: whatever nobody foresaw. The log has it; callers learn nothing of the inside."""
    return problem(500, "failed", "Something failed here", "It is noted.")


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What a route's documentation says of these statuses; 401, 422 and 500 go without saying."""
    return {status: _documented(status) for status in sorted({401, 422, 500, *statuses})}


def _documented(status: int) -> dict[str, Any]:
    text, members = _STATUSES[status]
    properties = {**_BASE, **members}
    schema = {"type": "object", "required": list(_BASE), "properties": properties}
    return {"description": text, "content": {MEDIA_TYPE: {"schema": schema}}} | _headers(status)


def _headers(status: int) -> dict[str, Any]:
    if status != 409:
        return {}
    return {"headers": {"Retry-After": {"description": "Seconds, where waiting helps", "schema": {"type": "integer"}}}}


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


_BASE: dict[str, Any] = {
    "type": {"type": "string", "examples": ["urn:ssak3:problem:slot-full"]},
    "title": {"type": "string"},
    "status": {"type": "integer"},
    "detail": {"type": "string"},
}
_RESERVATION: dict[str, Any] = {
    "reservation": {"anyOf": [_ref("ReservationOut"), {"type": "null"}]},
    "next_slots": {"type": "array", "items": _ref("SlotOut")},
}
_ERROR = {
    "type": "object",
    "required": ["field", "message"],
    "properties": {"field": {"type": "string"}, "message": {"type": "string"}, "example": {}},
}
_STATUSES: Mapping[int, tuple[str, dict[str, Any]]] = {
    401: ("No bearer token, or a wrong one", {}),
    402: ("The payment was declined; the place is still held", _RESERVATION),
    403: ("Not this cleaner's", {}),
    404: ("It isn't there", {}),
    409: ("It can't be done as things stand now; the members say how they stand", _RESERVATION),
    422: ("Something in the request isn't right", {"errors": {"type": "array", "items": _ERROR}}),
    500: ("Something failed here; the same call with the same Idempotency-Key goes on where it stopped", {}),
}
