"""What operators do with broadcasts, from the chat and from the command line."""

from collections.abc import AsyncIterator, Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from services.notification.broadcasts.audience import Audience, Candidate, audience_of
from services.notification.broadcasts.dry_run import Reach, digest_now, dry_run_of, first_of_each
from services.notification.broadcasts.model import (
    CANCELLED,
    approved,
    cause_of,
    drafted,
    is_approved_already,
    started,
    step,
)
from services.notification.broadcasts.refusals import ApprovalOutdated, NobodyLeft, NotAllowedNow
from services.notification.broadcasts.store import BroadcastWork
from services.notification.broadcasts.values import (
    Broadcast,
    BroadcastAction,
    BroadcastStatus,
    DryRun,
    Kind,
    Recipient,
    Report,
    Segment,
    Wording,
)
from services.notification.broadcasts.wording import check, variables_of
from services.notification.model import Ad, Delivery, Info, Notification
from services.notification.policies import kept, values_of_copy
from services.notification.ports import Names
from services.notification.truth import about_visit
from services.notification.values import Values
from services.shared_kernel.clock import Clock
from services.shared_kernel.ids import Ids
from services.shared_kernel.refusal import NotFound, again_if_stale
from services.shared_kernel.tracing import current_traceparent

SHELL = "shell"
TEMPLATE = "broadcast"  # in the ledger: the words are the broadcast's
PAGE = 1000


