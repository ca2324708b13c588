"""The errors that the sandbox answers, with Toss's codes and statuses and words of our own."""

_ERRORS = {
    "ALREADY_CANCELED_PAYMENT": (400, "이미 취소한 결제예요."),
    "ALREADY_PROCESSED_PAYMENT": (400, "이미 승인한 결제예요."),
    "BELOW_MINIMUM_AMOUNT": (400, "카드는 100원부터 결제할 수 있어요."),
    "DUPLICATED_ORDER_ID": (400, "이 주문번호로 승인한 결제가 있어요."),
    "EXCEED_MAX_AMOUNT": (400, "카드 한도를 넘었어요."),
    "FAILED_INTERNAL_SYSTEM_PROCESSING": (500, "처리하다가 문제가 생겼어요."),
    "IDEMPOTENT_REQUEST_PROCESSING": (409, "같은 키로 먼저 온 요청을 처리하고 있어요."),
    "INVALID_BILL_KEY_REQUEST": (400, "등록되지 않은 카드예요."),
    "INVALID_IDEMPOTENCY_KEY": (400, "멱등키는 300자까지예요."),
    "INVALID_REQUEST": (400, "요청 내용이 올바르지 않아요."),
    "NOT_CANCELABLE_AMOUNT": (403, "남은 금액보다 많이 취소할 수 없어요."),
    "NOT_CANCELABLE_PAYMENT": (403, "취소할 수 있는 결제가 아니에요."),
    "NOT_FOUND_PAYMENT": (404, "그런 결제가 없어요."),
    "NOT_FOUND_PAYMENT_SESSION": (404, "결제 시간이 지났어요."),
    "NOT_MATCHES_CUSTOMER_KEY": (400, "카드를 등록한 고객이 아니에요."),
    "PROVIDER_ERROR": (400, "카드사와 통신하다가 문제가 생겼어요."),
    "REJECT_CARD_COMPANY": (403, "카드사에서 승인하지 않았어요."),
    "REJECT_CARD_PAYMENT": (403, "한도를 넘었거나 잔액이 모자라요."),
    "UNAUTHORIZED_KEY": (401, "시크릿 키가 맞지 않아요."),
}


class TossError(Exception):
    """An error answer; a code that isn't in the table is answered with 400."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
        self.status, self.message = _ERRORS.get(code, (400, "요청한 테스트 오류예요."))

    @property
    def body(self) -> dict[str, str]:
        """Toss's error object."""
        return {"code": self.code, "message": self.message}
