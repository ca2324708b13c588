"""What `ssak3 broadcast` does: the use cases on notification's database, and what is printed."""

import asyncio
import csv
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import typer
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from services.notification.broadcasts.sheet import BYTE_ORDER_MARK, COLUMNS, line_of
from services.notification.broadcasts.use_cases import SHELL, BroadcastUseCases
from services.notification.broadcasts.values import BroadcastStatus, DryRun, Kind, Report, Segment, Wording
from services.shared_kernel.clock import kst
from services.shared_kernel.plain_text import unsteered
from services.shared_kernel.refusal import Refusal
from ssak3.broadcast_refused import reason_of
from ssak3.databases import open_databases
from ssak3.gateways import CatalogueNames
from ssak3.payment_facts import PaymentFacts
from ssak3.rules import catalogue_of
from ssak3.sending import reach_of
from ssak3.settings import Settings, WrongSettings
from ssak3.shell import clock, err, out
from ssak3.system import SystemIds
from storage.notification.repositories import NotificationUnitOfWork

WATCH_SECONDS = 0.5
OVER = (BroadcastStatus.FINISHED, BroadcastStatus.CANCELLED)
SHORT = 12  # of a digest, as it is shown
OF_A_TEXT = 60  # characters, where it only says which one it is


@dataclass(frozen=True, kw_only=True)
class Draft:
    """As it was typed."""

    kind: str
    role: str | None
    area: str | None
    visit_on: date | None
    idle_days: int | None
    language: str | None
    text: str
    text_en: str
    button: str
    button_en: str
    id: str | None


@asynccontextmanager
async def _desk(settings: Settings) -> AsyncIterator[BroadcastUseCases]:
    """A refusal is told, and ends the command."""
    catalogue, now = catalogue_of(settings), clock(settings)
    databases = open_databases(settings, now, SystemIds(), lambda recorded: None, {"notification"})
    try:
        await databases.migrate()
        context = databases.contexts["notification"]
        names = CatalogueNames(catalogue, PaymentFacts.decline_reason)
        yield BroadcastUseCases(
            lambda: NotificationUnitOfWork(context), now, SystemIds(), names, reach_of(settings)
        )  # fmt: skip
    except Refusal as refusal:
        err.print(f"[red]Refused.[/red] {escape(reason_of(refusal))}")
        raise typer.Exit(1) from refusal
    finally:
        await databases.close()


async def draft(settings: Settings, new: Draft) -> None:
    """Write it down, and show what would come of it."""
    areas = catalogue_of(settings).areas
    if new.area is not None and new.area not in areas:
        raise WrongSettings(f"--area {new.area}: one of {' '.join(areas)}.")
    segment = Segment(
        role=new.role, area=new.area, visit_on=new.visit_on, idle_days=new.idle_days, language=new.language
    )  # fmt: skip
    wording, broadcast_id = _wording(new.text, new.text_en, new.button, new.button_en), new.id or SystemIds().new()
    async with _desk(settings) as desk:
        if new.id is not None:
            await desk.report(new.id, by=SHELL)  # a mistyped one isn't a new broadcast's
        await desk.draft(
            broadcast_id=broadcast_id, kind=Kind(new.kind), segment=segment, wording=wording, by=SHELL
        )  # fmt: skip
        _print_dry_run(await desk.dry_run(broadcast_id, by=SHELL))


async def correct(settings: Settings, corrected_id: str, text: str, text_en: str, button: str, button_en: str) -> None:
    """A draft to exactly those who got it."""
    broadcast_id, wording = SystemIds().new(), _wording(text, text_en, button, button_en)
    async with _desk(settings) as desk:
        await desk.correct(corrected_id, broadcast_id=broadcast_id, wording=wording, by=SHELL)
        _print_dry_run(await desk.dry_run(broadcast_id, by=SHELL))


def _wording(text: str, text_en: str, button: str, button_en: str) -> Wording:
    label, _, does = button.partition("=")
    is_page = does.startswith(("https://", "http://"))
    return Wording(
        text_ko=unsteered(text),
        text_en=unsteered(text_en),
        button_ko=unsteered(label),
        button_en=unsteered(button_en),
        button_action="" if is_page else does,
        button_url=does if is_page else "",
    )


async def preview(settings: Settings, broadcast_id: str) -> None:
    """What would come of it."""
    async with _desk(settings) as desk:
        _print_dry_run(await desk.dry_run(broadcast_id, by=SHELL))


def _print_dry_run(seen: DryRun) -> None:
    later = f", {seen.later:,} at {kst(seen.later_at):%m-%d %H:%M}" if seen.later_at else ""
    out.print(f"{seen.selected:,} selected: {seen.now:,} now{later}; takes {seen.takes.total_seconds():,.0f} s")
    for why, count in seen.excluded.items():
        out.print(f"  {count:,} not at all: {why.replace('_', ' ')}")
    for one in seen.previews:
        out.print(f"\n[bold]{one.role}, {one.language}: {one.count:,}[/bold]")
        out.print(one.card.text, markup=False)
        for button in one.card.buttons:
            out.print(f"[{button.label}]", markup=False)
    out.print(f"\nNothing has been sent. ssak3 broadcast approve {seen.broadcast_id} --digest {seen.digest[:SHORT]}")


