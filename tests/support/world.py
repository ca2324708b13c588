"""The whole system on a fake clock: real SQLite, real broker rows, a real sandbox on a socket, real conversations.

Nothing runs by itself: `settle()` lets everything that is due happen, `later(...)` moves the clock and settles.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, ExitStack, asynccontextmanager, closing, contextmanager
from pathlib import Path
from typing import Any, Protocol
from unittest.mock import patch

from sqlalchemy import event as sqlalchemy_event

from bot.conversation.turn import Said
from bot.records import Message, PersonRecord
from messaging.broker import BrokerUnavailable
from messaging.relay import Relay
from services.payment.adapters.sandbox import SANDBOX_SECRET_KEY, TEST_CARD, Ledger, create_app, start
from services.payment.adapters.session import ClientSession, new_session
from services.shared_kernel.card import Button, Card
from services.shared_kernel.event import Event, Recorded
from ssak3.background import Tick, hand_over, ticks_of
from ssak3.composition import Ssak3
from ssak3.outside import Outside
from ssak3.settings import Settings
from storage.sqlite import _Connection
from tests.support.time import FakeClock, FakeIds

MOST_ROUNDS = 400


class Phone:
    """One person's chat, as they see it."""

    def __init__(self, world: "World", person: PersonRecord) -> None:
        self.world = world
        self.person = person
        self._said = 0
        self._read = 0

    @property
    def id(self) -> str:
        return self.person.id

    async def say(self, text: str) -> list[Card]:
        """Type it; what is answered at once."""
        return await self._send(Said(text=text))

    async def tap(self, label: str) -> list[Card]:
        """Tap the newest button or quick reply with this label."""
        return await self._send(Said(text=label, action=(await self.button(label)).action))

    async def act(self, action: str) -> list[Card]:
        """Tap a button of long ago, by its action."""
        return await self._send(Said(text="…", action=action))

    async def button(self, label: str) -> Button:
        """The newest with this label; an AssertionError shows what there is."""
        shown = []
        for message in reversed(await self.log()):
            for button in (*message.card.buttons, *message.card.quick_replies):
                if button.label == label:
                    return button
                shown.append(button.label)
        raise AssertionError(f"no button {label!r}; there are {shown[:30]}\n{await self.transcript()}")

    async def _send(self, said: Said) -> list[Card]:
        self._said += 1
        client_id = f"{self.id}-{self._said}"
        before = await self._last_seq()
        await self.world.ssak3.dialogue.receive(self.id, client_id, said)
        await self.world.ssak3.dialogue.answer(self.id)
        return [message.card for message in await self.log() if message.seq > before and message.sender == "bot"]

    async def log(self) -> list[Message]:
        """Everything, oldest first."""
        return list(await self.world.ssak3.log_reader.after(self.id, 0, 10_000))

    async def _last_seq(self) -> int:
        log = await self.log()
        return log[-1].seq if log else 0

    async def news(self) -> list[Card]:
        """Notices that came since the last time this was asked."""
        log = [message for message in await self.log() if message.sender == "bot" and message.card.notice]
        fresh, self._read = log[self._read :], len(log)
        return [message.card for message in fresh]

    async def titles(self) -> list[str]:
        """The titles of all notices, oldest first."""
        return [message.card.title for message in await self.log() if message.card.notice]

    async def transcript(self) -> str:
        """The chat as text, for a failing test's reader."""
        lines = []
        for message in await self.log():
            card = message.card
            items = " / ".join(f"{item.name}: {item.value}" for item in card.items)
            buttons = "".join(f"[{button.label}]" for button in (*card.buttons, *card.quick_replies))
            lines.append(f"{message.sender}: {card.title} {card.text} {items} {buttons}".replace("\n", " "))
        return "\n".join(lines)


class Pieces(Protocol):
    """What a world is made of: everything in one process, or each process apart."""

    @property
    def ssak3(self) -> Ssak3:
        """Every part by its name, whichever process it is in."""
        ...

    @property
    def loops(self) -> Sequence[Any]: ...

    @property
    def ticks(self) -> Sequence[Tick]: ...

    async def relays(self) -> Sequence[Relay]:
        """Those with something to publish."""
        ...

    async def consume(self, asleep: Collection[str]) -> int:
        """Let every consumer that is awake handle what there is for it; how much that was."""
        ...

    def brokers(self) -> Sequence[Any]: ...


