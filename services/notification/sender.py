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
from dataclasses import replace
from datetime import datetime

import structlog
from structlog.contextvars import bound_contextvars

from services.notification.broadcasts.store import BroadcastWork
from services.notification.courier import Courier
from services.notification.model import Delivery
from services.notification.outcomes import NotRendered, Outcome, after, next_channel, told
from services.notification.policies import contact_after_send, most_attempts, prepared, reach_of
from services.notification.ports import ChannelSender, Directory, NotificationWork, Rejected, Wait
from services.notification.queueing import Cause
from services.notification.rendering import Renderer
from services.notification.taking import Taken, with_context, without_visit
from services.notification.templates import Templates
from services.notification.truth import CALLED_OFF, visit_of
from services.notification.unreachable import tell_of_blocked
from services.notification.use_cases import alert
from services.notification.values import DeliveryStatus
from services.shared_kernel.clock import Clock
from services.shared_kernel.ids import Ids
from services.shared_kernel.tracing import PASSING_ON, SpanKind, Tracing

log = structlog.get_logger(__name__)

BATCH = 50
SETTLE_EVERY_SECONDS = 0.1
# At the end, each by itself: the one that fails goes last, so that the second time all others are recorded.
LAST_TRIES = 2
LAST_TRIES_TAKE_SECONDS = 10.0

