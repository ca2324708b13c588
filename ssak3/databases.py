"""Each context's database, unit of work and outbox."""

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path

from messaging.catalogue import FOLLOWS
from services.shared_kernel.clock import Clock
from services.shared_kernel.event import Recorded
from services.shared_kernel.ids import Ids
from ssak3.settings import CONTEXTS, Settings
from storage.engine import Database
from storage.inbox import joined_at
from storage.outbox import SqlOutbox
from storage.unit_of_work import Context
from storage.versions import behind

# Every context's relay looks at its outbox when the workers begin, and other loops beside them, or requests.
BESIDE_RELAYS = 2


@dataclass(kw_only=True)
class Databases:
    """Contexts that share a URL share a `Database`, and so its queue of writers."""

    contexts: dict[str, Context]
    # Only where the broker is embedded.
    broker: Database | None
    _all: dict[str, Database] = field(repr=False)

    def outbox_of(self, name: str) -> SqlOutbox:
        """What the relay empties."""
        context = self.contexts[name]
        return SqlOutbox(context.database, context.tables, context.clock)

    def by_context(self) -> dict[str, Database]:
        """Every opened context's database, the embedded broker's too."""
        broker = {} if self.broker is None else {"broker": self.broker}
        return {**broker, **{name: context.database for name, context in self.contexts.items()}}

    async def look(self) -> None:
        """Raises the driver's error if one can't be reached."""
        for database in self._all.values():
            await database.look()

    async def warm(self) -> None:
        """For a process that is going to serve: opens the connections that no request shall have to wait for."""
        for database, contexts in Counter(self.by_context().values()).items():
            await database.warm(contexts + BESIDE_RELAYS)

    async def behind(self) -> list[str]:
        """Opened contexts whose tables aren't up to date. Raises the driver's errors when one can't be reached."""
        return await behind(self.by_context())

    async def migrate(self) -> list[str]:
        """Bring all tables up to date; the contexts that were behind. From here on every consumer sees everything."""
        old = await self.behind()
        if old:
            from storage.migrate import migrate  # with Alembic, see `storage.versions`

            await migrate(self.by_context())
        for context in (self.contexts[name] for name in FOLLOWS if name in self.contexts):
            async with context.database.write() as connection:
                await joined_at(connection, context.tables, context.clock.now())
        return old

    async def close(self) -> None:
        """Give every connection back."""
        for database in self._all.values():
            await database.close()


def open_databases(
    settings: Settings, clock: Clock, ids: Ids, observe: Callable[[Recorded], None], opens: Collection[str] = CONTEXTS
) -> Databases:
    """Those of the contexts in `opens`. Engines connect on first use; folders of SQLite files are made here."""
    every: dict[str, Database] = {}

    def at(url: str) -> Database:
        if url not in every:
            path = url.partition(":///")[2]
            if path and url.startswith("sqlite"):
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
        if name in opens
    }
    broker = None if settings.amqp_urls else at(settings.database_url_of("broker"))
    return Databases(contexts=contexts, broker=broker, _all=every)
