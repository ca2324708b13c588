"""What an update says to us."""

from typing import Any

import pytest

from bot.channels.telegram.heard import (
    Heard,
    Membership,
    Phone,
    Place,
    SomethingElse,
    Start,
    Tap,
    Words,
    heard_in,
)
from bot.conversation.parse.districts import districts_near

MINJI = {"id": 5, "is_bot": False, "first_name": "민지", "language_code": "ko"}
PRIVATE = {"id": 5, "type": "private"}
STICKER = {
    "file_id": "f", "file_unique_id": "u", "type": "regular", "width": 1, "height": 1, "is_animated": False,
    "is_video": False,
}  # fmt: skip


def message(**more: Any) -> dict[str, Any]:
    body = {"message_id": 3, "date": 1_795_000_000, "chat": PRIVATE, "from": MINJI, **more}
    return {"update_id": 1, "message": body}


def tap(**more: Any) -> dict[str, Any]:
    query = {"id": "q", "from": MINJI, "chat_instance": "1", "data": "book", **more}
    return {"update_id": 1, "callback_query": query}


SHOWN = {
    "message_id": 3, "date": 1_795_000_000, "chat": PRIVATE, "text": "무엇을 할까요?",
    "reply_markup": {"inline_keyboard": [[{"text": "예약하기", "callback_data": "book"}]]},
}  # fmt: skip


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (message(text="금요일 2시"), Words(text="금요일 2시")),
        (message(text="/start"), Start(code="")),
        (message(text="/start  ABC234DEFG "), Start(code="ABC234DEFG")),
        (message(text="/START@ssak3_bot x"), Start(code="x")),
        (message(text="/startle"), Words(text="/startle")),
        (message(text="/my"), Words(text="/my")),
        (message(contact={"phone_number": "+8210", "first_name": "민지"}), Phone(number="+8210", is_own=False)),
        (
            message(contact={"phone_number": "+8210", "first_name": "민지", "user_id": 5}),
            Phone(number="+8210", is_own=True),
        ),
        (
            message(contact={"phone_number": "+82 (10) 12:34" + "5" * 90, "first_name": "민지", "user_id": 5}),
            Phone(number="+82101234" + "5" * 11, is_own=True),
        ),
        (message(location={"latitude": 37.5, "longitude": 127.0}), Place(latitude=37.5, longitude=127.0)),
        (message(sticker=STICKER), SomethingElse()),
        (tap(message=SHOWN), Tap(action="book", label="예약하기", query_id="q", message_id=3)),
        (tap(message=SHOWN, data="my"), Tap(action="my", label="", query_id="q", message_id=3)),
        # So old that Telegram keeps only its number.
        (
            tap(message={"chat": PRIVATE, "message_id": 3, "date": 0}),
            Tap(action="book", label="", query_id="q", message_id=3),
        ),
    ],
)
def test_what_is_said(body, what):
    assert heard_in(body) == Heard(chat_id="5", language="ko", what=what)


@pytest.mark.parametrize(("status", "is_member"), [("kicked", False), ("member", True)])
def test_who_goes_and_comes_back(status, is_member):
    us = {"id": 7, "is_bot": True, "first_name": "싹3"}
    change = {
        "chat": PRIVATE, "from": MINJI, "date": 1, "old_chat_member": {"status": "member", "user": us},
        "new_chat_member": {"status": status, "user": us} | ({"until_date": 0} if status == "kicked" else {}),
    }  # fmt: skip
    found = heard_in({"update_id": 1, "my_chat_member": change})
    assert found == Heard(chat_id="5", language="ko", what=Membership(is_member=is_member))


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"update_id": 1},
        {"update_id": "x", "message": {}},
        {"update_id": 1, "message": {"text": "a"}},
        message(text="a", chat={"id": -5, "type": "group", "title": "G"}),
        message(text="a", **{"from": {**MINJI, "is_bot": True}}),
        tap(),
        tap(message={**SHOWN, "chat": {"id": -5, "type": "supergroup", "title": "G"}}),
        {"update_id": 1, "edited_message": message(text="a")["message"]},
        {"update_id": 1, "poll": {"id": 1}},
    ],
)
def test_what_is_not_said_to_us(body):
    assert heard_in(body) is None


@pytest.mark.parametrize(
    ("code", "language"), [(None, "ko"), ("ko", "ko"), ("ko-KR", "ko"), ("en", "en"), ("ja", "en")]
)
def test_the_language_of_their_telegram(code, language):
    person = {**MINJI, "language_code": code} if code else {"id": 5, "is_bot": False, "first_name": "민지"}
    found = heard_in(message(text="a", **{"from": person}))
    assert found is not None
    assert found.language == language


@pytest.mark.parametrize(
    ("latitude", "longitude", "districts"),
    [
        (37.5563, 126.9105, ["마포구"]), (37.4979, 127.0628, ["강남구"]), (37.5791, 126.9368, ["서대문구"]),
        # the middles of Mapo and Seodaemun are about as far
        (37.5690, 126.9240, ["서대문구", "마포구"]), (37.6176, 126.9227, ["은평구"]),
        (35.1796, 129.0756, []), (0.0, 0.0, []), (37.70, 126.75, []),
    ],
)  # fmt: skip
def test_the_districts_that_a_place_may_be_in(latitude, longitude, districts):
    assert list(districts_near(latitude, longitude)) == districts
