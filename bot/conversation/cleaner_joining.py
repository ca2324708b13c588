"""A cleaner joins, and changes name, areas and days later: the same questions, then one confirmation."""

from collections.abc import Mapping, Sequence
from typing import TypeVar

from bot.conversation.cleaner_talk import CleanerTalk, area_names, menu, old_button
from bot.conversation.effects_cleaner import RegisterCleaner, TheCleaner
from bot.conversation.parse.intents import whole_intent
from bot.conversation.parse.meaning import Intent
from bot.conversation.parse.normalise import normalise
from bot.conversation.parse.staff import EVERY_DAY, WEEKDAYS, WEEKEND, is_everywhere, weekdays_in
from bot.conversation.reading import areas_in
from bot.conversation.talk import MOST_QUICK_REPLIES, button, card, pair
from bot.conversation.turn import Conversation, Turn, ask
from services.cleaning.cleaner import LONGEST_NAME, Cleaner
from services.cleaning.refusals import BadRegistration

V = TypeVar("V")

STEPS = ("name", "areas", "days")
QUESTIONS = (*STEPS, "single_days", "fix", "confirm")
_ALL_STEPS = (*STEPS, "joined")
_GROUPS = {"every": EVERY_DAY, "weekdays": WEEKDAYS, "weekend": WEEKEND}


def begin(talk: CleanerTalk) -> Turn:
    """The first question, or the first that isn't answered yet."""
    given = talk.recall(*STEPS)
    if not given.get("name"):
        return talk.question(talk.say.welcome(), asking="name", keep=given)
    return _go_on(talk, given)


def _go_on(talk: CleanerTalk, given: Mapping[str, str]) -> Turn:
    """The next question, or the confirmation when all is known."""
    if not given.get("name"):
        return talk.question(talk.say.ask_name(), asking="name", keep=given)
    if not given.get("areas"):
        return _ask_areas(talk, given, talk.say.ask_areas())
    if not given.get("days"):
        return _ask_days(talk, given, talk.say.ask_days())
    return _confirm(talk, given)


def _confirm(talk: CleanerTalk, given: Mapping[str, str]) -> Turn:
    say = talk.say
    name, areas, days = given["name"], area_names(talk, _areas(given)), _days(given)
    if "joined" in given:
        text, yes, no = say.confirm_change(name, areas, days), button(say.change, "register"), say.as_it_is
        says = pair(text, yes, button(no, "settings"))
    else:
        text, yes = say.confirm_joining(name, areas, days), button(say.register, "register")
        says = pair(text, yes, button(say.fix, "fix"))
    return talk.answer(says, asking="confirm", keep=given)


# Answers that were typed


def answered(talk: CleanerTalk) -> Conversation:
    """The typed answer to the open question."""
    yield from ()
    given, text = talk.recall(*_ALL_STEPS, "picked_areas", "picked_days"), talk.said.text
    if talk.draft.asking == "name":
        return _named(talk, given, text)
    if talk.draft.asking == "areas":
        return _areas_typed(talk, given, text)
    if talk.draft.asking in ("days", "single_days"):
        return _days_typed(talk, given, text)
    if areas_in(text):
        return _areas_typed(talk, {**given, "picked_areas": ""}, text)
    return _days_typed(talk, given, text) if weekdays_in(text) else _go_on(talk, given)


def _named(talk: CleanerTalk, given: Mapping[str, str], text: str) -> Turn:
    name = " ".join(text.split())
    if not name or whole_intent(normalise(name)) in (Intent.GREET, Intent.YES, Intent.NO):
        return talk.question(talk.say.ask_name(), asking="name", keep=given)
    if len(name) > LONGEST_NAME:
        return talk.question(talk.say.name_too_long(LONGEST_NAME), asking="name", keep=given)
    return _go_on(talk, {**given, "name": name})


