"""What was lost, doubled, or is stuck: from the provider's book, the answers, the phones, the receipts and the logs."""

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from messaging.catalogue import FOLLOWS
from tests.chaos.apart.guests import Guest
from tests.chaos.apart.rig import Rig
from tests.chaos.calls import Caller
from tests.chaos.chats import Chat

T = TypeVar("T")

AT_ONCE = 12
IN_FLIGHT_SECONDS = 30.0
# What happens to one subject once, whatever is killed when. Of refunds each has an id of its own, see `_refunds`.
ONCE_A_SUBJECT = (
    "reservation.requested", "reservation.confirmed", "reservation.cancelled", "reservation.expired",
    "reservation.started", "reservation.completed", "payment.approved", "cleaning.started", "cleaning.completed",
    "cleaning.called_off",
)  # fmt: skip
ASKED_TO_PAY, CONFIRMED = "결제하면 예약이 확정돼요", "예약이 확정됐어요"


@dataclass
class Count:
    """In words, one for each; and what reached people twice or not at all, which rule 11 allows where it is unknown."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)
    told_twice: int = 0
    told_never: int = 0
    unknown_sends: int = 0
    statuses: Counter[str] = field(default_factory=Counter)

    @property
    def faults(self) -> list[str]:
        return [*self.lost, *self.doubled, *self.stuck]


async def count_all(rig: Rig, caller: Caller, guests: Sequence[Guest], *, asked_again: float = 1.0) -> Count:
    """At rest. `asked_again` is the share of the answered calls that are made once more."""
    count, now = Count(), dict[str, Any]()

    async def look(guest: Guest) -> None:
        now[guest.customer_id] = await guest.now()
        count.statuses[now[guest.customer_id]["status"]] += 1

    await _each(guests, look)
    await _money(rig, guests, now, count)
    await _promises(caller, guests, now, count, asked_again)
    await _my_pages(caller, guests, now, count)
    await _events(rig, count)
    await _receipts(rig, guests, count)
    for chat in rig.chats:
        _chat(chat, count)
    return count


async def _each(things: Iterable[T], look: Callable[[T], Awaitable[None]]) -> None:
    """A few at a time."""
    left = iter(things)

    async def some() -> None:
        for thing in left:
            await look(thing)

    await asyncio.gather(*(some() for _ in range(AT_ONCE)))


async def _money(rig: Rig, guests: Sequence[Guest], now: Mapping[str, Any], count: Count) -> None:
    """One charge each deal, back what was promised, no more, no less; and no charge that nobody asked for."""
    ledger = await rig.ledger()
    back = Counter[str]()
    for refund in ledger["refunds"]:
        back[refund["payment_key"]] += refund["amount_krw"]
    times = Counter(charge["order_id"] for charge in ledger["charges"])
    count.doubled += [f"order {order} was charged {n} times" for order, n in times.items() if n > 1]
    left = {charge["order_id"]: charge["amount_krw"] - back[charge["payment_key"]] for charge in ledger["charges"]}
    orders = await rig.database.fetch(
        "SELECT reservation_id, order_id FROM payment_attempt JOIN payment_payment AS payment ON payment.id = payment_id"
    )
    kept = Counter[str]()
    for row in orders:
        kept[row["reservation_id"]] += left.pop(row["order_id"], 0)
    count.doubled += [f"charge {order} is for nobody's reservation" for order in left]
    for guest in guests:
        stands = now[guest.customer_id]
        fee = (stands["cancellation"] or {}).get("fee_krw", 0)
        owed = {"EXPIRED": 0, "CANCELLED": fee}.get(stands["status"], stands["price_krw"])
        if kept[guest.reservation_id] != owed:
            text = f"{guest.customer_id}, {stands['status']}: {kept[guest.reservation_id]} won were kept, not {owed}"
            (count.doubled if kept[guest.reservation_id] > owed else count.lost).append(text)


async def _promises(
    caller: Caller, guests: Sequence[Guest], now: Mapping[str, Any], count: Count, asked_again: float
) -> None:  # fmt: skip
    """What was answered is so, and is answered again in the same words."""

    async def again(promise: Any) -> None:
        found = await caller.ask_once_more(promise.path, promise.key, promise.body)
        if (found.status, found.answer) != (promise.status, promise.answer):
            count.lost.append(f"another answer to {promise.key}: {found.status} {found.answer}, was {promise.status}")

    await _each(caller.promises[:: round(1 / asked_again)], again)
    for guest in guests:
        stands = now[guest.customer_id]
        if stands["status"] != guest.promised_status:
            count.lost.append(f"{guest.customer_id} is {stands['status']}, promised {guest.promised_status}")
        refund = (stands["cancellation"] or {}).get("refund_krw")
        if refund != guest.promised_refund:
            count.lost.append(f"{guest.customer_id} gets {refund} won back, promised {guest.promised_refund}")


async def _my_pages(caller: Caller, guests: Sequence[Guest], now: Mapping[str, Any], count: Count) -> None:
    """Each has the one reservation that they asked for, as its owner has it."""

    async def look(guest: Guest) -> None:
        shown = (await caller.get(f"/api/mypage/{guest.customer_id}"))["reservations"]
        stands = now[guest.customer_id]
        if len(shown) > 1:
            count.doubled.append(f"{guest.customer_id} has {len(shown)} reservations")
        elif [(one["id"], one["status"], one["starts_at"]) for one in shown] != [
            (guest.reservation_id, stands["status"], stands["starts_at"])
        ]:
            count.lost.append(f"{guest.customer_id}'s page shows {shown}")

    await _each(guests, look)


async def _events(rig: Rig, count: Count) -> None:
    """Every event was handled by everybody who follows; nothing happened twice."""
    for consumer, follows in FOLLOWS.items():
        for context in follows:
            missed = await rig.database.fetch(
                f"SELECT type, event_id FROM {context}_event_log WHERE event_id NOT IN"
                f" (SELECT event_id FROM {consumer}_inbox)"
            )
            count.lost += [f"{consumer} never handled {row['type']} {row['event_id']}" for row in missed]
    for kind in ONCE_A_SUBJECT:
        log = f"{kind.split('.')[0]}_event_log"
        twice = await rig.database.fetch(
            f"SELECT subject, count(*) AS times FROM {log} WHERE type = $1 GROUP BY subject HAVING count(*) > 1",
            f"ssak3.{kind}.v1",
        )
        count.doubled += [f"{kind} of {row['subject']} {row['times']} times" for row in twice]
    jobs = await rig.database.fetch(
        "SELECT reservation_id FROM cleaning_job GROUP BY reservation_id HAVING count(*) > 1"
    )
    count.doubled += [f"two jobs for {row['reservation_id']}" for row in jobs]


async def _receipts(rig: Rig, guests: Sequence[Guest], count: Count) -> None:
    """What came out of the bare channel, against what the senders know of it (rule 11)."""
    rows = await _deliveries(rig)
    by_notification: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        by_notification[row["notification_id"]].append(row)
    came = rig.receipts.by_delivery
    for deliveries in by_notification.values():
        unknown = [row for row in deliveries if row["reason"] == "unknown"]
        received = sum(came[row["id"]] for row in deliveries)
        count.unknown_sends += len(unknown)
        count.told_twice += received > 1
        count.told_never += received < 1
        # Each unknown send may have been one too many; what isn't unknown came exactly once.
        surely = [row for row in deliveries if row["status"] == "SENT"]
        if any(came[row["id"]] > 1 for row in deliveries) or received > len(surely) + len(unknown):
            count.doubled.append(f"a message came {received} times: {[*map(dict, deliveries)]}")
        if any(came[row["id"]] < 1 for row in surely) or (received < 1 and not unknown):
            count.lost.append(f"a message never came: {[*map(dict, deliveries)]}")
    strangers = came.keys() - {row["id"] for row in rows}
    count.doubled += [f"a message of nobody's delivery: {delivery}" for delivery in strangers]
    for guest in guests:
        wanted = [ASKED_TO_PAY] if guest.plan == "doesn't pay" else [ASKED_TO_PAY, CONFIRMED]
        for title in wanted:
            if not rig.receipts.titles[guest.customer_id, title] and not count.told_never:
                count.lost.append(f"{guest.customer_id} was never told: {title}")


async def _deliveries(rig: Rig) -> Sequence[Any]:
    """What is being sent just now isn't lost: time may cause a notice at any moment, after everything had come to rest."""
    deadline = time.monotonic() + IN_FLIGHT_SECONDS
    while True:
        rows: Sequence[Any] = await rig.database.fetch(
            "SELECT id, notification_id, status, reason, sending_by FROM notification_delivery WHERE channel = 'api'"
        )
        if all(row["status"] != "SENDING" for row in rows) or time.monotonic() > deadline:
            return rows
        await asyncio.sleep(0.5)


def _chat(chat: Chat, count: Count) -> None:
    """What was acknowledged stands there once; a cleaner was told once of each job that they got."""
    said = Counter(one["client_id"] for one in chat.log.values() if one["from"] == "me" and one["client_id"])
    count.doubled += [f"{chat.name}'s {client_id} is there twice" for client_id, n in said.items() if n > 1]
    taken = Counter(str(one["card"]["items"]) for one in chat.log.values() if one["card"]["title"] == "일을 맡으셨어요")
    count.doubled += [f"{chat.name} was told twice of {job}" for job, n in taken.items() if n > 1]
