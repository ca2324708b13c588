"""Several bots and payment processes at the same moment, on PostgreSQL: one answer, one thread, one refund, no gap."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import select

from bot.channels.answering import Answering
from bot.conversation.turn import Said
from bot.dialogue import Dialogue
from bot.idempotency import Begun, Idempotency
from bot.notices import Notice
from bot.people import People
from bot.records import KeyUse
from bot.threads import Threads
from bot.welcoming import Welcoming
from services.payment.model import Payment
from services.payment.provider import Cancelled
from services.payment.refunding import Refunding, WantedRefund, take_up
from services.payment.refusals import AlreadyPaid, AttemptLive, PaymentClosed
from services.payment.results import Approved, Fenced
from services.payment.values import RefundStatus
from services.shared_kernel.card import Card
from storage.bot import tables
from storage.bot.notices import SqlNotices
from storage.bot.repositories import BotUnitOfWork
from storage.bot.turns import LOG
from storage.engine import Database
from storage.payment.payments import SqlPayments
from storage.postgresql import lock
from storage.unit_of_work import Context
from tests.support.branch import CATALOGUE
from tests.support.fresh import Fresh
from tests.support.payment_shop import PRICE, Shop
from tests.support.races import Other, while_open
from tests.support.time import FakeClock, FakeIds

pytestmark = pytest.mark.asyncio


class Door:
    """One bot process."""

    def __init__(self, url: str, clock: FakeClock, ids: FakeIds) -> None:
        self.clock, self.ids = clock, ids
        self.database = Database(url)
        self.context = Context(tables=tables.messaging, database=self.database, clock=clock, ids=ids)
        self.people = People(self.work, clock, ids, ids.new)
        self.welcoming = Welcoming(self.work, clock)
        self.threads = Threads(self.work, clock, ids, lambda person_id: None)
        self.idempotency = Idempotency(self.work, clock, ids)

    def work(self) -> BotUnitOfWork:
        return BotUnitOfWork(self.context)

    def dialogue(self, carry_out: Callable[..., Awaitable[Any]]) -> Dialogue:
        return Dialogue(self.work, self.clock, self.ids, CATALOGUE, carry_out, lambda person_id: None)

    async def lines(self, person_id: str, after: int = 0) -> list[tuple[int, str]]:
        async with self.work() as work:
            return [(line.seq, line.card.text) for line in await work.log.after(person_id, after, 100)]


Open = Callable[[], Door]


@pytest_asyncio.fixture
async def another(fresh_postgresql: Fresh) -> AsyncIterator[Open]:
    clock = FakeClock()
    ids, url, made = FakeIds(clock), fresh_postgresql("bot"), []

    def make() -> Door:
        made.append(Door(url, clock, ids))
        return made[-1]

    yield make
    for door in made:
        await door.database.close()


# The bot


async def test_who_reads_a_line_has_missed_none_before_it(another: Open):
    """Numbers are given when a line is written; without waiting its turn, a later one could be read first."""
    first, second = another(), another()

    async def append(text: str) -> None:
        async with second.work() as work:
            await work.log.append("p", "bot", Card(text=text), second.clock.now())

    seen: list[tuple[int, str]] = []

    async def append_and_read() -> None:
        await append("later")
        seen.extend(await second.lines("p"))

    async with while_open(first.work(), append_and_read()) as (work, other):
        await work.log.append("p", "bot", Card(text="earlier"), first.clock.now())
    await other.result()
    assert [text for _, text in seen] == ["earlier", "later"]


def notice(person_id: str, text: str, delivery_id: str = "") -> Notice:
    return Notice(delivery_id=delivery_id or f"{person_id} {text}", person_id=person_id, card=Card(text=text))


async def test_notices_get_their_numbers_only_when_it_is_their_turn(another: Open):
    """One statement for many people: no line of any of them has a number before all turns are held."""
    first, second = another(), another()
    notices = SqlNotices(second.database)
    many = [notice("a", "later"), notice("p", "later"), notice("p", "twice", "d1"), notice("z", "later")]
    comes = Other(notices.append(many, second.clock.now()))
    async with first.work() as work:
        await lock(work.connection, LOG, ["p"])
        await comes.run_ahead()
        await work.log.append("p", "bot", Card(text="earlier"), first.clock.now())
        await work.log.append("p", "bot", Card(text="twice"), first.clock.now(), delivery_id="d1")
        assert await second.lines("a") == []
    assert await comes.result() == {"a later", "p later", "z later"}
    lines = await first.lines("p")
    assert [text for _, text in lines] == ["earlier", "twice", "later"]
    first_number = lines[0][0]
    assert [number for who in ("a", "z") for number, _ in await first.lines(who) if number < first_number] == []


async def test_whoever_appends_after_notices_waits_for_their_commit(another: Open):
    """The turn is held until the lines can be read."""
    first, second = another(), another()

    async def append_and_read() -> list[tuple[int, str]]:
        await SqlNotices(second.database).append([notice("q", "…"), notice("p", "later")], second.clock.now())
        return await second.lines("p")

    async with while_open(first.work(), append_and_read()) as (work, other):
        await work.log.append("p", "bot", Card(text="earlier"), first.clock.now())
    assert [text for _, text in await other.result()] == ["earlier", "later"]


async def test_those_who_tell_the_same_people_in_another_order_do_not_wait_in_a_ring(another: Open):
    first, second = another(), another()
    notices = SqlNotices(second.database)
    batches = [[notice("p", "one"), notice("q", "one")], [notice("q", "other"), notice("p", "other")]]
    others = [Other(notices.append(some, second.clock.now())) for some in batches]
    async with first.work() as work:
        await lock(work.connection, LOG, ["p"])
        for other in others:
            await other.run_ahead()
    assert [await other.result() for other in others] == [{"p one", "q one"}, {"p other", "q other"}]


async def test_lines_of_different_people_do_not_wait(another: Open):
    first, second = another(), another()
    async with first.work() as work:
        await work.log.append("p", "bot", Card(text="…"), first.clock.now())
        async with asyncio.timeout(2), second.work() as meanwhile:
            await meanwhile.log.append("q", "bot", Card(text="…"), second.clock.now())


async def test_a_message_that_two_processes_answer_is_answered_once(another: Open):
    """One begins at its start with what is unanswered, while another is at it."""
    doors = [another(), another()]
    person = await doors[0].people.welcome_customer(channel="web")

    async def nothing(effect: object, who: object) -> None:
        raise AssertionError("a greeting asks for nothing")

    dialogues = [door.dialogue(nothing) for door in doors]
    await dialogues[0].receive(person.id, "c1", Said(action="hello"))
    answered = await asyncio.gather(*(dialogue.answer(person.id) for dialogue in dialogues))
    assert sum(answered) >= 1
    lines = [text for _, text in await doors[0].lines(person.id)]
    assert lines
    assert len(lines) == len(set(lines)), lines


async def test_what_one_bot_left_unanswered_another_answers(another: Open):
    """When it was killed, or had no database; not while it may still be at it."""
    killed, other = another(), another()
    person = await killed.people.welcome_customer(channel="web")
    await killed.dialogue(lambda *_: asyncio.sleep(0)).receive(person.id, "c1", Said(action="hello"))
    answering = Answering(other.dialogue(lambda *_: asyncio.sleep(0)))
    other.clock.advance(seconds=9)
    assert await answering.run_once() == 0
    other.clock.advance(seconds=2)
    assert await answering.run_once() == 1
    assert await other.lines(person.id)
    assert await answering.run_once() == 0


async def test_what_postgresql_cannot_keep_is_left_out(another: Open):
    """A zero and half a character: typed, as an action, or as a phone's own id of the message."""
    door = another()
    person = await door.people.welcome_customer(channel="web")
    dialogue = door.dialogue(lambda *_: asyncio.sleep(0))
    assert await dialogue.receive(person.id, "c\x00\ud800", Said(text="안\x00녕\ud800", action="hello\x00"))
    async with door.work() as work:
        kept = await work.received.next_of(person.id)
    assert kept is not None
    assert (kept.text, kept.action, kept.client_id) == ("안녕", "hello", "c")


