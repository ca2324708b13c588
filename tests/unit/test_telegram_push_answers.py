"""What each of Telegram's answers means, and how fast one token sends; no socket, no clock but ours."""

from datetime import timedelta

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    TelegramError,
    TimedOut,
)

from bot.channels.telegram.pace import KEPT_CHATS, Chats, Held, Window
from bot.channels.telegram.push_answers import Blocked, Moved, Unclear, meaning_of
from services.notification.ports import Rejected, Wait
from tests.support.time import MONDAY_AFTERNOON, FakeClock


def caused(error: NetworkError, cause: Exception) -> NetworkError:
    """As python-telegram-bot raises it."""
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "meaning"),
    [
        (Held(MONDAY_AFTERNOON), Wait(until=MONDAY_AFTERNOON, everybody=True)),
        (Forbidden("Forbidden: bot was blocked by the user"), Blocked()),
        (Forbidden("Forbidden: user is deactivated"), Blocked()),
        (ChatMigrated(-100123), Moved(to="-100123")),
        (BadRequest("Bad Request: chat not found"), Rejected(reason="chat_not_found", permanent=True)),
        (BadRequest("Can't parse entities: 김민지"), Rejected(reason="bad_text", permanent=True)),
        (BadRequest("Bad Request: 마포구 OO로 12"), Rejected(reason="refused", permanent=True)),
        (InvalidToken("Unauthorized"), Rejected(reason="token_refused", permanent=False)),
        (Conflict("another"), Rejected(reason="conflict", permanent=False)),
        (caused(NetworkError("x"), httpx.ConnectError("x")), Rejected(reason="unreachable", permanent=False)),
        (caused(TimedOut(), httpx.ConnectTimeout("x")), Rejected(reason="unreachable", permanent=False)),
        (caused(TimedOut(), httpx.PoolTimeout("x")), Rejected(reason="unreachable", permanent=False)),
        (caused(TimedOut(), httpx.ReadTimeout("x")), Unclear()),
        (caused(TimedOut(), httpx.WriteTimeout("x")), Unclear()),
        (caused(NetworkError("x"), httpx.ReadError("x")), Unclear()),
        (caused(NetworkError("x"), httpx.RemoteProtocolError("x")), Unclear()),
        (NetworkError("Bad Gateway"), Unclear()),
        (TelegramError("Invalid server response"), Unclear()),
        (ValueError("a fault of ours"), Unclear()),
    ],
)
def test_meaning(error: Exception, meaning: object):
    assert meaning_of(error) == meaning


# The window


@given(
    rate=st.sampled_from([0.5, 1.0, 3.0, 25.0]),
    gaps=st.lists(st.floats(0, 3), min_size=1, max_size=80),
)
def test_no_window_holds_more_than_the_rate_gives(rate: float, gaps: list[float]):
    window, now, sent = Window(rate), 0.0, []
    for gap in gaps:
        now += gap
        now += window.wait(now)
        window.note(now)
        sent.append(now)
    most = max(1, int(rate))
    for start in sent:
        assert sum(start <= at < start + window.seconds - 1e-9 for at in sent) <= most


def test_who_is_not_too_fast_does_not_wait():
    window = Window(2)
    for now in (0.0, 0.0, 1.0, 1.5, 2.0):
        assert window.wait(now) == 0
        window.note(now)
    assert window.wait(2.0) == 0.5
    assert window.until_empty(2.25) == 0.75
    assert window.until_empty(3.5) == 0
    assert Window(2).until_empty(0.0) == 0


# Chats


def test_a_chat_takes_one_message_a_second():
    clock = FakeClock()
    chats = Chats(clock)
    assert chats.busy_until("1") is None
    with chats.sending("1"):
        assert chats.busy_until("1") == clock.now() + timedelta(seconds=1)
        assert chats.busy_until("2") is None
        clock.advance(seconds=5)
    free_at = clock.now() + timedelta(seconds=1)
    assert chats.busy_until("1") == free_at
    clock.set(free_at)
    assert chats.busy_until("1") is None


def test_a_group_takes_twenty_a_minute():
    clock = FakeClock()
    chats = Chats(clock)
    with chats.sending("-100123"):
        pass
    assert chats.busy_until("-100123") == clock.now() + timedelta(seconds=3)


def test_old_chats_are_forgotten():
    clock = FakeClock()
    chats = Chats(clock)
    for number in range(KEPT_CHATS + 10):
        with chats.sending(str(number)):
            clock.advance(seconds=0.01)
    assert len(chats._free_at) < 200
