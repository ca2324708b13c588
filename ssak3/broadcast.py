"""`ssak3 broadcast`: what operators do in the chat, from a shell; on the database itself, as the audit."""

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from services.shared_kernel.clock import KST
from ssak3.settings import WrongSettings
from ssak3.shell import Data, run, settings

broadcast = typer.Typer(no_args_is_help=True, help="Messages to many: look at them, approve them, watch them.")

Id = Annotated[str, typer.Argument(help="A broadcast's id, from: ssak3 broadcast list.")]
Text = Annotated[str, typer.Option("--text", help="Korean, with variables as in templates.")]
TextEn = Annotated[str, typer.Option("--text-en", help="For those who read English; #{customer_name}.")]
ButtonOption = Annotated[str, typer.Option("--button", help="LABEL=book, LABEL=my … or LABEL=https://…")]
ButtonEn = Annotated[str, typer.Option("--button-en", help="Its label in English.")]


@broadcast.command("draft")
def draft_broadcast(
    text: Text,
    text_en: TextEn = "",
    button: ButtonOption = "",
    button_en: ButtonEn = "",
    kind: Annotated[str, typer.Option("--kind", help="INFO or AD.")] = "INFO",
    role: Annotated[str | None, typer.Option("--role", help="customer or cleaner; both without.")] = None,
    area: Annotated[str | None, typer.Option("--area", help="An area's id in the catalogue.")] = None,
    visit_on: Annotated[str | None, typer.Option("--visit-on", help="A visit on that day, 2026-12-01.")] = None,
    idle_days: Annotated[
        int | None, typer.Option("--idle-days", min=1, max=3650, help="No visit for so many days.")
    ] = None,
    language: Annotated[str | None, typer.Option("--language", help="ko or en.")] = None,
    draft_id: Annotated[str | None, typer.Option("--id", help="Change this draft instead of a new one.")] = None,
    data: Data = None,
) -> None:
    """Begin one: nothing is sent before you approve it."""
    from ssak3.broadcast_desk import Draft, draft

    for name, value, known in (
        ("kind", kind, "INFO AD"),
        ("role", role, "customer cleaner"),
        ("language", language, "ko en"),
    ):
        if value is not None and value not in known.split():
            raise WrongSettings(f"--{name} {value}: one of {known}.")
    new = Draft(
        kind=kind, role=role, area=area, visit_on=_day(visit_on), idle_days=idle_days, language=language,
        text=text, text_en=text_en, button=button, button_en=button_en, id=draft_id,
    )  # fmt: skip
    run(draft(settings(data_dir=data), new))


@broadcast.command("preview")
def preview_broadcast(broadcast_id: Id, data: Data = None) -> None:
    """What would come of it: who gets it now, later or not, and how it looks. Nothing is sent."""
    from ssak3.broadcast_desk import preview

    run(preview(settings(data_dir=data), broadcast_id))


@broadcast.command("approve")
def approve_broadcast(
    broadcast_id: Id,
    digest: Annotated[str, typer.Option("--digest", help="As the preview says.")],
    at: Annotated[str | None, typer.Option("--at", help="Korean time, 2026-12-01 09:00; at once without.")] = None,
    data: Data = None,
) -> None:
    """Send exactly what the preview showed."""
    from ssak3.broadcast_desk import approve

    run(approve(settings(data_dir=data), broadcast_id, digest, _moment(at)))


@broadcast.command("list")
def list_broadcasts(data: Data = None) -> None:
    """The newest ones."""
    from ssak3.broadcast_desk import listed

    run(listed(settings(data_dir=data)))


@broadcast.command("show")
def show_broadcast(
    broadcast_id: Id,
    watch: Annotated[bool, typer.Option("--watch", help="Until it is over.")] = False,
    data: Data = None,
) -> None:
    """How far it is."""
    from ssak3.broadcast_desk import show

    run(show(settings(data_dir=data), broadcast_id, is_watched=watch))


@broadcast.command("pause")
def pause_broadcast(broadcast_id: Id, data: Data = None) -> None:
    """Nothing more goes out, within a second."""
    from ssak3.broadcast_desk import step

    run(step(settings(data_dir=data), broadcast_id, "pause"))


@broadcast.command("resume")
def resume_broadcast(broadcast_id: Id, data: Data = None) -> None:
    """Go on with those who haven't got it."""
    from ssak3.broadcast_desk import step

    run(step(settings(data_dir=data), broadcast_id, "resume"))


@broadcast.command("cancel")
def cancel_broadcast(broadcast_id: Id, data: Data = None) -> None:
    """For good: who hasn't got it never will."""
    from ssak3.broadcast_desk import step

    run(step(settings(data_dir=data), broadcast_id, "cancel"))


@broadcast.command("report")
def report_broadcast(
    broadcast_id: Id,
    csv: Annotated[Path | None, typer.Option("--csv", help="Write everybody's line there, for Excel.")] = None,
    data: Data = None,
) -> None:
    """How it went; who may or may not have got it is named first."""
    from ssak3.broadcast_desk import report

    run(report(settings(data_dir=data), broadcast_id, csv))


@broadcast.command("correct")
def correct_broadcast(
    broadcast_id: Id, text: Text, text_en: TextEn = "", button: ButtonOption = "", button_en: ButtonEn = "",
    data: Data = None,
) -> None:  # fmt: skip
    """A draft to exactly those who got it."""
    from ssak3.broadcast_desk import correct

    run(correct(settings(data_dir=data), broadcast_id, text, text_en, button, button_en))


def _day(given: str | None) -> date | None:
    try:
        return None if given is None else date.fromisoformat(given)
    except ValueError:
        raise WrongSettings(f"--visit-on {given}: a day, such as 2026-12-01.") from None


def _moment(given: str | None) -> datetime | None:
    try:
        return None if given is None else datetime.strptime(given, "%Y-%m-%d %H:%M").replace(tzinfo=KST)
    except ValueError:
        raise WrongSettings(f"--at {given}: a Korean time, such as 2026-12-01 09:00.") from None
