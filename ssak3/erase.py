"""`ssak3 erase`: a person is erased; on the databases themselves, as the audit."""

from typing import Annotated

import typer

from ssak3.shell import Data, run, settings


def erase(
    person: Annotated[str, typer.Argument(help="A person's id, or the code of one of their bookings.")],
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
    data: Data = None,
) -> None:
    """Erase a customer, or a former cleaner or operator: what is known of them goes, bookings stay without a name."""
    from ssak3.erase_desk import erase_one

    run(erase_one(settings(data_dir=data), person, is_sure=yes))
