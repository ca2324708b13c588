"""`ssak3 dead`: what was set aside, grouped by cause; put back after a fix, or thrown away."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from messaging.broker import BrokerUnavailable
from messaging.dead import DeadGroup, DeadLetters
from messaging.in_process import InProcessBroker, InProcessDeadLetters
from messaging.rabbitmq.broker import RabbitBroker
from messaging.rabbitmq.dead import RabbitDeadLetters
from services.shared_kernel.clock import Clock, kst
from ssak3.databases import open_databases
from ssak3.doorstep import CannotStart, RabbitMQAway
from ssak3.settings import Settings
from ssak3.system import SystemIds, chance
from storage.broker.queue_store import SqlQueueStore

PATIENCE_SECONDS = 10.0
MOST_SHOWN = 20
LONGEST_BODY = 4_000


def name_of(group: DeadGroup) -> str:
    """Six letters that stay the same while the group is there: for typing."""
    return hashlib.sha256(f"{group.consumer}\n{group.cause}".encode()).hexdigest()[:6]


@asynccontextmanager
async def dead_letters(settings: Settings, clock: Clock) -> AsyncIterator[DeadLetters]:
    """The broker's that these settings name. CannotStart if it can't be reached."""
    if settings.is_distributed:
        broker = RabbitBroker(settings.amqp_nodes, clock=clock, chance=chance)
        await broker.start()
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await broker.connected()
            yield RabbitDeadLetters(broker)
        except (TimeoutError, BrokerUnavailable) as error:
            raise RabbitMQAway(broker.trouble) from error
        finally:
            await broker.close()
        return
    databases = open_databases(settings, clock, SystemIds(), lambda event: None, opens=())
    assert databases.broker is not None
    try:
        await databases.migrate()
        yield InProcessDeadLetters(InProcessBroker(SqlQueueStore(databases.broker), clock))
    finally:
        await databases.close()


async def list_groups(settings: Settings, clock: Clock, console: Console) -> int:
    """Exit status 0: there are none; 1: there are."""
    async with dead_letters(settings, clock) as dead:
        groups = await dead.groups()
    if not groups:
        console.print("Nothing is set aside.")
        return 0
    table = Table("group", "consumer", "messages", "since", "types", "cause", box=None)
    for group in groups:
        since = f"{kst(group.first_at):%Y-%m-%d %H:%M}"
        types = " ".join(group.types)
        table.add_row(name_of(group), group.consumer, f"{group.count:,}", since, _shown(types), _shown(group.cause))
    console.print(table)
    console.print("ssak3 dead show GROUP · replay GROUP (after a fix) · discard GROUP")
    return 1


async def show_group(settings: Settings, clock: Clock, console: Console, name: str) -> int:
    """Its letters, the oldest first."""
    async with dead_letters(settings, clock) as dead:
        group = await _group(dead, name)
        letters = await dead.letters(group.consumer, group.cause)
    console.print(f"{group.consumer}: {_shown(group.cause)}")
    for letter in letters[:MOST_SHOWN]:
        what = f"{letter.type}  about {letter.subject or '?'}  id {letter.id}"
        console.print(f"  {kst(letter.at):%m-%d %H:%M:%S}  {_shown(what)}")
        body = letter.body[:LONGEST_BODY].decode(errors="replace")
        more = f" … ({len(letter.body):,} bytes)" if len(letter.body) > LONGEST_BODY else ""
        console.print(f"      tried {letter.attempt} times; {_shown(body)}{more}")
    if len(letters) > MOST_SHOWN:
        console.print(f"  … and {len(letters) - MOST_SHOWN:,} more")
    return 0


def _shown(text: str) -> str:
    """Whoever published it may have put anything there: neither markup nor what steers a terminal."""
    return escape("".join(letter if letter.isprintable() else "\ufffd" for letter in text))


async def replay_group(settings: Settings, clock: Clock, console: Console, name: str) -> int:
    """Back into its consumer's queue: each effect still happens once."""
    async with dead_letters(settings, clock) as dead:
        group = await _group(dead, name)
        count = await dead.replay(group.consumer, group.cause)
    console.print(f"{count:,} of {group.count:,} are back in the queue of {group.consumer}.")
    return 0 if count == group.count else 1


async def discard_group(settings: Settings, clock: Clock, console: Console, name: str, *, is_sure: bool) -> int:
    """Away: what would have followed doesn't, and later events of the same subjects wait until it is told again."""
    async with dead_letters(settings, clock) as dead:
        group = await _group(dead, name)
        if not is_sure:
            console.print(
                f"{group.count:,} messages for {group.consumer} would be thrown away, and what follows them about the "
                "same things would go on waiting, until ssak3 events republish tells them again. To do it all the "
                "same: --yes"
            )
            return 1
        count = await dead.discard(group.consumer, group.cause)
    console.print(f"{count:,} are thrown away.")
    return 0


async def _group(dead: DeadLetters, name: str) -> DeadGroup:
    groups = await dead.groups()
    for group in groups:
        if name_of(group) == name:
            return group
    known = ", ".join(name_of(group) for group in groups) or "none"
    raise CannotStart(f"There is no group {name} of dead messages; there are: {known}.")
