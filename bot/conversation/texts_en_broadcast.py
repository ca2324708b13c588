"""What operators read about broadcasts in English: `texts_ko_broadcast`, member by member."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from bot.conversation.english import count as counted
from bot.conversation.english import short_date, spoken_moment
from bot.conversation.texts_en_staff import StaffEnglish
from bot.conversation.texts_ko_broadcast import LONGEST_LISTED, BroadcastKorean
from bot.conversation.texts_ko_staff import short
from services.notification.broadcasts.values import DryRun, Exclusion, Kind, Progress, Segment
from services.reservation.catalogue import Catalogue

_MINUTE = timedelta(minutes=1)
_HOUR = timedelta(hours=1)


class BroadcastEnglish(StaffEnglish, BroadcastKorean):
    """The same members, in English."""

    bc_begin = "Broadcast"
    bc_list = "Broadcasts"
    bc_info = "Information"
    bc_ad = "Advertising"
    bc_everybody = "Everybody"
    bc_customers = "Customers"
    bc_cleaners = "Cleaners"
    bc_tomorrow = "Visit tomorrow"
    bc_by_area = "By area"
    bc_by_idle = "Away a while"
    bc_by_language = "By language"
    bc_korean = "Korean"
    bc_english = "English"
    bc_back = "Back"
    bc_keep = "Keep it"
    bc_no_english = "Korean only"
    bc_no_button = "No button"
    bc_book = "Book"
    bc_link = "A link"
    bc_as_ad = "Make it an ad"
    bc_edit = "Change text"
    bc_edit_whom = "Change people"
    bc_edit_english = "English text"
    bc_edit_button = "Change button"
    bc_later = "Schedule"
    bc_confirm_later = "Schedule"
    bc_tomorrow_morning = "Tomorrow 9 am"
    bc_other_time = "Change"
    bc_again = "Count again"
    bc_pause = "Pause"
    bc_resume = "Go on"
    bc_cancel = "Call off"
    bc_confirm_cancel = "Call off"
    bc_leave_it = "Leave it"
    bc_go_on = "Continue"
    bc_discard = "Discard"
    bc_report = "Report"
    bc_correct = "Correct"
    bc_csv = "Get the CSV"

    def bc_send(self, count: int) -> str:
        label = f"Send to {count:,}"
        return label if len(label) <= 14 else "Send to all"

    def bc_idle_choice(self, days: int) -> str:
        return f"{days} days"

    def bc_show(self, code: str) -> str:
        return f"Show {code}"

    bc_item_status = "Status"
    bc_item_kind = "Kind"
    bc_item_whom = "Whom"
    bc_item_text = "Text"
    bc_item_start = "Start"
    bc_item_result = "Result"

    def bc_ask_kind(self) -> str:
        return "Is it information or advertising? Discounts and events are advertising."

    def bc_kind_unclear(self) -> str:
        return "Please choose information or advertising. Discounts and events are advertising."

    def bc_ask_whom(self) -> str:
        return "Who should get it? You can type it, too: “customers with a visit tomorrow, Mapo”."

    def bc_whom_unclear(self) -> str:
        return "I didn't get who is meant. Try “customers with a visit tomorrow, Mapo” or “no visit for 60 days”."

    def bc_no_such_area(self) -> str:
        return "Please choose an area."

    def bc_one_area(self) -> str:
        return "One area at a time. Which one first?"

    def bc_which_day(self) -> str:
        return "Customers with a visit on which day? Try “11/27”."

    def bc_day_is_past(self) -> str:
        return "That day is over. Please name today or a later one, such as “visits tomorrow”."

    def bc_idle_unclear(self) -> str:
        return "Customers without a visit for how many days? Try “60 days”. It is for customers only."

    def bc_ask_area(self) -> str:
        return "Which area?"

    def bc_ask_idle(self) -> str:
        return "Customers without a visit for how many days? A number will do."

    def bc_ask_language(self) -> str:
        return "Which language do they read?"

    def bc_ask_text(self, whom: str, variables: Sequence[str], role: str | None, *, is_ad: bool) -> str:
        if is_ad:
            lead = f"Advertising to {whom}. What shall it say, in Korean? I add the mark, the contact and the way out."
        else:
            lead = f"Information to {whom}. What shall it say, in Korean?"
        names = f" For cleaners, {variables[0]} is the cleaner's name." if role != "customer" else ""
        return f"{lead}\nFilled in for each: {', '.join(variables)}.{names}"

    def bc_ask_english(self) -> str:
        return "Is there an English text for those who read English? Without one, everybody gets the Korean."

    def bc_in_english(self, variables: Sequence[str]) -> str:
        return f"In English, what is filled in is written {', '.join(variables)}."

    def bc_english_unclear(self) -> str:
        return "Please type a text in English. If there is none, tap [Korean only]."

    def bc_ask_button(self) -> str:
        return "A button with it? For a link type its label and address: “Details https://…”."

    def bc_button_unclear(self) -> str:
        return "Please type a label (up to 14 characters) and an https:// address: “Details https://example.com”."

    def bc_ask_correction(self, code: str) -> str:
        return f"It goes to exactly those who got {code}. What is the correction, in Korean?"

    def bc_empty(self) -> str:
        return "The text is empty. What shall it say?"

    def bc_looks_like_ad(self, words: Sequence[str]) -> str:
        return f"It can't go as information, because it says {', '.join(f'“{word}”' for word in words)}."

    def bc_wrong(self, problem: str, detail: str) -> str:
        return {
            "empty": self.bc_empty(),
            "too_long": f"The text is too long ({detail} characters): up to 1,000.",
            "unknown_variable": f"I don't know “{detail}”. Please take it out or change it.",
            "variable_not_here": f"“{detail}” can't be used for these people. Please take it out or change it.",
            "button": self.bc_button_unclear(),
        }.get(problem, f"It can't be sent like this ({detail or problem}). Please change it.")

    def bc_no_sender(self) -> str:
        return (
            "Advertising needs the sender's name and contact. Put them under [agency] in the catalogue file, then try "
            "again. What you wrote is still here."
        )

    def bc_tap_it(self) -> str:
        return "To send or change it, tap a button below."

    def bc_nobody(self, excluded: Mapping[Exclusion, int]) -> str:
        left_out = self.bc_left_out(excluded)
        return f"Nobody would get it now. {left_out} Please change people or text.".replace("  ", " ")

    def bc_outdated(self) -> str:
        return "The day, people or text have changed since, so nothing was sent. Here it is anew."

    def bc_old_confirm(self) -> str:
        return "That was an old button, so nothing was sent. This is how it is now."

    def bc_approved_already(self) -> str:
        return "This broadcast has been confirmed already."

    def bc_not_now(self) -> str:
        return "That isn't possible now. This is how it is."

    def bc_nobody_got_it(self) -> str:
        return "Nobody has got it, so there is nothing to correct."

    def bc_stopped(self) -> str:
        return "Stopped. Nothing was sent, and what you wrote is under “broadcasts”."

    def bc_no_such(self) -> str:
        return "There is no such broadcast."

    def bc_dry_run(self, run: DryRun, *, is_ad: bool) -> str:
        left_out = self.bc_left_out(run.excluded)
        lead = f"Of {run.selected:,}:" if left_out else f"{counted(run.selected, 'person', 'people')} chosen:"
        parts = [f"{run.now:,} now" + (" (agreed to nights)" if is_ad and run.later and run.now else "")]
        if run.later:
            at = self.on_card(run.later_at).rpartition(" ")[2] if run.later_at else ""
            parts.append(f"{run.later:,} at {at}" + ("" if is_ad else " (quiet at night)"))
        return f"{lead} {', '.join(parts)}. {left_out} This is what they read.".replace("  ", " ")

    def bc_left_out(self, excluded: Mapping[Exclusion, int]) -> str:
        counts = [(self.bc_exclusion(why), count) for why, count in excluded.items() if count]
        if not counts:
            return ""
        total = sum(count for _, count in counts)
        return f"Left out {total:,}: {', '.join(f'{why} {count:,}' for why, count in counts)}."

    def bc_exclusion(self, why: str) -> str:
        return {
            "no_consent": "no consent",
            "opted_out": "opted out",
            "blocked": "blocked us",
            "no_channel": "can't be reached",
        }.get(why, why)

    def bc_not_sent_yet(self, run: DryRun) -> str:
        return f"Nothing has been sent yet. {self.bc_takes(run.takes) if run.now else self.bc_all_later()}"

    def bc_all_later(self) -> str:
        return "Once confirmed, it goes out in the morning."

    def bc_takes(self, takes: timedelta) -> str:
        if takes < timedelta(seconds=2):
            return "Once confirmed, it goes out at once."
        if takes < 2 * _MINUTE:
            return f"It takes about {round(takes.total_seconds())} seconds."
        if takes < 2 * _HOUR:
            return f"It takes about {round(takes / _MINUTE)} minutes."
        return f"It takes about {round(takes / _HOUR)} hours."

    def bc_preview(self, language: str, role: str, count: int) -> str:
        who = {"customer": ("customer", "customers"), "cleaner": ("cleaner", "cleaners")}.get(
            role, ("person", "people")
        )
        return f"{counted(count, *who)} reading {'English' if language == 'en' else 'Korean'}"

    def bc_role(self, role: str | None) -> str:
        return {"customer": "customers", "cleaner": "cleaners"}.get(role or "", "customers and cleaners")

    def _reads(self, language: str) -> str:
        return "who read English" if language == "en" else "who read Korean"

    def bc_segment(self, catalogue: Catalogue, segment: Segment, corrected: str = "") -> str:
        if segment.corrects:
            return f"those who got {corrected}"
        parts = [
            self.bc_role(segment.role)
            if segment != Segment(role=segment.role)
            else f"all {self.bc_role(segment.role)}",
            f"in {self.area(catalogue, segment.area)}" if segment.area else "",
            f"with a visit on {short_date(segment.visit_on)}" if segment.visit_on else "",
            f"without a visit for {segment.idle_days} days" if segment.idle_days else "",
            self._reads(segment.language) if segment.language else "",
        ]
        return " ".join(filter(None, parts))

    def bc_ask_when(self) -> str:
        return "When shall it go? Try “tomorrow 9am”."

    def bc_when_unclear(self) -> str:
        return "When shall it go? Please type a day and a time: “tomorrow 9am”, “in 2 hours”."

    def bc_when_past(self) -> str:
        return "That time is over. Please name a later one, such as “tomorrow 9am”."

    def bc_when_after_visit(self, visit_on: date) -> str:
        return f"By then the visits of {short_date(visit_on)} are over. Please name a time up to that day."

    def bc_read_on_that_day(self, days: Sequence[str]) -> str:
        return f"{self._bc_says(days)} Is that right for who reads it then?"

    def bc_read_in_the_morning(self, days: Sequence[str], count: int) -> str:
        return f"{self._bc_says(days)} Is that right for the {count:,} who read it in the morning?"

    def _bc_says(self, days: Sequence[str]) -> str:
        return f"The text says {', '.join(f'“{day}”' for day in days)}."

    def bc_when_night(self, starts_at: datetime) -> str:
        return f"Advertising doesn't start between 9 pm and 8 am. How about {spoken_moment(starts_at)}?"

    def bc_confirm_when(self, starts_at: datetime, count: int) -> str:
        return f"Send it to {counted(count, 'person', 'people')} on {spoken_moment(starts_at)}?"

    def bc_progress(self, progress: Progress, later_at: datetime | None) -> str:
        parts = [f"{progress.sent:,}/{progress.total - progress.later:,} sent."]
        if progress.failed:
            parts.append(f"{progress.failed:,} failed.")
        if progress.later and later_at:
            parts.append(f"{progress.later:,} more start at {self.on_card(later_at).rpartition(' ')[2]}.")
        return " ".join(parts)

    def bc_scheduled(self, starts_at: datetime, count: int) -> str:
        return f"It goes to {counted(count, 'person', 'people')} on {spoken_moment(starts_at)}."

    def bc_paused(self, progress: Progress) -> str:
        return f"Paused. {progress.sent:,} sent, {progress.waiting:,} left."

    def bc_resumed(self, progress: Progress) -> str:
        return f"Going on. {progress.waiting:,} left."

    def bc_finished(self, progress: Progress) -> str:
        parts = [f"{progress.sent:,} arrived"]
        if progress.failed:
            parts.append(f"{progress.failed:,} failed")
        if progress.unknown:
            parts.append(f"{progress.unknown:,} unknown")
        if progress.suppressed:
            parts.append(f"{progress.suppressed:,} not sent")
        more = " The unknown ones aren't sent again, so that nobody gets it twice." if progress.unknown else ""
        return f"Broadcast to {counted(progress.total, 'person', 'people')} is done: {', '.join(parts)}.{more}"

    def bc_ask_cancel(self, progress: Progress) -> str:
        return f"Call it off? The {progress.waiting:,} who haven't got it never will."

    def bc_ask_discard(self) -> str:
        return "Discard what you wrote? There is no way back."

    def bc_cancelled(self, progress: Progress) -> str:
        if not progress.total:
            return "Discarded. Nothing was sent."
        if progress.suppressed == progress.total:
            return "Called off. Nobody got it."
        more = f" {progress.waiting:,} on their way already may get it." if progress.waiting else ""
        return f"Called off. {progress.sent:,} got it, {progress.suppressed:,} won't.{more}"

    def bc_none(self) -> str:
        return "There has been no broadcast yet."

    def bc_latest(self, count: int) -> str:
        return f"The latest {count}." if count > 1 else "The latest."

    def bc_nothing_goes(self) -> str:
        return "No broadcast is being sent or scheduled."

    def bc_which_to_stop(self, count: int) -> str:
        return "Stop this one?" if count == 1 else "Which one do you want to stop?"

    def bc_title(self, code: str) -> str:
        return f"Broadcast {code}"

    def bc_kind(self, kind: Kind) -> str:
        return {Kind.INFO: "information", Kind.AD: "advertising"}[kind]

    def bc_status(self, status: str) -> str:
        return {
            "DRAFT": "being written",
            "SCHEDULED": "scheduled",
            "RUNNING": "being sent",
            "PAUSED": "paused",
            "FINISHED": "done",
            "CANCELLED": "called off",
        }.get(status, status)

    def bc_line(self, kind: Kind, status: str, progress: Progress, at: datetime, text: str) -> str:
        far = f" {progress.sent:,}/{progress.total:,}" if progress.total else ""
        when = self.on_card(at)
        if status == "SCHEDULED":
            far, when = f" for {counted(progress.total, 'person', 'people')}", f"starts {when}"
        what = self.bc_status(status) if progress.total or status != "CANCELLED" else "discarded"
        return f"{self.bc_kind(kind)}, {what}{far}, {when} “{short(text, LONGEST_LISTED)}”"

    def bc_result(self, progress: Progress) -> str:
        counts = (
            ("sent", progress.sent), ("failed", progress.failed), ("unknown", progress.unknown),
            ("not sent", progress.suppressed), ("waiting", progress.waiting),
        )  # fmt: skip
        return ", ".join(f"{name} {count:,}" for name, count in counts if count) or "none yet"

    def bc_reasons(self, reasons: Mapping[str, int]) -> str:
        return "Why: " + ", ".join(f"{self.bc_reason(why)} {count:,}" for why, count in reasons.items()) + "."

    def bc_reason(self, why: str) -> str:
        return {
            "blocked": "blocked us",
            "opted_out": "opted out",
            "no_consent": "no consent",
            "not_linked": "not linked",
            "no_channel": "can't be reached",
            "cancelled": "called off",
            "called_off": "visit cancelled or moved",
            "abandoned": "broken off",
            "erased": "erased",
            "role_over": "no cleaner or operator any more",
        }.get(why, why)

    def bc_unknown(self, codes: Sequence[str], count: int) -> str:
        more = f" and {count - len(codes):,} more" if count > len(codes) else ""
        return f"Unknown {count:,}: {', '.join(codes)}{more}."

    def bc_where_csv(self) -> str:
        return "Who got it: [Get the CSV]. It opens in a browser that is on the chat page."

    def bc_day(self, day: date) -> str:
        return short_date(day)
