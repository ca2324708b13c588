"""Runs every check on one look at everything, and tells what was found."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from services.shared_kernel.clock import Clock
from services.shared_kernel.transient import Away
from ssak3.audit.books import check_books
from ssak3.audit.broadcasts import check_broadcasts
from ssak3.audit.deals import check_deals, check_jobs
from ssak3.audit.facts import Facts
from ssak3.audit.fees import check_fees
from ssak3.audit.findings import Check
from ssak3.audit.messages import check_messages, check_sequences
from ssak3.audit.places import check_places
from ssak3.audit.provider import check_charges, check_refunds
from ssak3.audit.provider_book import ProviderBook, ask_for_book, read_book
from ssak3.audit.queues import Queues, look_into_rabbitmq
from ssak3.audit.shown import check_my_page, check_reservations
from ssak3.audit.told import check_deliveries, check_notifications
from ssak3.audit.waiting import check_waiting
from ssak3.settings import Settings
from ssak3.system import clock_of
from storage.audit import NothingThere, take_snapshot

CHECKS: Sequence[Callable[[Facts], Check]] = (
    check_places,
    check_deals,
    check_charges,
    check_refunds,
    check_books,
    check_fees,
    check_jobs,
    check_notifications,
    check_deliveries,
    check_broadcasts,
    check_sequences,
    check_messages,
    check_reservations,
    check_my_page,
    check_waiting,
)
MOST_SHOWN = 50
# What a consumer has in its hands is neither in the queue nor handled; it is soon.
SECOND_LOOK_SECONDS = 2.0


async def run_audit(settings: Settings, clock: Clock) -> Sequence[Check]:
    """All checks as of now; read-only, beside a running process or without one. NothingThere.

    With databases apart, or RabbitMQ, each is seen at a moment of its own; then a finding counts only if a second look
    has it, too.
    """
    urls = {name: settings.database_url_of(name) for name in settings.stored}
    first = await _look(settings, urls, clock)
    is_one_moment = len(set(urls.values())) == 1 and not settings.is_distributed
    if is_one_moment or not any(check.findings for check in first):
        return first
    await asyncio.sleep(0 if not settings.is_distributed else SECOND_LOOK_SECONDS)
    second = await _look(settings, urls, clock)
    return [
        replace(check, findings=[one for one in check.findings if one in again.findings])
        for check, again in zip(second, first, strict=True)
    ]


async def _look(settings: Settings, urls: dict[str, str], clock: Clock) -> Sequence[Check]:
    now = clock.now()
    queues = await look_into_rabbitmq(settings, clock) if settings.is_distributed else Queues(waiting={})
    snapshot = await take_snapshot(urls)
    # After the snapshot: what the provider did since is too young to be looked at.
    book = await asyncio.to_thread(_book, settings) if settings.provider == "sandbox" else None
    facts = Facts(snapshot, book, now, queues)
    return [check(facts) for check in CHECKS]


def _book(settings: Settings) -> ProviderBook | None:
    if settings.has_sandbox_address:
        return ask_for_book(settings.toss_api_base.removesuffix("/toss"))
    return read_book(settings.data_dir / "sandbox.jsonl")


async def audit_and_report(settings: Settings, console: Console) -> int:
    """Exit status 0: nothing wrong is to be seen; 1: a promise is broken, or something stuck; 2: nothing is there."""
    try:
        checks = await run_audit(settings, clock_of(settings.data_dir, is_distributed=settings.is_distributed))
    except NothingThere as missing:
        todo = "Another folder: --data DIR; tables: ssak3 migrate."
        console.print(f"There is nothing to audit. What isn't there: {escape(str(missing))}. {todo}")
        return 2
    except Away as why:
        console.print(f"There is nothing to audit: a database doesn't answer ({escape(str(why))}). See ssak3 doctor.")
        return 2
    report(checks, console)
    return 1 if any(check.findings for check in checks) else 0


def report(checks: Sequence[Check], console: Console) -> None:
    """A short table, then each finding with its ids."""
    table = Table("rule", "looked at", "found", box=None)
    for check in checks:
        table.add_row(check.name, f"{check.looked_at:,} {check.unit}", _verdict(check))
    console.print(table)
    for unseen in dict.fromkeys(check.unseen for check in checks if check.unseen):
        console.print(f"? {unseen}: what is marked so wasn't looked at in full.", markup=False)
    for check in checks:
        for title, findings in (("fault", check.faults), ("stuck", check.stuck)):
            for finding in findings[:MOST_SHOWN]:
                console.print(f"✘ {title} ({check.name}): {finding.text}", markup=False)
            if len(findings) > MOST_SHOWN:
                console.print(f"  … and {len(findings) - MOST_SHOWN} more of this kind")


def _verdict(check: Check) -> str:
    if not check.findings:
        return "?" if check.unseen else "✔"
    faults, waiting = len(check.faults), len(check.stuck)
    parts = [f"{faults} {'fault' if faults == 1 else 'faults'}"] if faults else []
    return "✘ " + ", ".join([*parts, *([f"{waiting} stuck"] if waiting else [])])