async def test_one_customer_has_one_open_thread(another: Open):
    doors = [another() for _ in range(3)]
    person = await doors[0].people.welcome_customer(channel="web")
    made = await asyncio.gather(
        *(door.threads.ask(person.id, "도와주세요") for door in doors), doors[0].threads.with_customer(person.id)
    )
    assert len({thread.id for thread in made}) == 1
    (talk,) = await doors[0].threads.open_ones()
    assert [line.text for line in talk.lines] == ["도와주세요"] * 3


async def test_the_same_newcomer_at_two_doors_is_one_person(another: Open):
    doors = [another() for _ in range(4)]
    people = await asyncio.gather(*(door.welcoming.welcome("customer-42") for door in doors))
    assert {person.id for person in people} == {"customer-42"}
    async with doors[0].database.read() as connection:
        assert len((await connection.execute(select(tables.messaging.outbox))).all()) == 1


async def test_an_invite_is_used_once(another: Open):
    doors = [another() for _ in range(4)]
    code = await doors[0].people.invite("cleaner")
    joined = await asyncio.gather(
        *(door.people.join(code=code, role="cleaner", channel="web") for door in doors), return_exceptions=True
    )
    assert Counter(type(one).__name__ for one in joined) == {"PersonRecord": 1, "BadInvite": 3}


