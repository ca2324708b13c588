"""The loop that sends: take what is due, send with no transaction open, record what came of it.

One recipient's messages about one reservation go out one at a time (the ledger gives out only the lowest unfinished
one of each lane); different recipients are served at the same time. Who waits for a slow channel holds nobody up, and
what was sent is recorded soon, so that a kill leaves little in doubt.

A broadcast goes beside it, as far as there is room: what is under way altogether is at most half a second's worth of
what the channel takes. So whoever is told something of their own waits for that long behind it, and a pause or a
cancel, which is seen at the next take, is effective within a second (ADR 19).
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import structlog
from structlog.contextvars import bound_contextvars

from services.notification.broadcasts.store import BroadcastWork
from services.notification.broadcasts.values import Broadcast
from services.notification.model import Ad, Delivery, Notification
from services.notification.outcomes import NotRendered, Outcome, Unclear, after, next_channel, told
from services.notification.policies import (
    COPYING_TAKES,
    SEND_TAKES,
    advertising_waits_until,
    contact_after_send,
    most_attempts,
    prepared,
)
from services.notification.ports import Accepted, ChannelSender, NotificationWork, Rejected, Wait
from services.notification.queueing import Cause
from services.notification.rendering import Renderer
from services.notification.templates import CannotRender, Templates
from services.notification.unreachable import tell_of_blocked
from services.notification.use_cases import alert
from services.notification.values import Contact, DeliveryStatus
from services.shared_kernel.card import Card
from services.shared_kernel.clock import Clock
from services.shared_kernel.ids import Ids
from services.shared_kernel.tracing import PASSING_ON, SpanKind, Tracing

log = structlog.get_logger(__name__)

BATCH = 50
SETTLE_EVERY_SECONDS = 0.1


@dataclass(frozen=True, kw_only=True)
class _Taken:
    """A delivery that this sender holds, with what it needs."""

    delivery: Delivery
    notification: Notification
    contact: Contact | None
    broadcast: Broadcast | None = None


_Change = tuple[_Taken, Delivery]


async def always() -> bool:
    """Every replica may send."""
    return True


class Sender:
    """`name` tells this sender from its replicas; `paused` holds everything back without losing anything.

    `leads`: whether it is this one's turn, where only one of the replicas may send.
    `page`: where what went out over a channel outside can be read later, too.
    `window`: how many may be under way for one of a broadcast to join them.
    """

    def __init__(
        self, unit_of_work: Callable[[], BroadcastWork], clock: Clock, ids: Ids, *, name: str,
        channels: Mapping[str, ChannelSender], renderer: Renderer, templates: Templates,
        paused: Callable[[], bool] = lambda: False, leads: Callable[[], Awaitable[bool]] = always,
        page: ChannelSender | None = None, tracing: Tracing = PASSING_ON, window: int = BATCH,
    ) -> None:  # fmt: skip
        self._unit_of_work = unit_of_work
        self._clock = clock
        self._ids = ids
        self._name = name
        self._channels = channels
        self._renderer = renderer
        self._templates = templates
        self._paused = paused
        self._leads = leads
        self._page = page
        self._tracing = tracing
        self._window = window
        self._broadcasts_rest_until: datetime | None = None
        self._sending: list[asyncio.Task[Sequence[tuple[_Taken, Outcome]]]] = []

    async def run_once(self) -> int:
        """Take what is due, record what was sent; how many deliveries moved on or are still under way."""
        moved = 0
        if not self._paused() and await self._leads():
            taken, moved = await self._take(BATCH - len(self._sending))
            by_recipient: dict[str, list[_Taken]] = defaultdict(list)
            for one in taken:
                by_recipient[one.notification.recipient_id].append(one)
            self._sending += [asyncio.create_task(self._send_in_turn(group)) for group in by_recipient.values()]
        await self._settle_some(SETTLE_EVERY_SECONDS)
        return moved + len(self._sending)

    async def finish(self) -> None:
        """Until everything that is under way is recorded."""
        while self._sending:
            await self._settle_some(None)

    async def _settle_some(self, seconds: float | None) -> None:
        """Record what has been sent by then; what takes longer holds nobody up."""
        if not self._sending:
            return
        done, _ = await asyncio.wait(self._sending, timeout=seconds)
        ended = [group for group in self._sending if group in done]
        self._sending = [group for group in self._sending if group not in done]
        outcomes = [pair for group in ended for pair in group.result()]
        if outcomes:
            await self._settle(outcomes)

    async def _take(self, most: int = BATCH) -> tuple[Sequence[_Taken], int]:
        now = self._clock.now()
        async with self._unit_of_work() as work:
            await self._recover(work, now)
            due = await work.ledger.due(now, most)
            room = min(most, self._window - len(self._sending)) - len(due)
            if room > 0 and (self._broadcasts_rest_until is None or self._broadcasts_rest_until <= now):
                due = [*due, *await work.ledger.due_of_broadcasts(now, room)]
            found = await self._with_context(work, due)
            changes = [(one, await self._prepare(work, one, now)) for one in found]
            saved = await self._save_all(work, changes)
        taken = [replace(one, delivery=new) for one, new in saved if new.status is DeliveryStatus.SENDING]
        return taken, len(saved)

    async def _save_all(self, work: NotificationWork, changes: Sequence[_Change]) -> Sequence[_Change]:
        """Those that were written, each told. When a lease was over, somebody else writes what they know."""
        written = await work.ledger.save_all([(one.delivery, new) for one, new in changes])
        saved = [(one, new) for one, new in changes if one.delivery.id in written]
        for one, new in saved:
            work.because_of_id(one.notification.cause_event_id, one.notification.traceparent)
            await work.record(told(one.notification, new))
        return saved

    async def _prepare(self, work: NotificationWork, one: _Taken, now: datetime) -> Delivery:
        ready = one.delivery.wake() if one.delivery.status is DeliveryStatus.DEFERRED else one.delivery
        about = one.notification.reservation_id
        copy = await work.copies.find(about) if about and one.notification.good_until else None
        return prepared(
            ready, one.notification, one.contact, copy, usable=self._channels.keys(), by=self._name, now=now
        )

    async def _send_in_turn(self, group: Sequence[_Taken]) -> Sequence[tuple[_Taken, Outcome]]:
        return [(one, await self._send_traced(one)) for one in group]

    async def _send_traced(self, one: _Taken) -> Outcome:
        notification = one.notification
        about = {"channel": one.delivery.channel or "", "template": notification.template}
        with (
            self._tracing.begin("send notice", notification.traceparent, kind=SpanKind.PRODUCER, **about),
            bound_contextvars(
                event_id=notification.cause_event_id, reservation_id=notification.reservation_id, **about
            ),
        ):
            return await self._send(one)

    async def _send(self, one: _Taken) -> Outcome:
        try:
            if one.broadcast is None:
                card = await self._renderer.card(one.notification, one.contact)
            else:
                card = await self._renderer.card_of_broadcast(one.broadcast, one.notification, one.contact)
        except CannotRender as error:
            log.error("notification.cannot_render", template=one.notification.template, problem=str(error))
            return NotRendered(problem=str(error))
        except Exception as error:  # whoever keeps the details is away: nothing was sent
            log.warning("notification.no_details", error=type(error).__name__)
            return Rejected(reason=type(error).__name__, permanent=False)
        if isinstance(one.notification, Ad) and one.contact is not None:
            # It may have waited since it was taken.
            morning = advertising_waits_until(one.contact, self._clock.now())
            if morning is not None:
                return Wait(until=morning)
        return await self._send_card(one.delivery, one.notification.recipient_id, card)

    async def _send_card(self, delivery: Delivery, person_id: str, card: Card) -> Outcome:
        channel = self._channels[delivery.channel or ""]
        if not delivery.may_be_sent(now=self._clock.now(), takes=SEND_TAKES + COPYING_TAKES):
            return Rejected(reason="lease_over", permanent=False)
        try:
            async with asyncio.timeout(SEND_TAKES.total_seconds()):
                result = await channel.send(delivery.id, person_id, card)
        except Exception as error:  # whatever it is, nobody knows whether it went out
            log.warning("notification.unclear", channel=delivery.channel, error=type(error).__name__)
            return Unclear(repeatable=channel.idempotent, reason=type(error).__name__)
        if isinstance(result, Accepted) and not channel.idempotent and self._page is not None:
            await self._copy(self._page, delivery, person_id, card)
        return result

    async def _copy(self, page: ChannelSender, delivery: Delivery, person_id: str, card: Card) -> None:
        """Before it is recorded as sent, so that no kill comes in between. It was sent, whatever happens here."""
        try:
            async with asyncio.timeout(COPYING_TAKES.total_seconds()):
                await page.send(delivery.id, person_id, card)
        except Exception as error:
            log.warning("notification.not_copied", channel=delivery.channel, error=type(error).__name__)

    async def _settle(self, outcomes: Sequence[tuple[_Taken, Outcome]]) -> None:
        now = self._clock.now()
        async with self._unit_of_work() as work:
            for one, outcome in outcomes:
                if isinstance(outcome, NotRendered):
                    await self._report(work, one.notification, outcome.problem)
                elif isinstance(outcome, Rejected) and outcome.blocked_since is not None:
                    await tell_of_blocked(
                        work, one.notification, one.contact, one.delivery.channel or "", outcome.blocked_since,
                        usable=self._channels.keys(), templates=self._templates, ids=self._ids, clock=self._clock,
                    )  # fmt: skip
                if isinstance(outcome, Wait) and outcome.everybody:
                    # To take them one after the other, only to be told the same, would help nobody.
                    self._broadcasts_rest_until = outcome.until
            changes = [(one, after(one.delivery, outcome, now, self._most_attempts(one))) for one, outcome in outcomes]
            await self._finish(work, changes, now)
            for one, new in changes:
                contact = contact_after_send(one.contact, new)
                if contact is not None and contact != one.contact:
                    await work.contacts.save(one.contact, contact)

    def _most_attempts(self, one: _Taken) -> int:
        return most_attempts(one.delivery, one.contact, self._channels.keys())

    async def _finish(self, work: NotificationWork, changes: Sequence[_Change], now: datetime) -> None:
        """Write what came of them; what failed goes on to another hop, if there is one."""
        ended = []
        for one, new in changes:
            channel = await self._next_channel(work, one, new)
            if channel is None:
                ended.append((one, new))
                continue
            again = new.again or new.status is DeliveryStatus.UNKNOWN
            old, hop = new.fall_back(id=self._ids.new(), channel=channel, again=again, at=now)
            if await work.ledger.save(one.delivery, old):
                await work.ledger.add_hop(hop)
        await self._save_all(work, ended)

    async def _next_channel(self, work: NotificationWork, one: _Taken, new: Delivery) -> str | None:
        if new.status not in (DeliveryStatus.FAILED, DeliveryStatus.UNKNOWN):
            return None
        hops = await work.ledger.hops(new.notification_id)
        return next_channel(new, hops, one.contact, self._channels.keys())

    async def _recover(self, work: BroadcastWork, now: datetime) -> None:
        """Deliveries whose sender died: sent again where that can't show twice, else unknown (rule 11)."""
        changes = []
        for one in await self._with_context(work, await work.ledger.abandoned(now, BATCH)):
            channel = self._channels.get(one.delivery.channel or "")
            if channel is not None and channel.idempotent:
                changes.append((one, one.delivery.wait(until=now, reason="sender_died")))
            else:
                changes.append((one, one.delivery.lose()))
        await self._finish(work, changes, now)

    async def _report(self, work: NotificationWork, notification: Notification, problem: str) -> None:
        """Operators hear of a card that can't be written, unless it is itself for operators."""
        if notification.template.startswith("operator_"):
            return
        values = {"consumer": "ssak3.notification", "event_type": notification.template, "cause": problem}
        is_broadcast = notification.cause_event_id is None and notification.template == "broadcast"
        cause = Cause(id=f"unsent:{notification.cause if is_broadcast else notification.id}")
        await alert(
            work, "operator_event_dead", cause, values, templates=self._templates, ids=self._ids, clock=self._clock
        )

    async def _with_context(self, work: BroadcastWork, deliveries: Sequence[Delivery]) -> Sequence[_Taken]:
        if not deliveries:
            return []
        notifications = await work.ledger.notifications({delivery.notification_id for delivery in deliveries})
        people = {notification.recipient_id for notification in notifications.values()}
        contacts = await work.contacts.find_all(people)
        broadcasts = await work.broadcasts.find_all({one.broadcast_id for one in deliveries if one.broadcast_id})
        return [
            _Taken(
                delivery=delivery,
                notification=notifications[delivery.notification_id],
                contact=contacts.get(notifications[delivery.notification_id].recipient_id),
                broadcast=broadcasts.get(delivery.broadcast_id or ""),
            )
            for delivery in deliveries
        ]
