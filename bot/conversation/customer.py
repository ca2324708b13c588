"""A customer's message: what it means, and who answers it."""

from collections.abc import Callable, Generator, Mapping
from typing import Any

from bot.conversation import (
    address,
    book,
    cancel,
    erasing,
    handover,
    hello,
    money,
    move,
    my,
    new_or_move,
    pay,
    settings,
    visit,
)
from bot.conversation.actions import parse
from bot.conversation.conduct import conduct
from bot.conversation.draft import Draft
from bot.conversation.find_visit import by_words, my_visits, on_day, upcoming
from bot.conversation.parse.consent import (
    agrees,
    besides_paying,
    is_asked_back,
    is_yes_here,
    leaves_it,
    only_thanks,
    says_later,
    says_to_cancel,
    says_to_move,
    says_to_pay,
    tells_what_was,
    wants_to_cancel,
)
from bot.conversation.parse.intents import (
    asks_what_moving_costs,
    is_of_another_field,
    is_question,
    means_existing,
    names_the_visit,
)
from bot.conversation.reading import Intent, Reading, read
from bot.conversation.talk import Talk, lead_in, without_yes
from bot.conversation.taps import back, tapped
from bot.conversation.turn import Context, Conversation, Effect, Said, Turn

Answer = Callable[[Talk, Reading], Conversation]


def reply(draft: Draft, said: Said, context: Context) -> Conversation:
    """Answer one message of a customer."""
    return conduct(_reply, draft, said, context)


def _reply(talk: Talk) -> Conversation:
    if talk.said.action:
        return (yield from tapped(talk, talk.said.action))
    if action := new_or_move.chosen(talk):
        return (yield from tapped(talk, action))
    reading = _read(talk)
    if talk.draft.asking == "reservation" and (action := (yield from by_words(talk, reading))):
        return (yield from tapped(talk, action))
    talk = yield from handover.passing_on(talk, reading)
    if handover.is_talk(talk, reading):
        return hello.passed_on(talk)
    return (yield from _answer(talk, reading))


def _read(talk: Talk) -> Reading:
    text, now = talk.said.text, talk.context.now
    if talk.booking is not None and talk.draft.asking not in ("date", "time") and says_later(text):
        return Reading(intent=Intent.LATER, text=text)
    if talk.draft.yes or talk.draft.no:
        if meant := _plainly(talk, text):
            return Reading(intent=meant, text=text)
        # 네 may also be a number (네 시): after a yes-or-no question it is not
        bare = read(text, now=now)
        if bare.intent in (Intent.YES, Intent.NO):
            return bare
    # at the price, words about any field correct the booking
    asking = "add_ons" if talk.draft.asking in ("confirm", "edit") else talk.draft.asking or money.asking(talk)
    reading = read(text, now=now, asking=asking)
    if reading.intent is Intent.PAY and not says_to_pay(text):
        besides = read(besides_paying(text), now=now, asking=asking)
        return besides if _changes(besides) else reading
    return reading


def _changes(reading: Reading) -> bool:
    """What comes before paying, when both are said at once."""
    if reading.intent is Intent.EDIT:
        return True
    moves = reading.to_date or reading.to_time or reading.shift_days or reading.shift_minutes
    return bool(moves or reading.says_when or reading.says_what_or_where or reading.add_ons or reading.without_add_ons)


def _plainly(talk: Talk, text: str) -> Intent | None:
    """What a text says to the question that is open, whatever it would mean elsewhere."""
    verb = parse(talk.draft.yes)[0]
    if verb == "pay" and says_to_pay(text):
        return Intent.PAY
    if verb == "cancel!" and says_to_cancel(text):
        return Intent.CANCEL
    if talk.draft.no and leaves_it(text):
        return Intent.NO
    return Intent.YES if verb and (is_yes_here(text) or only_thanks(text)) else None


# Texts


def _answer(talk: Talk, reading: Reading) -> Conversation:
    answer = ANSWERS.get(reading.intent)
    if answer is not None:
        return (yield from answer(talk, reading))
    return (yield from visit.not_understood(talk))


def _move(talk: Talk, reading: Reading) -> Conversation:
    if asks_what_moving_costs(talk.said.text):
        return money.of_moving(talk)
    said = reading.to_date or reading.to_time or reading.shift_days or reading.shift_minutes or reading.asks
    if not said and talk.draft.yes.startswith("move!"):
        not_yet = None if says_to_move(talk.said.text) else (yield from _not_yet(talk))
        return not_yet or (yield from tapped(talk, talk.draft.yes))
    to_change = not said and is_of_another_field(talk.said.text) and talk.booking is None
    if to_change and (changed := (yield from handover.to_change(talk))):
        return changed
    if talk.booking is not None and talk.draft.asking and not (yield from _means_a_booked_one(talk, reading)):
        if reading.to_date or reading.to_time:
            return (yield from book.take(talk, reading))
        return (yield from book.edit(talk, "time"))
    turn = yield from move.asked_to_move(talk, reading)
    return without_yes(turn) if tells_what_was(talk.said.text) else turn


def _means_a_booked_one(talk: Talk, reading: Reading) -> Generator[Effect[Any], Any, bool]:
    """기존 예약 옮겨 주세요, 12/4 거: not the one that is being written."""
    if means_existing(talk.said.text):
        return True
    if talk.booking is None or reading.date is None or reading.date == talk.booking.date:
        return False
    return bool(on_day(upcoming((yield from my_visits(talk)).reservations), reading.date))


