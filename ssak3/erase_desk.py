"""What `ssak3 erase` does: the use case on the databases, and what is printed."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import NoReturn

import typer

from bot.erasure import Affairs, Erasure, OpenAffair, StillOpen
from bot.people import INVITED_ROLES
from bot.records import PersonRecord
from bot.staff import SHELL
from services.shared_kernel.bot_events import ERASED
from services.shared_kernel.ids import short_code
from services.shared_kernel.refusal import NotFound
from ssak3.affairs import CustomersAffairs
from ssak3.databases import open_databases
from ssak3.rules import catalogue_of
from ssak3.settings import Settings
from ssak3.shell import clock, err, out
from ssak3.system import SystemIds
from storage.bot.repositories import BotUnitOfWork
from storage.mypage.repositories import SqlMyPage
from storage.reservation.repositories import ReservationUnitOfWork


@asynccontextmanager
async def _opened(settings: Settings) -> AsyncIterator[tuple[Erasure, SqlMyPage]]:
    now, catalogue = clock(settings), catalogue_of(settings)
    opens = {"bot", "reservation", "mypage"}
    databases = open_databases(settings, now, SystemIds(), lambda recorded: None, opens)
    try:
        await databases.migrate()
        bot, reservation = databases.contexts["bot"], databases.contexts["reservation"]
        my_page = SqlMyPage(databases.contexts["mypage"].database)
        affairs = CustomersAffairs(lambda: ReservationUnitOfWork(reservation, catalogue), my_page, now)
        yield Erasure(lambda: BotUnitOfWork(bot), affairs, now, lambda person_id: None), my_page
    finally:
        await databases.close()


async def erase_one(settings: Settings, text: str, *, is_sure: bool) -> None:
    """After a question that says what goes and what stays."""
    async with _opened(settings) as (erasure, my_page):
        person, affairs = await _the_one(erasure, my_page, text)
        if person.role == ERASED:
            out.print(f"{short_code(person.id)} was erased already; nothing was changed.", markup=False)
            return
        if person.role in INVITED_ROLES:
            _refuse(f"{_said(person)} works here: take the role back first (ssak3 staff remove).")
        if affairs.still_open:
            _refuse_open(person, affairs.still_open)
        if not is_sure:
            typer.confirm(_question(person, affairs), abort=True)
        try:
            await erasure.erase(person.id, by=SHELL)
        except StillOpen as refusal:
            _refuse_open(person, refusal.still_open)
    out.print(f"{short_code(person.id)} is erased. Cards and contacts follow as soon as the broker brings word.")


async def _the_one(erasure: Erasure, my_page: SqlMyPage, text: str) -> tuple[PersonRecord, Affairs]:
    wanted = text.strip()
    with suppress(NotFound):
        return await erasure.look(wanted)
    theirs = {view.customer_id for view in await my_page.search(wanted.lstrip("#"))}
    if len(theirs) > 1:
        _refuse(f"Several customers have a booking with the code {wanted}: give the person's id, or the booking's.")
    for person_id in theirs:
        with suppress(NotFound):
            return await erasure.look(person_id)
    _refuse(f"There is nobody with the id {wanted}, and no booking with that code.")


def _question(person: PersonRecord, affairs: Affairs) -> str:
    return (
        f"{_said(person)}: addresses, phone numbers, notes, chat, talks, cards and links go for good; the records of "
        f"{len(affairs.reservation_ids)} bookings and payments stay without a name, for 5 years by law. Erase?"
    )


def _refuse_open(person: PersonRecord, still_open: Sequence[OpenAffair]) -> NoReturn:
    what = ", ".join(f"{one.kind} ({short_code(one.id)})" for one in still_open)
    how = "Cancel what can be cancelled, end a talk, or wait until it is over."
    _refuse(f"{_said(person)} has something open: {what}. {how}")


def _said(person: PersonRecord) -> str:
    return f"{person.role} {short_code(person.id)}"


def _refuse(why: str) -> NoReturn:
    err.print("[red]Refused.[/red]", end=" ")
    err.print(why, markup=False)
    raise typer.Exit(1)
