"""A relay that is handed one event after the other still finds what others have left in the outbox."""

from collections.abc import Collection, Sequence

import pytest

from messaging.broker import Message
from messaging.relay import BATCH, Relay
from services.shared_kernel.transient import Away
from ssak3.background import mostly_handed_over
from tests.support.brokers import AwayOrThere

pytestmark = pytest.mark.asyncio


class Outbox:
    """`looks`: how often it was asked."""

    def __init__(self, *left: str) -> None:
        self.rows = list(left)
        self.looks = 0
        self.deletes: list[set[str]] = []

    async def claim(self, limit: int) -> Sequence[Message]:
        self.looks += 1
        taken, self.rows = self.rows[:limit], self.rows[limit:]
        return [message(one) for one in taken]

    async def delete(self, event_ids: Collection[str]) -> None:
        self.deletes.append(set(event_ids))

    async def unclaim(self, event_ids: Collection[str]) -> None:
        self.rows += event_ids


def message(name: str) -> Message:
    return Message(id=name, routing_key="x", body=b"")


@pytest.mark.parametrize("every", [0.01, 0.8])
async def test_however_often_there_is_a_commit_it_looks_once_a_second(every: float):
    outbox, publisher, now = Outbox(), AwayOrThere(), 0.0
    relay = Relay("cleaning", outbox, publisher)
    run_once = mostly_handed_over(relay, lambda: now)
    await run_once()
    outbox.rows.append("left by a kill")
    while "left by a kill" not in publisher.published:
        now += every
        relay.handover.put([message(str(now))])
        await run_once()
        assert now < 2
    assert outbox.looks == 2
    assert outbox.rows == []


async def test_what_is_left_in_great_numbers_goes_out_at_once():
    outbox, publisher = Outbox(*(f"left-{number}" for number in range(3 * BATCH))), AwayOrThere()
    relay = Relay("cleaning", outbox, publisher)
    run_once = mostly_handed_over(relay, lambda: 0.0)
    for number in range(4):
        relay.handover.put([message(str(number))])
        await run_once()
    assert len(publisher.published) == 3 * BATCH + 4


async def test_at_rest_it_looks_each_time():
    outbox, publisher = Outbox("told by a command"), AwayOrThere()
    run_once = mostly_handed_over(Relay("cleaning", outbox, publisher), lambda: 0.0)
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


async def test_what_was_handed_over_and_is_confirmed_is_deleted_together_at_the_next_look():
    outbox, now = Outbox("left"), 0.0
    relay = Relay("cleaning", outbox, AwayOrThere())
    run_once = mostly_handed_over(relay, lambda: now)
    await run_once()
    outbox.deletes.clear()
    for name in ("a", "b"):
        relay.handover.put([message(name)])
        await run_once()
    assert outbox.deletes == []
    now += 1
    relay.handover.put([message("c")])
    await run_once()
    assert set.union(*outbox.deletes) == {"a", "b", "c"}


async def test_whoever_ends_deletes_what_was_confirmed():
    outbox = Outbox()
    relay = Relay("cleaning", outbox, AwayOrThere())
    relay.handover.put([message("a")])
    await relay.publish_handed_over()
    await relay.give_back()
    assert outbox.deletes == [{"a"}]


async def test_what_couldnt_be_deleted_is_deleted_later(monkeypatch: pytest.MonkeyPatch):
    outbox = Outbox()
    relay = Relay("cleaning", outbox, AwayOrThere())
    relay.handover.put([message("a")])
    await relay.publish_handed_over()

    async def away(event_ids: Collection[str]) -> None:
        raise Away

    with monkeypatch.context() as broken:
        broken.setattr(outbox, "delete", away)
        with pytest.raises(Away):
            await relay.run_once()
    assert await relay.run_once() == 0
    assert outbox.deletes == [{"a"}]
