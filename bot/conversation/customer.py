"""A customer's message: what it means, and who answers it."""

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.conversation import (
    address,
    book,
    cancel,
    erasing,
    handover,
    hello,
    linking,
    money,
    move,
    my,
    pay,
    settings,
    shared,
)
from bot.conversation.actions import parse
from bot.conversation.conduct import conduct
from bot.conversation.draft import Draft
from bot.conversation.find_visit import has_a_deal
from bot.conversation.parse.intents import agrees, is_question
from bot.conversation.reading import Intent, Reading, Why, read
from bot.conversation.talk import Talk, lead_in
from bot.conversation.turn import Context, Conversation, Effect, Said, Turn

Answer = Callable[[Talk, Reading], Conversation]


@dataclass(frozen=True)
class Tap:
    """Who answers a verb, and how many arguments it takes."""

    answer: Callable[..., Conversation]
    least: int = 0
    most: int = 0


def reply(draft: Draft, said: Said, context: Context) -> Conversation:
    """Answer one message of a customer."""
    return conduct(_reply, draft, said, context)


def _reply(talk: Talk) -> Conversation:
    if talk.said.action:
        return (yield from _tapped(talk, talk.said.action))
    reading = _read(talk)
    talk = yield from handover.passing_on(talk, reading)
    if talk.is_passed_on and handover.is_talk(talk, reading):
        return hello.passed_on(talk)
    return (yield from _answer(talk, reading))


def _read(talk: Talk) -> Reading:
    text, now = talk.said.text, talk.context.now
    if talk.draft.yes or talk.draft.no:
        # 네 may also be a number (네 시): after a yes-or-no question it is not
        bare = read(text, now=now)
        if bare.intent in (Intent.YES, Intent.NO):
            return bare
    asking = talk.draft.asking
    # at the price, words about any field correct the booking
    return read(text, now=now, asking="add_ons" if asking in ("confirm", "edit") else asking or None)


# Buttons


def _tapped(talk: Talk, action: str) -> Conversation:
    verb, arguments = parse(action)
    tap = TAPS.get(verb)
    if tap is None or not tap.least <= len(arguments) <= tap.most:
        return hello.old_button(talk)
    try:
        return (yield from tap.answer(talk, *arguments))
    except ValueError:  # an argument that isn't a number, a day or a moment
        return hello.old_button(talk)


def _back(talk: Talk) -> Conversation:
    """이전: out of a question about a reservation, or one step back in a booking."""
    if talk.draft.doing and talk.draft.about:
        return (yield from my.show(talk, talk.draft.about))
    return (yield from book.back(talk))


TAPS: Mapping[str, Tap] = {
    "book": Tap(book.start),
    "book_new": Tap(book.start_new),
    "book_with": Tap(book.start_with, 2, 2),
    "go_on": Tap(book.go_on),
    "fill": Tap(book.fill, 2, 2),
    "slot": Tap(book.slot, 1, 1),
    "to_area": Tap(address.to_area, 1, 1),
    "near": Tap(shared.near, 0, 3),
    "book_in": Tap(shared.book_in, 1, 1),
    "phone": Tap(shared.phone, 1, 1),
    "edit": Tap(book.edit, 0, 1),
    "back": Tap(_back),
    "home": Tap(hello.home),
    "hello": Tap(hello.greet),
    "rebook": Tap(lambda talk, id: book.book_again(talk, id, same_time=True), 1, 1),
    "retime": Tap(lambda talk, id: book.book_again(talk, id, same_time=False), 1, 1),
    "pay": Tap(lambda talk, id, version="": pay.pay(talk, id), 1, 2),
    "to_pay": Tap(pay.to_pay, 1, 1),
    "my": Tap(my.my),
    "past": Tap(my.past),
    "show": Tap(my.show, 1, 1),
    "cancel": Tap(lambda talk, id, version="": cancel.cancel(talk, id), 1, 2),
    "cancel_one": Tap(cancel.cancel_one),
    "cancel!": Tap(cancel.cancel_now, 3, 3),
    "drop": Tap(lambda talk, id, version="": cancel.drop(talk, id), 1, 2),
    "drop_draft": Tap(cancel.drop_draft),
    "refund_all": Tap(lambda talk, id, version="": cancel.refund_all(talk, id), 1, 2),
    "keep": Tap(cancel.keep, 0, 1),
    "move": Tap(lambda talk, id, version="": move.move(talk, id), 1, 2),
    "move_day": Tap(move.move_day, 2, 2),
    "move_to": Tap(move.move_to, 2, 2),
    "move!": Tap(move.move_now, 3, 3),
    "lang": Tap(lambda talk, wanted: settings.language(talk, wanted, book.go_on), 1, 1),
    "settings": Tap(settings.settings),
    "opt_out": Tap(settings.opt_out, 0, 1),
    "opt_in": Tap(settings.opt_in),
    "consent": Tap(settings.consent, 1, 1),
    "nights": Tap(settings.nights, 1, 1),
    "erase_me": Tap(erasing.erase_me),
    "erase_me!": Tap(erasing.erase_me_surely, 0, 1),
    "erase_me_not": Tap(erasing.leave),
    "link_asked": Tap(linking.link_asked, 2, 2),
    "link": Tap(linking.link, 2, 2),
    "link_not": Tap(linking.link_not),
    "human": Tap(handover.human),
    "report": Tap(handover.report, 1, 1),
    "help": Tap(hello.help_),
}


