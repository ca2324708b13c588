"""What stories have in common: a booking made by chatting, a job taken with a button, and what people read."""

from collections.abc import AsyncIterator, Collection, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from types import MappingProxyType
from typing import Any

from services.mypage.view import ReservationView
from services.reservation.events import ReservationRequested
from services.shared_kernel.card import Card
from services.shared_kernel.clock import KST
from storage.republish import Republish
from tests.support.world import Phone, World

ADDRESS = "마포구 OO로 12, 101동 502호"
FRIDAY_AT_TWO = "금요일 2시 마포 24평 집청소"
PAY = "80,000원 결제하기"


def on(day: int, hour: int, minute: int = 0, *, month: int = 11) -> datetime:
    """A moment of 2026 on a Korean clock; the stories begin on Monday 11/23 at 15:00."""
    return datetime(2026, month, day, hour, minute, tzinfo=KST)


def words(cards: Card | Iterable[Card]) -> str:
    """All that can be read on cards, buttons in brackets."""
    shown = [cards] if isinstance(cards, Card) else cards
    return "\n".join(_words(card) for card in shown)


def _words(card: Card) -> str:
    items = " / ".join(f"{item.name}: {item.value}" for item in card.items)
    buttons = "".join(f"[{button.label}]" for button in (*card.buttons, *card.quick_replies))
    return " ".join(part for part in (card.title, card.text, items, buttons) if part)


def items(card: Card) -> dict[str, str]:
    """The labelled values of a card."""
    return {item.name: item.value for item in card.items}


async def asks(customer: Phone, wish: str = FRIDAY_AT_TWO, address: str = ADDRESS) -> str:
    """Ask for a visit up to the price; what was answered in the end."""
    await customer.say(wish)
    await customer.say(address)
    return words(await customer.tap("없어요"))


async def holds(customer: Phone, wish: str = FRIDAY_AT_TWO, address: str = ADDRESS) -> str:
    """Ask for a visit up to the price, until all have heard of it; the reservation's id."""
    await asks(customer, wish, address)
    await customer.world.settle()
    mine = [one for one in customer.world.happened(ReservationRequested) if one.customer_id == customer.id]
    assert mine, await customer.transcript()
    return str(mine[-1].reservation_id)


async def books(customer: Phone, wish: str = FRIDAY_AT_TWO, address: str = ADDRESS, *, pay: str = PAY) -> str:
    """Ask for a visit and pay it; the reservation's id."""
    reservation_id = await holds(customer, wish, address)
    await customer.tap(pay)
    await customer.world.settle()
    return reservation_id


async def agrees(customer: Phone, cleaner: Phone, wish: str = FRIDAY_AT_TWO, *, pay: str = PAY) -> str:
    """Book, pay, and the cleaner takes it; the reservation's id."""
    reservation_id = await books(customer, wish, pay=pay)
    await cleaner.tap("수락하기")
    await cleaner.world.settle()
    return reservation_id


async def cleans(cleaner: Phone) -> None:
    """On Friday the cleaner leaves at 13:35, starts at 14:03 and finishes at 16:52."""
    for moment, label in ((on(27, 13, 35), "출발했어요"), (on(27, 14, 3), "청소 시작"), (on(27, 16, 52), "청소 완료")):
        await until(cleaner.world, moment)
        await cleaner.tap(label)
        await cleaner.world.settle()


async def until(world: World, moment: datetime) -> None:
    """The clock goes on to this moment, and what is due happens."""
    world.clock.set(moment)
    await world.settle()


async def my_page(world: World, reservation_id: str) -> ReservationView:
    """The row that the query of my page answers."""
    found = await world.ssak3.my_page.get(reservation_id)
    assert found is not None
    return found


async def charges(world: World) -> list[int]:
    """What the provider really took, in won."""
    return [one["amount_krw"] for one in (await world.ledger())["charges"]]


async def refunds(world: World) -> list[int]:
    """What the provider really gave back, in won."""
    return [one["amount_krw"] for one in (await world.ledger())["refunds"]]


def types(world: World, **about: Any) -> list[str]:
    """The types of what happened, in order, without `ssak3.` and the version; `about` are fields that must match."""
    return [
        event.TYPE.removeprefix("ssak3.").removesuffix(".v1")
        for event in world.events
        if all(getattr(event, name, None) == value for name, value in about.items())
    ]


async def republish(world: World, held: Mapping[str, Collection[str]] = MappingProxyType({})) -> int:
    """`ssak3 events republish` a while later: how many events are told again. Then everybody is awake."""
    world.clock.advance(minutes=2)
    again = Republish(world.ssak3.databases.contexts, world.clock.now(), held)
    batches = [batch async for batch in again.run()]
    assert sum(batch.subjects for batch in batches) == await again.size()
    world.asleep.clear()
    return sum(batch.events for batch in batches)


@asynccontextmanager
async def lost(world: World, *consumers: str) -> AsyncIterator[None]:
    """What is published meanwhile never reaches these, though the broker has confirmed it. They sleep on after it."""
    world.asleep |= set(consumers)
    yield
    [broker] = world.pieces.brokers()
    for name in consumers:
        queue = broker.subscribe(name)
        while deliveries := await queue.receive(100, 0.3):
            await queue.ack(deliveries)
