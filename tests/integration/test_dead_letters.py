"""`ssak3 dead`: what was set aside can be seen, put back and thrown away from a shell, whichever broker has it."""

import asyncio
import io
import os
import re
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from rich.console import Console

from messaging.broker import Broker, Delivery, Message
from messaging.in_process import InProcessBroker
from messaging.rabbitmq.broker import RabbitBroker
from services.shared_kernel.event import Received
from ssak3.databases import open_databases
from ssak3.dead import discard_group, list_groups, replay_group, show_group
from ssak3.doorstep import CannotStart
from ssak3.republish import republish_events
from ssak3.settings import Settings
from storage.broker.queue_store import SqlQueueStore
from tests.support.telling import bytes_of, heard
from tests.support.time import FakeClock, FakeIds

pytestmark = pytest.mark.asyncio

CAUSE = "KeyError at mypage/projection.py:apply"
CLOCK = FakeClock()


class Shell:
    """The commands, and what they print."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._printed = io.StringIO()
        self.console = Console(file=self._printed, width=250, highlight=False)

    @property
    def printed(self) -> str:
        text = self._printed.getvalue()
        self._printed.seek(0)
        self._printed.truncate()
        return text


@pytest.fixture(params=["in-process", "rabbitmq"])
def shell(request: pytest.FixtureRequest, tmp_path: Path) -> Shell:
    amqp = "" if request.param == "in-process" else request.getfixturevalue("rabbitmq").url
    return Shell(Settings(data_dir=tmp_path, amqp_urls=amqp, api_token="x", _env_file=None))


@pytest_asyncio.fixture
async def broker(shell: Shell) -> AsyncIterator[Broker]:
    if shell.settings.is_distributed:
        rabbit = RabbitBroker(shell.settings.amqp_nodes, clock=CLOCK, chance=lambda: 0.5)
        await rabbit.start()
        await rabbit.connected()
        yield rabbit
        await rabbit.close()
        return
    databases = open_databases(shell.settings, CLOCK, FakeIds(CLOCK), lambda event: None, opens=())
    await databases.migrate()
    assert databases.broker is not None
    yield InProcessBroker(SqlQueueStore(databases.broker), CLOCK)
    await databases.close()


async def set_aside(broker: Broker, *ids: str, cause: str = CAUSE) -> None:
    await broker.publish([Message(id=name, routing_key="reservation.confirmed.v1", body=b"{}") for name in ids])
    left = set(ids)
    while left:
        deliveries = await broker.subscribe("mypage").receive(100, 5)
        assert deliveries
        for delivery in deliveries:
            await broker.subscribe("mypage").dead(delivery, cause)
            left.discard(delivery.message.id)


def named(text: str, cause: str = CAUSE) -> str:
    """The name of the group with this cause."""
    found = re.search(rf"^\s*([0-9a-f]{{6}}) .*{re.escape(cause)}", text, re.MULTILINE)
    assert found, text
    return found.group(1)


async def test_a_group_is_seen_and_put_back(shell: Shell, broker: Broker):
    assert await list_groups(shell.settings, CLOCK, shell.console) == 0
    assert "Nothing is set aside." in shell.printed
    await set_aside(broker, "a", "b", "c")
    await set_aside(broker, "d", cause="ValueError at elsewhere.py:f")
    assert await list_groups(shell.settings, CLOCK, shell.console) == 1
    listed = shell.printed
    assert re.search(r"mypage +3 +2026-11-23 15:00 +ssak3.reservation.confirmed.v1", listed), listed
    assert await show_group(shell.settings, CLOCK, shell.console, named(listed)) == 0
    shown = shell.printed
    assert [shown.count(f"id {name}") for name in "abcd"] == [1, 1, 1, 0]
    assert await replay_group(shell.settings, CLOCK, shell.console, named(listed)) == 0
    assert "3 of 3 are back in the queue of mypage." in shell.printed
    again: list[Delivery] = []
    while len(again) < 3:
        again += await broker.subscribe("mypage").receive(100, 5)
    assert [(each.message.id, each.attempt) for each in again] == [("a", 1), ("b", 1), ("c", 1)]
    await broker.subscribe("mypage").ack(again)
    assert await list_groups(shell.settings, CLOCK, shell.console) == 1
    assert CAUSE not in shell.printed


async def test_whatever_somebody_published_can_be_looked_at(shell: Shell, broker: Broker):
    """Neither markup nor what steers a terminal, and of a large one its beginning."""
    odd, body = "id-[/x][red]a[/red]\x1b[2J", b"\x1b[31m[/nothing]" + b"x" * 100_000
    await broker.publish([Message(id=odd, routing_key="reservation.confirmed.v1", body=body)])
    [delivery] = await broker.subscribe("mypage").receive(100, 5)
    await broker.subscribe("mypage").dead(delivery, "[/cause] of [b]it[/b]")
    assert await list_groups(shell.settings, CLOCK, shell.console) == 1
    name = named(shell.printed, "[/cause] of [b]it[/b]")
    assert await show_group(shell.settings, CLOCK, shell.console, name) == 0
    shown = shell.printed
    assert "id id-[/x][red]a[/red]\ufffd[2J" in shown
    assert "\x1b" not in shown
    assert "(100,015 bytes)" in shown
    assert len(shown) < 10_000


async def test_a_group_is_thrown_away_only_when_one_is_sure(shell: Shell, broker: Broker):
    await set_aside(broker, "a", "b")
    await list_groups(shell.settings, CLOCK, shell.console)
    name = named(shell.printed)
    assert await discard_group(shell.settings, CLOCK, shell.console, name, is_sure=False) == 1
    assert "--yes" in shell.printed
    assert await discard_group(shell.settings, CLOCK, shell.console, name, is_sure=True) == 0
    assert "2 are thrown away." in shell.printed
    with pytest.raises(CannotStart, match=f"There is no group {name}"):
        await replay_group(shell.settings, CLOCK, shell.console, name)


async def parked(shell: Shell, received: Received, *consumers: str) -> None:
    """At these, who have heard of its subject's first event only."""
    databases = open_databases(shell.settings, CLOCK, FakeIds(CLOCK), lambda event: None)
    await databases.migrate()
    known = {"source": received.source, "subject": received.subject}
    row = known | {"event_id": received.id, "sequence": received.sequence, "body": bytes_of(received)}
    for name in consumers:
        context = databases.contexts[name]
        async with context.database.write() as connection:
            await connection.execute(context.tables.position.insert(), known | {"sequence": 1})
            await connection.execute(context.tables.parked.insert(), row | {"parked_at": CLOCK.now()})
    await databases.close()