# Texts


def _answer(talk: Talk, reading: Reading) -> Conversation:
    answer = ANSWERS.get(reading.intent)
    if answer is not None:
        return (yield from answer(talk, reading))
    return (yield from _not_understood(talk))


def _not_understood(talk: Talk) -> Conversation:
    if talk.booking is None:
        return (yield from hello.not_understood(talk))
    if talk.draft.asking == "add_ons" and talk.said.text.strip():
        return (yield from address.note(talk, talk.said.text))
    return (yield from hello.not_understood(talk, book.go_on(talk)))


def _visit(talk: Talk, reading: Reading) -> Conversation:
    """Something about a visit: to book it, or the answer to a question."""
    draft = talk.draft
    if draft.doing == "move" and draft.about and (reading.intent is Intent.FILL or _is_about_when(reading)):
        return (yield from move.take(talk, reading))
    if draft.doing in ("move", "cancel") and draft.asking == "reservation" and reading.date:
        ask_again = cancel.asked_to_cancel if draft.doing == "cancel" else move.asked_to_move
        return (yield from ask_again(talk, replace(reading, intent=Intent.CANCEL)))
    if draft.asking == "add_ons" and talk.booking is not None and _names_only_elsewhere(reading):
        return (yield from address.note(talk, talk.said.text))
    if talk.booking is None and not draft.asking and _is_about_a_deal(reading) and (yield from has_a_deal(talk)):
        return (yield from move.asked_to_move(talk, reading)) if reading.asks else handover.to_change(talk)
    if any(each.why is Why.UNSURE and each.field == "size_pyeong" for each in reading.asks):
        return (yield from book.unsure(talk))
    if reading.intent is Intent.BOOK and not reading.says_something:
        return (yield from (book.go_on if talk.booking and talk.draft.asking else book.start)(talk))
    if not reading.says_something:
        return (yield from _not_understood(talk))
    return (yield from book.take(talk, reading))


def _names_only_elsewhere(reading: Reading) -> bool:
    """A town that we don't serve, after the address was given, is part of a note: 고양이가 있어요 is about a cat."""
    return reading.unserved_area is not None and not replace(reading, unserved_area=None).says_something


def _is_about_a_deal(reading: Reading) -> bool:
    """다른 시간, 냉장고도 추가해 주세요: nothing that a new booking would begin with."""
    if reading.says_when or reading.says_what_or_where:
        return False
    return bool(reading.add_ons) or any(each.why is Why.OTHER for each in reading.asks)


def _is_about_when(reading: Reading) -> bool:
    return reading.says_when and not reading.says_what_or_where


