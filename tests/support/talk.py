"""A conversation with a customer, scripted: the effects are answered by a small world in memory with a steered clock."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import services.reservation
from bot.conversation import effects as e
from bot.conversation.draft import Draft, dump, load
from bot.conversation.effects_erasing import EraseMe, LookBeforeErasingMe, ToErase
from bot.conversation.router import reply
from bot.conversation.turn import Context, Effect, Person, Said
from bot.links import BadCode
from services.mypage.view import CancellationPart, JobPart, Page, PaymentPart, ReservationView
from services.reservation.catalogue import Catalogue, parse_catalogue, windows
from services.reservation.model import Reservation
from services.reservation.policies import parse_policies
from services.reservation.refusals import SlotFull, TooManyHolds
from services.reservation.values import Paid, Party, Status, Visit
from services.shared_kernel.card import Button, Card
from services.shared_kernel.clock import KST, kst_date
from services.shared_kernel.refusal import NotFound
from tests.support.time import FakeClock, FakeIds

_PACKAGED = Path(services.reservation.__file__).parent
CATALOGUE = parse_catalogue((_PACKAGED / "catalogue.toml").read_text())
POLICIES = parse_policies((_PACKAGED / "policies.toml").read_text(), hold_minutes=15)
LONG_AGO = timedelta(hours=1)


def at(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of 2026 on a Korean clock."""
    return datetime(2026, month, day, hour, minute, tzinfo=KST)


def _no_such_code(who: str, do: e.LinkChat) -> None:
    raise BadCode


