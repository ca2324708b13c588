"""Questions about money: what it costs, what cancelling costs, where a refund is."""

from collections.abc import Sequence
from dataclasses import replace

from bot.conversation import my
from bot.conversation.cancel import asked_to_cancel, cancel
from bot.conversation.effects import CurrentPolicy
from bot.conversation.find_visit import beside_the_draft, meant_by, my_visits, show_one, upcoming
from bot.conversation.parse.consent import wants_to_cancel
from bot.conversation.parse.intents import (
    asks_for_the_money,
    asks_what_moving_costs,
    asks_what_was_paid,
    wants_refund,
    wants_to_book,
)
from bot.conversation.questions import joined
from bot.conversation.reading import Reading
from bot.conversation.talk import Talk, button, card, without_yes
from bot.conversation.turn import Conversation, Turn, ask
from services.mypage.view import Page, ReservationView
from services.reservation.refusals import NotOffered
from services.reservation.values import Status
from services.shared_kernel.card import Card


def price(talk: Talk, reading: Reading) -> Conversation:
    """Of what was named; of everything where it wasn't; 얼마였죠?, of what is booked."""
    if asks_what_was_paid(talk.said.text) and not reading.service:
        coming = upcoming((yield from my_visits(talk)).reservations)
        if coming:
            return (yield from (my.show(talk, coming[0].id) if len(coming) == 1 else my.my(talk)))
    say, catalogue = talk.say, talk.context.catalogue
    booking = talk.booking
    service = catalogue.services.get(reading.service or (booking.service if booking else None) or "")
    pyeong = reading.size_pyeong or (booking.size_pyeong if booking else None)
    book = () if booking else (button(say.book, "book"),)
    if service and pyeong:
        try:
            amount = catalogue.price_krw(service.id, pyeong, ())
        except NotOffered:
            text = say.size_not_offered(service, service.sizes[-1].up_to_pyeong)
            return talk.aside(card(text, button(say.human, "human")))
        text = joined(_not_served(talk, reading), say.price(service, pyeong, amount))
        if extras := [catalogue.add_ons[each] for each in reading.add_ons]:
            text = joined(text, say.price_with(extras, catalogue.price_krw(service.id, pyeong, reading.add_ons)))
        if booking:
            return talk.aside(card(text))
        this = button(say.this_way, "book_with", service.id, pyeong, ",".join(reading.add_ons))
        return _and_more(talk, reading, card(text, this), yes=this.action)
    if service:
        return _and_more(talk, reading, card(say.price_from(service, service.sizes[0].price_krw), *book))
    lines = []
    for each in catalogue.services.values():
        try:
            lines.append(say.price_line(each, each.size(pyeong).price_krw if pyeong else each.sizes[0].price_krw))
        except NotOffered:
            continue
    text = say.prices(pyeong, lines) if pyeong and lines else say.prices_from(lines)
    return _and_more(talk, reading, card(text, *book))


def _not_served(talk: Talk, reading: Reading) -> str:
    areas = list(talk.context.catalogue.areas.values())
    return talk.say.area_not_served(reading.unserved_area, areas) if reading.unserved_area else ""


def _and_more(talk: Talk, reading: Reading, says: Card, *, yes: str = "") -> Turn:
    """The next word may complete the question, or ask the same of another: 24평이요, 사무실은요?"""
    if talk.booking:
        return talk.aside(says)
    of = {"service": reading.service, "size_pyeong": reading.size_pyeong}
    return talk.aside(says, price_of={name: value for name, value in of.items() if value}, doing="price", yes=yes)


def asking(talk: Talk) -> str | None:
    """What a bare number is, while the price is being asked for: 24."""
    wants_size = talk.draft.doing == "price" and "size_pyeong" not in talk.draft.price_of
    return "size_pyeong" if wants_size else None


def completed(talk: Talk, reading: Reading) -> Reading:
    """With what the price was asked of, right before."""
    of = talk.draft.price_of
    return replace(
        reading,
        service=reading.service or of.get("service"),
        size_pyeong=reading.size_pyeong or of.get("size_pyeong"),
    )


def asks_on(talk: Talk, reading: Reading) -> bool:
    """Whether all that was said belongs to the question what it costs."""
    only = Reading(
        intent=reading.intent, service=reading.service, size_pyeong=reading.size_pyeong, add_ons=reading.add_ons
    )
    return talk.draft.doing == "price" and reading == only and only.says_something and not wants_to_book(talk.said.text)


def of_moving(talk: Talk) -> Turn:
    """옮기면 돈 들어요?"""
    return talk.aside(card(talk.say.moving_is_free(), button(talk.say.my, "my")))


def fee(talk: Talk, reading: Reading) -> Conversation:
    """What cancelling would cost: of the booking that is meant, else as a rule; of what is cancelled, the refund."""
    if asks_what_moving_costs(talk.said.text):
        return of_moving(talk)
    page = yield from my_visits(talk)
    coming = beside_the_draft(talk, page.reservations)
    dealt = [each for each in meant_by(coming, reading) if each.status == Status.CONFIRMED]
    if len(dealt) == 1:
        return without_yes((yield from cancel(talk, dealt[0].id, of_several=len(coming) > 1)))
    if not coming and not talk.booking and (owed := _owed(page)):
        return _refunds(talk, owed)
    policy = yield from ask(CurrentPolicy())
    more = (button(talk.say.my, "my"),) if dealt else ()
    if talk.booking is not None:
        more = (button(talk.say.drop_draft, "drop_draft"),)
    return talk.aside(card(talk.say.policy_line(policy), *more))


def refund(talk: Talk, reading: Reading) -> Conversation:
    """환불 언제 돼요: from my page, the latest first. 환불해 주세요: what cancelling gives back."""
    say, text = talk.say, talk.said.text
    page = yield from my_visits(talk)
    dealt = any(each.status == Status.CONFIRMED for each in upcoming(page.reservations))
    if dealt and wants_refund(text):
        turn = yield from asked_to_cancel(talk, reading)
        return turn if wants_to_cancel(text) else without_yes(turn)
    if owed := _owed(page):
        return _refunds(talk, owed)
    if dealt and not asks_for_the_money(text):
        return (yield from fee(talk, reading))
    return talk.aside(card(say.no_refund(), button(say.my, "my"), button(say.human, "human")))


def _owed(page: Page) -> list[ReservationView]:
    return [each for each in page.reservations if each.cancellation and each.cancellation.refund_krw]


def _refunds(talk: Talk, owed: Sequence[ReservationView]) -> Turn:
    sentences = []
    for view in owed[:3]:
        assert view.cancellation is not None
        amount = view.cancellation.refund_krw
        done = view.payment is not None and view.payment.refunded_krw >= amount
        sentence = talk.say.refund_done(amount) if done else talk.say.refund_under_way(amount)
        sentences.append(sentence if len(owed) == 1 else talk.say.refund_of(view.starts_at, sentence))
    return talk.aside(card("\n".join(sentences), show_one(talk, owed[0])), about=owed[0].id)