class World:
    """The system and its people."""

    def __init__(self, pieces: Pieces, clock: FakeClock, sandbox_url: str, session: ClientSession) -> None:
        self.pieces = pieces
        self.ssak3 = pieces.ssak3
        self.clock = clock
        self.sandbox_url = sandbox_url
        self.session = session
        self.recorded: list[Recorded] = []
        self.events: list[Event] = []
        # Consumers that do nothing for now: what is for them waits in its queue.
        self.asleep: set[str] = set()
        self._rested: object = None

    def observe(self, recorded: Recorded) -> None:
        """An event was committed somewhere."""
        self.recorded.append(recorded)
        self.events.append(recorded.event)

    async def customer(self) -> Phone:
        """Somebody new, greeted."""
        person = await self.ssak3.people.welcome_customer(channel="web")
        return await self._greeted(person)

    async def cleaner(self, name: str = "OO클린", areas: tuple[str, ...] = ("mapo", "seodaemun", "gangnam", "songpa"),
                      days: tuple[int, ...] = (1, 2, 3, 4, 5, 6, 7)) -> Phone:  # fmt: skip
        """A cleaner who has joined by invite and registered."""
        phone = await self.invited("cleaner")
        await self.ssak3.cleaning.register_cleaner(cleaner_id=phone.id, name=name, areas=areas, days=days)
        await self.ssak3.people.rename(phone.id, name)
        await self.settle()
        return phone

    async def operator(self) -> Phone:
        """An operator who has joined by invite."""
        return await self.invited("operator")

    async def invited(self, role: str) -> Phone:
        """Somebody who has just used an invite."""
        code = await self.ssak3.people.invite(role)
        return await self._greeted(await self.ssak3.people.join(code=code, role=role, channel="web"))

    async def _greeted(self, person: PersonRecord) -> Phone:
        await self.ssak3.dialogue.receive(person.id, "hello", Said(action="hello"))
        await self.ssak3.dialogue.answer(person.id)
        await self.settle()
        return Phone(self, person)

    async def provider(self, mode: str) -> None:
        """Switch the sandbox: normal, slow, down, declining, unknown."""
        async with self.session.put(f"{self.sandbox_url}/mode", json={"mode": mode}) as answer:
            assert answer.status == 200, await answer.text()
        self._rested = None

    async def ledger(self) -> dict[str, Any]:
        """What the provider really did."""
        async with self.session.get(f"{self.sandbox_url}/ledger") as answer:
            found: dict[str, Any] = await answer.json()
            return found

    async def settle(self, *, ticks: bool = True) -> None:
        """Let everything happen that is due now, until nothing is left to do."""
        for _ in range(MOST_ROUNDS):
            if not await self._round(ticks=ticks):
                return
        raise AssertionError("it never comes to rest")

    async def _round(self, *, ticks: bool) -> int:
        """Messages first, then what their owners do by themselves, then what time does."""
        pieces, done = self.pieces, 0
        for relay in await pieces.relays():
            done += await relay.run_once()
        done += await pieces.consume(self.asleep)
        if done or self._rested == self._moment():
            return done
        for loop in pieces.loops:
            done += await loop.run_once()
        if ticks and not done:
            for tick in pieces.ticks:
                done += await tick.run()
            self._rested = None if done else self._moment()
        return done

    def _moment(self) -> object:
        """While this stays the same, nothing more falls due."""
        return self.clock.now(), len(self.recorded), self.ssak3.switches.notifications_paused

    @contextmanager
    def broker_away(self) -> Iterator[None]:
        """Nothing can be published."""

        async def away(messages: object) -> frozenset[str]:
            raise BrokerUnavailable("it is away")

        with ExitStack() as stack:
            for broker in self.pieces.brokers():
                stack.enter_context(patch.object(broker, "publish", away))
            yield

    async def later(self, **duration: float) -> None:
        """Move the clock and let happen what is due."""
        self.clock.advance(**duration)
        await self.settle()

    def happened(self, kind: type[Event]) -> list[Any]:
        """The events of a kind, in the order of their commits."""
        return [event for event in self.events if isinstance(event, kind)]


