"""An operator writes a broadcast: which kind, to whom, what; each step has a way back, and keeps what was given."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

from bot.conversation.broadcast_draft import BOOK, Writing, of_broadcast, recalled
from bot.conversation.effects_broadcast import TheBroadcast
from bot.conversation.operator_broadcast_asking import (
    ASKS,
    BEFORE,
    ask_area,
    ask_button,
    ask_day,
    ask_english,
    ask_idle,
    ask_kind,
    ask_text,
    ask_whom,
)
from bot.conversation.operator_broadcast_check import refusal_of, save_and
from bot.conversation.operator_broadcast_running import as_it_stands, is_over, listed, may_be_corrected, no_such
from bot.conversation.operator_talk import OperatorTalk, menu, old_button
from bot.conversation.parse.segments import Whom, is_english, read_kind, read_whom, says_booking, says_none
from bot.conversation.turn import Conversation, Turn, ask
from services.notification.broadcasts.values import BroadcastStatus, Kind, Segment
from services.shared_kernel.clock import kst_date
from services.shared_kernel.refusal import NotFound

# Questions by what is asked: those whose answer is taken as typed, all that may be typed, all with a way back.
TEXTS = ("bc_text", "bc_english", "bc_button")
TYPED = ("bc_kind", "bc_whom", "bc_area", "bc_idle", "bc_day", "bc_language", *TEXTS)
STEPS = (*TYPED, "bc_when", "bc_sure", "bc_confirm")
WORDS = ("text", "english", "button")
LONGEST_LABEL = 14
_LINK = re.compile(r"(?P<label>.*?)\s*(?P<url>https://\S+)", re.DOTALL)


# Beginning


def begin(talk: OperatorTalk, kind: Kind | None = None) -> Conversation:
    """발송; 발송 안내; 발송 광고."""
    return (yield from go_on(talk, Writing(id=talk.context.fresh_id, kind=kind)))


def begin_tapped(talk: OperatorTalk, arguments: Sequence[str]) -> Conversation:
    """[단체 발송]."""
    return (yield from begin(talk))


def go_on_tapped(talk: OperatorTalk, arguments: Sequence[str]) -> Conversation:
    """[이어서 쓰기]: a draft that was left."""
    try:
        report = yield from ask(TheBroadcast(broadcast_id=arguments[0]))
    except NotFound:
        return no_such(talk)
    if report.broadcast.status is not BroadcastStatus.DRAFT:
        return as_it_stands(talk, report, talk.say.bc_approved_already())
    return (yield from save_and(talk, of_broadcast(report.broadcast)))


def correct(talk: OperatorTalk, arguments: Sequence[str]) -> Conversation:
    """[정정 보내기]: what to say to exactly those who got it."""
    try:
        report = yield from ask(TheBroadcast(broadcast_id=arguments[0]))
    except NotFound:
        return no_such(talk)
    if not is_over(report):
        return as_it_stands(talk, report, talk.say.bc_not_now())
    if not may_be_corrected(report):
        return as_it_stands(talk, report, talk.say.bc_nobody_got_it())
    broadcast = report.broadcast
    segment = Segment(corrects=broadcast.id)
    writing = Writing(
        id=talk.context.fresh_id, kind=broadcast.kind, segment=segment, has_segment=True, corrects=broadcast.id
    )
    return (yield from go_on(talk, writing))


def go_on(talk: OperatorTalk, writing: Writing) -> Conversation:
    """Ask for what isn't known yet; when all is, save it and show what would come of it."""
    for step, is_known in (
        (ask_kind, writing.kind is not None),
        (ask_whom, writing.has_segment),
        (ask_text, writing.text_ko is not None),
        (ask_english, writing.text_en is not None),
        (ask_button, writing.button is not None),
    ):
        if not is_known:
            yield from ()
            return step(talk, writing)
    return (yield from save_and(talk, writing))


def back(talk: OperatorTalk, arguments: Sequence[str]) -> Conversation:
    """[이전]: the question before, with what was given."""
    writing, asking = recalled(talk.memo), talk.draft.asking
    if writing is None:
        return talk.answer(menu(talk, talk.say.hello()))
    if asking in ("bc_when", "bc_sure"):
        return (yield from save_and(talk, writing))
    if writing.corrects and asking == "bc_text":
        return (yield from listed(talk, ()))
    before = BEFORE.get(asking, "")
    return ASKS[before](talk, writing) if before else talk.answer(menu(talk, talk.say.hello()))


