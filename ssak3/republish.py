"""`ssak3 events republish`: what a broker lost is told again, from the event logs, to whoever hasn't handled it."""

from collections.abc import Collection, Mapping

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from messaging.catalogue import FOLLOWS, queue_name
from services.shared_kernel.clock import Clock
from ssak3.audit.queues import look_into_rabbitmq
from ssak3.databases import Databases, open_databases
from ssak3.doorstep import RabbitMQAway
from ssak3.settings import Settings
from ssak3.system import SystemIds
from storage.broker.queue_store import SqlQueueStore
from storage.republish import Republish


async def republish_events(settings: Settings, clock: Clock, console: Console) -> None:
    """RabbitMQAway when it can't be reached."""
    databases = open_databases(settings, clock, SystemIds(), lambda event: None)
    try:
        await databases.migrate()
        republish = Republish(databases.contexts, clock.now(), await _held(settings, databases, clock))
        columns = TextColumn("Event logs"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
        subjects = events = 0
        with Progress(*columns, console=console, transient=True) as progress:
            bar = progress.add_task("", total=await republish.size())
            async for batch in republish.run():
                subjects, events = subjects + batch.subjects, events + batch.events
                progress.advance(bar, batch.subjects)
    finally:
        await databases.close()
    console.print(f"Gone through {subjects:,} aggregates of the event logs.")
    if events:
        console.print(f"Not heard by all who follow them, and on their way again: {events:,} events.")
        console.print("ssak3 audit tells when all have arrived.")
    else:
        console.print("Every event has reached all who follow it.")


async def _held(settings: Settings, databases: Databases, clock: Clock) -> Mapping[str, Collection[str]]:
    """What is in the consumers' queues, as far as it can be looked at; of RabbitMQ's, what is dead."""
    if databases.broker is not None:
        rows = await SqlQueueStore(databases.broker).held()
    else:
        queues = await look_into_rabbitmq(settings, clock)
        if queues.waiting is None:
            raise RabbitMQAway
        rows = [(each.home, each.message_id) for each in queues.dead]
    return {name: {event_id for home, event_id in rows if home == queue_name(name)} for name in FOLLOWS}