_Result = tuple[Taken, Outcome]
_Change = tuple[Taken, Delivery]


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
        channels: Mapping[str, ChannelSender], renderer: Renderer, directory: Directory, templates: Templates,
        paused: Callable[[], bool] = lambda: False, leads: Callable[[], Awaitable[bool]] = always,
        page: ChannelSender | None = None, tracing: Tracing = PASSING_ON, window: int = BATCH,
    ) -> None:  # fmt: skip
        self._unit_of_work = unit_of_work
        self._clock = clock
        self._ids = ids
        self._name = name
        self._channels = channels
        self._templates = templates
        self._paused = paused
        self._leads = leads
        self._courier = Courier(clock, channels=channels, renderer=renderer, directory=directory, page=page)
        self._tracing = tracing
        self._window = window
        self._broadcasts_rest_until: datetime | None = None
        self._sending: list[asyncio.Task[Sequence[_Result]]] = []
        self._unrecorded: dict[str, _Result] = {}

    async def run_once(self) -> int:
        """Take what is due, record what was sent; how many deliveries moved on or were under way.

        Those that end in this call count: what waited for them is due now.
        """
        moved, under_way = 0, len(self._sending)
        await self._record_the_rest()
        if not self._paused() and await self._leads():
            taken, moved = await self._take(BATCH - len(self._sending))
            by_recipient: dict[str, list[Taken]] = defaultdict(list)
            for one in taken:
                by_recipient[one.notification.recipient_id].append(one)
            self._sending += [asyncio.create_task(self._send_in_turn(group)) for group in by_recipient.values()]
        await self._settle_some(SETTLE_EVERY_SECONDS)
        return moved + max(under_way, len(self._sending))

    async def finish(self) -> None:
        """Until everything that is under way has ended, and is recorded if the database can be told.

        TimeoutError when it doesn't even say no.
        """
        while self._sending:
            await self._settle_some(None)
        async with asyncio.timeout(LAST_TRIES_TAKE_SECONDS):
            for _ in range(LAST_TRIES):
                await self._record_the_rest()

    async def _settle_some(self, seconds: float | None) -> None:
        """Record what has been sent by then; what takes longer holds nobody up."""
        if not self._sending:
            return
        done, _ = await asyncio.wait(self._sending, timeout=seconds)
        fresh: list[_Result] = []
        for group in [group for group in self._sending if group in done]:
            self._sending.remove(group)
            results = group.result()
            self._unrecorded |= {one[0].delivery.id: one for one in results}
            fresh += results
        if fresh:
            await self._record(fresh)

    async def _record_the_rest(self) -> None:
        """What couldn't be recorded, each by itself, so that one harms no other; the one that fails goes last.

        When its lease is over, it is too late: it is found as one whose sender died (rule 11).
        """
        now = self._clock.now()
        rest = [one for one in self._unrecorded.values() if one[0].delivery.is_held(now=now)]
        self._unrecorded = {one[0].delivery.id: one for one in rest}
        for one in rest:
            if not await self._record([one]):
                self._unrecorded[one[0].delivery.id] = self._unrecorded.pop(one[0].delivery.id)
                return

    async def _record(self, outcomes: Sequence[_Result]) -> bool:
        """Whether it was possible; what wasn't is kept for the next round: it was sent, and only we know."""
        try:
            changes = await self._settle(outcomes)
        except Exception as error:  # the database is away, or somebody else was quicker with what it needs
            log.warning("notification.not_recorded", error=type(error).__name__, deliveries=len(outcomes))
            return False
        for one, _ in outcomes:
            self._unrecorded.pop(one.delivery.id, None)
        for one, new in changes:
            await self._learn(one, new)
        return True

    async def _take(self, most: int = BATCH) -> tuple[Sequence[Taken], int]:
        now = self._clock.now()
        async with self._unit_of_work() as work:
            await self._recover(work, now)
            due = await work.ledger.due(now, most)
            room = min(most, self._window - len(self._sending)) - len(due)
            if room > 0 and (self._broadcasts_rest_until is None or self._broadcasts_rest_until <= now):
                due = [*due, *await work.ledger.due_of_broadcasts(now, room)]
            found = await with_context(work, due)
            await work.copies.find_all({about for one in found if (about := visit_of(one.notification))})
            gone = await without_visit(work, found, now)
            changes = [(one, await self._prepare(work, one, now, called_off=one.delivery.id in gone)) for one in found]
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

    async def _prepare(self, work: NotificationWork, one: Taken, now: datetime, *, called_off: bool) -> Delivery:
        ready = one.delivery.wake() if one.delivery.status is DeliveryStatus.DEFERRED else one.delivery
        if called_off:
            return ready.suppress(reason=CALLED_OFF)
        about = visit_of(one.notification)
        copy = await work.copies.find(about) if about else None
        return prepared(
            ready, one.notification, one.contact, copy, usable=self._channels.keys(), by=self._name, now=now
        )

    async def _send_in_turn(self, group: Sequence[Taken]) -> Sequence[_Result]:
        return [(one, await self._send(one)) for one in group]

    async def _send(self, one: Taken) -> Outcome:
        notification = one.notification
        about = {"channel": one.delivery.channel or "", "template": notification.template}
        with (
            self._tracing.begin("send notice", notification.traceparent, kind=SpanKind.PRODUCER, **about),
            bound_contextvars(
                event_id=notification.cause_event_id, reservation_id=notification.reservation_id, **about
            ),
        ):
            return await self._courier.send(one)

    async def _settle(self, outcomes: Sequence[_Result]) -> Sequence[_Change]:
        now = self._clock.now()
        async with self._unit_of_work() as work:
            for one, outcome in outcomes:
                if isinstance(outcome, NotRendered):
                    await self._report(work, one, outcome.problem)
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
        return changes

    async def _learn(self, one: Taken, new: Delivery) -> None:
        """Whether they have blocked us, or not any more. When they have linked meanwhile, that is newer.

        In a transaction of its own: a consumer holds many people at once.
        """
        if one.contact is None or contact_after_send(one.contact, new) == one.contact:
            return
        try:
            async with self._unit_of_work() as work:
                known = await work.contacts.hold(one.contact.person_id)
                if known is not None and reach_of(known) == reach_of(one.contact):
                    await work.contacts.save(known, contact_after_send(known, new))
        except Exception as error:  # the next send tells the same
            log.warning("notification.block_not_kept", error=type(error).__name__)

    def _most_attempts(self, one: Taken) -> int:
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

    async def _next_channel(self, work: NotificationWork, one: Taken, new: Delivery) -> str | None:
        if new.status not in (DeliveryStatus.FAILED, DeliveryStatus.UNKNOWN):
            return None
        hops = await work.ledger.hops(new.notification_id)
        return next_channel(new, hops, one.contact, self._channels.keys())

    async def _recover(self, work: BroadcastWork, now: datetime) -> None:
        """Deliveries whose sender died: sent again where that can't show twice, else unknown (rule 11)."""
        changes = []
        for one in await with_context(work, await work.ledger.abandoned(now, BATCH)):
            channel = self._channels.get(one.delivery.channel or "")
            if channel is not None and channel.idempotent:
                changes.append((one, one.delivery.wait(until=now, reason="sender_died")))
            else:
                changes.append((one, one.delivery.lose()))
        await self._finish(work, changes, now)

    async def _report(self, work: NotificationWork, one: Taken, problem: str) -> None:
        """Operators hear of a card that can't be written, unless it is itself for operators; once a broadcast."""
        notification = one.notification
        if notification.template.startswith("operator_"):
            return
        values = {"consumer": "ssak3.notification", "event_type": notification.template, "cause": problem}
        cause = Cause(id=f"unsent:{notification.cause if one.broadcast else notification.id}")
        await alert(
            work, "operator_event_dead", cause, values, templates=self._templates, ids=self._ids, clock=self._clock
        )
