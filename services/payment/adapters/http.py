"""Payment over HTTP, for the processes that live without it."""

import hmac
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Header, Path, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import AfterValidator, AwareDatetime, BaseModel, Field
from structlog.contextvars import bind_contextvars

from services.payment.model import Attempt, Payment
from services.payment.refunds import Compensation, Refund
from services.payment.refusals import (
    AlreadyPaid,
    AttemptLive,
    MethodNotOffered,
    OtherAttempt,
    PayByPassed,
    PaymentClosed,
    RefundTooLarge,
)
from services.payment.results import Approved, Declined, Fenced, Owed, Result, Unavailable, Unknown
from services.payment.use_cases import PaymentUseCases
from services.shared_kernel.event import LoggedEvent
from services.shared_kernel.refusal import NotFound, Refusal, StaleVersion

PROBLEM = "application/problem+json"
ASK_AGAIN_SECONDS = 5

History = Callable[[str], Awaitable[Sequence[LoggedEvent]]]

Identifier = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,50}$")]
Won = Annotated[int, Field(ge=1, le=1_000_000_000)]


def _sensible_year(value: datetime) -> datetime:
    # Far from it, a time has no counterpart in UTC.
    if not 2000 <= value.year < 2200:
        raise ValueError("the year can't be meant")
    return value


_STATUS: dict[type[Refusal], int] = {
    NotFound: 404,
    AttemptLive: 409,
    AlreadyPaid: 409,
    PaymentClosed: 409,
    PayByPassed: 409,
    OtherAttempt: 409,
    RefundTooLarge: 409,
    StaleVersion: 409,
    MethodNotOffered: 422,
}


class PayBody(BaseModel):
    """What is to be charged, by when."""

    reservation_id: Identifier
    attempt_id: Identifier
    amount_krw: Won
    method: Annotated[str, Field(max_length=20)]
    pay_by: Annotated[AwareDatetime, AfterValidator(_sensible_year)]
    customer_id: Identifier | None = None


class RefundBody(BaseModel):
    """What is to be given back; `refund_id` makes asking twice harmless."""

    refund_id: Identifier
    amount_krw: Won
    reason: Annotated[str, Field(min_length=1, max_length=200)]


class PaidOutBody(BaseModel):
    """Which operator has paid a compensation out."""

    by: Annotated[str, Field(min_length=1, max_length=64)]


class Unauthorized(Exception):
    """No token, or another one."""


def create_router(
    use_cases: PaymentUseCases, api_token: str, breaker_state: Callable[[], str], history: History
) -> APIRouter:
    """What reservation asks of payment, and what operators' chats need of it from another process.

    `history` reads what happened to a payment. Use `install_problems` on the app that includes it.
    """
    expected = f"Bearer {api_token}".encode()

    async def authorized(authorization: Annotated[str, Header()] = "") -> None:  # a plain one would get a thread
        if not hmac.compare_digest(authorization.encode("utf-8", "surrogateescape"), expected):
            raise Unauthorized

    router = APIRouter(prefix="/payments", dependencies=[Depends(authorized)])
    _attempt_routes(router, use_cases)
    _operator_routes(router, use_cases, breaker_state)
    _payment_routes(router, use_cases, history)
    return router


def _attempt_routes(router: APIRouter, use_cases: PaymentUseCases) -> None:
    @router.post("", status_code=201)
    async def pay(body: PayBody) -> JSONResponse:
        bind_contextvars(reservation_id=body.reservation_id)
        result = await use_cases.pay(
            reservation_id=body.reservation_id,
            customer_id=body.customer_id,
            attempt_id=body.attempt_id,
            amount_krw=body.amount_krw,
            method=body.method,
            pay_by=body.pay_by,
        )
        return answer(body.attempt_id, result)

    @router.post("/attempts/{attempt_id}/resolve")
    async def resolve(attempt_id: Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,50}$")]) -> JSONResponse:
        return answer(attempt_id, await use_cases.resolve(attempt_id=attempt_id))

    @router.get("/availability")
    async def availability() -> dict[str, bool]:
        return {"available": await use_cases.is_available()}


def _operator_routes(router: APIRouter, use_cases: PaymentUseCases, breaker_state: Callable[[], str]) -> None:
    @router.get("/breaker")
    async def breaker() -> dict[str, str]:
        return {"state": breaker_state()}

    @router.get("/compensations")
    async def owed() -> dict[str, Any]:
        return {"compensations": [_owed_json(each) for each in await use_cases.owed_compensations()]}

    @router.post("/compensations/{compensation_id}/paid")
    async def paid(compensation_id: str, body: PaidOutBody) -> dict[str, Any]:
        return compensation_json(await use_cases.pay_compensation(compensation_id=compensation_id, by=body.by))

    @router.post("/refunds/{refund_id}/retry")
    async def retry(refund_id: str) -> dict[str, Any]:
        return refund_json(await use_cases.try_refund_now(refund_id=refund_id))


