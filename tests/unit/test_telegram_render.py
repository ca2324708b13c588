"""A card as Telegram shows it: escaped, in messages that fit, with the buttons below the last."""

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.telegram.render import LONGEST_TEXT, Bubble, bubbles
from services.shared_kernel.card import Button, Card, Item

BOOK = Button(label="예약하기", action="book")
MINE = Button(label="내 예약", action="my")


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def plain(text: str) -> str:
    return unescape(re.sub(r"</?b>", "", text))


def test_a_card_with_everything():
    card = Card(
        title="예약 확인",
        text="맞으면 결제해 주세요.",
        items=(Item(name="일시", value="11/27(금) 14:00"), Item(name="값", value="80,000원")),
        buttons=(Button(label="결제하기", action="pay:1:2"), Button(label="바꾸기", action="edit")),
        quick_replies=(Button(label="이전", action="back"), Button(label="처음으로", action="home")),
    )
    assert bubbles(card) == [
        Bubble(
            text="<b>예약 확인</b>\n맞으면 결제해 주세요.\n\n<b>일시</b>  11/27(금) 14:00\n<b>값</b>  80,000원",
            rows=[[card.buttons[0]], [card.buttons[1]], list(card.quick_replies)],
        )
    ]


def test_two_beside_each_other():
    [bubble] = bubbles(Card(text="보내 드릴까요?", buttons=(BOOK, MINE), side_by_side=True))
    assert bubble.rows == [[BOOK, MINE]]


def test_quick_replies_share_rows_as_far_as_they_fit():
    labels = ["오전 9시", "오전 10시", "오후 2시", "다른 날로 바꿀게요", "처음으로"]
    card = Card(text="몇 시요?", quick_replies=tuple(Button(label=label, action="x") for label in labels))
    [bubble] = bubbles(card)
    assert [[button.label for button in row] for row in bubble.rows] == [
        ["오전 9시", "오전 10시", "오후 2시"],
        ["다른 날로 바꿀게요", "처음으로"],
    ]


def test_what_people_wrote_is_no_markup():
    card = Card(title="<b>&", text='a < b & c > d "e"', items=(Item(name="<i>", value="</b>"),))
    [bubble] = bubbles(card)
    assert "<i>" not in bubble.text
    assert plain(bubble.text) == '<b>&\na < b & c > d "e"\n\n<i>  </b>'


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000/checkout/x", "http://localhost/x"])
def test_an_address_of_this_machine_is_no_button(url):
    """Telegram would refuse the whole message."""
    there = Button(label="결제 페이지", url="https://pay.example/x")
    [bubble] = bubbles(Card(text="여기서요.", buttons=(Button(label="열기", url=url), there)))
    assert bubble.rows == [[there]]
    assert bubble.text.endswith(f"열기: {url}")


def test_a_long_text_is_cut_between_sentences_and_keeps_its_buttons_below():
    sentence = "가나다라마바사아자차카타파하 그리고 다음 말을 이어 갑니다. "
    text = (sentence * 250).strip()
    first, *rest, last = bubbles(Card(title="긴 이야기", text=text, buttons=(BOOK,)))
    assert rest
    for bubble in (first, *rest, last):
        assert bubble.text.endswith("갑니다.")
        assert units(bubble.text) <= LONGEST_TEXT
    assert not first.rows
    assert last.rows == [[BOOK]]
    assert " ".join([plain(each.text) for each in (first, *rest, last)]) == f"긴 이야기\n{text}"


def test_a_card_that_says_nothing_is_not_sent():
    assert bubbles(Card(buttons=(BOOK,))) == []
    assert bubbles(Card(text="  \n ")) == []


@given(
    st.builds(
        Card,
        text=st.builds(lambda part, times: part * times, st.text(max_size=100), st.integers(0, 100)),
        title=st.text(max_size=40),
        items=st.lists(st.builds(Item, name=st.text(min_size=1, max_size=8), value=st.text(max_size=30))).map(tuple),
    )
)
def test_nothing_is_lost_and_all_of_it_fits(card: Card):
    shown = bubbles(card)
    assert all(0 < units(bubble.text) <= LONGEST_TEXT for bubble in shown)
    letters = "".join((card.title, card.text, *(item.name + item.value for item in card.items)))
    assert _without_space("".join(plain(each.text) for each in shown)) == _without_space(letters)


def _without_space(text: str) -> str:
    return "".join(text.split())