def _open_to_all(talk: OperatorTalk) -> Writing | None:
    """What is being written, if kind and people can be chosen: a correction has those of what it puts right."""
    writing = recalled(talk.memo)
    return None if writing is not None and writing.corrects else writing


# Tapped


def kind(talk: OperatorTalk, arguments: Sequence[str]) -> Conversation:
    """[안내], [광고], [광고로 바꾸기]."""
    writing = _open_to_all(talk)
    chosen = {"info": Kind.INFO, "ad": Kind.AD}.get(arguments[0])
    if writing is None or chosen is None:
        return old_button(talk)
    return (yield from go_on(talk, replace(writing, kind=chosen)))


def whom(talk: OperatorTalk, arguments: Sequence[str]) -> Conversation:
    """One of the choices of people."""
    writing = _open_to_all(talk)
    if writing is None:
        return old_button(talk)
    tomorrow = kst_date(talk.context.now) + timedelta(days=1)
    chosen = {
        "everybody": Segment(),
        "customers": Segment(role="customer"),
        "cleaners": Segment(role="cleaner"),
        "tomorrow": Segment(role="customer", visit_on=tomorrow),
    }.get(arguments[0])
    if chosen is not None:
        return (yield from _chosen(talk, writing, chosen))
    further = {"area": "bc_area", "idle": "bc_idle", "language": "bc_language"}.get(arguments[0])
    if further is None:
        return old_button(talk)
    return ASKS[further](talk, replace(writing, segment=Segment(), has_segment=False))


def area(talk: OperatorTalk, arguments: Sequence[str]) -> Conversation:
    """[마포구]."""
    writing = _open_to_all(talk)
    if writing is None or arguments[0] not in talk.context.catalogue.areas:
        return old_button(talk)
    return (yield from _chosen(talk, writing, replace(writing.segment, area=arguments[0])))


def idle(talk: OperatorTalk, arguments: Sequence[str]) -> Conversation:
    """[60일]."""
    return (yield from _whom_text(talk, arguments[0], asking_days=True))


def day(talk: OperatorTalk, arguments: Sequence[str]) -> Conversation:
    """[11/30(월)]."""
    return (yield from _whom_text(talk, arguments[0], asking_days=False))


def language(talk: OperatorTalk, arguments: Sequence[str]) -> Conversation:
    """[한국어], [영어]."""
    writing = _open_to_all(talk)
    if writing is None or arguments[0] not in ("ko", "en"):
        return old_button(talk)
    return (yield from _chosen(talk, writing, replace(writing.segment, language=arguments[0])))


def keep(talk: OperatorTalk, arguments: Sequence[str]) -> Conversation:
    """[그대로 두기]: what was given before."""
    return (yield from _given(talk, None))


def none(talk: OperatorTalk, arguments: Sequence[str]) -> Conversation:
    """[한국어만], [버튼 없이]."""
    return (yield from _given(talk, ""))


def book(talk: OperatorTalk, arguments: Sequence[str]) -> Conversation:
    """[예약하기]: a button that starts a booking."""
    writing = recalled(talk.memo)
    if writing is None:
        return old_button(talk)
    return (yield from go_on(talk, replace(writing, button=(talk.say.bc_book, BOOK, ""))))


def edit(talk: OperatorTalk, arguments: Sequence[str]) -> Conversation:
    """[글 고치기], [대상 바꾸기], [영어 글], [버튼]: one of them anew; the others stay."""
    writing = recalled(talk.memo) if arguments[0] in WORDS else _open_to_all(talk)
    asks = ASKS.get(f"bc_{arguments[0]}")
    if writing is None or asks is None:
        return old_button(talk)
    yield from ()
    return asks(talk, writing)


# Typed


def answered(talk: OperatorTalk, text: str) -> Conversation:
    """What was typed to one of the questions."""
    writing, asking = recalled(talk.memo), talk.draft.asking
    if writing is None:
        return old_button(talk)
    if asking == "bc_kind":
        said = read_kind(text)
        if said is None:
            return ask_kind(talk, writing, talk.say.bc_kind_unclear())
        return (yield from go_on(talk, replace(writing, kind=said)))
    if asking in TEXTS:
        return (yield from _text_typed(talk, writing, text.strip()))
    return (yield from _whom_text(talk, text, asking_days=asking == "bc_idle"))


