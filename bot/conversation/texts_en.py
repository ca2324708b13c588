"""What customers read in English: every member of `texts_ko.Korean` again."""

from collections.abc import Sequence
from datetime import date, datetime, time

from bot.conversation.english import button_date, card_time, count, short_date, spoken_moment, spoken_time, won
from bot.conversation.texts_en_telegram import TelegramEnglish
from bot.conversation.texts_ko import IN_KOREAN, LONGEST_LABEL, LONGEST_PAIRED, Korean, days_before
from services.mypage.view import JobPart
from services.reservation.catalogue import AddOn, Named
from services.reservation.model import Reservation
from services.reservation.policies import CancellationQuote, RefundPolicy
from services.shared_kernel.clock import kst_date

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def _until(moment: datetime, now: datetime) -> str:
    return spoken_time(moment) if kst_date(moment) == kst_date(now) else spoken_moment(moment)


class English(TelegramEnglish, Korean):
    """A subclass, so that every signature is checked; a test sees that nothing is left untranslated."""

    language = "en"

    book = "Book cleaning"
    my = "My bookings"
    past = "Past bookings"
    human = "Talk to us"
    end_talk = "End the talk"
    tell_staff = "Tell the staff"
    unsure = "Not sure"
    other_day = "Another day"
    back = "Back"
    home = "Start over"
    share_place = "📍 Send my location"
    share_phone = "📱 Send my number"
    nothing_more = "Nothing else"
    all_chosen = "That's all"
    retry = "Try again"
    edit = "Change it"
    edit_something = "Fix something"
    go_on = "Go on booking"
    start_new = "Start afresh"
    this_way = "Book this"
    drop_draft = "Drop the draft"
    pay_otherwise = "Another card"
    pay_again = "Pay again"
    drop_hold = "Stop booking"
    cancel = "Cancel booking"
    confirm_cancel = "Cancel"
    keep = "Keep it"
    move = "Move the visit"
    confirm_move = "Move it"
    book_again = "Book again"
    other_times = "Other times"
    refund_all = "Full refund"
    settings = "Settings"
    fix_address = "Fix it"
    report = "Report problem"
    agree = "Agree"
    disagree = "No, thx"
    also_nights = "Nights"
    days_only = "Daytime"
    ads_only = "Ads only"
    all_of_it = "Nights, too"
    ads_off = "Stop ads"
    ads_on = "Get ads"
    nights_quiet = "Quiet nights"
    nights_on = "Alert at night"
    other_language = IN_KOREAN
    show = "See booking"

    def pay_label(self, amount_krw: int) -> str:
        label = f"Pay ₩{amount_krw:,}"
        return label if len(label) <= LONGEST_LABEL else "Pay"

    def day_label(self, of: date) -> str:
        return short_date(of)

    def time_label(self, at: time) -> str:
        return spoken_time(at)

    def size_label(self, pyeong: int) -> str:
        return f"{pyeong} pyeong"

    def slot_label(self, starts_at: datetime) -> str:
        return f"{button_date(starts_at)} {spoken_time(starts_at)}"

    def details_label(self, starts_at: datetime, *, twin: bool = False) -> str:
        return f"{self._which(starts_at, twin)} details"

    def pay_one_label(self, starts_at: datetime, *, twin: bool = False) -> str:
        return f"Pay for {self._which(starts_at, twin)}"

    def cancel_one_label(self, starts_at: datetime, *, twin: bool = False) -> str:
        return f"Cancel {self._which(starts_at, twin)}"

    def move_one_label(self, starts_at: datetime, *, twin: bool = False) -> str:
        return f"Move {self._which(starts_at, twin)}"

    def _which(self, starts_at: datetime, twin: bool) -> str:
        return spoken_time(starts_at) if twin else button_date(starts_at)

    def to_area_label(self, area: Named) -> str:
        return area.en if len(area.en) <= LONGEST_PAIRED else "Switch"

    def field_label(self, field: str) -> str:
        return {
            "service": "Service",
            "size_pyeong": "Size",
            "area": "Area",
            "date": "Date",
            "time": "Time",
            "address": "Address",
            "add_ons": "Extras",
        }[field]

    def hello(self) -> str:
        return (
            "Hello, this is Ssak3. I help you book a cleaning by chat 🧹 "
            "You can also just write “Friday 2 pm, Mapo, 24 pyeong, home cleaning”."
        )

    def at_your_service(self) -> str:
        return "Sure, just tell me whenever you need something."

    def a_person_changes_it(self) -> str:
        return "What is booked already, our staff changes for you. You can move the visit yourself, in “My bookings”."

    def not_paid_yet(self) -> str:
        return "Nothing has been charged yet. It is once you tap the button."

    def take_your_time(self, until: datetime | None, now: datetime) -> str:
        kept = (
            f"The time is kept for you until {_until(until, now)}."
            if until
            else "What you have told me stays as it is."
        )
        return f"Take your time. {kept}"

    def not_cancelled_yet(self) -> str:
        return "Nothing has been cancelled yet. It is once you tap the button."

    def not_moved_yet(self) -> str:
        return "It hasn't been moved yet. It is once you tap the button."

    def start_menu(self, *, unfinished: bool) -> str:
        return "Back at the start. Your draft is kept." if unfinished else "Back at the start. What can I do for you?"

    def help(self) -> str:
        return (
            "You can say things like these.\n"
            "Book: “Friday 2 pm, Mapo, 24 pyeong, home cleaning”\n"
            "See: “my bookings”, “where is my cleaner?”\n"
            "Change: “move it to Saturday 10 am”, “cancel my booking”\n"
            "Money: “how much would I get back?”, “where is my refund?”\n"
            "Else: “talk to a human”, “settings”, “Korean please”"
        )

    def not_understood(self) -> str:
        return "I didn't quite get that. Please try “Friday 2 pm, Mapo, 24 pyeong”."

    def shall_staff_have_it(self) -> str:
        return "Is it about your visit? Shall I pass it on to our staff as you wrote it?"

    def not_for_me(self) -> str:
        return "I can't answer that myself. Leave it with our staff, and they will answer right here."

    def not_understood_here(self) -> str:
        return "I didn't quite get that."

    def try_buttons(self) -> str:
        return "Shall we use the buttons?"

    def shall_a_person_help(self, *, unfinished: bool) -> str:
        return "Shall I get a person for you?" + (" Your draft is kept." if unfinished else "")

    def trouble(self) -> str:
        return "Something on our side kept me from answering. What you wrote is still here."

    def not_possible_now(self) -> str:
        return "Something has changed in between, so that isn't possible as it was. Shall I show how it stands?"

    def old_button(self) -> str:
        return "That button is from earlier. Here is what you can do now."

    def no_such_reservation(self) -> str:
        return "I can't find that booking. Shall I show the ones you have?"

    def nothing_to_answer(self) -> str:
        return "I haven't asked anything just now. What can I do for you?"

    def ask_service(self) -> str:
        return "What kind of cleaning do you need?"

    def ask_service_last(self) -> str:
        return "What kind of cleaning is it?"

    def ask_size(self) -> str:
        return "How many pyeong? Just the number will do."

    def size_hint(self) -> str:
        return "For a flat, the size it is advertised with will do. 59 ㎡ of private space is usually 24–25 pyeong."

    def ask_area(self) -> str:
        return "Which area is it?"

    def ask_date(self) -> str:
        return "When shall we come?"

    def ask_other_date(self) -> str:
        return "Please write the day you'd like, such as 12/4 or next Friday."

    def ask_time(self, on: date, *, first: time | None, last: time | None) -> str:
        if first is None and last is None:
            return "These times are free."
        part = "in the afternoon of " if first == time(12) and last == time(18) else "on "
        return f"These times are free {part}{short_date(on)}. Which one suits you?"

    def ask_address(self, *, corrected: bool) -> str:
        return "Please tell me the address." if corrected else "Now I only need the address."

    def ask_add_ons(self, chosen: Sequence[AddOn], *, has_note: bool) -> str:
        if chosen:
            return f"With {', '.join(add_on.en for add_on in chosen)}. Anything else?"
        return "Any extras?" + ("" if has_note else " You can also write a note for the cleaner.")

    def add_on_label(self, add_on: AddOn) -> str:
        return add_on.en

    def ask_what_to_edit(self) -> str:
        return "What shall I change?"

    def new_or_move(self, starts_at: datetime | None) -> str:
        which = f"your visit of {spoken_moment(starts_at)}" if starts_at else "one of your visits"
        return f"Shall I move {which}, or is this another booking?"

    def this_visit(self, starts_at: datetime) -> str:
        return f"Your visit of {spoken_moment(starts_at)}:"

    def no_such_visit(self) -> str:
        return "There is no booking like the one you named."

    def ask_reservation(self, doing: str) -> str:
        return {
            "cancel": "Which booking shall I cancel?",
            "move": "Which booking shall I move?",
            "pay": "Which booking would you like to pay for?",
        }[doing]

    def understood(self, parts: Sequence[str]) -> str:
        return f"{', '.join(parts)}: got it."

    def part_when(self, on: date | None, at: time | None) -> str:
        return ", ".join([*([short_date(on)] if on else []), *([spoken_time(at)] if at else [])])

    def part_where(self, area: Named | None, pyeong: int | None) -> str:
        return ", ".join([*([area.en] if area else []), *([f"{pyeong} pyeong"] if pyeong else [])])

    def corrected(self, part: str) -> str:
        return f"Changed to {part}. The rest stays."

    def area_not_served(self, named: str, areas: Sequence[Named]) -> str:
        names = [area.en for area in areas]
        listed = ", ".join(names[:-1]) + f" and {names[-1]}" if len(names) > 1 else names[0]
        return f"We don't go there yet. For now we go to {listed}."

    def service_not_offered(self) -> str:
        return "We don't do that yet. This is what we do."

    def size_not_offered(self, service: Named, most: int) -> str:
        return f"{service.en} can be booked here up to {most} pyeong. For more, a person will help you."

    def too_far(self, latest: date) -> str:
        return f"We take bookings until {short_date(latest)}."

    def why_asked(self, field: str, why: str) -> str:
        return {
            ("date", "vague"): "One day will do.",
            ("time", "morning"): "Visits start between 8 am and 6 pm.",
            ("size_pyeong", "vague"): "The price depends on the size.",
            ("date", "past"): "That day is over.",
            ("date", "no_such"): "There is no such day.",
            ("date", "mismatch"): "That date is another day of the week.",
            ("date", "excluded"): "Not that day, then.",
            ("date", "recurring"): "One visit can be booked at a time. Let's start with the first.",
            ("time", "past"): "That time is over.",
            ("time", "no_such"): "There is no such time.",
            ("time", "out_of_hours"): "Visits start between 8 am and 6 pm.",
            ("time", "excluded"): "Not that time, then.",
            ("time", "any"): "Here are the earliest times.",
            ("size_pyeong", "square_metres"): "I've turned ㎡ into pyeong.",
        }.get((field, why), "")

    def which(self, field: str, labels: Sequence[str]) -> str:
        if field == "date" and len(labels) == 2:
            return f"{labels[0]} or {labels[1]}?"
        if field == "time" and len(labels) == 1:
            return f"Do you mean {labels[0]}?"
        return {
            "date": "Which day suits you?",
            "time": "Which time suits you?",
            "size_pyeong": "Which one is it?",
            "area": "Which area is it?",
            "service": "What kind of cleaning is it?",
        }.get(field, "Which one is it?")

    def which_weekday(self, weekday_of: date) -> str:
        return f"Which {_WEEKDAYS[weekday_of.weekday()]}?"

    def slot_taken(self, starts_at: datetime) -> str:
        return (
            f"Somebody has just taken {spoken_moment(starts_at)}. "
            "Here are the nearest times. What you wrote is still here."
        )

    def slot_not_free(self, starts_at: datetime) -> str:
        return f"We can't come on {spoken_moment(starts_at)}. Here are the nearest times. What you wrote is still here."

    def day_full(self, on: date) -> str:
        return f"{short_date(on)} is fully booked. Here are the nearest times."

    def nothing_free(self, latest: date) -> str:
        return f"Nothing is free until {short_date(latest)}. A person will look for another way."

    def address_needs_number(self, area: Named | None) -> str:
        return "To find it, we need the road and the building number, such as OO-ro 12, building 101, flat 502."

    def other_district(self, area: Named) -> str:
        return f"That address is in {area.en}. Shall I change the area to {area.en}? I'll check time and price again."

    def address_kept(self) -> str:
        return "I've noted the address. Only the cleaner who takes the job will see it in full."

    def place_near(self, names: Sequence[str]) -> str:
        if not names:
            return "I can't tell which district this place is in."
        return f"On the map this looks like {' or '.join(names)}."

    def area_stays(self, area: Named) -> str:
        return f"Your booking says {area.en}, and I left it so."

    def address_in_words(self) -> str:
        return "Please type the full address."

    def address_stays(self) -> str:
        return "The address stays as you typed it."

    def book_near(self) -> str:
        return "Shall we book a cleaning around here?"

    def phone_kept(self) -> str:
        return "I've noted your number. Only our staff will use it, if they have to reach you."

    def phone_when_booking(self) -> str:
        return "I'll take your number when you book a cleaning."

    def note_kept(self) -> str:
        return "I've noted that for the cleaner."

    def draft_is_there(self, parts: Sequence[str]) -> str:
        what = f": {', '.join(parts)}" if parts else ""
        return f"You have an unfinished booking{what}. Shall we go on with it?"

    def draft_dropped(self, *, held: bool) -> str:
        if held:
            return "I've dropped the draft and let the time go. Nothing was charged."
        return "I've dropped the draft."

    def drop_or_cancel(self) -> str:
        return "Shall I drop the draft, or cancel a booking?"

    def quote(self, price_krw: int, hold_expires_at: datetime, now: datetime) -> str:
        return f"{won(price_krw)}. I'll keep the time for you until {_until(hold_expires_at, now)}."

    quote_title = "Your booking"
    item_when = "When"
    item_address = "Where"
    item_what = "What"
    item_extra = "Extras"
    item_total = "Total"
    item_note = "Note"
    item_status = "Status"
    item_cleaner = "By"
    item_refund = "Refund"
    item_fee = "Fee"
    item_compensation = "Extra"
    item_language = "Lang."
    item_ads = "Ads"
    item_nights = "Nights"
    no_extra = "none"

    def span(self, starts_at: datetime, ends_at: datetime) -> str:
        end = "24:00" if kst_date(ends_at) > kst_date(starts_at) else card_time(ends_at)
        return f"{short_date(starts_at)} {card_time(starts_at)}–{end}"

    def what(self, service: Named, pyeong: int) -> str:
        return f"{service.en}, {pyeong} pyeong"

    def extra(self, add_on: AddOn) -> str:
        return f"{add_on.en} {won(add_on.price_krw)}"

    def amount(self, amount_krw: int) -> str:
        return won(amount_krw)

    def policy_line(self, policy: RefundPolicy) -> str:
        steps, above = [], None
        for tier in policy.tiers:
            steps.append(f"{tier.percent}% {_tier_days(tier.days, above)}")
            above = tier.days
        return (
            f"Cancelling costs {', '.join(steps)}. "
            f"It is free within {count(policy.grace_minutes, 'minute')} of paying, or while no cleaner has the job."
        )

    def too_many_holds(self, number: int) -> str:
        return (
            f"You already have {count(number, 'unpaid booking') if number else 'unpaid bookings'}. "
            "Pay for one or drop it, and I'll go on. What you wrote is still here."
        )

    def or_drop_one(self) -> str:
        return "Would you like to drop one of them?"

    def not_offered_any_more(self) -> str:
        return "Something has changed in between; please choose again."

    def visit_line(self, starts_at: datetime, what: str) -> str:
        return f"{short_date(starts_at)} {card_time(starts_at)} {what}"

    def paid(self, amount_krw: int, starts_at: datetime) -> str:
        return (
            f"{won(amount_krw)} paid. Your booking for {spoken_moment(starts_at)} is confirmed ✨ "
            "I'll tell you who comes."
        )

    def paid_once(self, amount_krw: int) -> str:
        return f"{won(amount_krw)} was paid, only once. Your booking is confirmed."

    def declined(self, reason: str, hold_expires_at: datetime, now: datetime) -> str:
        why = f" ({reason})" if reason else ""
        return (
            f"The card company said no{why}. Nothing was charged, and the time is yours "
            f"until {_until(hold_expires_at, now)}."
        )

    def deferred(self, hold_expires_at: datetime, now: datetime) -> str:
        return (
            "Payments are crowded right now, so you can pay a little later. Nothing was charged. "
            f"I'll keep the time until {_until(hold_expires_at, now)} and tell you as soon as you can pay."
        )

    def confirming(self) -> str:
        return "I'm checking whether the payment went through. No need to pay again; the time stays yours."

    def paying_is_blocked(self) -> str:
        return "I've blocked it for a moment, so that you aren't charged twice. I'll tell you as soon as I know."

    def ask_to_pay(self, reservation: Reservation, service: str, now: datetime) -> str:
        price, deadline = won(reservation.price_krw), _until(reservation.hold_expires_at, now)
        return f"{spoken_moment(reservation.visit.starts_at)}, {service}: {price}. You can pay until {deadline}."

    def nothing_to_pay(self) -> str:
        return "No booking is waiting to be paid."

    def hold_is_over(self, *, still_free: bool) -> str:
        there = "The same time is still free." if still_free else "The same time is taken by now."
        return f"The time to pay is over, so the place was let go. Nothing was charged. {there}"

    def stands(self, status: str, payment_state: str, starts_at: datetime) -> str:
        when = spoken_moment(starts_at)
        if status == "AWAITING_PAYMENT":
            return {
                "deferred": f"Your booking for {when} is to be paid a little later. I'll tell you when you can.",
                "confirming": f"I'm checking the payment for {when}. No need to pay again.",
            }.get(payment_state, f"Your booking for {when} isn't paid yet.")
        return {
            "CONFIRMED": f"Your booking for {when} is paid and confirmed.",
            "IN_PROGRESS": f"The cleaning of {when} is under way.",
            "COMPLETED": f"The cleaning of {when} is done.",
            "CANCELLED": f"Your booking for {when} was cancelled.",
            "EXPIRED": f"Your booking for {when} wasn't paid in time and was let go. Nothing was charged.",
        }[status]

    def still_unpaid(self, hold_expires_at: datetime, now: datetime) -> str:
        return f"You can pay until {_until(hold_expires_at, now)}."

    my_title = "My bookings"
    past_title = "Past bookings"

    def my_count(self, number: int, as_of: datetime | None) -> str:
        since = f", as of {spoken_time(as_of)}" if as_of else ""
        return f"{count(number, 'booking')}{since}."

    def my_line(self, starts_at: datetime, what: str, status: str) -> str:
        return f"{short_date(starts_at)} {card_time(starts_at)} {what}: {status}"

    def nothing_booked(self) -> str:
        return "You have no upcoming bookings."

    def no_past(self) -> str:
        return "You have no past bookings."

    def past_intro(self, number: int) -> str:
        return f"{count(number, 'past booking')}."

    def choose_below(self) -> str:
        return "You can choose from these, too."

    def and_more(self, number: int) -> str:
        return f"And {number} more."

    def status_words(self, status: str, payment_state: str, job: JobPart | None, hold_expires_at: datetime) -> str:
        if status == "AWAITING_PAYMENT":
            if payment_state == "confirming":
                return "checking the payment"
            return f"to be paid by {short_date(hold_expires_at)} {card_time(hold_expires_at)}"
        if status == "CONFIRMED" and job is not None:
            if job.status == "UNFILLED":
                return "no cleaner found"
            if job.status == "EN_ROUTE":
                return f"on the way, {job.cleaner_name}"
            if job.cleaner_name:
                return f"confirmed, {job.cleaner_name}"
        return {
            "CONFIRMED": "confirmed, looking for a cleaner",
            "IN_PROGRESS": "under way",
            "COMPLETED": "done",
            "CANCELLED": "cancelled",
            "EXPIRED": "not paid in time",
        }[status]

    def details_title(self, code: str) -> str:
        return f"Booking {code}"

    def address_unknown(self, area: Named | None) -> str:
        return area.en if area else "-"

    def on_the_way(self, cleaner: str, starts_at: datetime, left_at: datetime) -> str:
        return f"They'll be there around {spoken_time(starts_at)}. {cleaner} left at {spoken_time(left_at)}."

    def will_come(self, cleaner: str, starts_at: datetime) -> str:
        return f"{cleaner} will come on {spoken_moment(starts_at)}. I'll tell you as soon as they leave."

    def seeking(self, starts_at: datetime) -> str:
        return f"Your booking is for {spoken_moment(starts_at)}. I'm looking for a cleaner and will tell you who comes."

    def started(self, started_at: datetime, ends_at: datetime) -> str:
        return f"They started at {spoken_time(started_at)} and should be done around {spoken_time(ends_at)}."

    def finished(self, completed_at: datetime) -> str:
        return f"They finished at {spoken_time(completed_at)}. Please have a look, and tell us if anything is wrong."

    def unpaid_visit(self, starts_at: datetime) -> str:
        return f"Your booking for {spoken_moment(starts_at)} isn't paid yet. Once it is, I'll look for a cleaner."

    def overdue(self, starts_at: datetime) -> str:
        return f"The visit of {spoken_moment(starts_at)} hasn't started yet. I'm sorry. A person will look into it."

    cancel_reason = "At the customer's request"
    unfilled_reason = "No cleaner found"
    drop_reason = "Dropped before paying"

    def cancel_terms(self, quote: CancellationQuote, reservation: Reservation, now: datetime) -> str:
        refund, starts_at = won(quote.refund_krw), reservation.visit.starts_at
        before = _days_word(days_before(starts_at, now))
        if quote.reason == "unpaid" and reservation.paying is not None:
            return (
                f"Shall I cancel your booking for {spoken_moment(starts_at)}? I'm still checking whether it was paid. "
                f"If it was, all of {won(reservation.price_krw)} goes back to you."
            )
        if quote.reason == "unpaid":
            return f"Shall I cancel your booking for {spoken_moment(starts_at)}? It isn't paid yet, so nothing is lost."
        if quote.reason == "tier" and quote.fee_krw:
            moved = reservation.moved_tier_percent > reservation.policy.tier_percent(starts_at, now)
            why = "by the day that was promised first" if moved else f"since it is {before} the visit"
            kept = f"{won(quote.paid_krw)} less a fee of {_fee(quote)}, {why}."
            return f"You'd get {refund} back: {kept}{_given_before(quote)}"
        why = {
            "grace": f"It is within {count(reservation.policy.grace_minutes, 'minute')} of paying, so there is no fee.",
            "no_cleaner": "No cleaner has the job yet, so there is no fee.",
            "tier": f"It is {before} the visit, so there is no fee.",
        }.get(quote.reason, "We found no cleaner, so there is no fee.")
        everything = f"You'd get all of {refund} back. {why}{_compensation(quote.compensation_krw)}"
        return everything + _given_before(quote)

    def cancel_terms_changed(
        self, quote: CancellationQuote, shown_krw: int, reservation: Reservation, now: datetime
    ) -> str:
        why = "Midnight has passed" if quote.reason == "tier" and shown_krw < quote.paid_krw else "Something changed"
        word = _days_word(days_before(reservation.visit.starts_at, now))
        fee = f" The fee {word} the visit is {_fee(quote)}." if quote.fee_krw else ""
        return (
            f"Not cancelled yet. {why}: you'd get {won(quote.refund_krw)} back instead of {won(shown_krw)}.{fee} "
            "Cancel all the same?"
        )

    def cancelled_while_checking(self, price_krw: int) -> str:
        return (
            "Cancelled. I'm still checking whether it was paid. "
            f"If it was, all of {won(price_krw)} goes back to you, and I'll tell you."
        )

    def cancelled(self, refund_krw: int) -> str:
        if refund_krw == 0:
            return "Cancelled. Nothing was charged."
        return f"Cancelled. You'll get {won(refund_krw)} back within 3 business days; I'll tell you when it's done."

    def cancelled_before(self, starts_at: datetime, refund_krw: int) -> str:
        if not refund_krw:
            return f"Your booking for {spoken_moment(starts_at)} was cancelled already. Nothing was charged."
        money = f"{won(refund_krw)} goes back within 3 business days"
        return f"Your booking for {spoken_moment(starts_at)} was cancelled already. {money}."

    def refunded_in_full(self, refund_krw: int, compensation_krw: int) -> str:
        money = f"You'll get all of {won(refund_krw)} back within 3 business days."
        return money + _compensation(compensation_krw)

    def too_late_started(self, started_at: datetime, *, moving: bool) -> str:
        return (
            f"The cleaning started at {spoken_time(started_at)}, so it can't be {'moved' if moving else 'cancelled'} here. "
            "If anything is wrong, a person will help you right away."
        )

    def too_late(self) -> str:
        return "It's time for the visit, so it can't be changed or cancelled here. A person will help you right away."

    def nothing_to_cancel(self) -> str:
        return "There is no booking to cancel."

    def kept(self) -> str:
        return "I'll leave it as it is. Nothing has changed."

    def not_moved(self) -> str:
        return "The visit stays as it is. If you meant to cancel the booking, tap below."

    def found_meanwhile(self) -> str:
        return "A cleaner was found in between."

    def ask_where_to_move(self, starts_at: datetime) -> str:
        return f"Where shall I move {spoken_moment(starts_at)} to?"

    def ask_to_move(self, old: datetime, new: datetime) -> str:
        return f"Move {spoken_moment(old)} to {spoken_moment(new)}? It costs nothing."

    def move_keeps_fee(self, promised: datetime) -> str:
        return f"If you cancel after moving, the fee still counts from {short_date(promised)}, the day promised first."

    def moving_is_free(self) -> str:
        return "Moving a visit costs nothing. If you cancel after moving, the fee still counts from the day promised first."

    def moved(self, new: datetime, cleaner: str) -> str:
        told = f" {cleaner} knows, too." if cleaner else " I'll tell you who comes."
        return f"Moved to {spoken_moment(new)}.{told}"

    def moved_already(self, new: datetime) -> str:
        return f"It is on {spoken_moment(new)} already."

    def is_then_already(self, starts_at: datetime) -> str:
        return f"Your visit is at {spoken_moment(starts_at)} already."

    def changed_meanwhile(self) -> str:
        return "The booking has changed in between, so let me ask again."

    def nothing_to_move(self) -> str:
        return "There is no booking to move."

    def pay_before_changing(self) -> str:
        return "It isn't paid yet, so it can't be changed as it is: cancel it and book anew, or pay first and change it then."

    def unfilled(self, starts_at: datetime, paid_krw: int) -> str:
        return (
            f"We found no cleaner for {spoken_moment(starts_at)}. I'm sorry. "
            f"You can choose another time, or get all of {won(paid_krw)} back."
        )

    def or_refund(self) -> str:
        return "You can also have all of it back instead."

    def price(self, service: Named, pyeong: int, price_krw: int) -> str:
        return f"{service.en}, {pyeong} pyeong: {won(price_krw)}."

    def price_with(self, extras: Sequence[AddOn], price_krw: int) -> str:
        return f"With {', '.join(each.en for each in extras)}: {won(price_krw)}."

    def price_from(self, service: Named, price_krw: int) -> str:
        return f"{service.en} starts at {won(price_krw)}. Tell me the size in pyeong, and I'll tell you exactly."

    def prices(self, pyeong: int, lines: Sequence[str]) -> str:
        return f"For {pyeong} pyeong:\n" + "\n".join(lines)

    def prices_from(self, lines: Sequence[str]) -> str:
        return "Prices start at:\n" + "\n".join(lines)

    def price_line(self, service: Named, price_krw: int) -> str:
        return f"{service.en}: {won(price_krw)}"

    def refund_done(self, refund_krw: int) -> str:
        return f"{won(refund_krw)} went back. Depending on your card, it may take some days to show."

    def refund_under_way(self, refund_krw: int) -> str:
        return f"{won(refund_krw)} is on its way back. It takes up to 3 business days; I'll tell you when it's done."

    def refund_of(self, starts_at: datetime, sentence: str) -> str:
        return f"{spoken_moment(starts_at)}: {sentence}"

    def no_refund(self) -> str:
        return "No refund is due on any booking."

    def switched(self, *, unfinished: bool) -> str:
        return "Switched to English. Your booking details are unchanged."

    def opted_out(self, on: date) -> str:
        return (
            f"On {on.isoformat()} you opted out of all Ssak3 advertising (day and night). "
            "You'll still hear about bookings and payments."
        )

    def ask_opt_out_scope(self) -> str:
        return "Only the advertising, or information at night, too?"

    def nights_are_quiet(self) -> str:
        return "From 9 pm to 8 am I'll be quiet, and tell you in the morning."

    def nights_are_on(self) -> str:
        return "News of bookings and payments will come at night, too."

    def ask_consent(self) -> str:
        return "May we send you offers (advertising) here? Booking works just the same without."

    def ask_night_consent(self, on: date) -> str:
        return f"You agreed on {on.isoformat()}. Also between 9 pm and 8 am? That is asked for separately."

    def days_only_done(self) -> str:
        return "Only in the daytime, then. Write “unsubscribe” at any time."

    def nights_too_done(self, on: date) -> str:
        return f"You agreed to nights, too, on {on.isoformat()}. Write “unsubscribe” at any time."

    def not_consented(self) -> str:
        return "All right, no advertising. You'll still hear about bookings and payments."

    def settings_intro(self) -> str:
        return "This is how it is set now."

    language_name = "English"

    def ads_state(self, *, by_day: bool, by_night: bool) -> str:
        if not by_day:
            return "off"
        return "day and night" if by_night else "daytime only"

    def nights_state(self, *, quiet: bool) -> str:
        return "wait until morning" if quiet else "at once"

    def person_called(self, minutes: int) -> str:
        return (
            f"I've told our people. They usually answer here within {count(minutes, 'minute')}. "
            "You can go on looking up and cancelling bookings."
        )

    def person_later(self, opens_at: datetime) -> str:
        return f"Our people are back on {spoken_moment(opens_at)}. Leave a message, and they'll answer in turn."

    def passed_on(self) -> str:
        return "I've passed it on. Their answer will show here."

    def no_open_talk(self) -> str:
        return "There is no open talk with a person."

    def report_text(self, what: str) -> str:
        return f"A problem with {what}"


def _tier_days(days: int, above: int | None) -> str:
    if above is None:
        return f"until {days} days before" if days else "at any time"
    if days == above - 1:
        return {0: "on the day", 1: "the day before"}.get(days, f"{days} days before")
    return f"{above - 1}–{days} days before" if days else f"from {above - 1} days before"


def _days_word(days: int) -> str:
    return {0: "the day of", 1: "the day before"}.get(days, f"{days} days before")


def _fee(quote: CancellationQuote) -> str:
    return f"{won(quote.fee_krw)} ({quote.tier_percent}%)"


def _given_before(quote: CancellationQuote) -> str:
    if not quote.refunded_before_krw:
        return ""
    return f" That is besides the {won(quote.refunded_before_krw)} that went back before."


def _compensation(amount_krw: int) -> str:
    return f" You'll also get {won(amount_krw)} in compensation." if amount_krw else ""
