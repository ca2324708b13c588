"""What every command of the command line needs: where it writes, its settings, its clock, and a loop to run in."""

import asyncio
import gc
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any

import structlog
import typer
from rich.console import Console

from services.shared_kernel.clock import Clock
from ssak3.logs import set_up_logs
from ssak3.settings import Settings, read_settings
from ssak3.system import clock_of

log = structlog.get_logger(__name__)
out = Console(soft_wrap=True, highlight=False)
err = Console(stderr=True, soft_wrap=True, highlight=False)

Data = Annotated[Path | None, typer.Option("--data", help="Folder for the database, the ledger and tokens.")]


def settings(process: str = "", **flags: Any) -> Settings:
    """With these flags, and logs as they say; without a process it is a command's. WrongSettings."""
    unknown: list[str] = []
    found = read_settings(unknown.append, **flags)
    set_up_logs(found.log_format, process)
    for name in unknown:
        _say_that_nobody_reads(name, found.log_format)
    return found


def _say_that_nobody_reads(name: str, log_format: str) -> None:
    """Too unlike every setting to stop for it: it may be somebody else's."""
    if log_format == "json":
        log.warning("setting.unknown", setting=name)
    else:
        err.print(f"{name} is no setting of Ssak3, and does nothing here.", markup=False)


def clock(of: Settings) -> Clock:
    """The demo's, or the real one."""
    return clock_of(of.data_dir, is_distributed=of.is_distributed)


def run(work: Coroutine[Any, Any, int | None]) -> None:
    """To its end; a number that isn't 0 is the exit status."""
    import uvloop

    gc.freeze()
    gc.enable()
    status = uvloop.run(work) if sys.platform != "win32" else asyncio.run(work)
    if status:
        raise typer.Exit(status)
