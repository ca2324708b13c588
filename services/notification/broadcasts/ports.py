"""What whoever broadcasts may ask for. Implemented by `use_cases.BroadcastUseCases`."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Protocol

from services.notification.broadcasts.values import (
    Broadcast,
    DryRun,
    Kind,
    Recipient,
    Report,
    Segment,
    Wording,
)


class Broadcasting(Protocol):
    """`by` is an operator's id (checked here: NotFound for everybody else), or `shell` from the command line."""

    async def draft(self, *, broadcast_id: str, kind: Kind, segment: Segment, wording: Wording, by: str) -> Broadcast:
        """Begin, or change, a draft. Refusals: LooksLikeAdvertising, WrongWording, NoSender, NotAllowedNow."""
        ...

    async def dry_run(self, broadcast_id: str, *, by: str) -> DryRun:
        """What would come of it now. Refusals: NotFound, NotAllowedNow (it isn't a draft), and those of draft."""
        ...

    async def approve(self, broadcast_id: str, *, digest: str, by: str, starts_at: datetime | None = None) -> Broadcast:
        """Exactly this audience and these words, at once or then; again with the same digest: as it is.

        Refusals: ApprovalOutdated, NobodyLeft, NotAllowedNow, NotFound.
        """
        ...

    async def pause(self, broadcast_id: str, *, by: str) -> Broadcast:
        """Nothing more goes out, within a second. Paused already: as it is. Refusals: NotAllowedNow, NotFound."""
        ...

    async def resume(self, broadcast_id: str, *, by: str) -> Broadcast:
        """Go on with who hasn't got it. Running already: as it is. Refusals: NotAllowedNow, NotFound."""
        ...

    async def cancel(self, broadcast_id: str, *, by: str) -> Broadcast:
        """For good, within a second: who hasn't got it never will. Twice: as it is. Refusals as pause's."""
        ...

    async def correct(self, corrected_id: str, *, broadcast_id: str, wording: Wording, by: str) -> Broadcast:
        """A draft to exactly those whom a finished or cancelled one reached, of the same kind. Refusals as draft's."""
        ...

    async def report(self, broadcast_id: str, *, by: str) -> Report:
        """Refusal: NotFound."""
        ...

    def recipients(self, broadcast_id: str, *, by: str) -> AsyncIterator[Recipient]:
        """Everybody it was approved for, in the order of their ids. Refusal: NotFound."""
        ...

    async def latest(self, *, by: str, limit: int = 10) -> Sequence[Report]:
        """The newest first."""
        ...