def _areas_typed(talk: CleanerTalk, given: Mapping[str, str], text: str) -> Turn:
    served = talk.context.catalogue.areas
    named = list(served) if is_everywhere(text) else [area for area in areas_in(text) if area in served]
    if not named:
        return _ask_areas(talk, given, talk.say.areas_unknown(area_names(talk, list(served))))
    # What is typed adds to what was tapped; it replaces what was registered before.
    before = [] if "joined" in given else _picked_areas(given)
    return _go_on(talk, {**given, "areas": ",".join(dict.fromkeys((*before, *named)))})


def _days_typed(talk: CleanerTalk, given: Mapping[str, str], text: str) -> Turn:
    days = weekdays_in(text) or (EVERY_DAY if is_everywhere(text) else ())
    more = [area for area in areas_in(text) if area in talk.context.catalogue.areas]
    if not days and more:
        # 서대문도요, a moment late
        areas = list(dict.fromkeys((*_areas(given), *more)))
        return _ask_days(talk, {**given, "areas": ",".join(areas)}, talk.say.areas_and_days(area_names(talk, areas)))
    if not days:
        return _ask_days(talk, given, talk.say.days_unknown())
    return _go_on(talk, {**given, "days": _joined(days)})


# Buttons. What was picked so far is kept apart, until it is all.


def area(talk: CleanerTalk, arguments: Sequence[str]) -> Conversation:
    """An area in or out."""
    yield from ()
    given = _unfinished(talk)
    if arguments[0] not in talk.context.catalogue.areas or given is None:
        return old_button(talk)
    picked = _toggled(_picked_areas(given), arguments[0])
    text = talk.say.areas_so_far(area_names(talk, picked)) if picked else talk.say.ask_areas()
    return _ask_areas(talk, {**given, "picked_areas": ",".join(picked)}, text)


def areas_done(talk: CleanerTalk, arguments: Sequence[str]) -> Conversation:
    """These areas are all."""
    yield from ()
    given = _unfinished(talk)
    if given is None:
        return old_button(talk)
    picked = _picked_areas(given)
    if not picked:
        return _ask_areas(talk, given, talk.say.choose_an_area())
    return _go_on(talk, {**given, "areas": ",".join(picked)})


def day_group(talk: CleanerTalk, arguments: Sequence[str]) -> Conversation:
    """매일, 평일, 주말; or one by one."""
    yield from ()
    given = _unfinished(talk)
    if given is None:
        return old_button(talk)
    if arguments[0] in _GROUPS:
        return _go_on(talk, {**given, "days": _joined(_GROUPS[arguments[0]])})
    return _ask_single_days(talk, given, talk.say.ask_single_days())


def day(talk: CleanerTalk, arguments: Sequence[str]) -> Conversation:
    """A weekday in or out."""
    yield from ()
    given = _unfinished(talk)
    if int(arguments[0]) not in EVERY_DAY or given is None:
        return old_button(talk)
    picked = sorted(_toggled(_picked_days(given), int(arguments[0])))
    text = talk.say.days_so_far(picked) if picked else talk.say.ask_single_days()
    return _ask_single_days(talk, {**given, "picked_days": _joined(picked)}, text)


def days_done(talk: CleanerTalk, arguments: Sequence[str]) -> Conversation:
    """These weekdays are all."""
    yield from ()
    given = _unfinished(talk)
    if given is None:
        return old_button(talk)
    picked = _picked_days(given)
    if not picked:
        return _ask_single_days(talk, given, talk.say.choose_a_day())
    return _go_on(talk, {**given, "days": _joined(picked)})


def fix(talk: CleanerTalk, arguments: Sequence[str]) -> Conversation:
    """Which field to correct."""
    yield from ()
    given = _unfinished(talk)
    if given is None:
        return old_button(talk)
    say = talk.say
    fields = ((say.name_field, "name"), (say.areas_field, "areas"), (say.days_field, "days"))
    choices = [button(label, "change", field) for label, field in fields]
    return talk.question(say.ask_what_to_fix(), choices, asking="fix", keep=given)


