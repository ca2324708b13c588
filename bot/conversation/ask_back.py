"""What is ambiguous is never guessed: the question back, with what to choose from."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, time

from bot.conversation.actions import pack_moment
from bot.conversation.draft import STEPS, Booking
from bot.conversation.free import NEAREST, free_between
from bot.conversation.merge import without
from bot.conversation.questions import Asking, ask_for, joined
from bot.conversation.reading import Ask, Choice, Why
from bot.conversation.talk import Talk, button, card
from bot.conversation.turn import Conversation
from services.shared_kernel.card import Button
from services.shared_kernel.clock import kst_date


def ask_back(talk: Talk, booking: Booking, back: Ask, lead: str) -> Conversation:
    """Ask for the field that `back` names; what was clear about other fields is kept."""
    if back.why is Why.UNSURE and back.field == "size_pyeong":
        choices = [button(talk.say.size_label(24), "fill", "size_pyeong", 24), button(talk.say.human, "human")]
        return talk.step(talk.say.size_hint(), choices, booking=booking, asking="size_pyeong")
    if back.why is Why.ANY and back.field in ("date", "time"):
        return (yield from _earliest(talk, booking, lead))
    choices = choice_buttons(talk, back.field, back.choices)
    if choices:
        why = "" if back.why is Why.MORNING else talk.say.why_asked(back.field, back.why)
        text = joined(why, _which(talk, back, [each.label for each in choices]))
        yes = choices[0].action if len(choices) == 1 else ""
        # the old value isn't wanted any more: a price must not be made with it
        kept = replace(
            without(booking, back.field) if back.field in STEPS else booking,
            time_from=booking.time_from, time_to=booking.time_to,
        )  # fmt: skip
        return talk.step(joined(lead, text), choices, booking=kept, asking=back.field, yes=yes)
    dayless = back.field == "time" and booking.date is None
    lead = joined(lead, "" if dayless else talk.say.why_asked(back.field, back.why))
    emptied = without(booking, back.field) if back.field != "add_ons" else booking
    if back.field == "time":
        # the part of the day that was said still narrows the times
        emptied = without(booking, "time") if not booking.time_from else booking
    other = back.why is Why.OTHER
    return (yield from ask_for(talk, emptied, back.field, Asking(lead=lead, more_days=other)))


def choice_buttons(talk: Talk, field: str, choices: Sequence[Choice]) -> list[Button]:
    """A quick reply for each choice; a place that we don't serve is named, too, and answered when it is chosen."""
    found = []
    for choice in choices:
        label = _label(talk, field, choice)
        if label:
            found.append(button(label, "fill", field, _value(choice)))
    return found


def _label(talk: Talk, field: str, choice: Choice) -> str:
    say, catalogue = talk.say, talk.context.catalogue
    if isinstance(choice, date):
        return say.day_label(choice) if choice >= kst_date(talk.context.now) else ""
    if isinstance(choice, time):
        return say.time_label(choice)
    if isinstance(choice, int):
        return say.size_label(choice)
    named = (catalogue.areas if field == "area" else catalogue.services).get(choice)
    if named is None:
        return choice if field == "area" else ""
    return named.name(say.language)


def _value(choice: Choice) -> str:
    if isinstance(choice, date):
        return choice.isoformat()
    return f"{choice:%H%M}" if isinstance(choice, time) else str(choice)


def _which(talk: Talk, back: Ask, labels: list[str]) -> str:
    days = [each for each in back.choices if isinstance(each, date)]
    # 3일 may be the third, or in three days: named in this order, not by date
    if len(days) > 1 and len({day.weekday() for day in days}) == 1 and days == sorted(days):
        return talk.say.which_weekday(days[0])
    return talk.say.which(back.field, labels)


def _earliest(talk: Talk, booking: Booking, lead: str) -> Conversation:
    """아무 때나: the three earliest, on the day that was said if any."""
    today, latest = kst_date(talk.context.now), talk.context.catalogue.latest_day(talk.context.now)
    first, last = (booking.date, booking.date) if booking.date else (today, latest)
    starts = yield from free_between(talk, booking, first, last)
    if not starts:
        return (yield from ask_for(talk, booking, "time" if booking.date else "date", Asking(lead=lead)))
    text = joined(lead, talk.say.why_asked("time", Why.ANY))
    buttons = [button(talk.say.slot_label(start), "slot", pack_moment(start)) for start in starts[:NEAREST]]
    return talk.answer(card(text, *buttons, quick=talk.ways_out()), booking=booking, asking="date")