def _text_typed(talk: OperatorTalk, writing: Writing, text: str) -> Conversation:
    """없어요 is no English text and no button; nothing but Korean is no English text either."""
    asking = talk.draft.asking
    if asking != "bc_text" and says_none(text):
        return (yield from _given(talk, ""))
    if asking == "bc_button" and says_booking(text):
        return (yield from book(talk, ()))
    if asking == "bc_english" and not is_english(text):
        return ask_english(talk, writing, talk.say.bc_english_unclear())
    return (yield from _given(talk, text))


def _whom_text(talk: OperatorTalk, text: str, *, asking_days: bool) -> Conversation:
    writing = _open_to_all(talk)
    if writing is None:
        return old_button(talk)
    said = read_whom(text, now=talk.context.now, asking_days=asking_days)
    asking = talk.draft.asking
    base = Segment() if asking == "bc_whom" or said.everybody else writing.segment
    segment = Segment(
        role=said.role or (None if said.everybody else base.role),
        area=said.area or base.area,
        visit_on=said.visit_on or base.visit_on,
        idle_days=said.idle_days or base.idle_days,
        language=said.language or base.language,
    )
    if said.area and said.area not in talk.context.catalogue.areas:
        said = replace(said, problem="area")
    if not said.said or said.problem == "else":
        asks = ASKS.get(asking, ask_whom)
        return ask_whom(talk, writing, talk.say.bc_whom_unclear()) if asks is ask_whom else asks(talk, writing)
    if said.problem:
        return _ask_back(talk, replace(writing, segment=segment, has_segment=False), said)
    return (yield from _chosen(talk, writing, segment))


def _ask_back(talk: OperatorTalk, writing: Writing, said: Whom) -> Turn:
    say = talk.say
    if said.problem in ("area", "areas"):
        text = say.bc_no_such_area() if said.problem == "area" else say.bc_one_area()
        return ask_area(talk, replace(writing, segment=replace(writing.segment, area=None)), text, said.areas)
    if said.problem == "idle":
        return ask_idle(talk, writing, say.bc_idle_unclear())
    text = say.bc_day_is_past() if said.problem == "past" else say.bc_which_day()
    return ask_day(talk, writing, text, said.days)


def _checked(
    talk: OperatorTalk, writing: Writing, then: Callable[[OperatorTalk, Writing], Turn] | None
) -> Conversation:
    """What can't be sent so is said at once, not after three more questions."""
    refused = yield from refusal_of(talk, writing)
    if refused is not None:
        return refused
    return then(talk, writing) if then is not None else (yield from go_on(talk, writing))


def _chosen(talk: OperatorTalk, writing: Writing, segment: Segment) -> Conversation:
    return (yield from go_on(talk, replace(writing, segment=segment, has_segment=True)))


def _given(talk: OperatorTalk, text: str | None) -> Conversation:
    """A text, English or a button; None keeps what there was, an empty one is none at all."""
    writing, asking = recalled(talk.memo), talk.draft.asking
    if writing is None:
        return old_button(talk)
    if asking == "bc_text":
        if text == "":
            return ask_text(talk, writing)
        # What there was in English says the old thing: it is asked for again, and may be kept.
        was = writing.text_en if text is not None else None
        writing = replace(writing, text_ko=text if text is not None else writing.text_ko)
        return (yield from _checked(talk, writing, ask_english if was else None))
    if asking == "bc_english":
        writing = replace(writing, text_en=text if text is not None else writing.text_en or "")
        return (yield from _checked(talk, writing, None))
    if asking == "bc_button":
        if not text:
            kept = writing.button if text is None and writing.button is not None else ("", "", "")
            return (yield from go_on(talk, replace(writing, button=kept)))
        link = _LINK.fullmatch(text)
        if link is None or not 1 <= len(link["label"]) <= LONGEST_LABEL:
            return ask_button(talk, writing, talk.say.bc_button_unclear())
        return (yield from go_on(talk, replace(writing, button=(link["label"], "", link["url"]))))
    return old_button(talk)