@dataclass
class World:
    """What there is: reservations, free times, a payment provider's mood, and one person's settings."""

    clock: FakeClock = field(default_factory=FakeClock)
    catalogue: Catalogue = CATALOGUE
    payment: str = "approving"  # or declining, deferring, unknown
    decline_reason: str = "한도 초과"
    down: set[type[Effect[Any]]] = field(default_factory=set)
    reservations: dict[str, Reservation] = field(default_factory=dict)
    jobs: dict[str, JobPart] = field(default_factory=dict)
    refunded: set[str] = field(default_factory=set)
    given_back: dict[str, int] = field(default_factory=dict)  # by an operator, without a cancellation
    details: dict[str, e.VisitDetails] = field(default_factory=dict)
    open_hours: dict[date, tuple[int, ...]] = field(default_factory=dict)
    full: set[datetime] = field(default_factory=set)
    charges: list[int] = field(default_factory=list)
    language: str = "ko"
    consent: e.Consent = e.Consent(day=False, night=False, quiet_nights=False)
    opens_at: datetime | None = None
    thread: list[str] | None = None
    telegram: str = ""
    late_view: list[ReservationView] | None = None  # what my page still shows

    def __post_init__(self) -> None:
        self.ids = FakeIds(self.clock)
        self._answers: dict[type[Effect[Any]], Callable[[str, Any], Any]] = {
            e.FreeStarts: self._free, e.SaveDetails: self._save_details, e.TheDetails: self._the_details,
            e.HoldPlace: self._hold, e.Pay: self._pay, e.WhyDeclined: lambda who, do: self.decline_reason,
            e.CheckoutLink: lambda who, do: f"https://pay.example/{do.reservation_id}",
            e.TheReservation: lambda who, do: self.mine(who, do.reservation_id),
            e.MyReservations: self._page, e.OnMyPage: lambda who, do: self._view(self.mine(who, do.reservation_id)),
            e.QuoteCancellation: self._quote, e.Cancel: self._cancel, e.Move: self._move,
            e.CurrentPolicy: lambda who, do: POLICIES.refund, e.SetLanguage: self._set_language,
            e.Consents: lambda who, do: self.consent, e.SetConsent: self._set_consent,
            e.SetQuietNights: self._set_quiet, e.NewLinkCode: lambda who, do: e.LinkCode(code="ABC234DEFG", url=self.telegram), e.AskForPerson: self._ask_for_person, e.SayToPerson: self._say,
            e.LeaveTalk: self._leave_talk,
            e.LinkChat: _no_such_code, EraseMe: lambda who, do: None,
            LookBeforeErasingMe: lambda who, do: ToErase(person_id=who, role="customer", visits=0, still_open=()),
        }  # fmt: skip

    def do(self, who: str, effect: Effect[Any]) -> Any:
        """An effect's result, or its refusal."""
        if type(effect) in self.down:
            raise e.TemporaryTrouble
        return self._answers[type(effect)](who, effect)

    def mine(self, who: str, reservation_id: str) -> Reservation:
        found = self.reservations.get(reservation_id)
        if found is None or found.customer_id != who:
            raise NotFound(reservation_id)
        return found

    def change(self, reservation_id: str, decide: Callable[[Reservation], Any]) -> Reservation:
        """Keep what a decision of the model makes of a reservation."""
        answer = decide(self.reservations[reservation_id])
        new: Reservation = answer[0] if isinstance(answer, tuple) else answer
        self.reservations[reservation_id] = new
        return new

    # What happens elsewhere

    def booked(self, starts_at: datetime, *, service: str = "home", size: int = 24, unpaid: bool = False) -> str:
        """A reservation made (and paid) an hour ago."""
        reservation_id, ago = self.ids.new(), self.clock.now() - LONG_AGO
        details_id = self.ids.new()
        self.details[details_id] = e.VisitDetails(address="마포구 OO로 12, 101동 502호")
        visit = Visit(
            service=service, size_pyeong=size, add_ons=(), area="mapo", details_id=details_id, starts_at=starts_at,
            ends_at=self.catalogue.ends_at(service, size, starts_at),
        )  # fmt: skip
        price = self.catalogue.price_krw(service, size, ())
        new, _ = Reservation.request(
            id=reservation_id, customer_id="me", visit=visit, price_krw=price, policy=POLICIES.refund,
            hold=POLICIES.hold, at=self.clock.now() if unpaid else ago,
        )  # fmt: skip
        self.reservations[reservation_id] = new
        if not unpaid:
            self.approve(reservation_id, ago)
        return reservation_id

    def approve(self, reservation_id: str, when: datetime | None = None) -> None:
        amount = self.reservations[reservation_id].price_krw
        paid = Paid(payment_id="p", attempt_id="a", amount_krw=amount, method="card", paid_at=when or self.clock.now())
        self.change(reservation_id, lambda old: old.confirm(paid=paid, refund_id="r"))

    def assigned(self, reservation_id: str, **changes: Any) -> None:
        """OO클린 has the job."""
        revision = self.reservations[reservation_id].visit.revision
        job = JobPart(
            id="j", status="ASSIGNED", visit_revision=revision, cleaner_id="c", cleaner_name="OO클린", payout_krw=68000
        )
        self.jobs[reservation_id] = replace(job, **changes)
        self.change(reservation_id, lambda old: old.cleaner_found(visit_revision=revision))

    def nobody_found(self, reservation_id: str) -> None:
        revision = self.reservations[reservation_id].visit.revision
        self.jobs[reservation_id] = JobPart(id="j", status="UNFILLED", visit_revision=revision)
        self.change(reservation_id, lambda old: old.nobody_found(visit_revision=revision))

    def started(self, reservation_id: str) -> None:
        now = self.clock.now()
        self.jobs[reservation_id] = replace(self.jobs[reservation_id], status="STARTED", started_at=now)
        self.change(reservation_id, lambda old: old.start(at=now))

    # Effects

    def _free(self, who: str, do: e.FreeStarts) -> list[e.FreeStart]:
        self.catalogue.area(do.area)
        sized = do.service is not None and do.size_pyeong is not None
        hours = self.catalogue.service(do.service or "").size(do.size_pyeong or 0).hours if sized else 2
        taken = self._taken(do.area)
        found, day = [], do.first
        while day <= do.last:
            for start in self.catalogue.starts_on(day, hours):
                end = start + timedelta(hours=hours)
                if start >= self.catalogue.earliest(self.clock.now()) and self._has_place(taken, start, end):
                    found.append((start, end, 1))
            day += timedelta(days=1)
        return found

    def _taken(self, area: str) -> Counter[datetime]:
        holding = (Status.AWAITING_PAYMENT, Status.CONFIRMED, Status.IN_PROGRESS)
        visits = [each.visit for each in self.reservations.values() if each.status in holding]
        return Counter(
            window for visit in visits if visit.area == area for window in windows(visit.starts_at, visit.ends_at)
        )

    def _has_place(self, taken: Counter[datetime], start: datetime, end: datetime) -> bool:
        hours = self.open_hours.get(kst_date(start))
        if start in self.full or (hours is not None and start.astimezone(KST).hour not in hours):
            return False
        return not taken or all(taken[each] < self.catalogue.capacity_at(each) for each in windows(start, end))

    def _save_details(self, who: str, do: e.SaveDetails) -> str:
        details_id = self.ids.new()
        self.details[details_id] = e.VisitDetails(address=do.address, note=do.note, phone=do.phone)
        return details_id

    def _the_details(self, who: str, do: e.TheDetails) -> e.VisitDetails:
        return self.details.get(do.details_id, e.VisitDetails())

    def _hold(self, who: str, do: e.HoldPlace) -> Reservation:
        if do.reservation_id in self.reservations:
            return self.mine(who, do.reservation_id)
        price = self.catalogue.price_krw(do.service, do.size_pyeong, do.add_ons)
        hours = self.catalogue.service(do.service).size(do.size_pyeong).hours
        self.catalogue.check_start(do.starts_at, hours, self.clock.now())
        unpaid = [each for each in self.reservations.values() if each.status is Status.AWAITING_PAYMENT]
        if len(unpaid) >= POLICIES.hold.most_unpaid:
            raise TooManyHolds
        ends_at = do.starts_at + timedelta(hours=hours)
        if not self._has_place(self._taken(do.area), do.starts_at, ends_at):
            raise SlotFull(do.area, do.starts_at)
        visit = Visit(
            service=do.service, size_pyeong=do.size_pyeong, add_ons=do.add_ons, area=do.area,
            details_id=do.details_id, starts_at=do.starts_at, ends_at=ends_at,
        )  # fmt: skip
        new, _ = Reservation.request(
            id=do.reservation_id, customer_id=who, visit=visit, price_krw=price, policy=POLICIES.refund,
            hold=POLICIES.hold, at=self.clock.now(),
        )  # fmt: skip
        self.reservations[new.id] = new
        return new

    def _pay(self, who: str, do: e.Pay) -> Reservation:
        now = self.clock.now()
        self.mine(who, do.reservation_id)
        self.change(do.reservation_id, lambda old: old.begin_payment(attempt_id="a", method=do.method, at=now))
        match self.payment:
            case "approving":
                self.charges.append(self.reservations[do.reservation_id].price_krw)
                self.approve(do.reservation_id)
            case "declining":
                self.change(
                    do.reservation_id, lambda old: old.payment_failed(attempt_id="a", hold=POLICIES.hold, at=now)
                )
            case "deferring":
                self.change(
                    do.reservation_id, lambda old: old.defer_payment(attempt_id="a", hold=POLICIES.hold, at=now)
                )
        return self.reservations[do.reservation_id]

    def _quote(self, who: str, do: e.QuoteCancellation) -> Any:
        return self.mine(who, do.reservation_id).cancellation_quote(by=Party.CUSTOMER, at=self.clock.now())

    def _cancel(self, who: str, do: e.Cancel) -> Reservation:
        if self.mine(who, do.reservation_id).status is Status.CANCELLED:
            return self.mine(who, do.reservation_id)
        return self.change(
            do.reservation_id,
            lambda old: old.cancel(
                by=Party.CUSTOMER, reason=do.reason, expected_refund_krw=do.expected_refund_krw, refund_id="r",
                at=self.clock.now(),
            ),
        )  # fmt: skip

    def _move(self, who: str, do: e.Move) -> Reservation:
        old = self.mine(who, do.reservation_id)
        ends_at = do.starts_at + (old.visit.ends_at - old.visit.starts_at)
        hours = (old.visit.ends_at - old.visit.starts_at) // timedelta(hours=1)
        new, _ = old.reschedule(starts_at=do.starts_at, ends_at=ends_at, by=Party.CUSTOMER, at=self.clock.now())
        self.catalogue.check_start(do.starts_at, hours, self.clock.now())
        if not self._has_place(self._taken(old.visit.area), do.starts_at, ends_at):
            raise SlotFull(old.visit.area, do.starts_at)
        self.reservations[old.id] = new
        return new

    def _page(self, who: str, do: e.MyReservations) -> Page:
        if self.late_view is not None:
            return Page(reservations=self.late_view, as_of=self.clock.now(), next=None)
        mine = [each for each in self.reservations.values() if each.customer_id == who]
        newest = sorted(mine, key=lambda each: each.id, reverse=True)
        return Page(reservations=[self._view(each) for each in newest], as_of=self.clock.now(), next=None)

    def _view(self, it: Reservation) -> ReservationView:
        visit, paid, ended = it.visit, it.paid, it.cancellation
        refunded = ended.refund_krw if ended and it.id in self.refunded else self.given_back.get(it.id, 0)
        return ReservationView(
            id=it.id, version=it.version, status=it.status, customer_id=it.customer_id, service=visit.service,
            size_pyeong=visit.size_pyeong, add_ons=visit.add_ons, area=visit.area, details_id=visit.details_id,
            starts_at=visit.starts_at, ends_at=visit.ends_at, visit_revision=visit.revision, price_krw=it.price_krw,
            hold_expires_at=it.hold_expires_at, payment_state=it.payment_state, job=self.jobs.get(it.id),
            payment=None if paid is None else PaymentPart(
                id=paid.payment_id, status="PAID", amount_krw=paid.amount_krw, refunded_krw=refunded, method="card"
            ),
            cancellation=None if ended is None else CancellationPart(
                by=ended.by, reason=ended.reason, fee_krw=ended.fee_krw, refund_krw=ended.refund_krw,
                compensation_krw=ended.compensation_krw, policy_version=ended.policy_version,
            ),
        )  # fmt: skip

    def _set_language(self, who: str, do: e.SetLanguage) -> None:
        self.language = do.language

    def _set_consent(self, who: str, do: e.SetConsent) -> None:
        self.consent = replace(self.consent, day=do.day, night=do.night)

    def _set_quiet(self, who: str, do: e.SetQuietNights) -> None:
        self.consent = replace(self.consent, quiet_nights=do.quiet)

    def _ask_for_person(self, who: str, do: e.AskForPerson) -> e.Handover:
        self.thread = [*(self.thread or []), do.text]
        return e.Handover(opens_at=self.opens_at, minutes=10)

    def _leave_talk(self, who: str, do: e.LeaveTalk) -> bool:
        was_open, self.thread = self.thread is not None, None
        return was_open

    def _say(self, who: str, do: e.SayToPerson) -> bool:
        if self.thread is None:
            return False
        self.thread.append(do.text)
        return True


