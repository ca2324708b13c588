"""What the person wants: tables of words, tried from the top."""

import re

from bot.conversation.parse import words_en, words_ko
from bot.conversation.parse.meaning import Intent
from bot.conversation.parse.normalise import normalise
from bot.conversation.parse.slot import DATE, MARKS, PLACE, SIZE, TIME

_Table = tuple[tuple[Intent, str], ...]

_FILLERS = re.compile(rf"^(?:{words_ko.FILLERS}[\s,.]*)+")
_EDGES = re.compile(r"^[\s,.~\-)(]+|[\s,.~\-)(]+$")
_FIELD = re.compile(f"[{DATE}{TIME}{SIZE}{PLACE}]")


def _whole(table: _Table, tail: str) -> tuple[tuple[Intent, re.Pattern[str]], ...]:
    return tuple((intent, re.compile(rf"(?:{words}){tail}")) for intent, words in table)


def _inside(table: _Table) -> tuple[tuple[Intent, re.Pattern[str]], ...]:
    return tuple((intent, re.compile(words)) for intent, words in table)


_WHOLE = _whole(words_ko.WHOLE, words_ko.TAIL) + _whole(words_en.WHOLE, words_en.TAIL)
_INSIDE = _inside(words_ko.INSIDE), _inside(words_en.INSIDE)
_BOOK = re.compile(f"{words_ko.WEAK_BOOK}|{words_en.WEAK_BOOK}")
_OTHER_FIELDS = re.compile(f"{words_ko.OTHER_FIELDS}|{words_en.OTHER_FIELDS}")
_QUESTION = re.compile(f"{words_ko.QUESTION}|{words_en.QUESTION}")
_THE_VISIT = re.compile(f"{words_ko.THE_VISIT}|{words_en.THE_VISIT}")
_EXISTING = re.compile(f"{words_ko.EXISTING}|{words_en.EXISTING}")
_THANKS = re.compile(f"{words_ko.THANK_YOU}|{words_en.THANK_YOU}")
_THE_SAME = re.compile(f"{words_ko.THE_SAME}|{words_en.THE_SAME}")
_THE_MONEY = re.compile(f"{words_ko.THE_MONEY}|{words_en.THE_MONEY}")
_PRICE_OF_MOVING = re.compile(f"{words_ko.PRICE_OF_MOVING}|{words_en.PRICE_OF_MOVING}")
_WHAT_WAS_PAID = re.compile(f"{words_ko.WHAT_WAS_PAID}|{words_en.WHAT_WAS_PAID}")
_INSTEAD = re.compile(f"{words_ko.INSTEAD}|{words_en.INSTEAD}")
_UNPAID = re.compile(f"{words_ko.UNPAID}|{words_en.UNPAID}")
_ORDINALS = tuple((re.compile(words), place) for words, place in words_ko.PLACES + words_en.PLACES)
_BOOKS = re.compile(f"{words_ko.BOOKS}|{words_en.BOOKS}")
_WANTS_REFUND = re.compile(f"{words_ko.WANTS_REFUND}|{words_en.WANTS_REFUND}")
_FIRST_WORDS = {Intent.YES, Intent.NO, Intent.GREET}


def whole_intent(text: str) -> Intent | None:
    """The intent of a text that says nothing else, politeness and masked fields aside."""
    rest = MARKS.sub(" ", text)
    before = None
    while rest != before:
        before, rest = rest, _FILLERS.sub("", _EDGES.sub("", rest))
    collapsed = re.sub(r"[\s,.]+", " ", rest).strip()
    if not collapsed:
        return None
    for intent, words in _WHOLE:
        if words.fullmatch(collapsed) or (intent in _FIRST_WORDS and words.fullmatch(collapsed.replace(" ", ""))):
            # 네 금요일 2시요 answers with the fields, not with 네
            return None if intent in _FIRST_WORDS and _FIELD.search(text) else intent
    return None


def inside_intent(text: str) -> Intent | None:
    """The intent that some word of the text tells; Korean words first."""
    told = [intent for table in _INSIDE if (intent := _first(table, text)) is not None]
    # 예약 cancel please: a word for booking names the thing, the other word what to do with it
    return next((intent for intent in told if intent is not Intent.BOOK), told[0] if told else None)


def _first(table: tuple[tuple[Intent, re.Pattern[str]], ...], text: str) -> Intent | None:
    return next((intent for intent, words in table if words.search(text)), None)


def asks_to_book(text: str) -> bool:
    """Whether a text with fields also asks for a visit: 가능?, 부탁드려요."""
    return bool(_BOOK.search(text))


def names_a_booking(text: str) -> bool:
    """토요일에 청소 예약: whatever else there is, a visit of its own."""
    return inside_intent(normalise(text)) is Intent.BOOK


def names_the_visit(text: str) -> bool:
    """예약 취소, 환불: not just of what is being asked."""
    return bool(_THE_VISIT.search(text.lower()))


def means_existing(text: str) -> bool:
    """기존 예약, 예약된 거, 내 예약: one that is booked, beside the one that is being written."""
    return bool(_EXISTING.search(text.lower()))


def thanks(text: str) -> bool:
    """고마워요: no hello."""
    return bool(_THANKS.search(text.lower()))


def the_same_again(text: str) -> bool:
    """같은 걸로 다시, 그거 다시 예약할게요."""
    return bool(_THE_SAME.search(text.lower()))


def asks_for_the_money(text: str) -> bool:
    """환불 언제 돼요, 아직 안 들어왔어요: where it is, not whether there is one."""
    return bool(_THE_MONEY.search(text.lower()))


def asks_what_moving_costs(text: str) -> bool:
    """옮기면 돈 들어요?"""
    return bool(_PRICE_OF_MOVING.search(text.lower()))


def asks_what_was_paid(text: str) -> bool:
    """얼마였죠?: of one's own booking, and not what things cost."""
    return bool(_WHAT_WAS_PAID.search(text.lower()))


def instead(text: str) -> bool:
    """금요일 말고 토요일이요: what there is gives way to it."""
    return bool(_INSTEAD.search(text.lower()))


def says_unpaid(text: str) -> bool:
    """결제 안 한 거: those that aren't paid for yet."""
    return bool(_UNPAID.search(text.lower()))


def ordinal(text: str) -> int | None:
    """첫 번째, 2번, 마지막 거: which of those that were shown, from 0; -1 is the last."""
    line = normalise(text)
    return next((place for words, place in _ORDINALS if words.search(line)), None)


def wants_to_book(text: str) -> bool:
    """예약할게요: a word that can't be of a question what it costs."""
    return bool(_BOOKS.search(text.lower()))


def wants_refund(text: str) -> bool:
    """Whether a refund is asked for, rather than where it is."""
    return bool(_WANTS_REFUND.search(text.lower()))


def is_of_another_field(text: str) -> bool:
    """주소 바꿔 주세요, 업체 바꿔 주세요: of a booking, and not when it is."""
    return bool(_OTHER_FIELDS.search(text.lower()))


def is_question(text: str) -> bool:
    """Whether it is for somebody to answer, or to pass on: 주차 되나요?, 강아지가 있다고 전해 주세요."""
    return bool(_QUESTION.search(text.lower()))
