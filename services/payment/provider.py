"""The port towards the payment provider: what we ask it for, and every way that it can end."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class ProviderStatus(StrEnum):
    """A payment's status in the provider's own words (https://docs.tosspayments.com/reference#payment-객체)."""

    READY = "READY"
    IN_PROGRESS = "IN_PROGRESS"
    DONE = "DONE"
    CANCELED = "CANCELED"
    PARTIAL_CANCELED = "PARTIAL_CANCELED"
    ABORTED = "ABORTED"
    EXPIRED = "EXPIRED"

    @property
    def paid(self) -> bool:
        """Whether money was taken, be it given back since."""
        return self in (self.DONE, self.CANCELED, self.PARTIAL_CANCELED)

    @property
    def never_paid(self) -> bool:
        """Whether no money was taken and none ever will be: a new attempt is safe (rule 3)."""
        return self in (self.ABORTED, self.EXPIRED)


@dataclass(frozen=True, kw_only=True)
class Charged:
    """The provider took `amount_krw` won for an order."""

    payment_key: str
    order_id: str
    amount_krw: int
    method: str
    approved_at: datetime


@dataclass(frozen=True, kw_only=True)
class Cancelled:
    """The provider gave `amount_krw` won back; `balance_krw` of the payment are left."""

    payment_key: str
    transaction_key: str
    amount_krw: int
    balance_krw: int
    at: datetime


@dataclass(frozen=True, kw_only=True)
class RegisteredCard:
    """A card that may be charged without its owner present; `card_key` is a secret, `number` is masked."""

    card_key: str
    customer_key: str
    company: str
    number: str


@dataclass(frozen=True, kw_only=True)
class ProviderCancel:
    """One line of a payment's list of cancels; our own are told by `reason` or `transaction_key`."""

    transaction_key: str
    amount_krw: int
    reason: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class ProviderPayment:
    """A payment as the provider has it. `approved_at` is None until it is paid; cancels are oldest first."""

    status: ProviderStatus
    payment_key: str
    order_id: str
    total_krw: int
    balance_krw: int
    method: str
    approved_at: datetime | None
    cancels: tuple[ProviderCancel, ...] = ()


class ProviderError(Exception):
    """Base of everything but success. The message is for logs: it holds no key, card or secret."""


class Declined(ProviderError):
    """A definite no: nothing was charged or given back. To the breaker a success: the provider answered.

    The reasons are short enough for brackets: 카드사에서 승인하지 않았어요(한도 초과).
    """

    def __init__(self, code: str, reason_ko: str, reason_en: str) -> None:
        super().__init__(code)
        self.code = code
        self.reason_ko = reason_ko
        self.reason_en = reason_en


class AlreadyProcessed(ProviderError):
    """It was done before: `find` and adopt what is there. To the breaker a success."""


class OutcomeUnknown(ProviderError):
    """It may or may not have happened (timeout, reset, 5xx, …): settle by the same key or `find`. A failure."""


class StillProcessing(OutcomeUnknown):
    """The provider is at it right now (409): ask again with the same key. Neutral to the breaker."""


class NotSent(ProviderError):
    """Surely nothing happened (no name, no connection, turned away unread): safe to send again. A failure."""


class OurFault(ProviderError):
    """Our key or request is wrong, nothing happened: operators must look. Neutral to the breaker."""


class Unavailable(ProviderError):
    """Not called at all, because the breaker is open; ask again in `retry_after` seconds."""

    def __init__(self, retry_after: float) -> None:
        super().__init__(f"the breaker is open for another {retry_after:.1f} s")
        self.retry_after = retry_after


class Provider(Protocol):
    """Takes and gives back money. Every method may raise any `ProviderError`.

    An `order_id` names one attempt (6–64 of A–Z a–z 0–9 - _ =). An `idempotency_key` names one operation and is
    never used for another: the provider replays its first answer for a key without looking at the body.
    """

    def rests_for(self) -> float:
        """Seconds for which every call would raise `Unavailable`; 0 when it may be called."""
        return 0.0

    async def charge_card(
        self,
        *,
        order_id: str,
        amount_krw: int,
        card_key: str,
        customer_key: str,
        order_name: str,
        idempotency_key: str,
    ) -> Charged:
        """Charge a registered card at once."""
        ...

    async def confirm(self, *, payment_key: str, order_id: str, amount_krw: int, idempotency_key: str) -> Charged:
        """Take the money that the customer agreed to in the provider's payment window, at most 10 min ago."""
        ...

    async def register_card(self, *, auth_key: str, customer_key: str) -> RegisteredCard:
        """Turn the one-time `auth_key` of the provider's card window into a registered card."""
        ...

    async def find(self, *, order_id: str) -> ProviderPayment | None:
        """What the provider knows of an order; None only if it says that there is no such payment."""
        ...

    async def cancel(self, *, payment_key: str, amount_krw: int, reason: str, idempotency_key: str) -> Cancelled:
        """Give part or all of a payment back; `reason` (1–200 characters) comes back in the list of cancels."""
        ...

    async def ping(self) -> None:
        """A harmless query: returns if the provider answers as it should."""
        ...
