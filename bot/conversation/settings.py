"""Language, consent to advertising by day and by night, quiet nights, and going on in another channel."""

from collections.abc import Callable
from dataclasses import replace

from bot.conversation.effects import Consents, SetConsent, SetLanguage, SetQuietNights
from bot.conversation.hello import has_given
from bot.conversation.link import link_card
from bot.conversation.reading import Reading, Why
from bot.conversation.talk import Talk, button, card, items, pair
from bot.conversation.texts import texts
from bot.conversation.texts_erasing import sentences_in
from bot.conversation.turn import Conversation, ask
from services.shared_kernel.card import Card
from services.shared_kernel.clock import kst_date


def language(talk: Talk, wanted: str | None, go_on: Callable[[Talk], Conversation]) -> Conversation:
    """Switch; without a wish, to the other one. What was being done goes on with its question."""
    if wanted not in ("ko", "en"):
        wanted = "ko" if talk.say.language == "en" else "en"
    yield from ask(SetLanguage(language=wanted))
    say = texts(wanted)
    other = button(say.other_language, "lang", "ko" if wanted == "en" else "en")
    switched = card(say.switched(unfinished=has_given(talk)), other)
    talk = replace(talk, say=say)
    if talk.booking is None or not talk.draft.asking:
        return talk.aside(switched)
    turn = yield from go_on(talk)
    return replace(turn, says=(switched, *turn.says))


def settings(talk: Talk) -> Conversation:
    """How it is now, with what can be changed."""
    say = talk.say
    now = yield from ask(Consents())
    says = Card(
        title=say.settings,
        text=say.settings_intro(),
        items=items(
            (say.item_language, say.language_name),
            (say.item_ads, say.ads_state(by_day=now.day, by_night=now.night)),
            (say.item_nights, say.nights_state(quiet=now.quiet_nights)),
        ),
        buttons=(
            button(say.ads_off, "opt_out") if now.day else button(say.ads_on, "opt_in"),
            button(say.nights_on, "nights", "on") if now.quiet_nights else button(say.nights_quiet, "nights", "quiet"),
            button(say.other_language, "lang", "ko" if say.language == "en" else "en"),
        ),
        quick_replies=(button(sentences_in(say.language).erase_me, "erase_me"),),
    )
    return talk.aside(says)


def asked_to_opt_out(talk: Talk, reading: Reading) -> Conversation:
    """수신거부: at once; 알림 꺼줘: of what?"""
    if any(each.why is Why.SCOPE for each in reading.asks):
        choices = (button(talk.say.ads_only, "opt_out"), button(talk.say.all_of_it, "opt_out", "all"))
        return talk.aside(card(talk.say.ask_opt_out_scope(), quick=choices))
    return (yield from opt_out(talk))


def opt_out(talk: Talk, scope: str = "ads") -> Conversation:
    """No advertising, by day or by night; with `all`, no information at night either."""
    yield from ask(SetConsent(day=False, night=False))
    if scope == "all":
        yield from ask(SetQuietNights(quiet=True))
    says = [card(talk.say.opted_out(kst_date(talk.context.now)), button(talk.say.settings, "settings"))]
    if scope == "all":
        says.insert(0, card(talk.say.nights_are_quiet()))
    return talk.aside(*says)


def opt_in(talk: Talk) -> Conversation:
    """Ask for consent: nobody is taken to consent by saying hello to it."""
    yield from ()
    agree, not_ = button(talk.say.agree, "consent", "day"), button(talk.say.disagree, "consent", "none")
    return talk.aside(pair(talk.say.ask_consent(), agree, not_), yes=agree.action, no=not_.action)


def consent(talk: Talk, given: str) -> Conversation:
    """The answer; the night is asked for apart (정보통신망법 제50조)."""
    say, today = talk.say, kst_date(talk.context.now)
    if given == "none":
        yield from ask(SetConsent(day=False, night=False))
        return talk.aside(card(say.not_consented(), button(say.settings, "settings")))
    if given == "day":
        yield from ask(SetConsent(day=True, night=False))
        nights, days = button(say.also_nights, "consent", "night"), button(say.days_only, "consent", "daytime")
        asked = talk.aside(pair(say.ask_night_consent(today), nights, days), yes=nights.action, no=days.action)
        return replace(asked, draft=replace(asked.draft, asking="night"))
    now = yield from ask(Consents())
    if not now.day:
        # an old button: the consent by day was taken back meanwhile
        return (yield from opt_in(talk))
    yield from ask(SetConsent(day=True, night=given == "night"))
    turn = talk.aside(card(say.nights_too_done(today) if given == "night" else say.days_only_done()))
    return turn if talk.draft.asking != "night" else replace(turn, draft=replace(turn.draft, asking=""))


def nights(talk: Talk, wanted: str) -> Conversation:
    """Whether information waits until the morning."""
    quiet = wanted == "quiet"
    yield from ask(SetQuietNights(quiet=quiet))
    text = talk.say.nights_are_quiet() if quiet else talk.say.nights_are_on()
    return talk.aside(card(text, button(talk.say.settings, "settings")))


def telegram(talk: Talk) -> Conversation:
    """A code with which the same talk goes on there."""
    return talk.aside((yield from link_card(talk.say)))
