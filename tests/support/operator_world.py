"""A world for operators' conversations: a reservation or two, threads, refunds and dead letters, all scripted."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from bot.carry_out.broadcast import BroadcastEffects
from bot.conversation import effects, effects_operator, effects_staff
from bot.conversation.effects_operator import BoardNow, DeadGroup, Found, HistoryLine, Owed, Spoken, ThreadSummary
from bot.conversation.turn import Effect, Person
from bot.records import Thread
from bot.staff import LastOperator
from services.mypage.view import Board, CancellationPart, JobPart, PaymentPart, ReservationView, Stuck
from services.payment.refunds import Compensation, Refund
from services.payment.refusals import RefundTooLarge
from services.payment.values import CompensationStatus, RefundStatus
from services.reservation.policies import CancellationQuote, PaidVisit, parse_policies, quote_cancellation
from services.reservation.refusals import FiguresChanged, SlotFull
from services.reservation.values import Party
from services.shared_kernel.clock import KST, kst_date
from services.shared_kernel.ids import short_code
from services.shared_kernel.refusal import NotFound
from tests.support.broadcasting import FakeBroadcasting, at_once
from tests.support.talking import ROOT, TroubleNow, handler_name
from tests.support.time import FakeClock, FakeIds

POLICIES = parse_policies((ROOT / "services/reservation/policies.toml").read_text(), 15)
ME = Person(id="0193551e-0000-7000-8000-0000000000aa", role="operator", language="ko")
TUESDAY_2PM = datetime(2026, 11, 24, 14, tzinfo=KST)


class OperatorWorld:
    """Answers every effect of an operator's conversation. `fails`: how many effects don't answer first."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.ids = FakeIds(clock)
        self.found: dict[str, Found] = {}
        self.board = Board(counts={}, stuck=(), as_of=clock.now() + timedelta(minutes=10))
        self.payments_ok = True
        self.lines: list[HistoryLine] = []
        self.threads: dict[str, ThreadSummary] = {}
        self.spoken: dict[str, list[Spoken]] = {}
        self.sent: list[tuple[str, str, str]] = []
        self.cancelled: list[tuple[str, int, str]] = []
        self.moved: list[tuple[str, datetime]] = []
        self.refunds: dict[str, Refund] = {}
        self.reserved_krw = 0
        self.owed: dict[str, Owed] = {}
        self.dead: list[DeadGroup] = []
        self.full: set[datetime] = set()
        self.staff: dict[str, effects_staff.StaffMember] = {}
        self.finished: list[str] = []
        self.language = "ko"
        self.fails = 0
        self.telegram = self.why_no_telegram = ""
        self.broadcasting = FakeBroadcasting(clock)
        files = "http://127.0.0.1:8000/chat/broadcasts/{}.csv"
        self._broadcasts = BroadcastEffects(self.broadcasting, files.format).table()

    def __call__(self, effect: Effect[Any]) -> Any:
        if self.fails:
            self.fails -= 1
            raise TroubleNow
        if type(effect) in self._broadcasts:
            return at_once(self._broadcasts[type(effect)](effect, ME))
        return getattr(self, handler_name(effect))(effect)

    # What there is

    def reservation(self, starts_at: datetime = TUESDAY_2PM, *, name: str = "김OO", **changes: Any) -> ReservationView:
        id = self.ids.new()
        view = ReservationView(
            id=id, version=3, status="CONFIRMED", customer_id=self.ids.new(), service="home", size_pyeong=24,
            add_ons=(), area="mapo", details_id=self.ids.new(), starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=3), visit_revision=1, price_krw=80_000,
            hold_expires_at=self.clock.now(), payment_state="paid",
            payment=PaymentPart(id=self.ids.new(), status="PAID", amount_krw=80_000, refunded_krw=0, method="card"),
            job=JobPart(id=self.ids.new(), status="ASSIGNED", visit_revision=1, cleaner_name="OO클린"),
            cancellation=None,
        )  # fmt: skip
        view = replace(view, **changes)
        self.found[id] = Found(reservation=view, customer_name=name, phone="010-0000-1234", address="마포구 OO로 12")
        return view

    def thread(self, text: str, *, name: str = "김OO", role: str = "customer", minutes: int = 4) -> str:
        since = self.clock.now() - timedelta(minutes=minutes)
        thread = Thread(
            id=self.ids.new(), customer_id=self.ids.new(), opened_at=since, waiting_since=since, closed_at=None
        )
        self.threads[thread.id] = ThreadSummary(thread=thread, name=name, role=role, last_text=text)
        self.spoken[thread.id] = [Spoken(text=text, at=since, by_us=False)]
        return thread.id

    def leave(self, thread_id: str) -> None:
        """The customer has ended the talk; nobody has closed it."""
        each = self.threads[thread_id]
        gone = replace(each.thread, waiting_since=None, left_at=self.clock.now())
        self.threads[thread_id] = replace(each, thread=gone)

    def refund(self, status: RefundStatus) -> Refund:
        at = self.clock.now()
        made = Refund(
            id=self.ids.new(), version=1, payment_id=self.ids.new(), attempt_id=self.ids.new(), status=status,
            amount_krw=64_000, cause="goodwill", reason="", requested_at=at, due_at=at + timedelta(days=3),
            next_try_at=at,
        )  # fmt: skip
        self.refunds[made.id] = made
        return made

    def owe(self, view: ReservationView, amount_krw: int = 16_000) -> Compensation:
        made = Compensation(
            id=self.ids.new(), version=1, payment_id=self.ids.new(), status=CompensationStatus.OWED,
            amount_krw=amount_krw, owed_since=self.clock.now(),
        )  # fmt: skip
        self.owed[made.id] = Owed(compensation=made, reservation_id=view.id, customer_name="김OO")
        return made

    def member(self, role: str, name: str = "") -> effects_staff.StaffMember:
        made = effects_staff.StaffMember(id=self.ids.new(), role=role, name=name, since=self.clock.now())
        self.staff[made.id] = made
        return made

    def stuck(self, kind: str, view: ReservationView) -> None:
        mark = Stuck(kind=kind, reservation_id=view.id, since=self.clock.now() - timedelta(hours=1))
        self.board = replace(self.board, stuck=(*self.board.stuck, mark))

    def _get(self, reservation_id: str) -> ReservationView:
        if reservation_id not in self.found:
            raise NotFound(reservation_id)
        return self.found[reservation_id].reservation

    def _put(self, view: ReservationView) -> None:
        self.found[view.id] = replace(self.found[view.id], reservation=view)

    # Effects

    def _board(self, effect: effects_operator.Board) -> BoardNow:
        return BoardNow(
            visits=self.board, waiting=sum(each.thread.left_at is None for each in self.threads.values()),
            dead=sum(each.count for each in self.dead), payments_ok=self.payments_ok,
            left=sum(each.thread.left_at is not None for each in self.threads.values()),
        )  # fmt: skip

    def _find_reservations(self, effect: effects_operator.FindReservations) -> Sequence[Found]:
        wanted = effect.text
        return [
            each
            for each in self.found.values()
            if wanted in (each.reservation.id, short_code(each.reservation.id), each.customer_name)
            or (each.reservation.job is not None and wanted == each.reservation.job.cleaner_name)
            or (wanted.isdecimal() and each.phone.endswith(wanted))
        ][:5]

    def _history(self, effect: effects_operator.History) -> Sequence[HistoryLine]:
        self._get(effect.reservation_id)
        return self.lines

    def _quote_operator_cancel(self, effect: effects_operator.QuoteOperatorCancel) -> CancellationQuote:
        view = self._get(effect.reservation_id)
        visit = PaidVisit(
            paid_krw=view.price_krw, paid_at=self.clock.now() - timedelta(days=1), starts_at=view.starts_at,
            moved_tier_percent=0, cleaner_accepted=True, unfilled=False,
        )  # fmt: skip
        return quote_cancellation(POLICIES.refund, visit, Party.AGENCY, self.clock.now())

    def _operator_cancel(self, effect: effects_operator.OperatorCancel) -> None:
        view = self._get(effect.reservation_id)
        quote = self._quote_operator_cancel(effects_operator.QuoteOperatorCancel(reservation_id=view.id))
        if quote.refund_krw != effect.expected_refund_krw:
            raise FiguresChanged(quote)
        if view.status != "CANCELLED":
            self.cancelled.append((view.id, effect.expected_refund_krw, effect.reason))
        part = CancellationPart(
            by="agency", reason=effect.reason, fee_krw=0, refund_krw=quote.refund_krw,
            compensation_krw=quote.compensation_krw, policy_version="1",
        )  # fmt: skip
        self._put(replace(view, status="CANCELLED", cancellation=part))

    def _operator_move(self, effect: effects_operator.OperatorMove) -> None:
        if effect.starts_at in self.full:
            raise SlotFull("mapo", effect.starts_at)
        self.moved.append((effect.reservation_id, effect.starts_at))
        self._put(replace(self._get(effect.reservation_id), starts_at=effect.starts_at))

    def _free_starts(self, effect: effects.FreeStarts) -> list[effects.FreeStart]:
        found = []
        day: date = effect.first
        for hour in (10, 14, 16):
            start = datetime(day.year, day.month, day.day, hour, tzinfo=KST)
            if start not in self.full and day >= kst_date(self.clock.now()):
                found.append((start, start + timedelta(hours=3), 1))
        return found

    def _finish_visit(self, effect: effects_operator.FinishVisit) -> None:
        view = self._get(effect.reservation_id)
        self.finished.append(view.id)
        self._put(replace(view, status="COMPLETED"))

    def _staff_list(self, effect: effects_staff.StaffList) -> list[effects_staff.StaffMember]:
        return list(self.staff.values())

    def _take_role_back(self, effect: effects_staff.TakeRoleBack) -> None:
        operators = [each.id for each in self.staff.values() if each.role == "operator"]
        if operators == [effect.person_id]:
            raise LastOperator
        self.staff.pop(effect.person_id, None)

    def _operator_refund(self, effect: effects_operator.OperatorRefund) -> Refund:
        left = 80_000 - self.reserved_krw
        if effect.refund_id in self.refunds:
            return self.refunds[effect.refund_id]
        if effect.amount_krw > left:
            raise RefundTooLarge(left)
        self.reserved_krw += effect.amount_krw
        made = replace(
            self.refund(RefundStatus.REQUESTED), id=effect.refund_id, amount_krw=effect.amount_krw,
            reason=effect.reason,
        )  # fmt: skip
        self.refunds[made.id] = made
        return made

    def _retry_refund(self, effect: effects_operator.RetryRefund) -> Refund:
        if effect.refund_id not in self.refunds:
            raise NotFound(effect.refund_id)
        return self.refunds[effect.refund_id]

    def _owed_compensations(self, effect: effects_operator.OwedCompensations) -> list[Owed]:
        return [each for each in self.owed.values() if each.compensation.status is CompensationStatus.OWED]

    def _pay_compensation(self, effect: effects_operator.PayCompensation) -> Compensation:
        if effect.compensation_id not in self.owed:
            raise NotFound(effect.compensation_id)
        each = self.owed[effect.compensation_id]
        paid = each.compensation.pay(by="operator", at=self.clock.now())
        self.owed[effect.compensation_id] = replace(each, compensation=paid)
        return paid

    def _open_threads(self, effect: effects_operator.OpenThreads) -> list[ThreadSummary]:
        return list(self.threads.values())

    def _the_thread(self, effect: effects_operator.TheThread) -> effects_operator.ThreadTalk:
        if effect.thread_id not in self.threads:
            raise NotFound(effect.thread_id)
        each = self.threads[effect.thread_id]
        return effects_operator.ThreadTalk(
            thread=each.thread, name=each.name, role=each.role, lines=self.spoken[each.thread.id]
        )

    def _reply_to_thread(self, effect: effects_operator.ReplyToThread) -> datetime:
        if effect.thread_id not in self.threads:
            raise NotFound(effect.thread_id)
        self.sent.append((effect.thread_id, effect.text, effect.reply_id))
        return self.clock.now()

    def _thread_of_reservation(self, effect: effects_operator.ThreadOfReservation) -> str:
        view = self._get(effect.reservation_id)
        return next(
            (each.thread.id for each in self.threads.values() if each.thread.customer_id == view.customer_id), ""
        ) or self.thread("", name="김OO")

    def _close_thread(self, effect: effects_operator.CloseThread) -> None:
        if self.threads.pop(effect.thread_id, None) is None:
            raise NotFound(effect.thread_id)

    def _make_invite(self, effect: effects_operator.MakeInvite) -> effects_operator.Invitation:
        return effects_operator.Invitation(
            code="AB12CD34", link=f"http://127.0.0.1:8000/?invite=AB12CD34&role={effect.role}",
            expires_at=self.clock.now() + timedelta(days=7), telegram=self.telegram,
            why_no_telegram=self.why_no_telegram,
        )  # fmt: skip

    def _new_link_code(self, effect: effects.NewLinkCode) -> effects.LinkCode | None:
        return effects.LinkCode(code="ABC234DEFG", url=self.telegram) if self.telegram else None

    def _dead_letters(self, effect: effects_operator.DeadLetters) -> list[DeadGroup]:
        return list(self.dead)

    def _replay_dead(self, effect: effects_operator.ReplayDead) -> int:
        gone = [each for each in self.dead if (each.consumer, each.cause) == (effect.consumer, effect.cause)]
        self.dead = [each for each in self.dead if each not in gone]
        return sum(each.count for each in gone)

    def _set_language(self, effect: effects.SetLanguage) -> None:
        self.language = effect.language
