"""Which outcome each of Toss's errors is (https://docs.tosspayments.com/reference/error-codes)."""

from services.payment.provider import (
    AlreadyProcessed,
    Declined,
    NotSent,
    OurFault,
    OutcomeUnknown,
    ProviderError,
    StillProcessing,
)

# DUPLICATED_ORDER_ID: the order was approved before, and each attempt has an order id of its own.
_DONE_BEFORE = frozenset(
    {
        "ALREADY_PROCESSED_PAYMENT",
        "ALREADY_COMPLETED_PAYMENT",
        "ALREADY_CANCELED_PAYMENT",
        "ALREADY_REFUND_PAYMENT",
        "DUPLICATED_ORDER_ID",
    }
)
_AT_IT = frozenset({"IDEMPOTENT_REQUEST_PROCESSING", "ALREADY_PROCESSING_REQUEST"})
_TURNED_AWAY = frozenset({"FORBIDDEN_CONSECUTIVE_REQUEST", "TOO_MANY_REQUESTS"})
# Answered with 400, although the card company may have gone through with it.
_UNCERTAIN = frozenset({"PROVIDER_ERROR", "CARD_PROCESSING_ERROR", "UNKNOWN_PAYMENT_ERROR", "COMMON_ERROR"})

_LIMIT = ("한도 초과", "over the limit")
_ASK_COMPANY = ("카드사 확인 필요", "please ask your card company")
_NO_SUCH_CARD = ("쓸 수 없는 카드", "this card can't be used here")
_NOT_REFUNDABLE = ("결제사에서 취소할 수 없는 결제", "the provider can't cancel this payment")

_REASONS = {
    "REJECT_CARD_PAYMENT": ("한도 초과 또는 잔액 부족", "over the limit, or not enough money"),
    "REJECT_ACCOUNT_PAYMENT": ("잔액 부족", "not enough money"),
    "INVALID_STOPPED_CARD": ("정지된 카드", "the card is suspended"),
    "INVALID_REJECT_CARD": _ASK_COMPANY,
    "INVALID_PASSWORD": ("비밀번호 확인 필요", "please check the password"),
    "INVALID_BILL_KEY_REQUEST": ("등록이 풀린 카드", "the card is no longer registered"),
    "INVALID_CARD_EXPIRATION": ("유효기간 확인 필요", "please check the expiry date"),
    "INVALID_CARD_LOST_OR_STOLEN": ("분실·도난 신고된 카드", "the card was reported lost or stolen"),
    "INVALID_CARD_NUMBER": ("카드 번호 확인 필요", "please check the card number"),
    "INVALID_CARD_INSTALLMENT_PLAN": ("할부 개월 수 확인 필요", "please check the number of instalments"),
    "EXCEED_MAX_CARD_INSTALLMENT_PLAN": ("할부 개월 수 확인 필요", "please check the number of instalments"),
    "EXCEED_MAX_REFUND_DUE": ("취소할 수 있는 기간이 지남", "too late to cancel"),
    "NOT_FOUND_PAYMENT": ("결제 정보를 찾을 수 없음", "no such payment"),
    "NOT_FOUND_PAYMENT_SESSION": ("결제 시간이 지남", "the payment window has expired"),
    "NOT_CANCELABLE_AMOUNT": ("취소할 수 있는 금액보다 많음", "more than can be cancelled"),
    "NOT_MATCHES_REFUNDABLE_AMOUNT": ("취소할 수 있는 금액보다 많음", "more than can be cancelled"),
    "REFUND_REJECTED": _NOT_REFUNDABLE,
    "FDS_ERROR": ("안전을 위해 막힌 거래", "stopped for safety"),
}
_REASONS_BY_START = {
    "REJECT_": _ASK_COMPANY,
    "INVALID_CARD_": ("카드 정보 확인 필요", "please check the card"),
    "EXCEED_": _LIMIT,
    "BELOW_": ("너무 적은 금액", "the amount is too small"),
    "NOT_SUPPORTED_": _NO_SUCH_CARD,
    "NOT_ALLOWED_PARTIAL_REFUND": _NOT_REFUNDABLE,
    "NOT_ALLOWED_": _NO_SUCH_CARD,
    "NOT_CANCELABLE_": _NOT_REFUNDABLE,
    "NOT_AVAILABLE_": ("지금은 결제할 수 없는 시간", "not possible at this hour"),
}
_OURS = ("INVALID_", "UNAUTHORIZED_", "INCORRECT_", "FORBIDDEN_", "NOT_MATCHES_", "NOT_REGISTERED_", "UNAPPROVED_")


def outcome(status: int, code: str) -> ProviderError:
    """The outcome of an answer that isn't 2xx. What Toss doesn't promise to be a no is unknown, never a no."""
    detail = f"{status} {code}".rstrip()
    if code in _DONE_BEFORE:
        return AlreadyProcessed(detail)
    if status == 409 or code in _AT_IT:
        return StillProcessing(detail)
    if status == 429 or code in _TURNED_AWAY:
        return NotSent(detail)
    if not 400 <= status < 500 or code in _UNCERTAIN or code.startswith("FAILED_"):
        return OutcomeUnknown(detail)
    reason = _reason(code)
    if reason is not None:
        return Declined(code, *reason)
    if status in (401, 403) or code.startswith(_OURS):
        return OurFault(detail)
    return OutcomeUnknown(detail)


def declined(code: str) -> Declined:
    """A refusal that came inside a payment rather than as an error."""
    return Declined(code, *(_reason(code) or _ASK_COMPANY))


def _reason(code: str) -> tuple[str, str] | None:
    by_start = (reason for start, reason in _REASONS_BY_START.items() if code.startswith(start))
    return _REASONS.get(code) or next(by_start, None)