async def test_changes_of_one_person_at_once_are_all_made(another: Open):
    doors = [another() for _ in range(3)]
    person = await doors[0].people.welcome_customer(channel="web")
    await asyncio.gather(
        doors[0].people.rename(person.id, "김OO"),
        doors[1].people.set_language(person.id, "en"),
        doors[2].people.set_quiet_nights(person.id, True),
    )
    after = await doors[0].people.get(person.id)
    assert (after.name, after.language, after.quiet_at_night, after.version) == ("김OO", "en", True, 4)


async def test_of_calls_with_one_key_at_once_one_runs(another: Open):
    doors = [another() for _ in range(4)]
    use = KeyUse(caller="api", route="/api/reservations", key="k")
    begun = await asyncio.gather(*(door.idempotency.begin(use, b"{}") for door in doors))
    assert Counter(type(one) for one in begun)[Begun] == 1
    doors[0].clock.advance(seconds=60)
    resumed = await asyncio.gather(*(door.idempotency.begin(use, b"{}") for door in doors))
    assert [one.resumed for one in resumed if isinstance(one, Begun)] == [True]


# Payment


@pytest_asyncio.fixture
async def shops(tmp_path: Path, fresh_postgresql: Fresh) -> AsyncIterator[list[Shop]]:
    """Two payment processes at one database and one provider."""
    url = fresh_postgresql("payment")
    first = Shop(tmp_path, url)
    await first.open()
    second = Shop(tmp_path, url)
    second.clock, second.ids, second.session, second.sandbox = first.clock, first.ids, first.session, first.sandbox
    second.breaker, second.provider, second.database = first.breaker, first.provider, Database(url)
    second.restart()
    yield [first, second]
    await second.use_cases.drain()
    await second.database.close()
    await first.close()


async def test_two_attempts_at_once_are_one_charge(shops: list[Shop]):
    """Rule 3, in two processes."""
    answers = await asyncio.gather(
        shops[0].pay("a"), shops[1].pay("a"), shops[1].pay("b"), shops[0].pay("c"), return_exceptions=True
    )
    assert sum(isinstance(answer, Approved) for answer in answers) >= 1
    assert not [one for one in answers if isinstance(one, Exception) and not isinstance(one, AttemptLive | AlreadyPaid)]
    assert len((await shops[0].provider_ledger())["charges"]) == 1
    assert await shops[0].told_names() == ["PaymentApproved"]


async def test_a_fence_and_a_late_request_at_once(shops: list[Shop]):
    """Whichever comes first, both say the same: fenced, or paid."""
    for attempt in ("a", "b", "c"):
        paid, resolved = await asyncio.gather(
            shops[0].pay(attempt, reservation_id=f"r-{attempt}"), shops[1].use_cases.resolve(attempt_id=attempt)
        )
        charges = [one["order_id"] for one in (await shops[0].provider_ledger())["charges"]]
        if isinstance(paid, Fenced):
            assert isinstance(resolved, Fenced)
            assert f"ssak3-{attempt}" not in charges
        else:
            assert isinstance(paid, Approved)
            assert not isinstance(resolved, Fenced)
            assert charges.count(f"ssak3-{attempt}") == 1


