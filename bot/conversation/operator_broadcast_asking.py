"""What an operator is asked about a broadcast that is being written: each question with its choices and a way back."""

from collections.abc import Callable, Sequence
from datetime import date

from bot.conversation.broadcast_draft import Writing, remembered
from bot.conversation.operator_talk import OperatorTalk
from bot.conversation.talk import MOST_QUICK_REPLIES, button
from bot.conversation.turn import Turn
from services.shared_kernel.card import Button
from services.shared_kernel.ids import short_code

IDLE_CHOICES = (30, 60, 90)
_WAYS_OUT = 2


def _step(talk: OperatorTalk, text: str, choices: Sequence[Button], writing: Writing, asking: str) -> Turn:
    shown = (*choices[: MOST_QUICK_REPLIES - _WAYS_OUT], button(talk.say.bc_back, "bc_back"))
    return talk.question(text, shown, asking=asking, keep=remembered(writing))


def ask_kind(talk: OperatorTalk, writing: Writing, text: str = "") -> Turn:
    """Information or advertising."""
    say = talk.say
    choices = [
        button(say.bc_info, "bc_kind", "info"),
        button(say.bc_ad, "bc_kind", "ad"),
        button(say.bc_list, "bc_list"),
    ]
    return _step(talk, text or say.bc_ask_kind(), choices, writing, "bc_kind")


def ask_whom(talk: OperatorTalk, writing: Writing, text: str = "") -> Turn:
    """To whom; by buttons or in words."""
    say = talk.say
    choices = [
        button(say.bc_everybody, "bc_whom", "everybody"),
        button(say.bc_customers, "bc_whom", "customers"),
        button(say.bc_cleaners, "bc_whom", "cleaners"),
        button(say.bc_tomorrow, "bc_whom", "tomorrow"),
        button(say.bc_by_area, "bc_whom", "area"),
        button(say.bc_by_idle, "bc_whom", "idle"),
        button(say.bc_by_language, "bc_whom", "language"),
    ]
    return _step(talk, text or say.bc_ask_whom(), choices, writing, "bc_whom")


def ask_area(talk: OperatorTalk, writing: Writing, text: str = "", only: Sequence[str] = ()) -> Turn:
    """Which area; `only` some of them if what was said may be either."""
    areas = [each for each in talk.context.catalogue.areas.values() if not only or each.id in only]
    choices = [button(each.name(talk.say.language), "bc_area", each.id) for each in areas]
    return _step(talk, text or talk.say.bc_ask_area(), choices, writing, "bc_area")


def ask_idle(talk: OperatorTalk, writing: Writing, text: str = "") -> Turn:
    """How many days without a visit."""
    choices = [button(talk.say.bc_idle_choice(days), "bc_idle", days) for days in IDLE_CHOICES]
    return _step(talk, text or talk.say.bc_ask_idle(), choices, writing, "bc_idle")


def ask_day(talk: OperatorTalk, writing: Writing, text: str, days: Sequence[date] = ()) -> Turn:
    """Which day's visits."""
    choices = [button(talk.say.bc_day(day), "bc_day", f"{day:%Y%m%d}") for day in days]
    return _step(talk, text, choices, writing, "bc_day")


def ask_language(talk: OperatorTalk, writing: Writing) -> Turn:
    """Which language they read."""
    choices = [button(talk.say.bc_korean, "bc_language", "ko"), button(talk.say.bc_english, "bc_language", "en")]
    return _step(talk, talk.say.bc_ask_language(), choices, writing, "bc_language")


def ask_text(talk: OperatorTalk, writing: Writing, wrong: str = "") -> Turn:
    """What to say, with what can be filled in for each; or what is `wrong` with what was said, which can't be kept."""
    say = talk.say
    if wrong:
        return _step(talk, wrong, (), writing, "bc_text")
    if writing.corrects:
        text = say.bc_ask_correction(short_code(writing.corrects))
    else:
        whom = say.bc_segment(talk.context.catalogue, writing.segment)
        text = say.bc_ask_text(whom, writing.variables, writing.segment.role, is_ad=writing.is_ad)
    return _step(talk, text, _keeps(talk, writing.text_ko), writing, "bc_text")


def ask_english(talk: OperatorTalk, writing: Writing, wrong: str = "") -> Turn:
    """What to say in English, where what is filled in has other names; or what is `wrong` with what was said."""
    choices = [*_keeps(talk, "" if wrong else writing.text_en), button(talk.say.bc_no_english, "bc_none")]
    text = wrong or talk.say.bc_ask_english()
    if "#{" in f"{writing.text_ko}{writing.text_en}":
        text = f"{text}\n{talk.say.bc_in_english(writing.variables_in_english)}"
    return _step(talk, text, choices, writing, "bc_english")


def ask_button(talk: OperatorTalk, writing: Writing, text: str = "") -> Turn:
    """Which button goes with it."""
    say = talk.say
    choices = [
        button(say.bc_no_button, "bc_none"),
        button(say.bc_book, "bc_book"),
        *_keeps(talk, writing.wording.button_ko),
    ]
    return _step(talk, text or say.bc_ask_button(), choices, writing, "bc_button")


def _keeps(talk: OperatorTalk, given: str | None) -> list[Button]:
    return [button(talk.say.bc_keep, "bc_keep")] if given else []


# By what is asked, and what comes before it.
ASKS: dict[str, Callable[[OperatorTalk, Writing], Turn]] = {
    "bc_kind": ask_kind,
    "bc_whom": ask_whom,
    "bc_area": ask_area,
    "bc_idle": ask_idle,
    "bc_language": ask_language,
    "bc_text": ask_text,
    "bc_english": ask_english,
    "bc_button": ask_button,
}
BEFORE = {
    "bc_whom": "bc_kind", "bc_area": "bc_whom", "bc_idle": "bc_whom", "bc_day": "bc_whom", "bc_language": "bc_whom",
    "bc_text": "bc_whom", "bc_english": "bc_text", "bc_button": "bc_english", "bc_confirm": "bc_button",
}  # fmt: skip
