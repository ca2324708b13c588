"""Which of several jobs is meant: asked with a button for each, answered by a tap or in words."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.conversation.actions import pack
from bot.conversation.cleaner_talk import CleanerTalk, area_of, work_of
from bot.conversation.parse.consent import is_asked_back
from bot.conversation.parse.job_words import NOTHING, SAID_WITH
from bot.conversation.parse.moments import fitting, nth_in, only_says_when, when_in
from bot.conversation.parse.normalise import normalise
from bot.conversation.talk import MOST_BUTTONS, card
from bot.conversation.turn import Turn
from services.cleaning.model import Job
from services.shared_kernel.card import Button, Card, Item

WHICH = "which"
MOST_CHOICES = 3 * MOST_BUTTONS


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One job that can be chosen: what choosing it does, what its button says, and when its visit starts."""

    action: str
    label: str
    starts_at: datetime
    about: str = ""


def choice(talk: CleanerTalk, verb: str, job: Job, label: str = "") -> Choice:
    """A job as one of several; without a label it is named by its day and hour."""
    starts_at = job.visit.starts_at
    return Choice(
        action=pack(verb, job.id, job.visit.revision),
        label=label or talk.say.on_button(starts_at),
        starts_at=starts_at,
        about=f"{talk.say.on_card(starts_at)} {area_of(talk, job)} {work_of(talk, job)}",
    )


def which(talk: CleanerTalk, text: str, verb: str, jobs: Sequence[Job]) -> Turn:
    """Several could be meant: ask which, most urgent first."""
    return choose(talk, text, [choice(talk, verb, job) for job in jobs])


def choose(talk: CleanerTalk, text: str, choices: Sequence[Choice]) -> Turn:
    """One button for each. Those that start together are numbered and described, as their buttons would be alike."""
    shown = list(choices[:MOST_CHOICES])
    alike = max(Counter(each.label for each in shown).values(), default=0) > 1
    items = [Item(name=talk.say.number(at), value=each.about) for at, each in enumerate(shown, 1)] if alike else []
    if alike:
        shown = [
            replace(each, label=talk.say.numbered(at, talk.say.on_button(each.starts_at)))
            for at, each in enumerate(shown, 1)
        ]
    buttons = [Button(label=each.label, action=each.action) for each in shown]
    first = Card(text=text, items=tuple(items), buttons=tuple(buttons[:MOST_BUTTONS]))
    more = [
        card(talk.say.choose_here(), *buttons[at : at + MOST_BUTTONS])
        for at in range(MOST_BUTTONS, len(buttons), MOST_BUTTONS)
    ]
    options = ";".join(f"{each.action}|{each.starts_at.isoformat()}|{each.label}" for each in shown)
    return talk.answer(first, *more, keep={WHICH: options})


def chosen(talk: CleanerTalk) -> str | Turn:
    """The action that the words choose of what was asked. Still not clear: asked again; empty: they choose nothing."""
    options = _options(talk.memo.get(WHICH, ""))
    if not options or is_asked_back(talk.said.text):
        return ""
    said = normalise(talk.said.text)
    line = SAID_WITH.get(options[0].action.partition(":")[0], NOTHING).sub("", said)
    nth = nth_in(line, len(options))
    if nth is not None:
        return options[nth].action
    when, rest = when_in(line, talk.context.now)
    if not when.said or not only_says_when(rest):
        return ""
    fit = fitting((each.starts_at for each in options), when)
    if len(fit) == 1:
        return options[fit[0]].action
    if not fit and line != said:
        return ""
    return choose(talk, talk.say.which_of_these(), [options[at] for at in fit] or options)


def which_again(talk: CleanerTalk) -> Turn | None:
    """네 to several is none of them. None if nothing of that kind was asked."""
    options = _options(talk.memo.get(WHICH, ""))
    return choose(talk, talk.say.which_of_these(), options) if options else None


def _options(kept: str) -> list[Choice]:
    rows = (row.split("|") for row in kept.split(";") if row)
    return [Choice(action=action, label=label, starts_at=datetime.fromisoformat(at)) for action, at, label in rows]
