"""Every door begins a trace, or goes on with the one that is brought."""

import sqlite3
from contextlib import closing

import pytest
from websockets.asyncio.client import ClientConnection

from services.reservation.events import ReservationExpired
from tests.support.doors import hear, open_doors
from tests.support.traces import events_of, trace_of

pytestmark = pytest.mark.asyncio

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
VISIT = {"customer_id": "customer-1", "service": "home", "size_pyeong": 24, "area": "mapo",
         "starts_at": "2026-11-27T14:00:00+09:00", "address": "마포구 OO로 12"}  # fmt: skip
HEADERS = {"Authorization": "Bearer test-token", "traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"}


async def test_callers_may_bring_theirs_and_frames_and_ticks_have_their_own(tmp_path):
    """A request of the API's, two frames of one socket, and a tick that finds something to do."""
    async with open_doors(tmp_path) as doors:
        answer = await doors.client.post("/api/reservations", json=VISIT, headers=HEADERS)
        assert answer.status_code == 201, answer.text
        await doors.world.settle()
        assert events_of(doors.world, TRACE) == ["bot.person_linked", "notification.sent", "reservation.requested"]
        async with doors.socket(await doors.cookie()) as phone:
            for number, text in enumerate(("안녕하세요", "도움말")):
                await say(phone, f"said-{number}", text)
        await doors.world.later(minutes=16)
        [expired] = [one for one in doors.world.recorded if isinstance(one.event, ReservationExpired)]
    with closing(sqlite3.connect(tmp_path / "ssak3.db")) as database:
        said = database.execute("SELECT traceparent FROM bot_received WHERE client_id LIKE 'said-%'").fetchall()
    traces = [TRACE, *(trace_of(*row) for row in said), trace_of(expired.traceparent)]
    assert len(traces) == len(set(traces)) == 4
    assert all(traces)


async def say(phone: ClientConnection, client_id: str, text: str) -> None:
    """Until it is acknowledged."""
    await phone.send(f'{{"type": "say", "client_id": "{client_id}", "text": "{text}"}}')
    assert (await hear(phone, "ack"))["client_id"] == client_id