def _cancel(talk: Talk, reading: Reading) -> Conversation:
    """취소해 주세요: at the figures it is consent, else it asks for them; about cancelling there is only an answer."""
    text = talk.said.text
    if talk.draft.doing == "move" and talk.draft.about and not names_the_visit(text):
        return (yield from cancel.keep_or_cancel(talk))
    if talk.draft.yes.startswith("cancel!") and says_to_cancel(text):
        return (yield from tapped(talk, talk.draft.yes))
    if wants_to_cancel(text):
        return (yield from cancel.asked_to_cancel(talk, reading))
    if talk.draft.asking == "add_ons" and talk.booking is not None and not (is_question(text) or is_asked_back(text)):
        return (yield from address.note(talk, text))
    return (yield from money.fee(talk, reading))


def _yes(talk: Talk, reading: Reading) -> Conversation:
    if either := (yield from new_or_move.again(talk)):
        return either
    # In an open talk a bare yes may be meant for whoever listens.
    if not agrees(talk.said.text) or not talk.draft.yes or talk.is_passed_on:
        not_yet = yield from _not_yet(talk)
        if not_yet is not None:
            return not_yet
    if talk.draft.yes:
        return (yield from tapped(talk, talk.draft.yes))
    if again := (yield from _asked_before(talk)):
        return again
    if talk.booking is not None:
        at_the_end = talk.draft.asking == "add_ons"
        return (yield from (book.no_more if at_the_end else book.go_on)(talk))
    return talk.aside(talk.menu(talk.say.nothing_to_answer()))


def _asked_before(talk: Talk) -> Generator[Effect[Any], Any, Turn | None]:
    """A yes to what was shown without being a question to say yes to: the question comes first."""
    for action in talk.draft.offered.values():
        if question := (yield from _question_of(talk, action)):
            return question
    return None


def _question_of(talk: Talk, action: str) -> Generator[Effect[Any], Any, Turn | None]:
    """What is asked before this is done. None for what has no consequence."""
    verb, arguments = parse(action)
    if verb == "pay":
        return (yield from pay.to_pay(talk, arguments[0]))
    if verb == "move!":
        return (yield from move.move_to(talk, arguments[0], arguments[2]))
    return (yield from cancel.cancel(talk, arguments[0])) if verb == "cancel!" else None


def _not_yet(talk: Talk) -> Generator[Effect[Any], Any, Turn | None]:
    """네?, and 알겠어요: heard, but nobody agreed to pay, to cancel or to move. The question, once more."""
    verb, arguments = parse(talk.draft.yes)
    say = talk.say
    if verb == "consent":
        return (yield from (settings.opt_in(talk) if arguments[0] == "day" else settings.consent(talk, "day")))
    if not verb and talk.draft.doing == "cancel" and talk.draft.about:
        return lead_in(say.not_cancelled_yet(), (yield from cancel.cancel(talk, talk.draft.about)))
    question = yield from _question_of(talk, talk.draft.yes)
    if question is None:
        return None
    leads = {"pay": say.not_paid_yet, "move!": say.not_moved_yet, "cancel!": say.not_cancelled_yet}
    turn = lead_in(leads[verb](), question)
    return without_yes(turn) if verb == "pay" else turn


def _no(talk: Talk, reading: Reading) -> Conversation:
    if is_asked_back(talk.said.text):
        return (yield from hello.not_understood(talk, book.start(talk) if talk.booking is not None else None))
    if talk.draft.no:
        return (yield from tapped(talk, talk.draft.no))
    if talk.booking is not None and talk.draft.asking == "add_ons":
        return (yield from book.no_more(talk))
    if talk.booking is not None:
        return (yield from book.edit(talk))
    return (yield from cancel.keep(talk))


def _end_talk(talk: Talk, reading: Reading) -> Conversation:
    # 상담 끝났어요? is for whoever is asked.
    return (yield from (handover.human if is_asked_back(talk.said.text) else handover.end)(talk))


def _keep(talk: Talk, reading: Reading) -> Conversation:
    return (yield from cancel.keep(talk, talk.draft.about if talk.draft.doing else ""))


def _edit(talk: Talk, reading: Reading) -> Conversation:
    of_booked = talk.booking is None or means_existing(talk.said.text)
    if of_booked and (changed := (yield from handover.to_change(talk))):
        return changed
    return (yield from book.edit(talk, reading.text))


ANSWERS: Mapping[Intent, Answer] = {
    Intent.GREET: lambda talk, reading: hello.greet(talk),
    Intent.HELP: lambda talk, reading: hello.help_(talk),
    Intent.RESTART: lambda talk, reading: hello.home(talk),
    Intent.BACK: lambda talk, reading: back(talk),
    Intent.BOOK: visit.visit,
    Intent.FILL: visit.visit,
    Intent.LATER: lambda talk, reading: book.later(talk),
    Intent.PRICE: money.price,
    Intent.EDIT: _edit,
    Intent.LIST: lambda talk, reading: my.my(talk),
    Intent.STATUS: my.where,
    Intent.CANCEL: _cancel,
    Intent.KEEP: _keep,
    Intent.FEE: money.fee,
    Intent.REFUND: money.refund,
    Intent.RESCHEDULE: _move,
    Intent.PAY: lambda talk, reading: pay.asked_to_pay(talk),
    Intent.HUMAN: lambda talk, reading: handover.human(talk),
    Intent.END_TALK: _end_talk,
    Intent.LANG: lambda talk, reading: settings.language(talk, reading.language, book.go_on),
    Intent.TELEGRAM: lambda talk, reading: settings.telegram(talk),
    Intent.YES: _yes,
    Intent.NO: _no,
    Intent.OPTOUT: settings.asked_to_opt_out,
    Intent.OPTIN: lambda talk, reading: settings.opt_in(talk),
    Intent.SETTINGS: lambda talk, reading: settings.settings(talk),
    Intent.ERASE: lambda talk, reading: erasing.erase_me(talk),
}