def _payment_routes(router: APIRouter, use_cases: PaymentUseCases, history: History) -> None:
    async def in_full(payment: Payment) -> dict[str, Any]:
        return payment_json(payment, await use_cases.refunds_of(payment_id=payment.id))

    @router.get("")
    async def of_reservation(reservation_id: Annotated[str, Query(max_length=64)]) -> dict[str, Any]:
        found = await use_cases.of_reservation(reservation_id=reservation_id)
        return {"payments": [] if found is None else [await in_full(found)]}

    @router.get("/{payment_id}")
    async def get(payment_id: str) -> dict[str, Any]:
        return await in_full(await use_cases.get(payment_id=payment_id))

    @router.get("/{payment_id}/events")
    async def events(payment_id: str) -> dict[str, Any]:
        return {"events": [{"at": event.at.isoformat(), "type": event.type} for event in await history(payment_id)]}

    @router.post("/{payment_id}/refunds", status_code=202)
    async def refund(payment_id: str, body: RefundBody) -> dict[str, Any]:
        made = await use_cases.refund(
            payment_id=payment_id, refund_id=body.refund_id, amount_krw=body.amount_krw, reason=body.reason
        )
        return refund_json(made)


def answer(attempt_id: str, result: Result) -> JSONResponse:
    """How a payment ended, in HTTP's words."""
    match result:
        case Approved():
            content = {
                "status": "APPROVED",
                "payment_id": result.payment_id,
                "attempt_id": attempt_id,
                "amount_krw": result.amount_krw,
                "method": result.method,
                "approved_at": result.approved_at.isoformat(),
            }
            return JSONResponse(content, 201)
        case Declined():
            return _problem(
                402, "Declined", payment_id=result.payment_id, attempt_id=attempt_id, code=result.code,
                reason_ko=result.reason_ko, reason_en=result.reason_en,
            )  # fmt: skip
        case Unknown():
            content = {"status": "UNKNOWN", "payment_id": result.payment_id, "attempt_id": attempt_id}
            return JSONResponse(content, 202, {"Retry-After": str(ASK_AGAIN_SECONDS)})
        case Fenced():
            return _problem(409, "Fenced", attempt_id=attempt_id)
        case Unavailable():
            problem = _problem(503, "Unavailable", attempt_id=attempt_id)
            problem.headers["Retry-After"] = str(result.retry_after_seconds)
            return problem


def payment_json(payment: Payment, refunds: Sequence[Refund]) -> dict[str, Any]:
    """A payment with its attempts and refunds; no keys of the provider."""
    return {
        "id": payment.id,
        "version": payment.version,
        "reservation_id": payment.reservation_id,
        "customer_id": payment.customer_id or None,
        "status": payment.status,
        "paid_krw": payment.paid_krw,
        "refunded_krw": payment.refunded_krw,
        "reserved_krw": payment.reserved_krw,
        "attempts": [_attempt_json(attempt) for attempt in payment.attempts],
        "refunds": [refund_json(refund) for refund in refunds],
    }


def _attempt_json(attempt: Attempt) -> dict[str, Any]:
    return {
        "id": attempt.id,
        "order_id": attempt.order_id,
        "status": attempt.status,
        "method": attempt.method,
        "amount_krw": attempt.amount_krw,
        "requested_at": attempt.requested_at.isoformat(),
        "approved_at": _text(attempt.approved_at),
        "code": attempt.code or None,
        "reason_ko": attempt.reason_ko,
        "reason_en": attempt.reason_en,
    }


def refund_json(refund: Refund) -> dict[str, Any]:
    """A refund as it stands."""
    return {
        "id": refund.id,
        "version": refund.version,
        "payment_id": refund.payment_id,
        "attempt_id": refund.attempt_id,
        "status": refund.status,
        "amount_krw": refund.amount_krw,
        "cause": refund.cause,
        "reason": refund.reason,
        "tries": refund.tries,
        "requested_at": refund.requested_at.isoformat(),
        "due_at": refund.due_at.isoformat(),
        "next_try_at": _text(refund.next_try_at),
        "done_at": _text(refund.done_at),
    }


def compensation_json(compensation: Compensation) -> dict[str, Any]:
    """A compensation as it stands."""
    return {
        "id": compensation.id,
        "version": compensation.version,
        "payment_id": compensation.payment_id,
        "status": compensation.status,
        "amount_krw": compensation.amount_krw,
        "owed_since": compensation.owed_since.isoformat(),
        "paid_at": _text(compensation.paid_at),
        "paid_by": compensation.paid_by,
    }


def _owed_json(owed: Owed) -> dict[str, Any]:
    return {
        "compensation": compensation_json(owed.compensation),
        "reservation_id": owed.reservation_id,
        "customer_id": owed.customer_id,
    }


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def install_problems(app: FastAPI) -> None:
    """Errors as RFC 9457 problems; nothing of the inside goes out."""
    handlers: dict[type[Exception], Callable[[Request, Any], Awaitable[JSONResponse]]] = {
        Unauthorized: _unauthorized,
        Refusal: _refused,
        RequestValidationError: _not_valid,
    }
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, handler)


async def _unauthorized(request: Request, error: Unauthorized) -> JSONResponse:
    problem = _problem(401, "Unauthorized")
    problem.headers["WWW-Authenticate"] = "Bearer"
    return problem


async def _refused(request: Request, refusal: Refusal) -> JSONResponse:
    more = {"left_krw": refusal.left_krw} if isinstance(refusal, RefundTooLarge) else {}
    return _problem(_STATUS.get(type(refusal), 409), refusal.name, **more)


async def _not_valid(request: Request, error: RequestValidationError) -> JSONResponse:
    wrong = [{"at": ".".join(map(str, item["loc"])), "is": item["msg"]} for item in error.errors()]
    return _problem(422, "Invalid", errors=wrong)


def _problem(status: int, name: str, **more: object) -> JSONResponse:
    return JSONResponse(
        {"type": f"urn:ssak3:problem:{name}", "title": name, "status": status, **more}, status, media_type=PROBLEM
    )
