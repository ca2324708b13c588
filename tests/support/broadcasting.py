"""Broadcasts in memory, for conversations: what the port promises, with an audience and a progress that tests set."""

from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, TypeVar

from services.notification.broadcasts.refusals import (
    ApprovalOutdated,
    LooksLikeAdvertising,
    NobodyLeft,
    NoSender,
    NotAllowedNow,
    WrongWording,
)
from services.notification.broadcasts.values import (
    Broadcast,
    BroadcastStatus,
    DryRun,
    Exclusion,
    Kind,
    Preview,
    Progress,
    Recipient,
    Report,
    Segment,
    Wording,
)
from services.notification.policies import end_of_night
from services.notification.wording import advertising_words
from services.shared_kernel.card import Button, Card
from services.shared_kernel.clock import Clock
from services.shared_kernel.refusal import NotFound

R = TypeVar("R")

_STEPS = {
    "pause": ({"RUNNING", "PAUSED"}, BroadcastStatus.PAUSED),
    "resume": ({"PAUSED", "RUNNING"}, BroadcastStatus.RUNNING),
    "cancel": ({"DRAFT", "SCHEDULED", "RUNNING", "PAUSED", "CANCELLED"}, BroadcastStatus.CANCELLED),
}


class FakeBroadcasting:
    """`now`, `later` and `excluded` are whom any segment has; `went` is what came of it so far."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.broadcasts: dict[str, Broadcast] = {}
        self.went: dict[str, Progress] = {}
        self.unknown: dict[str, Sequence[str]] = {}
        self.now, self.later = 61, 3
        self.excluded: Mapping[Exclusion, int] = {}
        self.takes = timedelta(seconds=3)
        self.has_sender = True
        self.longest = 1_000
        self.under_way = 0  # of those that wait, when it is cancelled

    async def draft(self, *, broadcast_id: str, kind: Kind, segment: Segment, wording: Wording, by: str) -> Broadcast:
        self._check(kind, segment, wording)
        old = self.broadcasts.get(broadcast_id)
        if old is not None and old.status is not BroadcastStatus.DRAFT:
            raise NotAllowedNow(broadcast_id, old.status, "edit")
        new = Broadcast(
            id=broadcast_id, version=old.version + 1 if old else 1, status=BroadcastStatus.DRAFT, kind=kind,
            segment=segment, wording=wording, created_by=by, created_at=self._clock.now(),
        )  # fmt: skip
        self.broadcasts[broadcast_id] = new
        return new

    def _check(self, kind: Kind, segment: Segment, wording: Wording) -> None:
        for text in (wording.text_ko, wording.text_en):
            if len(text) > self.longest:
                raise WrongWording("too_long", str(len(text)))
            if "#{방문일시}" in text and segment.visit_on is None:
                raise WrongWording("variable_not_here", "방문일시")
            if "#{날씨}" in text:
                raise WrongWording("unknown_variable", "날씨")
        if not wording.text_ko.strip():
            raise WrongWording("empty")
        if "@" in wording.button_url:
            raise WrongWording("button", wording.button_url)
        if kind is Kind.AD and not self.has_sender:
            raise NoSender
        if kind is Kind.INFO and (words := advertising_words(f"{wording.text_ko} {wording.text_en}")):
            raise LooksLikeAdvertising(words)

    def _get(self, broadcast_id: str) -> Broadcast:
        if broadcast_id not in self.broadcasts:
            raise NotFound(broadcast_id)
        return self.broadcasts[broadcast_id]

    def _digest(self, one: Broadcast) -> str:
        return sha256(repr((one.segment, one.wording, one.kind, self.now, self.later)).encode()).hexdigest()

    async def dry_run(self, broadcast_id: str, *, by: str) -> DryRun:
        one = self._get(broadcast_id)
        if one.status is not BroadcastStatus.DRAFT:
            raise NotAllowedNow(broadcast_id, one.status, "edit")
        self._check(one.kind, one.segment, one.wording)
        text = f"(광고) 싹3 02-000-0000\n{one.wording.text_ko}" if one.kind is Kind.AD else one.wording.text_ko
        buttons = (Button(label=one.wording.button_ko, action="book"),) if one.wording.button_ko else ()
        previews = [
            Preview(language="ko", role="customer", count=self.now + self.later, card=Card(text=text, buttons=buttons))
        ]
        if one.wording.text_en:
            previews.append(Preview(language="en", role="customer", count=2, card=Card(text=one.wording.text_en)))
        return DryRun(
            broadcast_id=broadcast_id, digest=self._digest(one),
            selected=self.now + self.later + sum(self.excluded.values()), now=self.now, later=self.later,
            later_at=end_of_night(self._clock.now()) or self._clock.now() if self.later else None,
            excluded=self.excluded, takes=self.takes, previews=previews,
        )  # fmt: skip

    async def approve(self, broadcast_id: str, *, digest: str, by: str, starts_at: datetime | None = None) -> Broadcast:
        one = self._get(broadcast_id)
        if one.status is not BroadcastStatus.DRAFT:
            if one.digest == digest:
                return one
            raise NotAllowedNow(broadcast_id, one.status, "approve")
        if digest != self._digest(one):
            raise ApprovalOutdated
        if not self.now + self.later:
            raise NobodyLeft
        at = self._clock.now()
        status = BroadcastStatus.RUNNING if starts_at is None or starts_at <= at else BroadcastStatus.SCHEDULED
        total = self.now + self.later
        self.went[broadcast_id] = Progress(total=total, waiting=total, later=self.later)
        self.broadcasts[broadcast_id] = replace(
            one, version=one.version + 1, status=status, digest=digest, starts_at=starts_at or at, approved_by=by,
            approved_at=at, excluded=self.excluded, selected=total + sum(self.excluded.values()),
        )  # fmt: skip
        return self.broadcasts[broadcast_id]

    def goes_on(self, broadcast_id: str, status: BroadcastStatus | None = None, **went: Any) -> None:
        """What the senders do meanwhile."""
        self.went[broadcast_id] = replace(self.went[broadcast_id], **went)
        if status is not None:
            self.broadcasts[broadcast_id] = replace(self.broadcasts[broadcast_id], status=status)

    def _step(self, broadcast_id: str, action: str) -> Broadcast:
        one = self._get(broadcast_id)
        allowed, to = _STEPS[action]
        if one.status not in allowed:
            raise NotAllowedNow(broadcast_id, one.status, action)
        self.broadcasts[broadcast_id] = replace(one, status=to)
        return self.broadcasts[broadcast_id]

    async def pause(self, broadcast_id: str, *, by: str) -> Broadcast:
        return self._step(broadcast_id, "pause")

    async def resume(self, broadcast_id: str, *, by: str) -> Broadcast:
        return self._step(broadcast_id, "resume")

    async def cancel(self, broadcast_id: str, *, by: str) -> Broadcast:
        cancelled = self._step(broadcast_id, "cancel")
        went = self.went.get(broadcast_id, Progress(total=0))
        left = max(0, went.waiting - self.under_way)
        self.went[broadcast_id] = replace(went, waiting=went.waiting - left, suppressed=went.suppressed + left)
        return cancelled

    async def correct(self, corrected_id: str, *, broadcast_id: str, wording: Wording, by: str) -> Broadcast:
        one = self._get(corrected_id)
        if one.status not in (BroadcastStatus.FINISHED, BroadcastStatus.CANCELLED):
            raise NotAllowedNow(corrected_id, one.status, "correct")
        segment = Segment(corrects=corrected_id)
        return await self.draft(broadcast_id=broadcast_id, kind=one.kind, segment=segment, wording=wording, by=by)

    async def report(self, broadcast_id: str, *, by: str) -> Report:
        return Report(broadcast=self._get(broadcast_id), progress=self.went.get(broadcast_id, Progress(total=0)))

    async def recipients(self, broadcast_id: str, *, by: str) -> AsyncIterator[Recipient]:
        self._get(broadcast_id)
        people = self.unknown.get(broadcast_id, ())
        for person_id in people:
            yield Recipient(
                person_id=person_id, role="customer", status="UNKNOWN", channel="telegram", reason="abandoned",
                sent_at=self._clock.now(),
            )  # fmt: skip

    async def latest(self, *, by: str, limit: int = 10) -> Sequence[Report]:
        newest = sorted(self.broadcasts, reverse=True)[:limit]
        return [await self.report(one, by=by) for one in newest]


def at_once(doing: Awaitable[R]) -> R:
    """The result of what never waits: it is all in memory."""
    try:
        next(doing.__await__())
    except StopIteration as stop:
        result: R = stop.value
        return result
    raise AssertionError("it waits for something")
