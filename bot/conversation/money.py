"""Questions about money: what it costs, what cancelling costs, where a refund is."""

from dataclasses import replace

from bot.conversation.cancel import cancel
from bot.conversation.effects import CurrentPolicy
from bot.conversation.find_visit import meant_by, my_visits, show_one, upcoming
from bot.conversation.parse.consent import wants_to_cancel
from bot.conversation.parse.intents import wants_refund, wants_to_book
from bot.conversation.reading import Reading
from bot.conversation.talk import Talk, button, card, without_yes
from bot.conversation.turn import Conversation, Turn, ask
from services.reservation.refusals import NotOffered
from services.reservation.values import Status
from services.shared_kernel.card import Card


def price(talk: Talk, reading: Reading) -> Conversation:
    """Of what was named; of everything where it wasn't."""
    yield from ()
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
        if booking:
            return talk.aside(card(say.price(service, pyeong, amount)))
        this = button(say.this_way, "book_with", service.id, pyeong)
        return talk.aside(card(say.price(service, pyeong, amount), this), yes=this.action)
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


def _and_more(talk: Talk, reading: Reading, says: Card) -> Turn:
    """The next word may complete the question: 24평이요, 집청소요."""
    if talk.booking:
        return talk.aside(says)
    of = {"service": reading.service, "size_pyeong": reading.size_pyeong}
    return talk.aside(says, price_of={name: value for name, value in of.items() if value}, doing="price")


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
    only = Reading(intent=reading.intent, service=reading.service, size_pyeong=reading.size_pyeong)
    return talk.draft.doing == "price" and reading == only and only.says_something and not wants_to_book(talk.said.text)


def fee(talk: Talk, reading: Reading) -> Conversation:
    """What cancelling would cost: of the booking that is meant, else as a rule."""
    page = yield from my_visits(talk)
    hold = talk.booking.hold if talk.booking else ""
    coming = [each for each in upcoming(page.reservations) if each.id != hold]
    dealt = [each for each in meant_by(coming, reading) if each.status == Status.CONFIRMED]
    if len(dealt) == 1:
        return without_yes((yield from cancel(talk, dealt[0].id)))
    policy = yield from ask(CurrentPolicy())
    more = (button(talk.say.my, "my"),) if dealt else ()
    if talk.booking is not None:
        more = (button(talk.say.drop_draft, "drop_draft"),)
    return talk.aside(card(talk.say.policy_line(policy), *more))


def refund(talk: Talk) -> Conversation:
    """환불 언제 돼요: from my page, the latest first. 환불해 주세요: what cancelling gives back."""
    say = talk.say
    page = yield from my_visits(talk)
    owed = [each for each in page.reservations if each.cancellation and each.cancellation.refund_krw]
    dealt = [each for each in upcoming(page.reservations) if each.status == Status.CONFIRMED]
    if len(dealt) == 1 and wants_refund(talk.said.text):
        turn = yield from cancel(talk, dealt[0].id)
        return turn if wants_to_cancel(talk.said.text) else without_yes(turn)
    if not owed:
        return talk.aside(card(say.no_refund(), button(say.my, "my"), button(say.human, "human")))
    sentences = []
    for view in owed[:3]:
        assert view.cancellation is not None
        amount = view.cancellation.refund_krw
        done = view.payment is not None and view.payment.refunded_krw >= amount
        sentence = say.refund_done(amount) if done else say.refund_under_way(amount)
        sentences.append(sentence if len(owed) == 1 else say.refund_of(view.starts_at, sentence))
    show = show_one(talk, owed[0])
    return talk.aside(card("\n".join(sentences), show), about=owed[0].id)
