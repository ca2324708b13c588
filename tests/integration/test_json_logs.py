"""JSON logs: one object a line with process, event, reservation and trace; and nothing that is anybody's."""

import errno
import io
import json
import logging
import warnings
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any
from unittest.mock import patch

import httpx
import pytest
import structlog

from messaging.broker import Message
from services.payment.adapters.sandbox import SANDBOX_SECRET_KEY, TEST_CARD
from ssak3.http.app import create_app
from ssak3.logs import log_recorded, set_up_logs
from tests.support.story import PAY
from tests.support.world import World, a_world

STREET, NOTE, PHONE, TOKEN = "양화로", "강아지가 있어요", "010-1234-5678", "test-token"
HOME = f"마포구 {STREET} 12, 101동 1203호"
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
VISIT = {"customer_id": "customer-1", "service": "home", "size_pyeong": 24, "area": "mapo",
         "starts_at": "2026-11-27T14:00:00+09:00", "address": HOME, "note": f"{NOTE} {PHONE}"}  # fmt: skip


@contextmanager
def logs(log_format: str = "json", process: str = "bot-payment") -> Iterator[None]:
    """As a process sets them up; afterwards all is as it was. Not a fixture: those have another standard output."""
    root = logging.getLogger()
    handlers, level, raises = root.handlers[:], root.level, logging.raiseExceptions
    root.handlers.clear()
    set_up_logs(log_format, process)
    structlog.configure(cache_logger_on_first_use=False)  # other tests log, too
    try:
        yield
    finally:
        logging.captureWarnings(False)
        structlog.reset_defaults()
        structlog.contextvars.clear_contextvars()
        root.handlers[:] = handlers
        root.setLevel(level)
        logging.raiseExceptions = raises


def lines(printed: str) -> list[dict[str, Any]]:
    """Every line is one object."""
    return [json.loads(line) for line in printed.splitlines()]


@asynccontextmanager
async def served(folder: Path) -> AsyncIterator[tuple[World, httpx.AsyncClient]]:
    """A world that logs in JSON, and its main port."""
    async with a_world(folder) as world:
        world.ssak3.settings = world.ssak3.settings.model_copy(update={"log_format": "json"})
        world.ssak3.observers.listeners.append(log_recorded)
        app = create_app(world.ssak3, is_demo=False, takes_work=lambda: True)
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            yield world, client


@pytest.mark.asyncio
async def test_a_booking_can_be_followed_and_nobody_can_be_found(tmp_path, capsys):
    """By API and by chat, with a declined payment, a failing effect, a poison event and a wrong token."""
    headers = {"Authorization": f"Bearer {TOKEN}", "traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"}
    with logs():
        async with served(tmp_path) as (world, client):
            await world.cleaner()
            made = (await client.post("/api/reservations", json=VISIT, headers=headers)).json()
            await world.provider("declining")
            path = f"/api/reservations/{made['id']}"
            assert (await client.post(f"{path}/payment", json={"method": "card"}, headers=headers)).status_code == 402
            await world.provider("normal")
            assert (await client.post(f"{path}/payment", json={"method": "card"}, headers=headers)).status_code == 200
            assert (await client.get(path, headers={"Authorization": f"Bearer {TOKEN}x"})).status_code == 401
            await world.settle()
            checkout = await chats(world)
            assert (await client.get(checkout)).status_code == 200
            poison = Message(id="poison", routing_key="reservation.confirmed.v1", body=f'{{"id": "{HOME}"'.encode())
            await world.ssak3.broker.publish([poison])
            await world.settle()
    printed = capsys.readouterr().out
    secrets = (STREET, NOTE, PHONE, TOKEN, SANDBOX_SECRET_KEY, TEST_CARD, checkout.rpartition("/")[2], "OO클린")
    assert [secret for secret in secrets if secret in printed] == []
    check(lines(printed), made["id"])


async def chats(world: World) -> str:
    """A customer says it all, and meets a failure; where they could pay with another card."""
    customer = await world.customer()
    await customer.say("금요일 5시 마포 24평 집청소")
    await customer.say(f"{HOME} {PHONE}")
    await customer.say(NOTE)
    await customer.tap("없어요")
    with patch.object(world.ssak3.reservations, "pay", side_effect=ValueError(f"{HOME} {PHONE}")):
        await customer.tap(PAY)
    await world.provider("declining")
    [link] = [button.url for card in await customer.tap(PAY) for button in card.buttons if button.url]
    return link.removeprefix("http://127.0.0.1:8000")


