"""What the payment process does by itself: settle attempts, send refunds, tell when the provider is back.

Every loop may run twice, or in two places: each row is taken by a guarded save.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

import structlog

from services.payment.charging import Charging, OpenWork
from services.payment.events import PaymentAvailable
from services.payment.ports import Due
from services.payment.provider import Provider, ProviderError
from services.payment.refunding import Refunding
from services.payment.values import AttemptStatus
from services.shared_kernel.clock import Clock
from services.shared_kernel.ids import Ids
from services.shared_kernel.refusal import StaleVersion
from services.shared_kernel.tracing import PASSING_ON, Tracing

log = structlog.get_logger(__name__)

LIMIT = 50
# Two business days are never less than this.
EARLIEST_ALERT = timedelta(days=2)


class AttemptLoop:
    """Settles attempts whose answer never came; looks after settled ones for late money and foreign cancels."""

    def __init__(
        self, unit_of_work: OpenWork, clock: Clock, ids: Ids, provider: Provider, tracing: Tracing = PASSING_ON
    ) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock
        self._tracing = tracing
        self._charging = Charging(unit_of_work, clock, provider)
        self._refunding = Refunding(unit_of_work, clock, ids, provider)

    async def run_once(self) -> int:
        """Look at each attempt that is due; how many."""
        async with self._unit_of_work() as work:
            due = await work.payments.attempts_due(self._clock.now(), LIMIT)
        return await _each(due, self._look, "settle attempt", self._tracing)

    async def _look(self, attempt_id: str) -> None:
        async with self._unit_of_work() as work:
            payment = await work.payments.of_attempt(attempt_id)
        if payment is None:
            return
        if payment.attempt(attempt_id).is_live:
            await self._charging.find_out(attempt_id)
            return
        found = await self._charging.look_after(payment, attempt_id)
        if found is not None and payment.attempt(attempt_id).status is AttemptStatus.APPROVED:
            await self._refunding.match_cancels(payment.id, attempt_id, found.cancels)


class RefundLoop:
    """Sends refunds until they are done, and alerts operators of those that take too long."""

    def __init__(
        self, unit_of_work: OpenWork, clock: Clock, ids: Ids, provider: Provider, tracing: Tracing = PASSING_ON
    ) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock
        self._tracing = tracing
        self._refunding = Refunding(unit_of_work, clock, ids, provider)

    async def run_once(self) -> int:
        """Act on each refund that is due, or late; how many."""
        now = self._clock.now()
        async with self._unit_of_work() as work:
            due = await work.refunds.due(now, LIMIT)
        done = await _each(due, self._advance, "send refund", self._tracing)
        async with self._unit_of_work() as work:
            late = await work.refunds.maybe_late(now - EARLIEST_ALERT, LIMIT)
        return done + await _each(late, self._tell, "tell of late refund", self._tracing)

    async def _advance(self, refund_id: str) -> None:
        await self._refunding.advance(refund_id)

    async def _tell(self, refund_id: str) -> None:
        await self._refunding.tell_if_late(refund_id)


class AvailabilityLoop:
    """Tells, once per recovery, that the provider takes payments again. `is_closed`: whether the breaker is."""

    def __init__(
        self, unit_of_work: OpenWork, clock: Clock, provider: Provider, name: str, is_closed: Callable[[], bool],
        tracing: Tracing = PASSING_ON,
    ) -> None:  # fmt: skip
        self._unit_of_work = unit_of_work
        self._clock = clock
        self._provider = provider
        self._name = name
        self._is_closed = is_closed
        self._tracing = tracing
        self._down_since: datetime | None = None

    async def run_once(self) -> int:
        """1 when it has just recovered, else 0."""
        if not self._is_closed():
            self._down_since = self._down_since or self._clock.now()
        if self._down_since is None:
            return 0
        try:
            await self._provider.ping()
        except ProviderError:
            return 0
        with self._tracing.begin("provider is back"):
            await self._tell()
        self._down_since = None
        return 1

    async def _tell(self) -> None:
        async with self._unit_of_work() as work:
            await work.record([PaymentAvailable(provider=self._name, since=self._clock.now())])


async def _each(due: Sequence[Due], act: Callable[[str], Awaitable[None]], step: str, tracing: Tracing) -> int:
    """One that fails holds up no other; it is due again the next time."""
    done = 0
    for one in due:
        with tracing.begin(step, one.traceparent):
            try:
                await act(one.id)
                done += 1
            except StaleVersion:
                continue
            except Exception:
                log.exception("payment.loop_failed", step=step, id=one.id)
    return done
