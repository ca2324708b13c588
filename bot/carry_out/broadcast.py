"""Carries out what an operator's conversation asks for about broadcasts."""

from collections.abc import Callable, Sequence

from bot.carry_out.runner import Table
from bot.conversation import effects_broadcast as effects
from bot.conversation.turn import Person
from services.notification.broadcasts.ports import Broadcasting
from services.notification.broadcasts.values import Broadcast, DryRun, Report

UNKNOWN = "UNKNOWN"


class BroadcastEffects:
    """`report_file` is the address of a broadcast's CSV."""

    def __init__(self, broadcasts: Broadcasting, report_file: Callable[[str], str]) -> None:
        self._broadcasts = broadcasts
        self._report_file = report_file

    def table(self) -> Table:
        """Which effect is carried out by what."""
        return {
            effects.SaveBroadcast: self._save,
            effects.CorrectBroadcast: self._correct,
            effects.DryRunBroadcast: self._dry_run,
            effects.ApproveBroadcast: self._approve,
            effects.PauseBroadcast: self._pause,
            effects.ResumeBroadcast: self._resume,
            effects.CancelBroadcast: self._cancel,
            effects.TheBroadcast: self._report,
            effects.UnknownRecipients: self._unknown,
            effects.ReportFile: self._file,
            effects.LatestBroadcasts: self._latest,
        }

    async def _save(self, effect: effects.SaveBroadcast, person: Person) -> Broadcast:
        return await self._broadcasts.draft(
            broadcast_id=effect.broadcast_id,
            kind=effect.kind,
            segment=effect.segment,
            wording=effect.wording,
            by=person.id,
        )

    async def _correct(self, effect: effects.CorrectBroadcast, person: Person) -> Broadcast:
        return await self._broadcasts.correct(
            effect.corrected_id, broadcast_id=effect.broadcast_id, wording=effect.wording, by=person.id
        )

    async def _dry_run(self, effect: effects.DryRunBroadcast, person: Person) -> DryRun:
        return await self._broadcasts.dry_run(effect.broadcast_id, by=person.id)

    async def _approve(self, effect: effects.ApproveBroadcast, person: Person) -> Broadcast:
        return await self._broadcasts.approve(
            effect.broadcast_id, digest=effect.digest, by=person.id, starts_at=effect.starts_at
        )

    async def _pause(self, effect: effects.PauseBroadcast, person: Person) -> Broadcast:
        return await self._broadcasts.pause(effect.broadcast_id, by=person.id)

    async def _resume(self, effect: effects.ResumeBroadcast, person: Person) -> Broadcast:
        return await self._broadcasts.resume(effect.broadcast_id, by=person.id)

    async def _cancel(self, effect: effects.CancelBroadcast, person: Person) -> Broadcast:
        return await self._broadcasts.cancel(effect.broadcast_id, by=person.id)

    async def _report(self, effect: effects.TheBroadcast, person: Person) -> Report:
        return await self._broadcasts.report(effect.broadcast_id, by=person.id)

    async def _unknown(self, effect: effects.UnknownRecipients, person: Person) -> Sequence[str]:
        found: list[str] = []
        async for each in self._broadcasts.recipients(effect.broadcast_id, by=person.id):
            if each.status == UNKNOWN:
                found.append(each.person_id)
            if len(found) >= effect.most:
                break
        return found

    async def _file(self, effect: effects.ReportFile, person: Person) -> str:
        return self._report_file(effect.broadcast_id)

    async def _latest(self, effect: effects.LatestBroadcasts, person: Person) -> Sequence[Report]:
        return await self._broadcasts.latest(by=person.id, limit=effect.most)