async def test_the_same_refund_asked_for_twice_at_once_is_one(shops: list[Shop]):
    paid = await shops[0].pay()
    assert isinstance(paid, Approved)
    wanted = WantedRefund(
        payment_id=paid.payment_id, refund_id="f", amount_krw=64_000, cause="goodwill", reason="사유"
    )  # fmt: skip

    async def ask(shop: Shop) -> None:
        async with shop.work() as work:
            await take_up(work, wanted, shop.clock.now())

    await asyncio.gather(*(ask(shops[number % 2]) for number in range(4)))
    await asyncio.gather(*(shop.refunds.run_once() for shop in shops))
    assert [one["amount_krw"] for one in (await shops[0].provider_ledger())["refunds"]] == [64_000]
    names = await shops[0].told_names()
    assert names == ["PaymentApproved", "PaymentRefunding", "PaymentRefunded"]


async def test_a_refund_that_a_replica_sends_just_now_is_left_to_it(
    shops: list[Shop], monkeypatch: pytest.MonkeyPatch
):  # fmt: skip
    """It isn't taken for one whose process was killed: that is what its lease is for."""
    one, other = shops
    paid = await one.pay()
    assert isinstance(paid, Approved)
    await one.use_cases.refund(payment_id=paid.payment_id, refund_id="f", amount_krw=PRICE, reason="사유")
    calls: list[str] = []
    provider, cancel = one.provider, one.provider.cancel
    theirs = Refunding(other.work, other.clock, other.ids, other.provider)

    async def cancel_meanwhile(**asked: Any) -> Cancelled:
        """The other replica comes to the same refund, which it has found due before."""
        calls.append(asked["idempotency_key"])
        if len(calls) == 1:
            assert await theirs.advance("f") is RefundStatus.SENT
        return await cancel(**asked)

    monkeypatch.setattr(provider, "cancel", cancel_meanwhile)
    monkeypatch.setattr(other.provider, "cancel", cancel_meanwhile)
    assert await one.refunds.run_once() == 1
    assert calls == ["f"]
    assert [refund["amount_krw"] for refund in (await one.provider_ledger())["refunds"]] == [PRICE]
    assert (await one.told_names()).count("PaymentRefunded") == 1


async def test_an_attempt_that_a_replica_pays_with_meanwhile_has_its_answer(
    shops: list[Shop], monkeypatch: pytest.MonkeyPatch
):  # fmt: skip
    """Not that somebody else has paid already: it is the same attempt."""
    one, other = shops
    used, paid = SqlPayments.used, list[object]()

    async def used_just_before(payments: SqlPayments, attempt_ids: Collection[str]) -> Collection[str]:
        before = await used(payments, attempt_ids)
        if not paid:
            paid.append("begun")
            paid[:] = [await one.pay()]
        return before

    monkeypatch.setattr(SqlPayments, "used", used_just_before)
    answer = await other.pay()
    assert isinstance(answer, Approved)
    assert paid == [answer]
    assert len((await one.provider_ledger())["charges"]) == 1


async def test_refunds_at_once_never_promise_more_than_was_paid(shops: list[Shop]):
    """Rule 6."""
    paid = await shops[0].pay()
    assert isinstance(paid, Approved)
    answers = await asyncio.gather(
        *(
            shops[number % 2].use_cases.refund(
                payment_id=paid.payment_id, refund_id=f"f{number}", amount_krw=30_000, reason="사유"
            )
            for number in range(4)
        ),
        return_exceptions=True,
    )
    assert Counter(type(one).__name__ for one in answers) == {"Refund": 2, "RefundTooLarge": 2}
    for _ in range(4):
        await asyncio.gather(*(shop.refunds.run_once() for shop in shops))
        shops[0].clock.advance(minutes=1)
    ledger = await shops[0].provider_ledger()
    assert sum(one["amount_krw"] for one in ledger["refunds"]) == 60_000 <= PRICE


async def test_a_payment_that_closes_while_it_begins(shops: list[Shop]):
    """The reservation ends unpaid in the moment in which its customer pays: one of both, never a payment of its own."""

    async def begin(shop: Shop) -> object:
        return await shop.use_cases.pay(
            reservation_id="r9", customer_id="c1", attempt_id="z", amount_krw=PRICE, method="card",
            pay_by=shop.clock.now() + timedelta(minutes=15),
        )  # fmt: skip

    async with while_open(shops[0].work(), begin(shops[1])) as (work, other):
        closed = Payment.open(id="p9", reservation_id="r9", customer_id="c1").close()
        await work.payments.save(None, closed, [])
        await work.payments.write()
    with pytest.raises(PaymentClosed):
        await other.result()
    assert (await shops[0].provider_ledger())["charges"] == []
