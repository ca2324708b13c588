"""What cleaners read in English: `texts_ko_cleaner`, member by member."""

from collections.abc import Sequence
from datetime import datetime

from bot.conversation.english import card_time, spoken_moment, spoken_time
from bot.conversation.english import count as counted
from bot.conversation.texts_en_staff import StaffEnglish
from bot.conversation.texts_ko_cleaner import CleanerKorean
from bot.conversation.texts_ko_staff import short

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_GROUPS = {(1, 2, 3, 4, 5, 6, 7): "every day", (1, 2, 3, 4, 5): "weekdays", (6, 7): "weekends"}


class CleanerEnglish(StaffEnglish, CleanerKorean):
    """The same members, in English."""

    human = "Talk to us"
    today = "Today’s jobs"
    coming = "Coming jobs"
    offers = "New jobs"
    settings = "Settings"
    register = "Register"
    begin = "Register"
    fix = "Correct"
    as_it_is = "Leave"
    change = "Change"
    name_field = "Name"
    areas_field = "Areas"
    days_field = "Days"
    change_name = "Change name"
    change_areas = "Change areas"
    change_days = "Change days"
    pause = "Pause new jobs"
    resume = "Resume jobs"
    chosen = "That’s all"
    every_day = "Every day"
    weekdays = "Weekdays"
    weekend = "Weekends"
    pick_days = "Pick days"
    accept = "Accept"
    decline = "Decline"
    can_go = "I can"
    cannot_go = "I can’t"
    withdraw = "I can’t come"
    find_another = "Yes"
    will_go = "I’ll go"
    en_route = "On my way"
    leaving_now = "Yes"
    not_yet = "Not yet"
    start = "Start"
    finish = "Finish"

    def step_at(self, label: str, starts_at: datetime) -> str:
        return f"{card_time(starts_at)} {'Leaving' if label == self.en_route else label}"

    def details_at(self, starts_at: datetime) -> str:
        return f"{card_time(starts_at)} details"

    def day_name(self, day: int) -> str:
        return _WEEKDAYS[day - 1]

    def days(self, days: Sequence[int]) -> str:
        return _GROUPS.get(tuple(days)) or ", ".join(_WEEKDAYS[day - 1] for day in days)

    def areas(self, names: Sequence[str]) -> str:
        return ", ".join(names)

    def decline_at(self, starts_at: datetime) -> str:
        return f"{self.on_button(starts_at)} no"

    def number(self, number: int) -> str:
        return f"#{number}"

    item_pay = "You get"
    item_when = "When"
    item_area = "Area"
    item_address = "Address"
    item_work = "Work"
    item_note = "Note"
    item_paid = "Paid"
    item_status = "Status"
    item_name = "Name"
    item_days = "Days"
    item_offers = "New jobs"
    job_title = "Your job"
    offer_title = "New job"
    today_title = "Today’s jobs"
    coming_title = "Coming jobs"
    settings_title = "Settings"
    item_active = "coming in"
    item_paused = "paused"
    address_erased = "The address was erased. Please ask an operator."

    def area_for_now(self, area: str) -> str:
        return f"{area} (address once you accept)"

    def paid_by_customer(self, price_krw: int) -> str:
        return f"{self.won(price_krw)}, by the customer"

    def welcome(self) -> str:
        return "Nice to meet you. What is your name, or your company’s?"

    def hello(self, name: str) -> str:
        return f"Hello, {name}. What would you like to see?"

    def help_text(self) -> str:
        return (
            "You can say:\n"
            "New jobs: “accept”, “decline”, “new jobs”\n"
            "At work: “on my way”, “start”, “finish”\n"
            "Schedule: “today’s jobs”, “coming jobs”\n"
            "Else: “can’t come”, “settings”, “operator”, “Korean”"
        )

    def not_understood(self) -> str:
        return "I didn’t get that. Try “my jobs” or “on my way”."

    def shall_operator_help(self) -> str:
        return "Shall I pass you on to an operator?"

    def which_of_these(self) -> str:
        return "Which one? Please tap its button."

    def nothing_done_yet(self) -> str:
        return "I haven’t done anything yet. Shall I pass your question on to an operator?"

    def not_taken_back(self) -> str:
        return "What was told can’t be taken back here. Shall I pass you on to an operator?"

    def ask_name(self) -> str:
        return "What is your name, or your company’s?"

    def name_too_long(self, most: int) -> str:
        return f"A name has at most {most} characters. Please make it a little shorter."

    def ask_areas(self) -> str:
        return "Which areas do you go to? You can choose several."

    def areas_so_far(self, names: Sequence[str]) -> str:
        return f"So far: {self.areas(names)}. Any more?"

    def areas_unknown(self, names: Sequence[str]) -> str:
        return f"You can choose from {self.areas(names)}. We don’t clean anywhere else yet."

    def choose_an_area(self) -> str:
        return "Please choose at least one area."

    def ask_days(self) -> str:
        return "On which days can you come?"

    def areas_and_days(self, names: Sequence[str]) -> str:
        return f"Noted: {self.areas(names)}. {self.ask_days()}"

    def ask_single_days(self) -> str:
        return "Choose your days one by one."

    def days_so_far(self, days: Sequence[int]) -> str:
        return f"So far: {self.days(days)}. Any more?"

    def days_unknown(self) -> str:
        return "I didn’t get the days. Try “weekdays” or “Mon, Wed, Fri”."

    def choose_a_day(self) -> str:
        return "Please choose at least one day."

    def confirm_joining(self, name: str, areas: Sequence[str], days: Sequence[int]) -> str:
        return f"Register {name} for {self.areas(areas)}, {self.days(days)}?"

    def confirm_change(self, name: str, areas: Sequence[str], days: Sequence[int]) -> str:
        return f"Change to {name}, {self.areas(areas)}, {self.days(days)}?"

    def ask_what_to_fix(self) -> str:
        return "What shall we correct?"

    def joined(self) -> str:
        return "You are registered. We only send you jobs that are paid."

    def changed_profile(self) -> str:
        return "Changed. It holds from the next new job on."

    def joined_already(self) -> str:
        return "You are registered already. Choose what to change."

    def joining_stopped(self) -> str:
        return "I’ve dropped what you wrote. You need to register to get jobs."

    def settings_intro(self) -> str:
        return "This is how things stand."

    def paused(self) -> str:
        return "No new jobs for now. The jobs you have stay as they are."

    def resumed(self) -> str:
        return "You’ll get new jobs again."

    def ads_off(self) -> str:
        return "No advertising, then. You’ll still get new jobs and news about your jobs."

    def offer_intro(self, payout_krw: int, until: str) -> str:
        return f"A new job for {self.won(payout_krw)}. Please answer by {until}."

    def no_offers(self) -> str:
        return "No new job waits for your answer. We’ll send you one as soon as there is."

    def which_to_accept(self) -> str:
        return "There are several new jobs. Which one do you take?"

    def which_to_decline(self) -> str:
        return "There are several new jobs. Which one do you decline?"

    def accepted(self, starts_at: datetime, address: str, note: str) -> str:
        where = f"The address: {address}." if address else self.address_erased
        memo = f" Customer’s note: {short(note)}" if note else ""
        return f"The job on {spoken_moment(starts_at)} is yours. {where}{memo}"

    def declined(self) -> str:
        return "All right. We’ll send you the next one."

    def dropped(self) -> str:
        return "All right. We’ll find somebody else; the job is off your list."

    def offer_late(self) -> str:
        return "The time to answer is over, but the job is still free. Do you take it?"

    def taken(self) -> str:
        return "Another cleaner was first. We’ll send you the next job that fits."

    def offer_moved(self, starts_at: datetime) -> str:
        return f"The customer has moved it to {spoken_moment(starts_at)}. Can you come then?"

    def moved_and_gone(self, starts_at: datetime) -> str:
        return f"The customer has moved it to {spoken_moment(starts_at)}. We are asking others about that time."

    def offer_closed(self) -> str:
        return "You declined it, or it is closed. We’ll send you the next job that fits."

    def offer_unfilled(self, starts_at: datetime) -> str:
        return f"The search for {spoken_moment(starts_at)} is over. We’ll send you the next job that fits."

    def called_off(self, starts_at: datetime) -> str:
        return f"The customer has cancelled {spoken_moment(starts_at)}. You needn’t go."

    def not_your_offer(self) -> str:
        return "That job wasn’t offered to you. We’ll send you one that fits."

    def not_free(self, starts_at: datetime, area: str) -> str:
        return f"You have another job at that time: {spoken_moment(starts_at)}, {area}."

    def accepted_already(self, starts_at: datetime) -> str:
        return f"The job on {spoken_moment(starts_at)} is yours already. Can’t you come?"

    def ask_to_withdraw(self, starts_at: datetime, now: datetime) -> str:
        return "Shall we find somebody else? We’ll tell the customer."

    def which_to_withdraw(self) -> str:
        return "Which job can’t you come to?"

    def nothing_to_withdraw(self) -> str:
        return "You have no job to give back, and no new one."

    def kept(self) -> str:
        return "Good, it stays as it is."

    def too_late_to_withdraw(self) -> str:
        return "You have started it, so it can’t be given back here. Please talk to us."

    def only_customers_move(self) -> str:
        return "Customers move their visits. If you can’t come then, we find somebody else, or you talk to us."

    def this_job(self, starts_at: datetime) -> str:
        return f"This is about {spoken_moment(starts_at)}."

    def dropped_which(self, starts_at: datetime) -> str:
        return f"It was the job on {spoken_moment(starts_at)}."

    def no_job_then(self) -> str:
        return "You have no job then. Is it one of these?"

    def no_offer_then_to_accept(self) -> str:
        return "There is no new job then. Do you take one of these?"

    def no_offer_then_to_decline(self) -> str:
        return "There is no new job then. Do you decline one of these?"

    def nothing_then_to_withdraw(self) -> str:
        return "You have no job then. Is it one of these that you can’t come to?"

    def held_already(self, starts_at: datetime) -> str:
        return f"The job on {spoken_moment(starts_at)} is yours already. Just come then."

    def several_held_already(self, count: int) -> str:
        return f"You have {counted(count, 'job')} already, and no new one waits for your answer."

    def told_en_route(self) -> str:
        return "We told the customer that you are on your way."

    def started(self, at: datetime) -> str:
        return f"Started at {spoken_time(at)}. We told the customer."

    def finished(self, at: datetime, payout_krw: int) -> str:
        return f"Finished at {spoken_time(at)}. Well done. {self.won(payout_krw)} will be paid to you."

    def leave_first(self) -> str:
        return "First tap that you are on your way."

    def start_first(self) -> str:
        return "You haven’t started yet. Once you are there, tap start first."

    def started_already(self) -> str:
        return "You have started it already. Tap finish when you are done."

    def finished_already(self, at: datetime) -> str:
        return f"You finished it on {spoken_moment(at)}."

    def left_already(self) -> str:
        return "You are on your way already. Tap start when you are there."

    def too_early(self, at: datetime, now: datetime) -> str:
        return f"It’s too early to start. You can from {self.until(at, now)}."

    def early_to_leave(self, starts_at: datetime) -> str:
        return f"This job is on {spoken_moment(starts_at)}. Tell the customer that you are on your way now?"

    def not_yours(self) -> str:
        return "That job isn’t yours any more. You needn’t go."

    def visit_moved(self, starts_at: datetime) -> str:
        return f"The customer has moved it to {spoken_moment(starts_at)}."

    def nothing_to_do(self) -> str:
        return "Nothing is left to do today."

    def which_job(self) -> str:
        return "You have several jobs today. Which one?"

    def start_now(self) -> str:
        return "You are there. Shall we start now?"

    def today_count(self, count: int, payout_krw: int) -> str:
        return f"{counted(count, 'job')} today, {self.won(payout_krw)} for you."

    def nothing_today(self) -> str:
        return "You have no job today."

    def coming_count(self, count: int, payout_krw: int) -> str:
        return f"{counted(count, 'job')} to come, {self.won(payout_krw)} for you."

    def nothing_coming(self, days: int) -> str:
        return f"You have no job in the next {days} days."

    def offers_wait(self, count: int) -> str:
        return f"{counted(count, 'new job')} waiting for your answer."

    def line(self, area: str, work: str, status: str) -> str:
        return f"{area}, {work}: {status}"

    def status(self, status: str) -> str:
        return {
            "OFFERING": "to be answered",
            "ASSIGNED": "not left yet",
            "EN_ROUTE": "on the way",
            "STARTED": "at work",
            "FINISHED": "done",
            "UNFILLED": "closed",
            "CALLED_OFF": "cancelled",
        }[status]

    def no_open_talk(self) -> str:
        return "There is no open talk with our staff."

    def passed_on(self, minutes: int) -> str:
        return f"I’ve told an operator. They usually answer here within {minutes} minutes."

    def answered_later(self, opens_at: datetime) -> str:
        return f"The operators answer from {spoken_moment(opens_at)}. Leave a message and they’ll get to it."

    def said_on(self) -> str:
        return "I’ve passed it on. You’ll see the answer here."
