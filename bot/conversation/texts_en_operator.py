"""What operators read in English: `texts_ko_operator`, member by member."""

from collections.abc import Sequence
from datetime import datetime

from bot.conversation.english import count as counted
from bot.conversation.english import short_date, spoken_moment, spoken_time
from bot.conversation.texts_en_broadcast import BroadcastEnglish
from bot.conversation.texts_ko_operator import OperatorKorean
from bot.conversation.texts_ko_staff import short
from services.reservation.policies import CancellationQuote
from services.shared_kernel.clock import kst_date

_CIRCLED = "①②③④⑤⑥⑦⑧⑨"
_DEAD_SHOWN = 80
_LABEL = 14
_LONGEST_REPLY = 1000


class OperatorEnglish(BroadcastEnglish, OperatorKorean):
    """The same members, in English."""

    board = "Board"
    urgent = "Urgent"
    waiting = "Waiting"
    dead = "Dead letters"
    compensations = "Compensations"
    find = "Find"
    history = "History"
    reply = "Reply"
    cancel = "Cancel for us"
    refund = "Refund a part"
    move = "Move visit"
    show = "Show booking"
    finish = "End cleaning"
    confirm_finish = "It ended"
    confirm_cancel = "Cancel"
    confirm_refund = "Refund"
    confirm_move = "Move"
    confirm_paid = "Sent"
    confirm_send = "Send"
    not_yet = "Not yet"
    talk = "Read"
    close = "End the talk"
    invite = "Invite"
    invite_cleaner = "A cleaner"
    invite_operator = "An operator"
    staff = "Staff"
    confirm_take_back = "Remove"
    keep_role = "Keep"
    open_link = "Open the link"
    replay = "Replay"

    def show_one(self, code: str) -> str:
        return f"Show {code}"

    def paid_out(self, code: str) -> str:
        return f"{code} paid"

    def replay_count(self, number: int, count: int) -> str:
        return f"{_CIRCLED[number]} Replay {count}"

    def replay_details(self, number: int) -> str:
        return f"{_CIRCLED[number]} Details"

    item_when = "When"
    item_booking = "Booking"
    item_work = "Work"
    item_customer = "Customer"
    item_address = "Address"
    item_note = "Note"
    item_reason = "Reason"
    item_paid = "Payment"
    item_cleaner = "Cleaner"
    item_cancelled = "Ended"
    item_consumer = "Consumer"
    item_types = "Types"
    item_cause = "Cause"
    item_count = "Count"
    item_since = "Since"
    item_role = "Role"
    item_name = "Name"
    item_joined = "Joined"
    item_code = "Code"
    item_link = "Link"
    item_telegram = "Telegram"
    found_title = "Bookings"
    urgent_title = "Urgent"
    dead_title = "Dead letters"
    invite_title = "Invite"
    staff_title = "Take a role back"
    owed_title = "Compensations"

    def hello(self) -> str:
        return "Hello. What would you like to see?"

    def help_text(self) -> str:
        return (
            "You can say:\n"
            "Look: “board”, “urgent”, “waiting”\n"
            "Bookings: “find R7K2Q”, “history R7K2Q”\n"
            "Change: “cancel R7K2Q”, “refund R7K2Q 10,000”, “move R7K2Q Saturday 10am”\n"
            "Answer: “reply R7K2Q Yes, that’s fine.”\n"
            "Send: “broadcast info”, “broadcast ad”, “broadcasts”\n"
            "Else: “compensations”, “dead letters”, “invite cleaner”, “staff”, “erase R7K2Q”, “Korean”"
        )

    def not_understood(self) -> str:
        return "I didn’t get that. Try “board” or “find 1234”."

    def needs_code(self) -> str:
        return "Which booking? Find it first, for example “find 1234”."

    def board_line(
        self, stuck: Sequence[tuple[str, int]], visits: Sequence[tuple[str, int]], as_of: str, *, payments_ok: bool
    ) -> str:
        total = sum(number for _, number in stuck)
        urgent = f"{counted(total, 'thing')} to look after: {_listed(stuck)}." if stuck else "Nothing needs a hand."
        today = sum(number for _, number in visits)
        day = f"{counted(today, 'visit')} today: {_listed(visits)}." if visits else "No visits today."
        payments = "Payments go through." if payments_ok else "Payments are overloaded and put off."
        return f"{urgent} {day} {payments} As of {as_of}."

    def stuck_kind(self, kind: str) -> str:
        return {
            "unfilled": "no cleaner found",
            "uncovered": "no cleaner a day before",
            "no_show": "not started",
            "refund_late": "refund late",
            "compensation_owed": "compensation owed",
            "worked_though_closed": "cleaned though closed",
            "waiting": "waiting for an answer",
            "left": "ended by the customer",
            "dead": "dead letters",
        }.get(kind, kind)

    def status(self, status: str) -> str:
        return {
            "AWAITING_PAYMENT": "unpaid",
            "CONFIRMED": "confirmed",
            "IN_PROGRESS": "in progress",
            "COMPLETED": "done",
            "CANCELLED": "cancelled",
            "EXPIRED": "expired",
        }.get(status, status)

    def urgent_count(self, count: int) -> str:
        return f"{counted(count, 'thing')} to look after."

    def nothing_urgent(self) -> str:
        return "Nothing needs a hand."

    def stuck_line(self, kind: str, since: datetime) -> str:
        lead = "visit on" if kind in ("unfilled", "uncovered") else "since"
        return f"{self.stuck_kind(kind)}, {lead} {self.on_card(since)}"

    def others_wait(self, waiting: int, dead: int, *, is_more: bool, left: int = 0) -> str:
        parts = [
            f"{counted(waiting, 'person', 'people')} waiting for an answer" if waiting else "",
            f"{counted(left, 'talk')} that the customer has ended and nobody has closed" if left else "",
            counted(dead, "dead letter") if dead else "",
        ]
        return f"{'Also' if is_more else 'Open'}: {', '.join(filter(None, parts))}."

    def ask_what_to_find(self) -> str:
        return "What shall I look for? A booking’s code, a name, or the last four digits of a phone."

    def found_nothing(self, text: str) -> str:
        return (
            f"Nothing found for “{short(text, 20)}”. Try a booking’s code, a name, or the last four digits of a phone."
        )

    def found_count(self, count: int) -> str:
        return f"{counted(count, 'booking')} found."

    def found_one(self, code: str, customer: str, phone: str, when: str, work: str, money: str, cleaner: str) -> str:
        who = self.customer(customer) + (f" ({phone})" if phone else "")
        tail = f", {cleaner}" if cleaner else ""
        return f"1 booking found. {code}, {who}, {when}, {work}, {money}{tail}."

    def customer(self, name: str) -> str:
        return name or "the customer"

    def person(self, name: str, role: str) -> str:
        return name or f"the {'cleaner' if role == 'cleaner' else 'customer'}"

    def paid(self, paid_krw: int, refunded_krw: int) -> str:
        back = f" ({self.won(refunded_krw)} refunded)" if refunded_krw else ""
        return f"{self.won(paid_krw)} paid{back}"

    def unpaid(self, price_krw: int) -> str:
        return f"{self.won(price_krw)} not paid yet"

    def job_status(self, status: str, cleaner: str) -> str:
        if cleaner:
            return cleaner
        return {"UNFILLED": "none found", "OFFERING": "looking for one"}.get(status, "")

    def cancelled_as(self, reason: str, refund_krw: int, compensation_krw: int) -> str:
        more = f", compensation {self.won(compensation_krw)}" if compensation_krw else ""
        return f"{short(reason, 60)} (refund {self.won(refund_krw)}{more})"

    def found_line(self, when: str, work: str, status: str, customer: str) -> str:
        return f"{when}, {work}: {status}, {self.customer(customer)}"

    def no_history(self) -> str:
        return "Nothing is recorded; records are deleted after 400 days."

    def beginning_deleted(self) -> str:
        return "Earlier records were deleted after 400 days."

    def history_of(self, code: str) -> str:
        return f"What happened to {code}:"

    def earlier_lines(self, count: int) -> str:
        return f"({counted(count, 'earlier line')} left out)"

    def event(self, name: str) -> str:
        return name.removeprefix("ssak3.").removesuffix(".v1").replace("_", " ").replace(".", ": ", 1)

    def notice(self, title: str, to: str, status: str) -> str:
        return f"notice ({to}) {short(title, 40)}: {status.lower().replace('_', ' ')}"

    def ask_reason(self) -> str:
        return "Please write the reason. The customer reads it as it is."

    def ask_refund_reason(self) -> str:
        return "Please write the reason. It is kept on record; the customer hears the amount only."

    def reason_too_long(self, most: int) -> str:
        return f"A reason has at most {most} characters. Please make it a little shorter."

    def reason_unclear(self) -> str:
        return "That doesn’t look like a reason. Please write why, in one sentence."

    def choose_one(self) -> str:
        return "I didn’t get that. Nothing has been done yet: please choose below."

    def another_time(self) -> str:
        return "Not moved yet. For another time write it like “Saturday 10am”; if this one is right, tap the button."

    def cancel_terms(self, quote: CancellationQuote, starts_at: datetime, now: datetime) -> str:
        if not quote.refund_krw and not quote.compensation_krw:
            return "It isn’t paid yet, so no money goes out. Cancel it?"
        if not quote.compensation_krw:
            return f"A refund of {self.won(quote.refund_krw)} goes out, and no compensation."
        total = quote.refund_krw + quote.compensation_krw
        return f"{self._costs(quote, starts_at, now)}: {self.won(total)} goes out in all."

    def cancel_terms_changed(self, shown_krw: int, quote: CancellationQuote, starts_at: datetime, now: datetime) -> str:
        total = quote.refund_krw + quote.compensation_krw
        return (
            f"Not cancelled yet. What goes out has changed from {self.won(shown_krw)} to {self.won(total)}. "
            f"{self._costs(quote, starts_at, now)}. Cancel it all the same?"
        )

    def _costs(self, quote: CancellationQuote, starts_at: datetime, now: datetime) -> str:
        days = (kst_date(starts_at) - kst_date(now)).days
        word = {0: "same day", 1: "the day before"}.get(days, f"{days} days before" if days > 0 else "after the visit")
        return (
            f"A refund of {self.won(quote.refund_krw)} and a compensation of "
            f"{self.won(quote.compensation_krw)} ({word}, {quote.tier_percent}%)"
        )

    def cancelled(self, cleaner: str) -> str:
        return f"Cancelled. The customer {f'and {cleaner} were' if cleaner else 'was'} told."

    def cancelled_already(self) -> str:
        return "It was cancelled before."

    def too_late(self) -> str:
        return "The cleaning has started, so it can’t be cancelled or moved. You can refund a part, or all."

    def not_possible(self, status: str) -> str:
        return f"It is “{self.status(status)}” now, so that can’t be done."

    def no_such_reservation(self) -> str:
        return "That booking can’t be found."

    def ask_amount(self, left_krw: int) -> str:
        return f"How much shall go back? At most {self.won(left_krw)}."

    def amount_unclear(self, left_krw: int) -> str:
        return f"I didn’t get the sum. Write it like “20,000”. At most {self.won(left_krw)}."

    def too_much(self, left_krw: int) -> str:
        return f"Only {self.won(left_krw)} is left of the payment. Please write another sum."

    def nothing_left(self) -> str:
        return "Nothing is left to give back."

    def nothing_paid(self) -> str:
        return "It isn’t paid yet, so there is nothing to give back."

    def confirm_amount(self, customer: str, amount_krw: int, reason: str) -> str:
        return f"Give {self.won(amount_krw)} back to {self.customer(customer)}? Reason: {short(reason)}"

    def refunding(self, amount_krw: int) -> str:
        return f"The refund of {self.won(amount_krw)} is under way. The customer is told when it’s done."

    def refund_state(self, status: str, amount_krw: int, due_at: datetime) -> str:
        money = self.won(amount_krw)
        by_hand = f"The provider won’t take it: give {money} back by hand, by {self.on_card(due_at)}."
        return {
            "DONE": f"That refund is done: {money}.",
            "SENT": f"We are asking the provider about {money} right now.",
            "MANUAL": by_hand,
            "REFUSED": by_hand,
        }.get(status, f"Trying the refund of {money} again now. The customer is told when it’s done.")

    def owed_count(self, count: int, total_krw: int) -> str:
        return f"{counted(count, 'compensation')} to pay out, {self.won(total_krw)} in all."

    def nothing_owed(self) -> str:
        return "No compensation is owed."

    def owed_line(self, customer: str, amount_krw: int, since: datetime) -> str:
        return f"{self.customer(customer)}, {self.won(amount_krw)}, since {self.on_card(since)}"

    def confirm_compensation(self, customer: str, amount_krw: int) -> str:
        return f"Have you sent {self.won(amount_krw)} to {self.customer(customer)}? They will be told."

    def compensation_paid(self, amount_krw: int) -> str:
        return f"Noted as paid: {self.won(amount_krw)}. The customer was told."

    def ask_when(self, starts_at: datetime) -> str:
        return f"When shall {spoken_moment(starts_at)} be moved to? For example “Saturday 10am”."

    def free_times(self, day: datetime) -> str:
        return f"Free times on {short_date(day)}."

    def no_free_times(self) -> str:
        return "Nothing is free that day. Please write another one."

    def not_free(self, starts_at: datetime) -> str:
        return f"{spoken_moment(starts_at)} isn’t free."

    def not_offered(self) -> str:
        return "No visit can start then. Please write another time."

    def confirm_moving(self, old: datetime, new: datetime) -> str:
        return f"Move it from {spoken_moment(old)} to {spoken_moment(new)}?"

    def moved(self, new: datetime) -> str:
        return f"Moved to {spoken_moment(new)}. The customer and the cleaner were told."

    def same_time(self, starts_at: datetime) -> str:
        return f"The visit is on {spoken_moment(starts_at)} already."

    def nobody_waits(self) -> str:
        return "Nobody is waiting."

    def waits(self, code: str, who: str, minutes: int | None, text: str, *, left: bool = False) -> str:
        since = f"has been waiting for {counted(minutes, 'minute')}" if minutes else "has just written"
        over = "has ended the talk" if left else "was answered"
        since = over if minutes is None else since
        return f"{code}: {who} {since}. “{short(text, 120)}”"

    def thread_head(self, code: str, who: str) -> str:
        return f"{code}, the talk with {who}:"

    def thread_line(self, at: datetime, who: str, text: str) -> str:
        return f"{self.on_card(at)} {who}: {short(text)}"

    us = "we"

    def no_lines(self) -> str:
        return "Nothing was said yet."

    def ask_reply(self, who: str) -> str:
        return f"Write what to say to {who}. They read it as it is."

    def sent(self, at: datetime) -> str:
        return f"Sent. It arrived at {spoken_time(at)}."

    def sent_to(self, who: str, at: datetime) -> str:
        return f"Sent to {who}. It arrived at {spoken_time(at)}."

    def confirm_reply(self, who: str, text: str) -> str:
        return f"Send this to {who}? “{short(text, _LONGEST_REPLY)}”"

    def nothing_was_sent(self) -> str:
        return "Nothing was sent. What a customer shall read is written like “reply R7K2Q Yes, that’s fine.”"

    def closed(self) -> str:
        return "The talk has ended."

    def no_such_thread(self) -> str:
        return "That talk can’t be found."

    def reply_to_whom(self, code: str) -> str:
        return f"No talk or booking fits “{code}”. Please choose whom to answer."

    def sure_finish(self, cleaner: str) -> str:
        who = f" for {cleaner}" if cleaner else ""
        return f"Note{who} that the cleaning has ended? The customer is told so."

    def finished(self) -> str:
        return "Noted: the cleaning has ended."

    def ask_invite(self) -> str:
        return "Whom do you invite?"

    def invited(self, role: str, expires_at: datetime) -> str:
        who = "a cleaner" if role == "cleaner" else "an operator"
        return f"An invite for {who}, good once, until {self.on_card(expires_at)}. It can’t be shown again."

    def role(self, role: str) -> str:
        return "cleaner" if role == "cleaner" else "operator"

    def staff_member(self, role: str, name: str, code: str) -> str:
        return short(name or f"{self.role(role)} {code}", _LABEL)

    def staff_count(self, operators: int, cleaners: int) -> str:
        who = f"{counted(operators, 'operator')}, {counted(cleaners, 'cleaner')}"
        return f"{who}. Whose role do you take back?"

    def staff_by_name(self, hidden: int) -> str:
        return f"There are {hidden} more: type a name that has no button."

    def sure_take_back(self, role: str) -> str:
        if role == "cleaner":
            return (
                "Their page closes at once. Their jobs and offers go to other cleaners; of a cleaning that has begun "
                "operators are told. Remove them?"
            )
        return "Their page closes at once, and invites that they made end. Remove them?"

    def role_taken_back(self) -> str:
        return "Taken back. To have them again, invite them anew."

    def last_operator(self) -> str:
        return "That is the last operator, so nothing was changed. Invite another one first."

    def no_telegram_link(self, why: str) -> str:
        return "no link: it doesn't know the token" if why == "token" else "no link: it doesn't answer"

    def dead_count(self, total: int, causes: Sequence[tuple[str, str, int]]) -> str:
        lines = " ".join(
            f"{_CIRCLED[number]} {self.consumer(consumer)}: {short(cause, _DEAD_SHOWN)}, {many}"
            for number, (consumer, cause, many) in enumerate(causes)
        )
        return f"{counted(total, 'message')}, {counted(len(causes), 'cause')}. {lines}."

    def nothing_dead(self) -> str:
        return "There are no dead letters."

    def consumer(self, consumer: str) -> str:
        return consumer

    def replayed(self, count: int, left: int) -> str:
        return f"{counted(count, 'message')} put back to be handled. {f'{left} left' if left else 'None left'}."

    def replayed_already(self) -> str:
        return "Those were put back already."

    def counted(self, count: int) -> str:
        return counted(count, "message")


def _listed(pairs: Sequence[tuple[str, int]]) -> str:
    return ", ".join(f"{name} {number}" for name, number in pairs)
