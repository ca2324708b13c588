"""The circuit breaker: purgatory's states, on a clock that can be steered, with one probe at a time."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Literal

from purgatory.domain.model import CLOSED, HALF_OPENED, OPENED, Context, HalfOpenedState, OpenedState, State

PROBE_WAIT_SECONDS = 1.0


class CircuitOpen(Exception):
    """The call wasn't made: too many before it failed; ask again in `retry_after` seconds."""

    def __init__(self, name: str, retry_after: float) -> None:
        super().__init__(f"{name}: open for another {retry_after:.1f} s")
        self.retry_after = retry_after


class _Opened(OpenedState):
    """Open by the given clock; purgatory's own reads the wall clock, which jumps and can't be steered."""

    def __init__(self, name: str, now: Callable[[], float]) -> None:
        super().__init__(name)
        self._now = now
        self.opened_at = now()

    def handle_new_request(self, context: Context) -> None:
        left = self.opened_at + context.ttl - self._now()
        if left > 0:
            raise CircuitOpen(context.name, left)
        context.set_state(HalfOpenedState())


class _Circuit(Context):
    """Purgatory's circuit; `epoch` tells a call whether the state changed while it was under way."""

    def __init__(self, name: str, threshold: int, ttl: float, now: Callable[[], float]) -> None:
        super().__init__(name, threshold, ttl)
        self._now = now
        self.epoch = 0

    def set_state(self, state: State) -> None:
        super().set_state(_Opened(self.name, self._now) if isinstance(state, OpenedState) else state)
        self.epoch += 1


class Breaker:
    """Opens after `threshold` failures in a row, for `ttl_seconds`; then lets one call through to see.

    `now` gives seconds on any steady scale.
    """

    def __init__(
        self, name: str, threshold: int, ttl_seconds: float, *, now: Callable[[], float] = time.monotonic
    ) -> None:
        self.name = name
        self._now = now
        self._circuit = _Circuit(name, threshold, ttl_seconds, now)
        self._probing = False

    @property
    def state(self) -> Literal["closed", "open", "half-open"]:
        """For metrics and ticks; `half-open` as soon as the next call would be the probe."""
        if self._circuit.state == CLOSED:
            return "closed"
        return "open" if self.open_for > 0 else "half-open"

    @property
    def open_for(self) -> float:
        """Seconds until the next call may be made; 0 unless it is open."""
        opened_at = self._circuit.opened_at
        if self._circuit.state != OPENED or opened_at is None:
            return 0.0
        return max(0.0, opened_at + self._circuit.ttl - self._now())

    @asynccontextmanager
    async def guard(
        self, *, answers: tuple[type[Exception], ...] = (), neutral: tuple[type[Exception], ...] = ()
    ) -> AsyncIterator[None]:
        """Run the body as one guarded call, or raise CircuitOpen without running it.

        `answers` are exceptions of a callee that works (a declined card): they count as successes.
        `neutral` ones, and cancellation by our own side, count as nothing; they win over `answers`.
        """
        probe = self._enter()
        epoch = self._circuit.epoch
        try:
            yield
        except asyncio.CancelledError:
            raise
        except neutral:
            raise
        except answers:
            self._record(epoch, None)
            raise
        except Exception as error:
            self._record(epoch, error)
            raise
        else:
            self._record(epoch, None)
        finally:
            if probe:
                self._probing = False

    def _enter(self) -> bool:
        """Whether this call is the probe. Purgatory alone would let any number through when half-open."""
        if self._probing:
            raise CircuitOpen(self.name, PROBE_WAIT_SECONDS)
        self._circuit.handle_new_request()
        self._probing = self._circuit.state == HALF_OPENED
        return self._probing

    def _record(self, epoch: int, error: Exception | None) -> None:
        if epoch == self._circuit.epoch:  # a late answer says nothing about the state that came since
            if error is None:
                self._circuit.handle_end_request()
            else:
                self._circuit.handle_exception(error)
        self._circuit.messages.clear()  # meant for purgatory's event bus, which isn't used
