"""A card as Telegram shows it: nothing lost, nothing that could be taken for a tag, never too long."""

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.telegram.card_text import MOST_CHARACTERS, keyboard_rows, parts
from services.shared_kernel.card import Button, Card, Item

CARD = Card(
    title="새 일이 왔어요: 68,000원", text="OO클린님, 11/23(월) 15:10까지 답해 주세요.", notice=True,
    items=(Item(name="일시", value="11/27(금) 14:00"), Item(name="지역", value="마포구")),
    buttons=(Button(label="수락하기", action="accept:j:1"), Button(label="거절하기", action="decline:j:1")),
)  # fmt: skip


def length(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def read(message: str) -> str:
    """What a person sees."""
    return unescape(re.sub(r"</?b>", "", message))


def test_a_notice():
    assert parts(CARD) == [
        "<b>새 일이 왔어요: 68,000원</b>\n\nOO클린님, 11/23(월) 15:10까지 답해 주세요.\n\n"
        "<b>일시</b> 11/27(금) 14:00\n<b>지역</b> 마포구"
    ]


def test_what_looks_like_a_tag_is_words():
    card = Card(title="a < b & c", text="<script>", items=(Item(name="<i>", value="</b>&amp;"),))
    assert parts(card) == ["<b>a &lt; b &amp; c</b>\n\n&lt;script&gt;\n\n<b>&lt;i&gt;</b> &lt;/b&gt;&amp;amp;"]


@pytest.mark.parametrize(
    ("card", "says"),
    [
        (Card(text="안녕하세요"), ["안녕하세요"]),
        (Card(title="제목"), ["<b>제목</b>"]),
        (Card(items=(Item(name="지역", value="마포구"),)), ["<b>지역</b> 마포구"]),
        (Card(text="첫 줄\n\n둘째 줄. 셋째."), ["첫 줄\n\n둘째 줄. 셋째."]),
        (Card(buttons=(Button(label="x", action="y"),)), []),
    ],
)
def test_what_is_not_there_leaves_no_gap(card: Card, says: list[str]):
    assert parts(card) == says


def test_cut_between_sentences():
    assert parts(Card(text="하나예요. 둘이에요! 셋인가요?\n넷"), most=12) == ["하나예요. 둘이에요!", "셋인가요?\n넷"]


def test_a_sentence_that_is_too_long_by_itself_is_cut_between_words():
    assert parts(Card(text="가나다 라마바 사아자"), most=8) == ["가나다 라마바", "사아자"]
    assert parts(Card(text="가나다라마바사아자"), most=4) == ["가나다라", "마바사아", "자"]


def test_a_character_outside_the_plane_counts_twice():
    (one, other) = parts(Card(text="😀" * 2049))
    assert (length(one), length(other)) == (MOST_CHARACTERS, 2)


words = st.text(st.sampled_from("가나 .!?\n<>&\"'a😀"), max_size=120)


@given(title=words, text=words, values=st.lists(words, max_size=3), most=st.integers(40, 90))
def test_nothing_is_lost_and_nothing_is_too_long(title: str, text: str, values: list[str], most: int):
    card = Card(title=title, text=text, items=tuple(Item(name="이름", value=value) for value in values))
    messages = parts(card, most)
    assert all(0 < length(message) <= most for message in messages)
    assert all(message.count("<b>") == message.count("</b>") for message in messages)
    told = "".join([title, text, *(f"이름{value}" if value.strip() else "" for value in values)])
    assert re.sub(r"\s", "", "".join(map(read, messages))) == re.sub(r"\s", "", told)


def test_buttons_below_each_other_and_side_by_side():
    one, other, third = (Button(label=str(number), action=str(number)) for number in range(3))
    assert keyboard_rows(Card(buttons=(one, other))) == [(one,), (other,)]
    assert keyboard_rows(Card(buttons=(one, other, third), side_by_side=True)) == [(one, other), (third,)]
    assert keyboard_rows(Card(quick_replies=(one, other, third))) == [(one, other), (third,)]
    assert keyboard_rows(CARD) == [(CARD.buttons[0],), (CARD.buttons[1],)]
    assert keyboard_rows(Card(text="x")) == []
