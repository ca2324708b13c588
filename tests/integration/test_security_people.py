"""Whose reservation it is decides, not who knows its id; and personal details are kept in one place."""

import sqlite3
from contextlib import closing

import pytest

from services.reservation.values import Status
from tests.support.story import books, words
from tests.support.world import Phone, a_world

pytestmark = pytest.mark.asyncio
STREET = "양화로"
HOME = f"{STREET} 12, 101동 1203호"
# Of customers', cleaners' and operators' buttons, and some that never were.
VERBS = ("cancel", "cancel!", "move", "move!", "pay", "pay!", "checkout", "show", "details", "oprefund", "reply", "handover", "opcancel",
         "opcancel!", "opmove!", "accept", "start", "finish", "withdraw", "history", "visit", "talk")  # fmt: skip
REST = ("", ":1", ":2", ":1:80000", ":80000:1", ":80000")


async def actions_of(phone: Phone) -> set[str]:
    """All buttons that this phone has ever shown."""
    cards = [message.card for message in await phone.log()]
    return {button.action for card in cards for button in (*card.buttons, *card.quick_replies) if button.action}


async def test_nobody_acts_on_what_is_anothers(tmp_path):
    """A stranger, and a cleaner who wasn't asked, tap each button that its owner and operators have."""
    async with a_world(tmp_path) as world:
        owner = await world.customer()
        reservation_id = await books(owner, address=HOME)
        operator = await world.operator()
        for text in ("내 예약", "취소할게요", "시간 바꿀래요"):
            await owner.say(text)
        await operator.say(STREET)
        kept = await world.ssak3.reservations.get(reservation_id=reservation_id)
        happened = len(world.events)
        stolen = await actions_of(owner) | await actions_of(operator)
        stolen |= {f"{verb}:{reservation_id}{rest}" for verb in VERBS for rest in REST}
        mine = sorted(action for action in stolen if reservation_id in action)
        assert mine
        thieves = [await world.customer(), await world.invited("cleaner")]
        for thief in thieves:
            for action in mine:
                assert STREET not in words(await thief.act(action)), action
        await world.settle()
        assert await world.ssak3.reservations.get(reservation_id=reservation_id) == kept
        assert kept.status is Status.CONFIRMED
        later = [
            event.TYPE for event in world.events[happened:] if getattr(event, "reservation_id", "") == reservation_id
        ]
        assert not [kind for kind in later if "cancel" in kind or "reschedul" in kind or "refund" in kind]


async def test_personal_details_are_the_bots_alone(tmp_path, capfd):
    """Not in events, other contexts' tables, queues, the provider's book, the log or the metrics."""
    async with a_world(tmp_path) as world:
        await world.cleaner()
        await books(await world.customer(), address=HOME)
        await world.settle()
    found = set()
    with closing(sqlite3.connect(tmp_path / "ssak3.db")) as database:
        for (table,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            for row in database.execute(f'SELECT * FROM "{table}"'):
                if any(STREET in readable(cell) for cell in row):
                    found.add(table)
    assert "bot_details" in found
    assert not [table for table in found if not table.startswith("bot_") or table.endswith(("_outbox", "_event_log"))]
    assert STREET not in (tmp_path / "sandbox.jsonl").read_text()
    assert STREET not in "".join(capfd.readouterr())


def readable(cell: object) -> str:
    """Bytes and JSON escapes as the text that they stand for."""
    text = cell.decode(errors="replace") if isinstance(cell, bytes) else str(cell)
    return text.encode("ascii", "backslashreplace").decode("unicode_escape", "replace") + text
