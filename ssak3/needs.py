"""What a process can't do without: said at once where the settings are wrong, waited for where it may come."""

import asyncio
from collections.abc import Sequence

import structlog

from ssak3.composition import Ssak3
from ssak3.databases import Databases
from ssak3.doorstep import CannotStart
from ssak3.processes import PROCESSES
from ssak3.settings import Settings, WrongSettings

log = structlog.get_logger(__name__)

LOOK_AGAIN_SECONDS = 1.0
SAY_AGAIN_AFTER = 10
# So many looks: whoever makes databases and their users may still be at it.
GIVES_UP_AFTER = 30
# By the driver's names: it is there, and only somebody else can change that.
REFUSED = {
    "InvalidPasswordError": "the database refuses user or password; mend SSAK3_DATABASE_URL",
    "InvalidAuthorizationSpecificationError": "the database refuses the user; mend SSAK3_DATABASE_URL",
    "InvalidCatalogNameError": "there is no database of that name; make it, or mend SSAK3_DATABASE_URL",
    "ProgrammingError": "the database's user may not read the tables; give them to it (ALTER TABLE … OWNER TO)",
}


def check_settings(settings: Settings, processes: Sequence[str]) -> None:
    """WrongSettings when these processes can't work together in one OS process with these settings."""
    missing = [name for name in PROCESSES if name not in processes]
    if missing and not settings.is_distributed and list(processes) != ["sandbox"]:
        raise WrongSettings(
            "Without RabbitMQ the processes share the embedded broker, so all run in one OS process. "
            f"Set SSAK3_AMQP_URLS, or add: {' '.join(missing)} (or: ssak3 run all)."
        )
    for name, field, example in (
        ("payment", "payment_url", "http://payment:8000"),
        ("bot", "bot_url", "http://bot:8000"),
    ):
        askers = {"payment": ("bot", "scheduler"), "bot": ("notification",)}[name]
        asking = [each for each in askers if each in processes]
        if asking and name not in processes and not getattr(settings, field):
            raise WrongSettings(
                f"SSAK3_{field.upper()}: {asking[0]} asks {name}, which runs elsewhere. Example: {example}"
            )
    if "payment" in processes and "sandbox" not in processes and not settings.has_sandbox_address:
        raise WrongSettings(
            "SSAK3_TOSS_API_BASE: payment asks the sandbox, which runs elsewhere. "
            "Example: http://sandbox:8000/sandbox/toss"
        )


async def until_ready(ssak3: Ssak3) -> None:
    """Embedded: brings the tables up to date. Else waits until `ssak3 migrate` has, saying for what.

    Then opens the connections that the first requests and events will want.
    """
    if ssak3.settings.is_distributed:
        await _until_there(ssak3.databases, wants_tables=True)
    else:
        await ssak3.databases.migrate()
    await ssak3.databases.warm()


async def until_reached(databases: Databases) -> None:
    """Waits for every database, whatever is in it, saying so. CannotStart where one is there and only refuses us."""
    await _until_there(databases, wants_tables=False)


async def _until_there(databases: Databases, *, wants_tables: bool) -> None:
    said, looks = "", 0
    while waits_for := await _missing(databases, wants_tables):
        looks = looks if waits_for == said else 0
        if not wants_tables and waits_for in REFUSED.values() and looks >= GIVES_UP_AFTER:
            raise CannotStart(f"{waits_for[0].upper()}{waits_for[1:]}.")
        if waits_for != said or looks % SAY_AGAIN_AFTER == 0:
            log.warning("process.waits", waits_for=waits_for)
        said, looks = waits_for, looks + 1
        await asyncio.sleep(LOOK_AGAIN_SECONDS)


async def _missing(databases: Databases, wants_tables: bool) -> str:
    """What isn't there yet, in words; empty when all is."""
    try:
        old = await databases.behind()
    except Exception as error:  # whatever the driver raises while its server starts
        name = type(error).__name__
        return REFUSED.get(name, f"the database ({name}); is it running, is its address right?")
    return f"tables of {', '.join(old)}; run: ssak3 migrate" if old and wants_tables else ""
