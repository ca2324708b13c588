"""A customer's buttons: who answers each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.conversation import (
    address,
    book,
    cancel,
    erasing,
    handover,
    hello,
    linking,
    move,
    my,
    new_or_move,
    pay,
    settings,
    shared,
)
from bot.conversation.actions import parse
from bot.conversation.talk import Talk
from bot.conversation.turn import Conversation


@dataclass(frozen=True)
class Tap:
    """Who answers a verb, and how many arguments it takes."""

    answer: Callable[..., Conversation]
    least: int = 0
    most: int = 0


def tapped(talk: Talk, action: str) -> Conversation:
    """The answer to a button. One that nobody knows, or whose arguments nobody can read, is an old one."""
    verb, arguments = parse(action)
    tap = TAPS.get(verb)
    if tap is None or not tap.least <= len(arguments) <= tap.most:
        return hello.old_button(talk)
    try:
        return (yield from tap.answer(talk, *arguments))
    except ValueError:  # an argument that isn't a number, a day or a moment
        return hello.old_button(talk)


def back(talk: Talk) -> Conversation:
    """이전: out of a question about a reservation, or one step back in a booking."""
    if talk.draft.doing and talk.draft.about:
        return (yield from my.show(talk, talk.draft.about))
    return (yield from book.back(talk))


TAPS: Mapping[str, Tap] = {
    "book": Tap(book.start),
    "book_new": Tap(book.start_new),
    "book_with": Tap(book.start_with, 2, 3),
    "go_on": Tap(book.go_on),
    "fill": Tap(book.fill, 2, 2),
    "slot": Tap(book.slot, 1, 1),
    "to_area": Tap(address.to_area, 1, 1),
    "near": Tap(shared.near, 0, 3),
    "book_in": Tap(shared.book_in, 1, 1),
    "phone": Tap(shared.phone, 1, 1),
    "edit": Tap(book.edit, 0, 1),
    "back": Tap(back),
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
    "cancel_one": Tap(cancel.one_of_several),
    "cancel!": Tap(cancel.cancel_now, 3, 3),
    "drop": Tap(lambda talk, id, version="": cancel.drop(talk, id), 1, 2),
    "drop_draft": Tap(cancel.drop_draft),
    "refund_all": Tap(lambda talk, id, version="": cancel.refund_all(talk, id), 1, 2),
    "keep": Tap(cancel.keep, 0, 1),
    "move": Tap(lambda talk, id, version="": move.move(talk, id), 1, 2),
    "move_day": Tap(move.move_day, 2, 2),
    "move_to": Tap(move.move_to, 2, 2),
    "move!": Tap(move.move_now, 3, 3),
    "move_when": Tap(new_or_move.move_when, 4, 4),
    "book_when": Tap(new_or_move.book_when, 4, 4),
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
    "tell": Tap(handover.tell),
    "end_talk": Tap(handover.end),
    "report": Tap(handover.report, 1, 1),
    "help": Tap(hello.help_),
}