class Together:
    """Everything in one process, over the embedded broker."""

    def __init__(self, ssak3: Ssak3) -> None:
        self.ssak3 = ssak3
        hand_over(ssak3)
        self.loops = (ssak3.attempts, ssak3.refunds, ssak3.availability, ssak3.sender)
        self.ticks = ticks_of(ssak3)
        self._look = sqlite3.connect(ssak3.settings.data_dir / "ssak3.db", isolation_level=None)

    # One look instead of asking every relay and consumer, most of which have nothing to do.

    async def relays(self) -> Sequence[Relay]:
        names = list(self.ssak3.relays)
        outboxes = ", ".join(f"EXISTS (SELECT 1 FROM {name}_outbox)" for name in names)
        filled = self._look.execute(f"SELECT {outboxes}").fetchone()
        return [self.ssak3.relays[name] for name, is_filled in zip(names, filled, strict=True) if is_filled]

    async def consume(self, asleep: Collection[str]) -> int:
        homes = {home for (home,) in self._look.execute("SELECT DISTINCT home FROM broker_message")}
        awake = [name for name in self.ssak3.consumers if name not in asleep and f"ssak3.{name}" in homes]
        return sum([await self.ssak3.consumers[name].run_once() for name in awake])

    def brokers(self) -> Sequence[Any]:
        return [self.ssak3.broker]

    def close(self) -> None:
        """Stop looking."""
        self._look.close()


@asynccontextmanager
async def around(
    folder: Path, clock: FakeClock, *, slow_seconds: float = 0.3, **outside: Any
) -> AsyncIterator[tuple[Outside, str]]:
    """The sandbox, a session and all else that comes from outside; and the sandbox's address."""
    ids = FakeIds(clock)
    ledger = Ledger.open(folder / "sandbox.jsonl")
    sandbox = await start(
        create_app(ledger, clock=clock, ids=ids, return_base="http://127.0.0.1:8000", slow_seconds=slow_seconds),
        "127.0.0.1",
        0,
    )
    session = new_session()
    values: dict[str, Any] = {
        "clock": clock,
        "ids": ids,
        "session": session,
        "provider_url": f"{sandbox.url}/toss",
        "provider_secret": SANDBOX_SECRET_KEY,
        "test_card": TEST_CARD,
        "api_token": "test-token",
        "monotonic": lambda: clock.now().timestamp(),
        # Long enough for a busy machine: who tests timeouts gives short ones.
        "provider_timeout_seconds": 60.0,
        "payment_timeout_seconds": 90.0,
    } | outside
    try:
        yield Outside(**values), sandbox.url
    finally:
        await session.close()
        await sandbox.close()
        ledger.close()


@asynccontextmanager
async def a_world(
    folder: Path, clock: FakeClock | None = None, settings: Mapping[str, Any] | None = None,
    kind: type[World] = World, **outside: Any,
) -> AsyncIterator[World]:  # fmt: skip
    """In one process, made anew in a folder, or opened again where it was left. `settings` aren't checked."""
    clock = clock or FakeClock()
    ours = Settings(data_dir=folder, public_url="http://127.0.0.1:8000", _env_file=None)
    ours = ours.model_copy(update=dict(settings or {}))
    async with around(folder, clock, **outside) as (given, sandbox_url):
        _lay_tables(folder / "ssak3.db")
        ssak3 = Ssak3(ours, given)
        try:
            if await ssak3.databases.migrate():
                _remember_tables(folder / "ssak3.db")
            with _without_waiting_for_the_disk(ssak3), closing(Together(ssak3)) as pieces:
                world = kind(pieces, clock, sandbox_url, given.session)
                ssak3.observers.listeners.append(world.observe)
                yield world
        finally:
            await ssak3.close()


@contextmanager
def _without_waiting_for_the_disk(ssak3: Ssak3) -> Iterator[None]:
    """No test here cuts the power; waiting for the disk, and the thread that waits, take a good part of the time."""
    assert ssak3.databases.broker is not None
    engine = ssak3.databases.broker.engine.sync_engine
    sqlalchemy_event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))
    with patch.object(_Connection, "commit", lambda connection: connection._connection._conn.commit()):
        yield


# The file as the migrations leave it: made once in a test run, because that takes longer than most tests.
_EMPTY: list[bytes] = []


def _lay_tables(file: Path) -> None:
    if _EMPTY and not file.exists():
        file.write_bytes(_EMPTY[0])


def _remember_tables(file: Path) -> None:
    with closing(sqlite3.connect(file)) as database:
        _EMPTY[:] = [database.serialize()]


OpenWorld = Callable[..., AbstractAsyncContextManager[World]]


async def together(*work: Any) -> list[Any]:
    """At the same time; exceptions come back as values."""
    return list(await asyncio.gather(*work, return_exceptions=True))