def check(found: list[dict[str, Any]], reservation_id: str) -> None:
    """One reservation's story, each line with what it takes to go on from there."""
    assert {line["process"] for line in found} == {"bot-payment"}
    mine = [line for line in found if line.get("reservation_id") == reservation_id]
    assert {line["trace_id"] for line in mine} >= {TRACE}
    recorded = {line["event_type"]: line for line in mine if line["event"] == "event.recorded"}
    assert recorded.keys() >= {f"ssak3.{name}.v1" for name in (
        "reservation.requested", "payment.declined", "payment.approved", "reservation.confirmed", "cleaning.offered",
        "notification.sent",
    )}  # fmt: skip
    assert all(line["event_id"] and line["trace_id"] == TRACE for line in recorded.values())
    requests = [(line["method"], line["route"], line["status"]) for line in found if line["event"] == "http.request"]
    paying = ("POST", "/api/reservations/{reservation_id}/payment")
    assert requests == [
        ("POST", "/api/reservations", 201), (*paying, 402), (*paying, 200),
        ("GET", "/api/reservations/{reservation_id}", 401), ("GET", "/checkout/{token}", 200),
    ]  # fmt: skip
    [failed] = [line for line in found if line["event"] == "dialogue.effect_failed"]
    assert failed["effect"] == "Pay"
    assert failed["reservation_id"] not in ("", reservation_id)
    assert failed["exception"].endswith("\nValueError")
    assert "dialogue.py" in failed["exception"]
    dead = [line for line in found if line["event"] == "consumer.dead"]
    assert {(line["event_id"], line["event_type"]) for line in dead} == {("poison", "ssak3.reservation.confirmed.v1")}


def test_after_a_command_nobody_logs_to_what_it_has_closed(capsys):
    """Whoever was first heard within it would fail at its next line, and with it whatever it was doing."""
    try:
        set_up_logs("text", "")
        somebody = structlog.get_logger("somebody")
        with io.StringIO() as its_own, redirect_stderr(its_own):
            somebody.warning("within")
            assert "within" in its_own.getvalue()
        somebody.warning("afterwards")
        assert "afterwards" in capsys.readouterr().err
    finally:
        structlog.reset_defaults()


class Full(io.StringIO):
    """On a disk that takes no more."""

    def write(self, _: str) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")


def closed() -> io.StringIO:
    stream = io.StringIO()
    stream.close()
    return stream


@pytest.mark.parametrize("process", ["bot-payment", ""])
@pytest.mark.parametrize("log_format", ["json", "text"])
@pytest.mark.parametrize("stream", [closed(), Full()], ids=["closed", "full"])
def test_a_line_that_cannot_be_written_ends_nothing(stream, log_format, process):
    """Neither one of ours, nor a library's."""
    with redirect_stdout(stream), redirect_stderr(stream), logs(log_format, process):
        ours = structlog.get_logger("ours")
        for say in (ours.info, ours.warning, ours.error, ours.critical, ours.exception):
            say("said")
        logging.getLogger("theirs").error("said")


def test_what_a_library_could_not_log_is_printed_nowhere_else():
    """It may be personal, and Python's own words about it would hold it."""
    with io.StringIO() as errors, redirect_stderr(errors):
        with redirect_stdout(closed()), logs():
            logging.getLogger("theirs").error("to %s", HOME)
        assert errors.getvalue() == ""


def test_libraries_speak_the_same(capsys):
    """uvicorn's, the event loop's and Python's own warnings."""
    with logs():
        try:
            raise RuntimeError(HOME)
        except RuntimeError:
            logging.getLogger("uvicorn.error").exception("Exception in ASGI application")
        logging.getLogger("asyncio").warning("it took %s s", 3)
        logging.getLogger("uvicorn.access").info("below what is shown")
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            logging.captureWarnings(True)
            warnings.warn("old", DeprecationWarning, stacklevel=1)
    printed = capsys.readouterr().out
    said, slow, old = lines(printed)
    assert (said["logger"], said["event"], said["level"], said["process"]) == (
        "uvicorn.error", "Exception in ASGI application", "error", "bot-payment",
    )  # fmt: skip
    assert said["exception"].endswith("RuntimeError")
    assert (slow["event"], slow["level"], old["logger"]) == ("it took 3 s", "warning", "py.warnings")
    assert HOME not in printed


def test_a_line_that_the_terminal_has_no_letters_for_is_written_all_the_same():
    written = io.BytesIO()
    terminal = io.TextIOWrapper(written, encoding="ascii", write_through=True)
    with redirect_stdout(terminal), logs():
        structlog.get_logger("x").info("heard", what="마포")
    assert json.loads(written.getvalue())["what"] == "마포"
