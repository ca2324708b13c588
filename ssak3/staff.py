"""`ssak3 staff`: who works here, and taking a role back; on the database itself, as the audit."""

from typing import Annotated

import typer

from ssak3.shell import Data, run, settings

staff = typer.Typer(no_args_is_help=True, help="Operators and cleaners: who they are, and taking a role back.")


@staff.command("list")
def list_staff(data: Data = None) -> None:
    """Who has which role, on which channels, since when."""
    from ssak3.staff_desk import listed

    run(listed(settings(data_dir=data)))


@staff.command("remove")
def remove_from_staff(
    person: Annotated[str, typer.Argument(help="A code, an id or a name, from: ssak3 staff list.")],
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
    even_last: Annotated[bool, typer.Option("--even-last", help="Also the last operator.")] = False,
    data: Data = None,
) -> None:
    """Take a role back: every door closes at once, jobs go to other cleaners. A new invite lets them in again."""
    from ssak3.staff_desk import remove

    run(remove(settings(data_dir=data), person, is_sure=yes, even_last=even_last))