async def test_what_waits_for_a_message_in_a_queue_isnt_passed_over_however_old_it_is(shell: Shell, broker: Broker):
    """What is dead may be replayed, what waits will be handled. Once it is away nobody can tell it any more."""
    ids, later = FakeIds(CLOCK), FakeClock(CLOCK.now() + timedelta(days=500))
    subject, notification = ids.new(), broker.subscribe("notification")
    second, third = (heard(subject, number, ids, CLOCK) for number in (2, 3))
    await parked(shell, third, "notification", "payment")
    await broker.publish([Message(id=second.id, routing_key="bot.contact_changed.v1", body=bytes_of(second))])
    [delivery] = await notification.receive(1, 5)
    await notification.dead(delivery, CAUSE)
    await republish_events(shell.settings, later, shell.console)
    assert "2 events are parked and wait for one that no log has." in (printed := shell.printed)
    assert "passed over" not in printed
    await list_groups(shell.settings, later, shell.console)
    await discard_group(shell.settings, later, shell.console, named(shell.printed), is_sure=True)
    assert "1 are thrown away." in shell.printed
    await republish_events(shell.settings, later, shell.console)
    assert "passed over: 1;" in (printed := shell.printed)
    assert "1 events are parked" in printed
    payment = broker.subscribe("payment")
    await payment.ack(await payment.receive(1, 5))
    await republish_events(shell.settings, later, shell.console)
    assert "passed over: 1;" in shell.printed


async def test_without_rabbitmq_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("ssak3.dead.PATIENCE_SECONDS", 0.5)
    shell = Shell(Settings(data_dir=tmp_path, amqp_urls="amqp://127.0.0.1:9/", _env_file=None))
    with pytest.raises(CannotStart, match=r"\(127\.0\.0\.1:9: .*refused\).* SSAK3_AMQP_URLS"):
        await list_groups(shell.settings, CLOCK, shell.console)


async def test_a_wrong_password_is_told_from_a_broker_that_is_away(rabbitmq, tmp_path, monkeypatch):
    monkeypatch.setattr("ssak3.dead.PATIENCE_SECONDS", 3)
    place = rabbitmq.url.rpartition("@")[2]
    wrong = f"amqp://guest:not-the-password@{place}"
    shell = Shell(Settings(data_dir=tmp_path, amqp_urls=wrong, _env_file=None))
    with pytest.raises(CannotStart, match="ACCESS_REFUSED") as refused:
        await list_groups(shell.settings, CLOCK, shell.console)
    assert "not-the-password" not in str(refused.value)


async def test_a_command_prints_its_answer_and_not_how_it_came_by_it(rabbitmq, tmp_path):
    ours = {
        "AMQP_URLS": rabbitmq.url,
        "API_TOKEN": "x",
        "DATA_DIR": str(tmp_path),
        "LOG_FORMAT": "json",
        "WHATEVER": "x",
    }
    environment = {**os.environ, **{f"SSAK3_{name}": value for name, value in ours.items()}}
    command = [sys.executable, "-m", "ssak3", "dead", "list"]
    process = await asyncio.create_subprocess_exec(
        *command, env=environment, cwd=tmp_path, stdout=asyncio.subprocess.PIPE
    )
    printed, _ = await process.communicate()
    assert (process.returncode, printed.decode()) == (0, "Nothing is set aside.\n")
