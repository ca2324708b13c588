"""`ssak3 mypage rebuild`: the view again from the event logs, while it is being read."""

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from services.shared_kernel.clock import Clock
from ssak3.databases import open_databases
from ssak3.settings import Settings
from ssak3.system import SystemIds
from storage.mypage.rebuild import Rebuild


async def rebuild_my_page(settings: Settings, clock: Clock, console: Console) -> int:
    """Exit status 0: done; 1: some of it can't be made again, because the logs don't reach back so far."""
    databases = open_databases(settings, clock, SystemIds(), lambda event: None)
    try:
        await databases.migrate()
        rebuild = Rebuild(databases.contexts)
        columns = TextColumn("My page"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
        changed = cut_short = done = 0
        with Progress(*columns, console=console, transient=True) as progress:
            bar = progress.add_task("", total=await rebuild.size())
            async for batch in rebuild.run():
                done, changed, cut_short = done + batch.parts, changed + batch.changed, cut_short + batch.cut_short
                progress.advance(bar, batch.parts)
    finally:
        await databases.close()
    console.print(f"Gone through {done:,} aggregates of the event logs; {changed:,} parts of my page were different.")
    if cut_short:
        console.print(
            f"{cut_short:,} are told only in part, for the logs don't reach back so far; they stay as they are."
        )
    return 1 if cut_short else 0
