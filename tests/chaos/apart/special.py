"""Scenarios with something of their own to look at: who leads, a poison message, one attempt at two replicas."""

import asyncio
import re
import time
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

from messaging.broker import Message
from messaging.catalogue import FOLLOWS
from messaging.rabbitmq.dead import RabbitDeadLetters
from tests.chaos.apart.guests import Guest
from tests.chaos.apart.inside import BUG, POISONOUS
from tests.chaos.apart.play import Stage, show
from tests.chaos.apart.rig import REPLICAS
from tests.support.servers.rabbitmq import RabbitServer

HOLD = timedelta(minutes=16)
PRICE_KRW = 50_000
BUGGY = ("cleaning", "mypage")


async def scheduler_killed(stage: Stage) -> None:
    """Whoever leads is killed and stays away; the holds run out, and the other one lets each of them go once."""
    rig = stage.rig
    await stage.crowd.until_booked(1.0)
    led_by = await _leader(stage)
    [leader] = [slot for slot in rig.fleet.named("scheduler") if slot.pid == led_by]
    leader.is_wanted = False
    rig.fleet.kill(leader)
    await leader.ended.wait()
    stage.done("kill -9 of the scheduler that leads")
    begun = time.monotonic()
    async with asyncio.timeout(300):
        while await _leader(stage) == led_by:  # noqa: ASYNC110 - another process does it
            await asyncio.sleep(0.1)
    stage.done(f"the other one leads {time.monotonic() - begun:.0f} s later")
    rig.put_forward(HOLD)
    leader.is_wanted = True
    await rig.fleet.ready()


async def _leader(stage: Stage) -> int:
    """The process id of the scheduler that has the lease."""
    holder = await stage.rig.database.fetchval("SELECT holder FROM bot_lease WHERE name = 'scheduler'")
    lives = {mark["name"]: int(mark["pid"]) for mark in stage.rig.read_marks() if mark["mark"] == "life"}
    return lives.get(holder, 0)


async def poison(stage: Stage) -> None:
    """Bytes that are no event, and events that a bug in two consumers doesn't bear, among all the others."""
    fleet = stage.rig.fleet
    for slot in fleet.named(*BUGGY):
        slot.more[BUG] = "1"
        assert await fleet.replace(slot) == 0
    await stage.crowd.until_booked(0.3)
    message = Message(id="no-event", routing_key="reservation.confirmed.v1", body=b"\xff{")
    assert await stage.looker.broker.publish([message]) == {"no-event"}
    stage.done("a message that is no event")
    await stage.crowd.until_booked(1.0)
    for slot in fleet.named(*BUGGY):
        stage.done(f"a bug in {slot.name}")
    # Whatever waits for the dead ones waits there visibly; nothing else does.
    stage.overlooked += [".dead", *(f"{name}_parked" for name in BUGGY)]


async def replayed(stage: Stage) -> None:
    """The dead are grouped by cause; with the bug mended, those that it killed are replayed, and the rest is discarded."""
    rig, dead = stage.rig, RabbitDeadLetters(stage.looker.broker)
    poisonous = sum(guest.name == POISONOUS for guest in stage.crowd.guests)
    groups = {(group.consumer, group.cause.split()[0]): group for group in await dead.groups()}
    no_event = {(name, "Malformed") for name, follows in FOLLOWS.items() if "reservation" in follows}
    assert groups.keys() == no_event | {(name, "KeyError") for name in BUGGY}, groups
    for name in BUGGY:
        assert groups[name, "KeyError"].count == poisonous, groups
    _, printed = await rig.fleet.run("dead", "list")
    for group in groups.values():
        assert re.search(re.escape(group.consumer), printed), printed
    for slot in rig.fleet.named(*BUGGY):
        del slot.more[BUG]
        assert await rig.fleet.replace(slot) == 0
    for (name, cause), group in groups.items():
        settle = dead.discard if cause == "Malformed" else dead.replay
        assert await settle(name, group.cause) == group.count
        stage.done(f"dead letter {'discarded' if cause == 'Malformed' else 'replayed'}", group.count)


async def one_attempt_twice(stage: Stage) -> None:
    """The same attempt is asked of both payment replicas at the same time: what joins such calls is within a process."""
    rig = stage.rig
    slots = rig.fleet.named("payment")
    assert len(slots) == REPLICAS["payment"] == 2
    await stage.crowd.until_booked(1.0)
    pay_by = (rig.now() + timedelta(minutes=10)).isoformat()

    async def ask(guest: Guest, port: int) -> str:
        body = {
            "reservation_id": guest.reservation_id, "customer_id": guest.customer_id,
            "attempt_id": f"twice-{guest.number}", "amount_krw": PRICE_KRW, "method": "card", "pay_by": pay_by,
        }  # fmt: skip
        headers = {"Authorization": f"Bearer {rig.token}"}
        async with rig.http.post(f"http://127.0.0.1:{port}/payments", json=body, headers=headers) as answer:
            return f"{answer.status} {(await answer.json()).get('title', '')}".strip()

    answers = Counter[str]()
    for guest in stage.crowd.guests:
        answers.update(await asyncio.gather(*(ask(guest, slot.port) for slot in slots for _ in range(2))))
        guest.plan = "stays"
    stage.done("one attempt asked of both replicas, twice each", len(stage.crowd.guests))
    show(f"  answered {dict(answers)}")
    # Who came second may hear that it is under way, which a caller takes for unknown: the event tells in the end.
    assert answers.keys() <= {"201", "202", "409 AttemptLive"}, answers
    charges = Counter(charge["order_id"] for charge in (await rig.ledger())["charges"])
    assert charges == {f"ssak3-twice-{guest.number}": 1 for guest in stage.crowd.guests}


def leader_of(queue: str, nodes: Sequence[RabbitServer]) -> RabbitServer:
    """The node that leads a quorum queue now."""
    for node in nodes:
        try:
            told = node.ctl("list_queues", "--silent", "name", "leader")
        except Exception:  # that one is down
            continue
        led_by = dict(line.split("\t") for line in told.splitlines())[queue]
        [found] = [one for one in nodes if one.node == led_by]
        return found
    raise AssertionError("no node answers")


async def leaders_killed(stage: Stage) -> None:
    """Of different queues, one after another; each comes back before the next one goes."""
    for share, name in ((0.1, "reservation"), (0.35, "notification"), (0.6, "cleaning")):
        await stage.crowd.until_booked(share)
        node = await asyncio.to_thread(leader_of, f"ssak3.{name}", stage.rabbit)
        await asyncio.to_thread(node.kill)
        stage.done("kill -9 of the node that leads a queue")
        await asyncio.sleep(stage.chance.uniform(5, 15))
        await asyncio.to_thread(node.start)
