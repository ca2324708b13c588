"""The machine is lost. What the README says of backups: the database, and on RabbitMQ nothing but `events republish`."""

import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from messaging.catalogue import FOLLOWS
from ssak3.settings import CONTEXTS
from tests.support.apart import a_world_apart
from tests.support.fresh import Fresh
from tests.support.servers.fixtures import TestDatabase, Vhost
from tests.support.servers.postgresql import PostgresServer, program
from tests.support.story import books, my_page, republish
from tests.support.world import Phone, World, a_world

pytestmark = pytest.mark.asyncio


async def paid_and_not_yet_told(world: World) -> tuple[str, Phone, Phone]:
    """A booking that nobody has heard of but the customer; its id, the customer, a cleaner."""
    cleaner, customer = await world.cleaner(), await world.customer()
    await world.settle()
    world.asleep |= set(FOLLOWS)
    return await books(customer), customer, cleaner


async def goes_on(world: World, reservation_id: str, customer: Phone, cleaner: Phone) -> None:
    """The same people, in the restored world."""
    customer, cleaner = Phone(world, customer.person), Phone(world, cleaner.person)
    await world.settle()
    await cleaner.tap("수락하기")
    await world.settle()
    assert (await my_page(world, reservation_id)).job is not None
    told = await customer.titles()
    assert [told.count(title) for title in ("예약이 확정됐어요", "OO클린에서 방문해요")] == [1, 1]


async def test_a_copy_of_the_file_made_while_it_runs_is_all_there_is_to_keep(tmp_path: Path):
    before, after = tmp_path / "before", tmp_path / "after"
    for folder in (before, after):
        folder.mkdir()
    async with a_world(before) as world:
        story = await paid_and_not_yet_told(world)
        with (
            closing(sqlite3.connect(before / "ssak3.db")) as there,
            closing(sqlite3.connect(after / "ssak3.db")) as copy,
        ):
            there.backup(copy)
        shutil.copy(before / "sandbox.jsonl", after)  # the provider's
    world.clock.advance(minutes=2)
    async with a_world(after, world.clock) as restored:
        await goes_on(restored, *story)


async def test_a_dump_is_restored_and_what_rabbitmq_held_is_told_again(
    tmp_path: Path, fresh_postgresql: Fresh, shared_postgresql: PostgresServer, postgresql: TestDatabase,
    emptied_rabbitmq: Vhost, rabbitmq: Vhost,
):  # fmt: skip
    url, dump = fresh_postgresql(*CONTEXTS), tmp_path / "ssak3.dump"
    async with a_world_apart(tmp_path, url, emptied_rabbitmq.url) as world:
        story = await paid_and_not_yet_told(world)
        run("pg_dump", "--format=custom", f"--file={dump}", f"--dbname={plain(url)}")
    run("pg_restore", "--exit-on-error", f"--dbname={plain(postgresql.url)}", str(dump))
    async with a_world_apart(tmp_path, postgresql.url, rabbitmq.url, world.clock) as restored:
        restored.asleep |= set(FOLLOWS)
        assert await republish(restored) >= 3
        await goes_on(restored, *story)
        assert await republish(restored) == 0


def plain(url: str) -> str:
    return url.replace("+asyncpg", "")


def run(name: str, *arguments: str) -> None:
    subprocess.run([program(name), *arguments], check=True, timeout=60)
