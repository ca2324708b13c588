"""A relay that is handed one event after the other still finds what others have left in the outbox."""

from collections.abc import Collection, Sequence

import pytest

from messaging.broker import Message
from messaging.relay import Relay
from ssak3.background import LOOK_EVERY_ROUNDS, mostly_handed_over
from tests.support.brokers import AwayOrThere

pytestmark = pytest.mark.asyncio


class Outbox:
    """`looks`: how often it was asked."""

    def __init__(self, *left: str) -> None:
        self.rows = list(left)
        self.looks = 0

    async def claim(self, limit: int) -> Sequence[Message]:
        self.looks += 1
        taken, self.rows = self.rows[:limit], self.rows[limit:]
        return [message(one) for one in taken]

    async def delete(self, event_ids: Collection[str]) -> None:
        pass

    async def unclaim(self, event_ids: Collection[str]) -> None:
        self.rows += event_ids


def message(name: str) -> Message:
    return Message(id=name, routing_key="x", body=b"")


async def test_in_a_rush_it_looks_now_and_then():
    outbox, publisher = Outbox("left by a kill"), AwayOrThere()
    relay = Relay("cleaning", outbox, publisher)
    run_once = mostly_handed_over(relay)
    for number in range(LOOK_EVERY_ROUNDS):
        relay.handover.put([message(str(number))])
        await run_once()
    assert sorted(publisher.published) == sorted(["left by a kill", *map(str, range(LOOK_EVERY_ROUNDS))])
    assert outbox.looks == 1


async def test_at_rest_it_looks_each_time():
    outbox, publisher = Outbox("told by a command"), AwayOrThere()
    run_once = mostly_handed_over(Relay("cleaning", outbox, publisher))
    assert [await run_once(), await run_once()] == [1, 0]
    assert outbox.looks == 2


async def test_a_broker_that_is_away_isnt_tried_twice_in_a_round():
    outbox, publisher = Outbox("old"), AwayOrThere(is_away=True)
    relay = Relay("cleaning", outbox, publisher)
    relay.handover.put([message("new")])
    assert await relay.run_once() == 0
    assert (outbox.rows, outbox.looks) == (["old", "new"], 0)
    publisher.is_away = False
    assert await relay.run_once() == 2
    assert sorted(publisher.published) == ["new", "old"]