class Talk:
    """One person talking. `say` types, `tap` presses the button of that label that was shown last."""

    def __init__(self, world: World | None = None, *, who: str = "me") -> None:
        self.world = world or World()
        self.who = who
        self.draft = Draft()
        self.shown: list[Button] = []
        self.cards: tuple[Card, ...] = ()

    def say(self, text: str) -> str:
        """The answer to a typed text, as one text."""
        return self._turn(Said(text=text))

    def tap(self, label: str) -> str:
        """The answer to a tap on the latest button of this label."""
        found = next((each for each in reversed(self.shown) if each.label == label), None)
        assert found is not None, f"no [{label}] among {sorted({each.label for each in self.shown})}"
        return self.act(found.action, label)

    def act(self, action: str, label: str = "") -> str:
        """The answer to an action, whatever it is."""
        return self._turn(Said(text=label, action=action))

    def action(self, label: str) -> str:
        """The action of the latest button of this label, to be tapped later."""
        return next(each.action for each in reversed(self.shown) if each.label == label)

    @property
    def labels(self) -> list[str]:
        """The buttons below each other or side by side, of the last answer."""
        return [each.label for card in self.cards for each in card.buttons]

    @property
    def quick(self) -> list[str]:
        """The quick replies of the last answer."""
        return [each.label for card in self.cards for each in card.quick_replies]

    def _turn(self, said: Said) -> str:
        person = Person(id=self.who, role="customer", language=self.world.language)
        context = Context(
            person=person,
            now=self.world.clock.now(),
            catalogue=self.world.catalogue,
            fresh_id=self.world.ids.new(),
        )
        conversation = reply(load(dump(self.draft)), said, context)
        try:
            effect = next(conversation)
            while True:
                try:
                    result = self.world.do(self.who, effect)
                except Exception as refusal:
                    effect = conversation.throw(refusal)
                else:
                    effect = conversation.send(result)
        except StopIteration as done:
            turn = done.value
        self.draft, self.cards = turn.draft, turn.says
        self.shown += [each for card in turn.says for each in (*card.buttons, *card.quick_replies)]
        return "\n".join(_as_text(each) for each in turn.says)


def _as_text(card: Card) -> str:
    items = " / ".join(f"{item.name}: {item.value}" for item in card.items)
    title = f"{{{card.title}}} " if card.title else ""
    return f"{title}{card.text}{items}"
