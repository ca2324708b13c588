"""A notification context to try things with: events as they arrive, a channel that can misbehave, a database."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from services.notification.broadcasts.dry_run import Reach
from services.notification.broadcasts.ticks import BroadcastTick
from services.notification.broadcasts.use_cases import BroadcastUseCases
from services.notification.ports import Accepted, Advertising, ChannelSender, PersonDetails, SendResult
from services.notification.reactions import NotificationReactions
from services.notification.reminders import ReminderTick
from services.notification.rendering import Renderer
from services.notification.sender import BATCH, Sender, always
from services.notification.use_cases import NotificationUseCases
from services.notification.values import Agency
from services.shared_kernel.card import Card
from services.shared_kernel.clock import Clock
from services.shared_kernel.event import Received
from storage.engine import Database
from storage.notification.repositories import NotificationUnitOfWork
from storage.notification.tables import messaging
from storage.unit_of_work import Context
from tests.support.fresh import Fresh
from tests.support.notices import START, TEMPLATES, Story
from tests.support.time import FakeClock, FakeIds

__all__ = ["START", "Crash", "FakeChannel", "Home", "Story", "at_home"]


class Book:
    """The directory: one set of details for everybody, and consents as it knows them; `asked`: whose, each time."""

    def __init__(self) -> None:
        self.is_away = False
        self.consents: dict[str, Advertising] = {}
        self.asked: list[str] = []

    async def of(self, person_id: str, details_id: str | None) -> PersonDetails:
        if self.is_away:
            raise ConnectionError
        return PersonDetails(name="김OO", address="마포구 OO로 12", note="강아지가 있어요")

    async def takes_advertising(self, person_id: str) -> Advertising:
        if self.is_away:
            raise ConnectionError
        self.asked.append(person_id)
        return self.consents.get(person_id, Advertising(day=True, night=True))


class PlainNames:
    """Names as the catalogue would have them."""

    agency: Agency | None = Agency(name="싹3", contact="02-000-0000")

    def service(self, service_id: str, size_pyeong: int, add_ons: Sequence[str], language: str) -> str:
        what = f"집청소 {size_pyeong}평" if language == "ko" else f"Home cleaning, {size_pyeong} pyeong"
        return ", ".join((what, *add_ons))

    def area(self, area_id: str, language: str) -> str:
        return "마포구" if language == "ko" else "Mapo"

    def method(self, method: str, language: str) -> str:
        return "카드" if language == "ko" else "Card"

    def decline(self, code: str, language: str) -> str:
        return ""


class Crash(BaseException):
    """The process dies: nothing that catches exceptions runs."""


@dataclass
class FakeChannel:
    """Keeps what it was given, once for each delivery id if it is idempotent; says what `answers` say, one by one.

    `dies` once, right after it took a card: the sender never hears of it.
    """

    idempotent: bool = True
    dies: bool = False
    answers: list[SendResult | BaseException] = field(default_factory=list)
    log: list[tuple[str, str, Card]] = field(default_factory=list)
    calls: int = 0

    async def send(self, delivery_id: str, person_id: str, card: Card) -> SendResult:
        self.calls += 1
        answer = self.answers.pop(0) if self.answers else Accepted()
        if isinstance(answer, BaseException):
            raise answer
        if isinstance(answer, Accepted) and not (self.idempotent and delivery_id in [row[0] for row in self.log]):
            self.log.append((delivery_id, person_id, card))
        if self.dies:
            self.dies = False
            raise Crash
        return answer

    def titles(self, person_id: str) -> list[str]:
        """What a person has read, by title."""
        return [card.title for _, who, card in self.log if who == person_id]


@dataclass(kw_only=True)
class Home:
    """The whole context over a database."""

    clock: FakeClock
    ids: FakeIds
    context: Context
    web: FakeChannel
    book: Book
    story: Story
    channels: dict[str, ChannelSender]
    is_paused: bool = False

    def __post_init__(self) -> None:
        self.reactions = NotificationReactions(self.clock, self.ids, TEMPLATES)
        self.use_cases = NotificationUseCases(self.work, self.clock, self.ids, TEMPLATES)
        reach = Reach(usable=("telegram", *self.channels), rated=("telegram",), rate=25.0)
        self.broadcasts = BroadcastUseCases(self.work, self.clock, self.ids, PlainNames(), reach)
        self.broadcast_tick = BroadcastTick(self.work, self.clock, self.ids, TEMPLATES)
        self.tick = ReminderTick(self.work, self.clock, self.ids, TEMPLATES)
        self.sender = self.another_sender("sender-1", self.channels)

    def work(self) -> NotificationUnitOfWork:
        return NotificationUnitOfWork(self.context)

    def another_sender(
        self, name: str, channels: Mapping[str, ChannelSender], *, page: ChannelSender | None = None,
        clock: Clock | None = None, leads: Callable[[], Awaitable[bool]] = always, window: int = BATCH,
    ) -> Sender:  # fmt: skip
        return Sender(
            self.work,
            clock or self.clock,
            self.ids,
            name=name,
            channels=channels,
            renderer=Renderer(TEMPLATES, self.book, PlainNames()),
            directory=self.book,
            templates=TEMPLATES,
            paused=lambda: self.is_paused,
            leads=leads,
            page=page,
            window=window,
        )

    async def hear(self, *events: Received) -> None:
        """Events arrive."""
        async with self.work() as work:
            for received in events:
                await self.reactions.handle(work, received)

    async def send_all(self) -> int:
        """Until nothing is due."""
        total = 0
        while moved := await self.sender.run_once():
            total += moved
        return total

    async def states(self) -> list[tuple[str, str]]:
        """(template, status) of every hop about the story's reservation."""
        entries = await self.use_cases.ledger_of(self.story.reservation_id)
        return [(entry.notification.template, str(entry.delivery.status)) for entry in entries]


@asynccontextmanager
async def at_home(fresh: Fresh, *, clock: FakeClock | None = None, **channels: FakeChannel) -> AsyncIterator[Home]:
    """A home of its own, where customer, cleaner and operator are known."""
    clock = clock or FakeClock()
    ids = FakeIds(clock)
    database = Database(fresh("notification"))
    web = channels.pop("web", FakeChannel())
    home = Home(
        clock=clock,
        ids=ids,
        context=Context(tables=messaging, database=database, clock=clock, ids=ids, causal=True),
        web=web,
        book=Book(),
        story=Story(clock, ids),
        channels={"web": web, **channels},
    )
    await home.hear(*home.story.everybody())
    try:
        yield home
    finally:
        await database.close()
