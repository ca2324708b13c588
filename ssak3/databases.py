"""Each context's database, unit of work and outbox."""

from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path

from messaging.catalogue import FOLLOWS
from services.shared_kernel.clock import Clock
from services.shared_kernel.event import Event
from services.shared_kernel.ids import Ids
from ssak3.settings import CONTEXTS, Settings
from storage.engine import Database
from storage.inbox import joined_at
from storage.migrate import migrate
from storage.outbox import SqlOutbox
from storage.unit_of_work import Context


@dataclass(kw_only=True)
class Databases:
    """Contexts that share a URL share a `Database`, and so its queue of writers."""

    contexts: dict[str, Context]
    broker: Database
    _all: dict[str, Database] = field(repr=False)

    def outbox_of(self, name: str) -> SqlOutbox:
        """What the relay empties."""
        context = self.contexts[name]
        return SqlOutbox(context.database, context.tables, context.clock)

    def by_context(self) -> dict[str, Database]:
        """Every context's database, the embedded broker's too."""
        return {"broker": self.broker, **{name: context.database for name, context in self.contexts.items()}}

    async def migrate(self) -> list[str]:
        """Bring all tables up to date; the contexts that were behind. From here on every consumer sees everything."""
        behind = await migrate(self.by_context())
        for context in (self.contexts[name] for name in FOLLOWS):
            async with context.database.write() as connection:
                await joined_at(connection, context.tables, context.clock.now())
        return behind

    async def close(self) -> None:
        """Give every connection back."""
        for database in self._all.values():
            await database.close()


def open_databases(settings: Settings, clock: Clock, ids: Ids, observe: Callable[[Event], None]) -> Databases:
    """Engines connect on first use; folders of SQLite files are made here."""
    every: dict[str, Database] = {}

    def at(url: str) -> Database:
        if url not in every:
            path = url.partition(":///")[2]
            if path:
                Path(path).parent.mkdir(parents=True, exist_ok=True)
            every[url] = Database(url)
        return every[url]

    contexts = {
        name: Context(
            tables=import_module(f"storage.{name}.tables").messaging,
            database=at(settings.database_url_of(name)),
            clock=clock,
            ids=ids,
            # What a person reads follows what caused it (rule 10); elsewhere the order within an aggregate is enough.
            causal=name == "notification",
            observe=observe,
        )
        for name in CONTEXTS
    }
    return Databases(contexts=contexts, broker=at(settings.database_url_of("broker")), _all=every)
