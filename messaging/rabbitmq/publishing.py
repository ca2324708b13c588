"""Publishing with confirms, many at once on one channel.

This goes beneath aio-pika to aiormq's channel: many events are one write, and a confirmation is no future and
no task of its own. That takes a third of the processor time, which is what the relay's speed hangs on.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import structlog
from aio_pika.abc import AbstractChannel
from aio_pika.exceptions import PublishError
from aiormq import Channel, spec
from aiormq.abc import ChannelFrame, FrameType
from pamqp.body import ContentBody
from pamqp.header import ContentHeader

from messaging.broker import BrokerUnavailable
from messaging.envelope import CONTENT_TYPE
from messaging.rabbitmq.connection import Supervisor

log = structlog.get_logger(__name__)

# A `multiple` confirmation makes aiormq look through everything that is unconfirmed.
WINDOW = 500
# So many are made into bytes in one go: some milliseconds, for which nothing else runs.
WRITE = 100
PUBLISH_SECONDS = 10.0
LOOK_SECONDS = 0.25
PERSISTENT = 2

Headers = Mapping[str, str | int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Outgoing:
    """A message on its way to an exchange. `is_mandatory`: a queue must take it, or it isn't confirmed."""

    id: str
    exchange: str
    routing_key: str
    body: bytes
    headers: Headers = field(default_factory=dict)
    is_mandatory: bool = True


class ConfirmingPublisher:
    """Sends over channels that each serve one caller at a time, so that no id is under way twice on one.

    A channel that left anything unconfirmed is thrown away: what is confirmed on it later would belong to nobody.
    """

    def __init__(self, supervisor: Supervisor, declare: Callable[[AbstractChannel], Awaitable[None]]) -> None:
        self._supervisor = supervisor
        self._declare = declare
        self._idle: list[_ConfirmingChannel] = []
        self._closing: set[asyncio.Task[None]] = set()
        self._has_lost_queue = False

    async def send(self, messages: Sequence[Outgoing]) -> frozenset[str]:
        """The ids that the broker has confirmed to keep. Raises BrokerUnavailable when it can't be asked."""
        if self._supervisor.is_blocked:
            raise BrokerUnavailable("blocked: the broker is out of memory or disk space")
        channel = await self._take()
        confirmed: set[str] = set()
        waiting = list({message.id: message for message in messages}.values())
        try:
            for start in range(0, len(waiting), WINDOW):
                confirmed |= await channel.send(waiting[start : start + WINDOW], lambda: self._supervisor.is_blocked)
                if not channel.is_sound:
                    break
        finally:
            self._give_back(channel)
        if len(confirmed) < len(waiting):
            log.warning(
                "rabbitmq.unconfirmed",
                sent=len(waiting),
                confirmed=len(confirmed),
                unroutable=channel.unroutable,
                blocked=self._supervisor.is_blocked,
            )
        return frozenset(confirmed)

    async def close(self) -> None:
        """The channels end with their connection."""
        self._idle.clear()
        for task in self._closing:
            task.cancel()
        await asyncio.gather(*self._closing, return_exceptions=True)

    async def _take(self) -> "_ConfirmingChannel":
        while self._idle:
            channel = self._idle.pop()
            if channel.is_sound and channel.generation == self._supervisor.generation:
                return channel
        opened = await self._supervisor.channel(confirms=True)
        inner = cast(Channel, await opened.get_underlay_channel())
        channel = _ConfirmingChannel(opened, inner, self._supervisor.generation)
        if self._has_lost_queue:
            await self._declare_again(opened)
        return channel

    async def _declare_again(self, channel: AbstractChannel) -> None:
        try:
            await self._declare(channel)
        except Exception as error:
            raise BrokerUnavailable(f"a queue is missing and can't be made: {error!r}") from error
        self._has_lost_queue = False

    def _give_back(self, channel: "_ConfirmingChannel") -> None:
        if channel.is_sound:
            self._idle.append(channel)
            return
        self._has_lost_queue = self._has_lost_queue or bool(channel.unroutable)
        self._throw_away(channel)

    def _throw_away(self, channel: "_ConfirmingChannel") -> None:
        task = asyncio.create_task(channel.close())
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)