def change(talk: CleanerTalk, arguments: Sequence[str]) -> Conversation:
    """Ask for one field again; of somebody registered, all the rest stays."""
    field = arguments[0]
    given: Mapping[str, str] | None = _unfinished(talk)
    if given is None:
        cleaner = yield from ask(TheCleaner())
        given = _registered(cleaner) if cleaner else None
    if given is None or field not in STEPS:
        return old_button(talk)
    if field == "name":
        return talk.question(talk.say.ask_name(), asking="name", keep=given)
    if field == "areas":
        return _ask_areas(talk, {**given, "picked_areas": given.get("areas", "")}, talk.say.ask_areas())
    return _ask_days(talk, {**given, "picked_days": given.get("days", "")}, talk.say.ask_days())


def register(talk: CleanerTalk, arguments: Sequence[str]) -> Conversation:
    """등록하기, or 바꾸기."""
    given = _unfinished(talk)
    if given is None:
        return old_button(talk)
    if not all(given.get(step) for step in STEPS):
        return _go_on(talk, given)
    known = yield from ask(TheCleaner())
    wanted = RegisterCleaner(
        name=given["name"], areas=_areas(given), days=_days(given), active=known.active if known else True
    )
    try:
        yield from ask(wanted)
    except BadRegistration as refusal:
        return _go_on(talk, {name: value for name, value in given.items() if name != refusal.field})
    if "joined" in given:
        return talk.answer(menu(talk, talk.say.changed_profile()))
    return talk.answer(card(talk.say.joined(), button(talk.say.today, "jobs")))


def stop_joining(talk: CleanerTalk) -> Turn:
    """Somebody who isn't registered leaves the questions."""
    return talk.answer(card(talk.say.joining_stopped(), button(talk.say.begin, "begin")))


# Inside


def _ask_areas(talk: CleanerTalk, given: Mapping[str, str], text: str) -> Turn:
    picked, say = _picked_areas(given), talk.say
    choices = []
    for each in list(talk.context.catalogue.areas)[: MOST_QUICK_REPLIES - 2]:
        name = say.area(talk.context.catalogue, each)
        choices.append(button(say.picked(name) if each in picked else name, "area", each))
    return talk.question(text, [*choices, button(say.chosen, "areas_done")], asking="areas", keep=given)


def _ask_days(talk: CleanerTalk, given: Mapping[str, str], text: str) -> Turn:
    say = talk.say
    choices = [
        button(say.every_day, "days", "every"),
        button(say.weekdays, "days", "weekdays"),
        button(say.weekend, "days", "weekend"),
        button(say.pick_days, "days", "pick"),
    ]
    return talk.question(text, choices, asking="days", keep=given)


def _ask_single_days(talk: CleanerTalk, given: Mapping[str, str], text: str) -> Turn:
    picked, say = _picked_days(given), talk.say
    choices = [
        button(say.picked(say.day_name(each)) if each in picked else say.day_name(each), "day", each)
        for each in EVERY_DAY
    ]
    return talk.question(text, [*choices, button(say.chosen, "days_done")], asking="single_days", keep=given)


def _unfinished(talk: CleanerTalk) -> dict[str, str] | None:
    """What was given so far; None when no such question is open."""
    if talk.draft.asking not in QUESTIONS:
        return None
    return talk.recall(*_ALL_STEPS, "picked_areas", "picked_days")


def _registered(cleaner: Cleaner) -> dict[str, str]:
    return {"name": cleaner.name, "areas": ",".join(cleaner.areas), "days": _joined(cleaner.days), "joined": "yes"}


def _areas(given: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(filter(None, given.get("areas", "").split(",")))


def _days(given: Mapping[str, str]) -> tuple[int, ...]:
    return tuple(int(each) for each in given.get("days", "").split(",") if each)


def _picked_areas(given: Mapping[str, str]) -> list[str]:
    return [each for each in given.get("picked_areas", "").split(",") if each]


def _picked_days(given: Mapping[str, str]) -> list[int]:
    return [int(each) for each in given.get("picked_days", "").split(",") if each]


def _toggled(picked: Sequence[V], one: V) -> list[V]:
    others = [each for each in picked if each != one]
    return others if one in picked else [*others, one]


def _joined(days: Sequence[int]) -> str:
    return ",".join(map(str, days))
