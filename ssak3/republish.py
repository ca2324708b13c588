"""`ssak3 events republish`: what a broker lost is told again, from the event logs, to whoever hasn't handled it."""

from collections.abc import Collection, Mapping, Sequence

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from messaging.catalogue import FOLLOWS, queue_name
from messaging.dead import subject_of
from services.shared_kernel.clock import Clock
from ssak3.audit.queues import look_into_rabbitmq
from ssak3.databases import Databases, open_databases
from ssak3.doorstep import RabbitMQAway
from ssak3.settings import Settings
from ssak3.system import SystemIds
from storage.broker.queue_store import SqlQueueStore
from storage.passing_over import Held, PassOver, oldest_logged
from storage.republish import Republish


async def republish_events(settings: Settings, clock: Clock, console: Console) -> None:
    """RabbitMQAway when it can't be reached."""
    databases = open_databases(settings, clock, SystemIds(), lambda event: None)
    try:
        await databases.migrate()
        held = await _held(settings, databases, clock)
        republish = Republish(databases.contexts, clock.now(), held.ids)
        columns = TextColumn("Event logs"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
        subjects = events = 0
        with Progress(*columns, console=console, transient=True) as progress:
            bar = progress.add_task("", total=await republish.size())
            async for batch in republish.run():
                subjects, events = subjects + batch.subjects, events + batch.events
                progress.advance(bar, batch.subjects)
        passed = await PassOver(databases.contexts, clock.now(), held).run()
    finally:
        await databases.close()
    console.print(f"Gone through {subjects:,} aggregates of the event logs.")
    if events:
        console.print(f"Not heard by all who follow them, and on their way again: {events:,} events.")
        console.print("ssak3 audit tells when all have arrived.")
    elif passed.left:
        console.print("Nothing that the logs know is unheard.")
    elif not passed.gaps:
        console.print("Every event has reached all who follow it.")
    if passed.gaps:
        console.print(f"Gaps from before the logs, passed over: {passed.gaps:,}; what was parked behind them goes on.")
    if passed.left:
        console.print(f"{passed.left:,} events are parked and wait for one that no log has. ssak3 audit names them.")


async def _held(settings: Settings, databases: Databases, clock: Clock) -> Held:
    """What is in the consumers' queues, as far as it can be looked at; of RabbitMQ's, what is dead."""
    before = oldest_logged(clock.now())
    if databases.broker is not None:
        store = SqlQueueStore(databases.broker)
        rows, bodies = await store.held(), await store.bodies_before(before)
        return Held(ids=_by_consumer(rows), old=_by_consumer([(home, subject_of(body)) for home, body in bodies]))
    queues = await look_into_rabbitmq(settings, clock)
    if queues.waiting is None:
        raise RabbitMQAway(queues.trouble)
    return Held(
        ids=_by_consumer([(each.home, each.message_id) for each in queues.dead]),
        old=_by_consumer([(each.home, each.subject) for each in queues.dead if each.message_id < before]),
        unseen={consumer for consumer, count in queues.waiting.items() if count},
    )


def _by_consumer(rows: Sequence[tuple[str, str]]) -> Mapping[str, Collection[str]]:
    return {name: {value for home, value in rows if home == queue_name(name)} for name in FOLLOWS}
