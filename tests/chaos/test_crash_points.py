"""Killed before or after any one commit of a booking's life, and opened again: nothing lost, doubled or stuck.

`SSAK3_CHAOS=long` tries every commit by itself; else a few lives are killed many times each.
"""

import os
from collections import Counter
from pathlib import Path

import pytest

from bot.conversation.turn import Said
from bot.records import PersonRecord
from messaging.in_process import InProcessBroker
from ssak3.audit.run import run_audit
from tests.chaos.crash import Fuse, Kill, Killed, Lives, waited
from tests.support.crowd import hold
from tests.support.story import ADDRESS, FRIDAY_AT_TWO, PAY
from tests.support.time import FakeClock
from tests.support.world import Phone, World, a_world

IS_LONG = os.environ.get("SSAK3_CHAOS") == "long"
# More than an undisturbed life has.
LAST_COMMIT = 360
ONCE = [[], *([Kill(at=at, is_after=is_after)] for at in range(1, LAST_COMMIT) for is_after in (False, True))]
# The shorter the lives, the more of the work is that of starting again; primes, so that they differ.
OFTEN = [
    [Kill(at=at, is_after=number % 2 == at % 2) for number in range(400 // at)]
    for at in ((7, 11, 13, 17, 23, 29, 37, 47) if IS_LONG else (23, 43))
]


def _name(plan: list[Kill]) -> str:
    if not plan:
        return "undisturbed"
    first = plan[0]
    return f"{len(plan)} times, first {'after' if first.is_after else 'before'} {first.at}"


# What customers are told besides when a kill left their payment open.
ON_THE_WAY = {
    "결제됐는지 확인하고 있어요", "결제는 조금 뒤에 받을게요", "이제 결제하실 수 있어요", "결제되지 않았어요",
}  # fmt: skip
TOLD_THE_CUSTOMER = {
    "결제하면 예약이 확정돼요", "예약이 확정됐어요", "OO클린에서 방문해요", "80,000원을 돌려드려요",
    "80,000원을 돌려드렸어요",
}  # fmt: skip
TOLD_THE_CLEANER = {
    "새 일이 왔어요: 68,000원", "일을 맡으셨어요", "11/27(금) 14:00 일이 취소됐어요", "고객 결제가 취소됐어요",
}  # fmt: skip


class Story:
    """A visit is booked, paid, taken by a cleaner, cancelled and refunded; each told what concerns them."""

    def __init__(self) -> None:
        self.people: dict[str, PersonRecord] = {}

    async def __call__(self, world: World, lives: Lives) -> None:
        """From the beginning, whatever of it has happened before."""
        if not self.people:
            self.people = {"cleaner": (await world.cleaner()).person, "customer": (await world.customer()).person}
            lives.fuse.is_lit = True
        await self._say(world, lives, "wish", FRIDAY_AT_TWO)
        await self._say(world, lives, "address", ADDRESS)
        await self._tap(world, lives, "customer", "nothing else", "없어요")
        await self._pay(world, lives)
        assert await waited(world, lambda: self._has(world, "cleaner", "새 일이 왔어요: 68,000원"))
        await self._tap(world, lives, "cleaner", "take", "수락하기")
        assert await waited(world, lambda: self._has(world, "customer", "OO클린에서 방문해요"))
        await self._say(world, lives, "cancel", "취소할게요")
        await self._tap(world, lives, "customer", "really", "취소 확정")
        assert await waited(world, lambda: self._has(world, "customer", "80,000원을 돌려드렸어요"))
        await world.later(seconds=40)
        lives.fuse.is_lit = False
        await self.check(world)

    async def _pay(self, world: World, lives: Lives) -> None:
        """Until it is paid: who was put off taps again."""
        for time in range(3):
            await self._tap(world, lives, "customer", f"pay {time}", PAY)
            if await waited(world, lambda: self._has(world, "customer", "예약이 확정됐어요")):
                return
        raise AssertionError(await self.phone(world, "customer").transcript())

    def phone(self, world: World, who: str) -> Phone:
        return Phone(world, self.people[who])

    async def _has(self, world: World, who: str, title: str) -> bool:
        return title in await self.phone(world, who).titles()

    async def _say(self, world: World, lives: Lives, name: str, text: str) -> None:
        await lives.send(world, self.people["customer"], name, Said(text=text))

    async def _tap(self, world: World, lives: Lives, who: str, name: str, label: str) -> None:
        if name not in lives.frames:
            button = await self.phone(world, who).button(label)
            lives.frames[name] = (name, Said(text=label, action=button.action))
        await lives.send(world, self.people[who], name, lives.frames[name][1])

    async def check(self, world: World) -> None:
        """All that a kill could have broken."""
        ledger = await world.ledger()
        assert [one["amount_krw"] for one in ledger["charges"]] == [80_000]
        assert [one["amount_krw"] for one in ledger["refunds"]] == [80_000]
        told = Counter(await self.phone(world, "customer").titles())
        assert set(told.values()) == {1}, told
        assert TOLD_THE_CUSTOMER <= set(told) <= TOLD_THE_CUSTOMER | ON_THE_WAY
        assert Counter(await self.phone(world, "cleaner").titles()) == Counter(TOLD_THE_CLEANER)
        for who in self.people:
            await self._check_chat(world, who)
        await world.later(minutes=2)
        await clean(world)

    async def _check_chat(self, world: World, who: str) -> None:
        """What was said stands there once, and was answered."""
        said = Counter(one.client_id for one in await self.phone(world, who).log() if one.sender == "me")
        assert set(said.values()) == {1}, said
        assert await world.ssak3.dialogue.people_waiting() == []


@pytest.mark.asyncio
async def test_what_a_killed_relay_held_is_overtaken_without_harm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Even by the very first event that a consumer sees: what comes after waits for what came before."""
    clock = FakeClock()
    async with a_world(tmp_path, clock) as world:
        held = await hold(world, 0)
        with monkeypatch.context() as patched:
            patched.setattr(InProcessBroker, "publish", _killed)
            with pytest.raises(Killed):
                await world.settle()
    clock.advance(seconds=1)
    async with a_world(tmp_path, clock) as world:
        await world.ssak3.reservations.pay(reservation_id=held.id, customer_id=None, method="card")
        await world.settle()
        assert await world.ssak3.my_page.get(held.id) is None
        await world.later(seconds=10)
        shown = await world.ssak3.my_page.get(held.id)
        assert shown is not None
        assert shown.status == "CONFIRMED"
        await world.later(minutes=2)
        await clean(world)


async def _killed(*_: object) -> None:
    raise Killed


async def clean(world: World) -> None:
    """The audit finds nothing broken and nothing stuck."""
    checks = await run_audit(world.ssak3.settings, world.clock)
    findings = [f"{check.name}: {finding.text}" for check in checks for finding in check.findings]
    assert findings == []


# Whoever is killed closes nothing: what works beside it may open a database once more after its world is gone.
@pytest.mark.filterwarnings("ignore:.*was deleted before being closed:ResourceWarning")
@pytest.mark.asyncio
@pytest.mark.timeout(600)
@pytest.mark.parametrize("plan", [*OFTEN, *(ONCE if IS_LONG else [])], ids=_name)
async def test_killed_at_commits(tmp_path: Path, plan: list[Kill]):
    """Just before a commit, whatever was done outside has been done; just after, nobody was told yet."""
    fuse = Fuse(plan)
    await Lives(tmp_path, fuse).live(Story())
    if plan:
        assert len(fuse.plan) < len(plan) or fuse.seen < plan[0].at, "it never burned"
    else:
        assert 60 < fuse.seen < LAST_COMMIT, "every commit of an undisturbed life is among those that are tried"