async def approve(settings: Settings, broadcast_id: str, digest: str, at: datetime | None) -> None:
    """`digest` may be shortened; `at` is when it is to begin."""
    if len(digest) < SHORT:
        raise WrongSettings(f"--digest {digest}: at least its first {SHORT} letters, as the preview shows.")
    if at is not None and at <= clock(settings).now():
        raise WrongSettings(f"--at {at:%Y-%m-%d %H:%M}: that is over; without --at it begins at once.")
    async with _desk(settings) as desk:
        known = (await desk.report(broadcast_id, by=SHELL)).broadcast
        is_draft = known.status is BroadcastStatus.DRAFT
        whole = (await desk.dry_run(broadcast_id, by=SHELL)).digest if is_draft else known.digest
        whole = whole if whole.startswith(digest) else digest
        await desk.approve(broadcast_id, digest=whole, by=SHELL, starts_at=at)
        _print_report(await desk.report(broadcast_id, by=SHELL))


async def step(settings: Settings, broadcast_id: str, action: str) -> None:
    """pause, resume or cancel."""
    async with _desk(settings) as desk:
        steps = {"pause": desk.pause, "resume": desk.resume, "cancel": desk.cancel}
        await steps[action](broadcast_id, by=SHELL)
        _print_report(await desk.report(broadcast_id, by=SHELL))


async def listed(settings: Settings) -> None:
    """The newest ones."""
    async with _desk(settings) as desk:
        found = await desk.latest(by=SHELL)
    for one in found:
        how, text = one.progress, one.broadcast.wording.text_ko.partition("\n")[0]
        out.print(
            f"{one.broadcast.id} {one.broadcast.kind} {one.broadcast.status}: sent {how.sent:,} of {how.total:,}, "
            f"failed {how.failed:,}, unknown {how.unknown:,}, waiting {how.waiting:,}"
        )
        out.print(f"  {text if len(text) <= OF_A_TEXT else f'{text[: OF_A_TEXT - 1]}…'}", markup=False)
    if not found:
        out.print("There are no broadcasts. Begin one: ssak3 broadcast draft --text …")


async def show(settings: Settings, broadcast_id: str, *, is_watched: bool) -> None:
    """How far it is; `is_watched`: until it is over."""
    async with _desk(settings) as desk:
        found = await desk.report(broadcast_id, by=SHELL)
        if is_watched and found.broadcast.status not in (*OVER, BroadcastStatus.DRAFT):
            found = await _watch(desk, found)
        _print_report(found)


async def _watch(desk: BroadcastUseCases, found: Report) -> Report:
    with Progress(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), console=out) as bar:
        task = bar.add_task(found.broadcast.status, total=found.progress.total)
        while found.broadcast.status not in OVER:
            done = found.progress.total - found.progress.waiting
            bar.update(task, completed=done, description=found.broadcast.status)
            await asyncio.sleep(WATCH_SECONDS)
            found = await desk.report(found.broadcast.id, by=SHELL)
        bar.update(task, completed=found.progress.total - found.progress.waiting, description=found.broadcast.status)
    return found


async def report(settings: Settings, broadcast_id: str, file: Path | None) -> None:
    """Those in doubt first, then the figures; everybody's line into a file."""
    async with _desk(settings) as desk:
        found = await desk.report(broadcast_id, by=SHELL)
        everybody = [one async for one in desk.recipients(broadcast_id, by=SHELL)]
    for one in everybody:
        if one.status == "UNKNOWN":
            out.print(f"UNKNOWN {one.person_id} ({one.role}, {one.channel}): may have got it, and isn't sent it again")
    _print_report(found)
    if file is not None:
        with file.open("w", encoding="utf-8", newline="") as opened:
            opened.write(BYTE_ORDER_MARK)
            csv.writer(opened).writerows([COLUMNS, *map(line_of, everybody)])
        out.print(f"Written: {escape(str(file))} ({len(everybody):,} lines)")


def _print_report(found: Report) -> None:
    one, how = found.broadcast, found.progress
    starts = (
        f" from {kst(one.starts_at):%Y-%m-%d %H:%M}"
        if one.status is BroadcastStatus.SCHEDULED and one.starts_at
        else ""
    )
    out.print(f"{one.id} {one.kind} {one.status}{starts}: {how.total:,} recipients of {one.selected:,} selected")
    later = f" ({how.later:,} in the morning)" if how.later else ""
    out.print(
        f"  sent {how.sent:,}, failed {how.failed:,}, unknown {how.unknown:,}, left out {how.suppressed:,}, "
        f"waiting {how.waiting:,}{later}"
    )
    for why, count in sorted(how.reasons.items()):
        out.print(f"  {count:,} {why.replace('_', ' ')}")