class _Window:
    """What was sent at once, until the last of it is settled."""

    def __init__(self, size: int) -> None:
        self.confirmed: set[str] = set()
        self.returned: list[str] = []
        self.is_done = asyncio.Event()
        self._open = size

    def settle(self, message_id: str, error: BaseException | None) -> None:
        if error is None:
            self.confirmed.add(message_id)
        elif isinstance(error, PublishError):
            self.returned.append(message_id)
        self._open -= 1
        if not self._open:
            self.is_done.set()


class _Confirmation:
    """What aiormq settles in place of the future that it keeps for each message under way."""

    __slots__ = ("_id", "_is_done", "_window")

    def __init__(self, window: _Window, message_id: str) -> None:
        self._window = window
        self._id = message_id
        self._is_done = False

    def done(self) -> bool:
        return self._is_done

    def cancelled(self) -> bool:
        return False

    def set_result(self, _: object) -> None:
        self._is_done = True
        self._window.settle(self._id, None)

    def set_exception(self, error: BaseException) -> None:
        self._is_done = True
        self._window.settle(self._id, error)


class _ConfirmingChannel:
    def __init__(self, channel: AbstractChannel, inner: Channel, generation: int) -> None:
        self.generation = generation
        self._channel = channel
        self._inner = inner
        self._is_open = True
        self._is_spoilt = False
        self._window: _Window | None = None
        self.unroutable: list[str] = []
        channel.close_callbacks.add(self._has_closed)

    @property
    def is_sound(self) -> bool:
        """Everything that was sent on it is confirmed."""
        return self._is_open and not self._is_spoilt

    async def send(self, messages: Sequence[Outgoing], is_blocked: Callable[[], bool]) -> set[str]:
        self._window = window = _Window(len(messages))
        try:
            async with asyncio.timeout(PUBLISH_SECONDS):
                for start in range(0, len(messages), WRITE):
                    await self._inner.write_queue.put(self._written(messages[start : start + WRITE], window))
                while not window.is_done.is_set() and not is_blocked():
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(LOOK_SECONDS):
                            await window.is_done.wait()
        except TimeoutError:
            log.warning("rabbitmq.confirm_timeout", seconds=PUBLISH_SECONDS)
        finally:
            self._window = None
            self._is_spoilt = len(window.confirmed) < len(messages)
            self.unroutable = window.returned
            for message in messages:
                self._inner.message_id_delivery_tag.pop(message.id, None)
        return window.confirmed

    def _written(self, messages: Sequence[Outgoing], window: _Window) -> ChannelFrame:
        inner = self._inner
        frames: list[FrameType | ContentBody] = []
        for message in messages:
            inner.delivery_tag += 1
            inner.confirmations[inner.delivery_tag] = cast(Any, _Confirmation(window, message.id))
            inner.message_id_delivery_tag[message.id] = inner.delivery_tag
            frames += (
                spec.Basic.Publish(
                    exchange=message.exchange, routing_key=message.routing_key, mandatory=message.is_mandatory
                ),
                ContentHeader(body_size=len(message.body), properties=_properties(message)),
            )
            size = inner.max_content_size
            frames += [ContentBody(message.body[at : at + size]) for at in range(0, len(message.body), size)]
        return ChannelFrame.marshall(channel_number=inner.number, frames=frames)

    def _has_closed(self, *_: object) -> None:
        self._is_open = False
        if self._window is not None:
            self._window.is_done.set()

    async def close(self) -> None:
        with contextlib.suppress(Exception):
            async with asyncio.timeout(PUBLISH_SECONDS):
                await self._channel.close()


def _properties(message: Outgoing) -> spec.Basic.Properties:
    return spec.Basic.Properties(
        content_type=CONTENT_TYPE,
        delivery_mode=PERSISTENT,
        message_id=message.id,
        headers=cast(Any, dict(message.headers)),
    )
