"""`ssak3 mypage rebuild`: the view again from the event logs, while it is being read."""

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from services.shared_kernel.clock import Clock
from ssak3.databases import open_databases
from ssak3.settings import Settings
from ssak3.system import SystemIds
from storage.mypage.rebuild import Rebuild


async def rebuild_my_page(settings: Settings, clock: Clock, console: Console) -> int:
    """Exit status 0: done; 1: of reservations from before the logs my page has nothing, or only parts."""
    databases = open_databases(settings, clock, SystemIds(), lambda event: None)
    try:
        await databases.migrate()
        rebuild = Rebuild(databases.contexts)
        columns = TextColumn("My page"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
        changed = older = lost = done = 0
        with Progress(*columns, console=console, transient=True) as progress:
            bar = progress.add_task("", total=await rebuild.size())
            async for batch in rebuild.run():
                done, changed = done + batch.parts, changed + batch.changed
                older, lost = older + batch.older, lost + batch.lost
                progress.advance(bar, batch.parts)
    finally:
        await databases.close()
    console.print(f"Gone through {done:,} aggregates of the event logs; {changed:,} parts of my page were different.")
    if older:
        console.print(f"{older:,} began before the logs do; what my page has of them stays as it is.")
    if lost:
        console.print(f"Of {lost:,} reservations among them it has nothing, or only parts: a backup has more.")
    return 1 if lost else 0
