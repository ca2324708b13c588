"""What `ssak3 staff` does: the use cases on the bot's database, and what is printed."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

import typer
from rich.table import Table
from rich.text import Text

from bot.records import PersonRecord
from bot.staff import SHELL, LastOperator, NotStaff, Staff
from services.notification.values import Contact
from services.shared_kernel.bot_events import FORMER
from services.shared_kernel.clock import kst
from services.shared_kernel.ids import short_code
from ssak3.databases import Databases, open_databases
from ssak3.settings import Settings
from ssak3.shell import clock, err, out
from ssak3.system import SystemIds
from storage.bot.repositories import BotUnitOfWork
from storage.notification.repositories import NotificationUnitOfWork


@asynccontextmanager
async def _opened(settings: Settings, *contexts: str) -> AsyncIterator[tuple[Staff, Databases]]:
    now = clock(settings)
    databases = open_databases(settings, now, SystemIds(), lambda recorded: None, set(contexts))
    try:
        await databases.migrate()
        context = databases.contexts["bot"]
        yield Staff(lambda: BotUnitOfWork(context), now, lambda person_id: None), databases
    finally:
        await databases.close()


async def listed(settings: Settings) -> None:
    """Everybody with a role. No address and no number: who needs one asks the bot."""
    async with _opened(settings, "bot", "notification") as (staff, databases):
        everybody = await staff.everybody()
        async with NotificationUnitOfWork(databases.contexts["notification"]) as work:
            contacts = await work.contacts.find_all([one.id for one in everybody])
    if not everybody:
        out.print("Nobody yet: ssak3 invite operator, ssak3 invite cleaner.")
        return
    table = Table("code", "role", "name", "channels", "since", box=None)
    for one in everybody:
        name = Text(one.name or "–")  # as they chose it: brackets are no markup
        table.add_row(short_code(one.id), one.role, name, _channels(one, contacts), f"{kst(one.created_at):%Y-%m-%d}")
    out.print(table)


def _channels(one: PersonRecord, contacts: Mapping[str, Contact]) -> str:
    contact = contacts.get(one.id)
    return " ".join(contact.channels) if contact and contact.channels else "–"


async def remove(settings: Settings, text: str, *, is_sure: bool, even_last: bool) -> None:
    """Of exactly one person, after a question."""
    async with _opened(settings, "bot") as (staff, _):
        one = _the_one(text, await staff.named(text))
        if one.role == FORMER:
            out.print(f"{_said(one)} has no role any more; nothing was changed.", markup=False)
            return
        if not is_sure:
            typer.confirm(f"{_said(one)}: every door closes at once. Take the role back?", abort=True)
        try:
            await staff.take_back(one.id, by=SHELL, even_last=even_last)
        except LastOperator as refusal:
            _refuse(
                f"{_said(one)} is the last operator: nobody would hear of what needs a person. "
                "Invite another one first (ssak3 invite operator), or say --even-last."
            )
            raise typer.Exit(1) from refusal
        except NotStaff as refusal:
            _refuse(f"{_said(one)} is a customer.")
            raise typer.Exit(1) from refusal
    out.print(f"{_said(one)} has no role any more. A new invite lets them in again.", markup=False)


def _the_one(text: str, found: Sequence[PersonRecord]) -> PersonRecord:
    """Exit 1 when it is nobody, or several."""
    if not found:
        _refuse(f"There is no {text} among operators and cleaners: see ssak3 staff list.")
        raise typer.Exit(1)
    if len(found) > 1:
        _refuse(f"{text} may be {' or '.join(f'{_said(one)}, {one.id}' for one in found)}: give one's code or id.")
        raise typer.Exit(1)
    return found[0]


def _said(one: PersonRecord) -> str:
    role = f"{one.role} " if one.role != FORMER else ""
    return f"{role}{one.name} ({short_code(one.id)})" if one.name else f"{role}{short_code(one.id)}"


def _refuse(why: str) -> None:
    err.print("[red]Refused.[/red]", end=" ")
    err.print(why, markup=False)
