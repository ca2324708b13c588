"""Beginning to pay: attempts that come at the same moment are noted in one transaction, before any is sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil

from services.payment.charging import OpenWork, result_of
from services.payment.model import Events, Payment
from services.payment.policies import NO_CARD
from services.payment.provider import Provider
from services.payment.refusals import OtherAttempt
from services.payment.results import Fenced, Result, Unavailable
from services.payment.values import Card, Method
from services.payment.wording import NO_CARD_EN, NO_CARD_KO, TEST_CARD_LABEL
from services.shared_kernel.clock import Clock
from services.shared_kernel.gathering import Gathering
from services.shared_kernel.ids import Ids
from services.shared_kernel.refusal import Refusal


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is to be charged. `payment_key` comes with method `checkout`."""

    reservation_id: str
    customer_id: str
    attempt_id: str
    amount_krw: int
    method: Method
    pay_by: datetime
    payment_key: str | None = None
    traceparent: str | None = None


@dataclass(frozen=True, kw_only=True)
class Begun:
    """A noted attempt, which whoever asked for it is to send now, and nobody else."""

    payment: Payment
    card_key: str = ""


@dataclass(frozen=True, kw_only=True)
class _Noted:
    payment: Payment
    answer: Begun | Result
    events: Events = ()


class Beginning:
    """Decides for several at once. `test_card`: whoever has no card pays with this one (sandbox only)."""

    def __init__(
        self, unit_of_work: OpenWork, clock: Clock, ids: Ids, provider: Provider, test_card: str | None
    ) -> None:  # fmt: skip
        self._unit_of_work = unit_of_work
        self._clock = clock
        self._ids = ids
        self._provider = provider
        self._test_card = test_card
        self._gathering: Gathering[Wanted, Begun | Result] = Gathering(
            self._begin, key=lambda wanted: wanted.reservation_id
        )

    async def begin(self, wanted: Wanted) -> Begun | Result:
        """Note the attempt; or the answer, where nothing is to be sent.

        Refusals: AttemptLive, AlreadyPaid, PaymentClosed, PayByPassed, OtherAttempt.
        """
        return await self._gathering(wanted)

    async def _begin(self, all_wanted: Sequence[Wanted]) -> Sequence[Begun | Result | Exception]:
        rest = self._provider.rests_for()
        async with self._unit_of_work() as work:
            # In this order: a replica that pays with one of these attempts meanwhile is found out by the second look.
            there = await work.payments.of_reservations([each.reservation_id for each in all_wanted])
            used = await work.payments.used([each.attempt_id for each in all_wanted])
            known = {attempt_id: await work.payments.of_attempt(attempt_id) for attempt_id in used}
            payments = [there.get(each.reservation_id) or self._open(each) for each in all_wanted]
            # While the provider rests, no card is charged.
            registered = await work.cards.of_customers([] if rest > 0 else [each.card_holder for each in payments])
            cards = dict(registered)
            decided = [
                _of_known(wanted, known[wanted.attempt_id])
                if wanted.attempt_id in known
                else self._decide(wanted, payment, cards, rest)
                for wanted, payment in zip(all_wanted, payments, strict=True)
            ]
            await work.cards.add([card for holder, card in cards.items() if holder not in registered])
            for wanted, noted in zip(all_wanted, decided, strict=True):
                if isinstance(noted, _Noted):
                    work.because_of_id(None, wanted.traceparent)
                    await work.payments.save(there.get(wanted.reservation_id), noted.payment, noted.events)
        return [each.answer if isinstance(each, _Noted) else each for each in decided]

    def _open(self, wanted: Wanted) -> Payment:
        return Payment.open(
            id=self._ids.new(), reservation_id=wanted.reservation_id, customer_id=wanted.customer_id
        )  # fmt: skip

    def _decide(
        self, wanted: Wanted, payment: Payment, cards: dict[str, Card], rest: float
    ) -> _Noted | Result | Refusal:
        """`cards` are those of their holders, and get the test card of who pays with it."""
        try:
            begun = self._attempted(wanted, payment, None)
            if wanted.method is Method.CHECKOUT:
                return _Noted(payment=begun, answer=Begun(payment=begun))
            # Not of the provider's window: its attempt id comes again by a reload, and then has to be over.
            if rest > 0:
                return Unavailable(retry_after_seconds=ceil(rest))  # nobody is asked: there is nothing to note
            card = cards.get(payment.card_holder) or self.test_card_of(payment.card_holder)
            if card is None:
                return _without_card(begun, wanted.attempt_id)
            cards[payment.card_holder] = card
            begun = self._attempted(wanted, payment, card.id)
            return _Noted(payment=begun, answer=Begun(payment=begun, card_key=card.card_key))
        except Refusal as refusal:
            return refusal

    def _attempted(self, wanted: Wanted, payment: Payment, card_id: str | None) -> Payment:
        return payment.begin(
            attempt_id=wanted.attempt_id,
            amount_krw=wanted.amount_krw,
            method=wanted.method,
            pay_by=wanted.pay_by,
            at=self._clock.now(),
            card_id=card_id,
            payment_key=wanted.payment_key,
        )

    def test_card_of(self, customer_id: str) -> Card | None:
        """For who has no card of their own; to be added. None where there is no test card."""
        if self._test_card is None:
            return None
        return Card(
            id=self._ids.new(),
            customer_id=customer_id,
            card_key=self._test_card,
            label=TEST_CARD_LABEL,
            registered_at=self._clock.now(),
        )


def _of_known(wanted: Wanted, payment: Payment | None) -> Result | Refusal:
    """Of an attempt that was there before; it may have been fenced off, or be another one."""
    if payment is None:
        return Fenced()
    attempt = payment.attempt(wanted.attempt_id)
    if (payment.reservation_id, attempt.amount_krw) != (wanted.reservation_id, wanted.amount_krw):
        return OtherAttempt(wanted.attempt_id)
    return result_of(payment, attempt)


def _without_card(begun: Payment, attempt_id: str) -> _Noted:
    new, events = begun.decline(attempt_id, code=NO_CARD, reason_ko=NO_CARD_KO, reason_en=NO_CARD_EN)
    return _Noted(payment=new, answer=result_of(new, new.attempt(attempt_id)), events=events)
