"""Each of Toss's errors has one meaning, and what isn't surely a no is unknown."""

import pytest

from services.payment.adapters.toss_errors import outcome
from services.payment.provider import (
    AlreadyProcessed,
    Declined,
    NotSent,
    OurFault,
    OutcomeUnknown,
    ProviderError,
    StillProcessing,
)

TABLE = [
    (403, "REJECT_CARD_COMPANY", Declined),
    (403, "REJECT_CARD_PAYMENT", Declined),
    (403, "REJECT_ACCOUNT_PAYMENT", Declined),
    (400, "REJECT_SOMETHING_NEW", Declined),
    (400, "INVALID_STOPPED_CARD", Declined),
    (400, "INVALID_CARD_EXPIRATION", Declined),
    (400, "INVALID_REJECT_CARD", Declined),
    (400, "INVALID_CARD_LOST_OR_STOLEN", Declined),
    (400, "EXCEED_MAX_AMOUNT", Declined),
    (400, "EXCEED_MAX_DAILY_PAYMENT_COUNT", Declined),
    (400, "BELOW_MINIMUM_AMOUNT", Declined),
    (404, "NOT_FOUND_PAYMENT_SESSION", Declined),
    (403, "NOT_CANCELABLE_AMOUNT", Declined),
    (403, "NOT_CANCELABLE_PAYMENT", Declined),
    (403, "EXCEED_MAX_REFUND_DUE", Declined),
    (400, "ALREADY_PROCESSED_PAYMENT", AlreadyProcessed),
    (400, "ALREADY_CANCELED_PAYMENT", AlreadyProcessed),
    (400, "DUPLICATED_ORDER_ID", AlreadyProcessed),
    (400, "PROVIDER_ERROR", OutcomeUnknown),
    (400, "CARD_PROCESSING_ERROR", OutcomeUnknown),
    (500, "FAILED_PAYMENT_INTERNAL_SYSTEM_PROCESSING", OutcomeUnknown),
    (400, "FAILED_DB_PROCESSING", OutcomeUnknown),
    (500, "REJECT_CARD_COMPANY", OutcomeUnknown),
    (500, "UNKNOWN_PAYMENT_ERROR", OutcomeUnknown),
    (502, "", OutcomeUnknown),
    (503, "INVALID_REQUEST", OutcomeUnknown),
    (302, "", OutcomeUnknown),
    (404, "", OutcomeUnknown),
    (400, "A_CODE_OF_TOMORROW", OutcomeUnknown),
    (409, "IDEMPOTENT_REQUEST_PROCESSING", StillProcessing),
    (409, "", StillProcessing),
    (400, "ALREADY_PROCESSING_REQUEST", StillProcessing),
    (429, "", NotSent),
    (403, "FORBIDDEN_CONSECUTIVE_REQUEST", NotSent),
    (401, "UNAUTHORIZED_KEY", OurFault),
    (401, "", OurFault),
    (403, "", OurFault),
    (403, "FORBIDDEN_REQUEST", OurFault),
    (403, "INCORRECT_BASIC_AUTH_FORMAT", OurFault),
    (400, "INVALID_API_KEY", OurFault),
    (400, "INVALID_REQUEST", OurFault),
    (400, "INVALID_IDEMPOTENCY_KEY", OurFault),
    (400, "NOT_MATCHES_CUSTOMER_KEY", OurFault),
    (400, "UNAPPROVED_ORDER_ID", OurFault),
]


@pytest.mark.parametrize(("status", "code", "kind"), TABLE, ids=str)
def test_each_error_is_one_outcome(status: int, code: str, kind: type[ProviderError]) -> None:
    assert type(outcome(status, code)) is kind


def test_a_decline_says_why_in_both_languages() -> None:
    error = outcome(400, "EXCEED_MAX_AMOUNT")
    assert isinstance(error, Declined)
    assert (error.code, error.reason_ko, error.reason_en) == ("EXCEED_MAX_AMOUNT", "한도 초과", "over the limit")


@pytest.mark.parametrize(("status", "code"), [row[:2] for row in TABLE if row[2] is Declined])
def test_every_reason_fits_into_brackets(status: int, code: str) -> None:
    error = outcome(status, code)
    assert isinstance(error, Declined)
    assert 0 < len(error.reason_ko) <= 20
    assert not error.reason_ko.endswith(("어요", "예요", "니다", "."))
    assert error.reason_en