class BroadcastUseCases:
    """`Broadcasting`: each step is one transaction."""

    def __init__(
        self, unit_of_work: Callable[[], BroadcastWork], clock: Clock, ids: Ids, names: Names, reach: Reach
    ) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock
        self._ids = ids
        self._names = names
        self._reach = reach

    async def draft(self, *, broadcast_id: str, kind: Kind, segment: Segment, wording: Wording, by: str) -> Broadcast:
        """Begin, or change, a draft. Refusals: LooksLikeAdvertising, WrongWording, NoSender, NotAllowedNow."""

        async def draft() -> Broadcast:
            async with self._unit_of_work() as work:
                await _check_operator(work, by)
                return await self._draft(work, broadcast_id, kind, segment, wording, by)

        return await again_if_stale(draft)

    async def _draft(
        self, work: BroadcastWork, broadcast_id: str, kind: Kind, segment: Segment, wording: Wording, by: str
    ) -> Broadcast:
        check(kind, segment, wording, self._names.agency)
        if segment.corrects is not None:
            await _check_correction(work, segment.corrects, kind)
        old = await work.broadcasts.find(broadcast_id)
        new = drafted(
            old, id=broadcast_id, kind=kind, segment=segment, wording=wording, by=by, at=self._clock.now()
        )  # fmt: skip
        await work.broadcasts.save(old, new)
        return new

    async def dry_run(self, broadcast_id: str, *, by: str) -> DryRun:
        """What would come of it now. Refusals: NotFound, NotAllowedNow (it isn't a draft), and those of draft."""
        now = self._clock.now()
        async with self._unit_of_work() as work:
            await _check_operator(work, by)
            broadcast = await _get(work, broadcast_id)
            step(broadcast, BroadcastAction.EDIT)
            check(broadcast.kind, broadcast.segment, broadcast.wording, self._names.agency)
            audience = await self._audience(work, broadcast, now)
            values = await self._values(work, broadcast, first_of_each(audience, broadcast).values())
        return dry_run_of(broadcast, audience, values, names=self._names, reach=self._reach, at=now)

    async def approve(self, broadcast_id: str, *, digest: str, by: str, starts_at: datetime | None = None) -> Broadcast:
        """Exactly this audience and these words, at once or then; again with the same digest: as it is.

        Refusals: ApprovalOutdated, NobodyLeft, NotAllowedNow, NotFound.
        """

        async def approve() -> Broadcast:
            async with self._unit_of_work() as work:
                await _check_operator(work, by)
                old = await _get(work, broadcast_id)
                if is_approved_already(old, digest):
                    return old
                return await self._approve(work, old, digest=digest, by=by, starts_at=starts_at)

        return await again_if_stale(approve)

    async def _approve(
        self, work: BroadcastWork, old: Broadcast, *, digest: str, by: str, starts_at: datetime | None
    ) -> Broadcast:
        now = self._clock.now()
        check(old.kind, old.segment, old.wording, self._names.agency)
        audience = await self._audience(work, old, now)
        if digest_now(old, audience, self._names, now) != digest:
            raise ApprovalOutdated
        if not audience.recipients:
            raise NobodyLeft
        then = now if starts_at is None else max(starts_at, now)
        scheduled = approved(
            old,
            digest=digest,
            starts_at=then,
            by=by,
            at=now,
            selected=audience.selected,
            excluded=audience.excluded,
        )
        new = replace(started(scheduled, now), version=scheduled.version) if then <= now else scheduled
        # First of all, so that of two who approve one has to wait, and finds it done.
        await work.broadcasts.save(old, new)
        values = await self._values(work, old, audience.recipients)
        trace = current_traceparent()
        told = [self._told(new, one, values.get(one.contact.person_id, {}), now, trace) for one in audience.recipients]
        await work.broadcasts.add_all(
            [(one, Delivery.of_broadcast(one, broadcast_id=new.id, starts_at=then)) for one in told]
        )
        return new

    def _told(
        self, broadcast: Broadcast, one: Candidate, values: Values, now: datetime, trace: str | None
    ) -> Notification:
        about: dict[str, Any] = {
            "id": self._ids.new(),
            "cause": cause_of(broadcast.id),
            "cause_event_id": None,
            "recipient_id": one.contact.person_id,
            "template": TEMPLATE,
            "values": values,
            "created_at": now,
            "traceparent": trace,
        }
        return Ad(**about, broadcast_id=broadcast.id) if broadcast.kind is Kind.AD else Info(**about)

    async def _audience(self, work: BroadcastWork, broadcast: Broadcast, now: datetime) -> Audience:
        candidates = await work.broadcasts.candidates(broadcast.segment, now)
        return audience_of(candidates, broadcast.kind, self._reach.usable)

    async def _values(
        self, work: BroadcastWork, broadcast: Broadcast, people: Collection[Candidate]
    ) -> dict[str, Values]:
        """What the words need of each one's visit, as it is now, and what tells later whether that is still true."""
        wanted = variables_of(broadcast.wording) - {"customer_name"}
        about = {one.contact.person_id: one.reservation_id for one in people if one.reservation_id is not None}
        if not wanted or not about:
            return {}
        copies = await work.copies.find_all(set(about.values()))
        return {
            person_id: {**kept(values_of_copy(copies[reservation_id]), wanted), **about_visit(copies[reservation_id])}
            for person_id, reservation_id in about.items()
        }

    async def pause(self, broadcast_id: str, *, by: str) -> Broadcast:
        """Nothing more goes out, within a second. Paused already: as it is. Refusals: NotAllowedNow, NotFound."""
        return await self._step(broadcast_id, BroadcastAction.PAUSE, by)

    async def resume(self, broadcast_id: str, *, by: str) -> Broadcast:
        """Go on with who hasn't got it. Running already: as it is. Refusals: NotAllowedNow, NotFound."""
        return await self._step(broadcast_id, BroadcastAction.RESUME, by)

    async def cancel(self, broadcast_id: str, *, by: str) -> Broadcast:
        """For good, within a second: who hasn't got it never will. Twice: as it is. Refusals as pause's."""
        return await self._step(broadcast_id, BroadcastAction.CANCEL, by)

    async def _step(self, broadcast_id: str, action: BroadcastAction, by: str) -> Broadcast:
        async def do() -> Broadcast:
            async with self._unit_of_work() as work:
                await _check_operator(work, by)
                old = await _get(work, broadcast_id)
                new = step(old, action)
                if new == old:
                    return old
                await work.broadcasts.save(old, new)
                if action is BroadcastAction.CANCEL:
                    await work.broadcasts.call_off(broadcast_id, CANCELLED)
                return new

        return await again_if_stale(do)

    async def correct(self, corrected_id: str, *, broadcast_id: str, wording: Wording, by: str) -> Broadcast:
        """A draft to exactly those whom a finished or cancelled one reached, of the same kind. Refusals as draft's."""

        async def correct() -> Broadcast:
            async with self._unit_of_work() as work:
                await _check_operator(work, by)
                kind, segment = (await _get(work, corrected_id)).kind, Segment(corrects=corrected_id)
                return await self._draft(work, broadcast_id, kind, segment, wording, by)

        return await again_if_stale(correct)

    async def report(self, broadcast_id: str, *, by: str) -> Report:
        """Refusal: NotFound."""
        async with self._unit_of_work() as work:
            await _check_operator(work, by)
            broadcast = await _get(work, broadcast_id)
            return Report(broadcast=broadcast, progress=(await work.broadcasts.progress([broadcast_id]))[broadcast_id])

    async def recipients(self, broadcast_id: str, *, by: str) -> AsyncIterator[Recipient]:
        """Everybody it was approved for, in the order of their ids. Refusal: NotFound."""
        async with self._unit_of_work() as work:
            await _check_operator(work, by)
            await _get(work, broadcast_id)
        last = ""
        while True:
            async with self._unit_of_work() as work:
                found = await work.broadcasts.recipients(broadcast_id, last, PAGE)
            for one in found:
                yield one
            if len(found) < PAGE:
                return
            last = found[-1].person_id

    async def latest(self, *, by: str, limit: int = 10) -> Sequence[Report]:
        """The newest first."""
        async with self._unit_of_work() as work:
            await _check_operator(work, by)
            newest = await work.broadcasts.latest(limit)
            progress = await work.broadcasts.progress([one.id for one in newest])
        return [Report(broadcast=one, progress=progress[one.id]) for one in newest]


async def _check_operator(work: BroadcastWork, by: str) -> None:
    """NotFound: nobody else is to know of broadcasts."""
    if by == SHELL:
        return
    contact = await work.contacts.find(by)
    if contact is None or contact.role != "operator":
        raise NotFound(by)


async def _check_correction(work: BroadcastWork, corrected_id: str, kind: Kind) -> None:
    """Whom advertising reached isn't told more of it as information. Refusals: NotAllowedNow, NotFound."""
    corrected = await _get(work, corrected_id)
    if corrected.status not in (BroadcastStatus.FINISHED, BroadcastStatus.CANCELLED):
        raise NotAllowedNow(corrected_id, corrected.status, "correct")
    if kind is not corrected.kind:
        raise NotAllowedNow(corrected_id, corrected.status, f"correct as {kind}")


async def _get(work: BroadcastWork, broadcast_id: str) -> Broadcast:
    broadcast = await work.broadcasts.find(broadcast_id)
    if broadcast is None:
        raise NotFound(broadcast_id)
    return broadcast