def _move(talk: Talk, reading: Reading) -> Conversation:
    said = reading.to_date or reading.to_time or reading.shift_days or reading.shift_minutes or reading.asks
    if not said and talk.draft.yes.startswith("move!"):
        is_asked_back = is_question(talk.said.text) or not agrees(talk.said.text)
        not_yet = (yield from _not_yet(talk)) if is_asked_back else None
        return not_yet or (yield from _tapped(talk, talk.draft.yes))
    if talk.booking is not None and talk.draft.asking:
        if reading.to_date or reading.to_time:
            return (yield from book.take(talk, reading))
        return (yield from book.edit(talk, "time"))
    return (yield from move.asked_to_move(talk, reading))


def _yes(talk: Talk, reading: Reading) -> Conversation:
    if not agrees(talk.said.text) or not talk.draft.yes:
        not_yet = yield from _not_yet(talk)
        if not_yet is not None:
            return not_yet
    if talk.draft.yes:
        return (yield from _tapped(talk, talk.draft.yes))
    if talk.booking is not None:
        at_the_end = talk.draft.asking == "add_ons"
        return (yield from (book.no_more if at_the_end else book.go_on)(talk))
    return talk.aside(talk.menu(talk.say.nothing_to_answer()))


def _not_yet(talk: Talk) -> Generator[Effect[Any], Any, Turn | None]:
    """네?, and 알겠어요: heard, but nobody agreed to pay, to cancel or to move. The question, once more."""
    verb, arguments = parse(talk.draft.yes)
    say = talk.say
    if verb == "pay":
        return lead_in(say.not_paid_yet(), (yield from pay.to_pay(talk, arguments[0])))
    if verb == "move!":
        return lead_in(say.not_moved_yet(), (yield from move.move_to(talk, arguments[0], arguments[2])))
    if verb == "cancel!" or (talk.draft.doing == "cancel" and talk.draft.about and not talk.draft.yes):
        return lead_in(say.not_cancelled_yet(), (yield from cancel.cancel(talk, talk.draft.about)))
    return None


def _no(talk: Talk, reading: Reading) -> Conversation:
    if talk.draft.no:
        return (yield from _tapped(talk, talk.draft.no))
    if talk.booking is not None and talk.draft.asking == "add_ons":
        return (yield from book.no_more(talk))
    if talk.booking is not None:
        return (yield from book.edit(talk))
    return (yield from cancel.keep(talk))


def _keep(talk: Talk, reading: Reading) -> Conversation:
    return (yield from cancel.keep(talk, talk.draft.about if talk.draft.doing else ""))


def _edit(talk: Talk, reading: Reading) -> Conversation:
    if talk.booking is None and (yield from has_a_deal(talk)):
        return handover.to_change(talk)
    return (yield from book.edit(talk, reading.text))


ANSWERS: Mapping[Intent, Answer] = {
    Intent.GREET: lambda talk, reading: hello.greet(talk),
    Intent.HELP: lambda talk, reading: hello.help_(talk),
    Intent.RESTART: lambda talk, reading: hello.home(talk),
    Intent.BACK: lambda talk, reading: _back(talk),
    Intent.BOOK: _visit,
    Intent.FILL: _visit,
    Intent.PRICE: money.price,
    Intent.EDIT: _edit,
    Intent.LIST: lambda talk, reading: my.my(talk),
    Intent.STATUS: lambda talk, reading: my.where(talk),
    Intent.CANCEL: cancel.asked_to_cancel,
    Intent.KEEP: _keep,
    Intent.FEE: money.fee,
    Intent.REFUND: lambda talk, reading: money.refund(talk),
    Intent.RESCHEDULE: _move,
    Intent.PAY: lambda talk, reading: pay.asked_to_pay(talk),
    Intent.HUMAN: lambda talk, reading: handover.human(talk),
    Intent.LANG: lambda talk, reading: settings.language(talk, reading.language, book.go_on),
    Intent.TELEGRAM: lambda talk, reading: settings.telegram(talk),
    Intent.YES: _yes,
    Intent.NO: _no,
    Intent.OPTOUT: settings.asked_to_opt_out,
    Intent.OPTIN: lambda talk, reading: settings.opt_in(talk),
    Intent.SETTINGS: lambda talk, reading: settings.settings(talk),
    Intent.ERASE: lambda talk, reading: erasing.erase_me(talk),
}
