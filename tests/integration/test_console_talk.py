"""The terminal's side of a talk: numbers tap, breaks lose nothing, and what is drawn reads well."""

import io
import stat
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from bot.channels.console import texts
from bot.channels.console.draw import Screen, plain
from bot.channels.console.session import read_cookie, write_cookie
from bot.channels.console.talk import LATEST, LONGEST_TEXT, Talk
from tests.support.time import FakeClock, FakeIds

Card = dict[str, Any]


class Terminal:
    """A talk on a screen of 80 columns that can be read back."""

    def __init__(self, *, interactive: bool = False) -> None:
        self.file = io.StringIO()
        console = Console(file=self.file, width=80, color_system=None, force_terminal=False, legacy_windows=False)
        self.screen = Screen(console, texts.load(), "http://127.0.0.1:8000", interactive=interactive)
        self.talk = Talk(self.screen, FakeIds(FakeClock()))
        self._seq = 0

    def hello(self, last_seq: int = 0, language: str = "ko") -> None:
        person = {"id": "p", "role": "customer", "name": "", "language": language}
        self.talk.received({"type": "hello", "person": person, "last_seq": last_seq})

    def says(self, sender: str = "bot", client_id: str | None = None, **parts: Any) -> str:
        self._seq += 1
        before = len(self.file.getvalue())
        self.talk.received(
            {"type": "message", "seq": self._seq, "from": sender, "at": "", "client_id": client_id, "card": card(**parts)}
        )  # fmt: skip
        return self.file.getvalue()[before:]


def card(**parts: Any) -> Card:
    return {
        "text": "", "title": "", "items": [], "buttons": [], "side_by_side": False, "quick_replies": [], "notice": False,
        **parts,
    }  # fmt: skip


def button(label: str, action: str = "", url: str = "") -> dict[str, str]:
    return {"label": label, "action": action, "url": url}


@pytest.fixture
def terminal() -> Terminal:
    made = Terminal()
    made.hello()
    return made


def test_a_card_with_a_table_and_numbered_buttons(terminal: Terminal):
    drawn = terminal.says(
        title="예약을 확인해 주세요",
        items=[{"name": "일시", "value": "11/27(금) 14:00–17:00"}, {"name": "금액", "value": "80,000원"}],
        buttons=[button("결제하기", "pay:r1"), button("취소", "drop"), button("영수증", url="/receipt/1")],
        quick_replies=[button("처음으로", "home")],
    )
    assert drawn.splitlines() == [
        "╭─ 예약을 확인해 주세요 ───────────────────────────────────────╮",
        "│ 일시  11/27(금) 14:00–17:00                                  │",
        "│ 금액  80,000원                                               │",
        "│ 영수증: http://127.0.0.1:8000/receipt/1                      │",
        "│ [1] 결제하기                                                 │",
        "│ [2] 취소                                                     │",
        "╰──────────────────────────────────────────────────────────────╯",
        "[3] 처음으로",
    ]


def test_a_notice_has_its_bar_and_plain_words_have_a_name(terminal: Terminal):
    assert terminal.says(notice=True, title="예약 확정", text="내일 만나요").startswith("╭─ 알림톡 도착 ─")
    assert terminal.says(text="무엇을 도와드릴까요?").split() == ["싹3", "무엇을", "도와드릴까요?"]


def test_buttons_side_by_side_share_a_row(terminal: Terminal):
    drawn = terminal.says(text="?", buttons=[button("네", "yes"), button("아니요", "no")], side_by_side=True)
    assert "[1] 네   [2] 아니요" in drawn


def test_nobody_steers_the_terminal(terminal: Terminal):
    drawn = terminal.says(text="\x1b[2J[red]빨강[/red]\x07", title="\x9b31m", buttons=[button("\x1b]0;x\x07", "a")])
    assert not set(drawn) & {"\x1b", "\x9b", "\x07"}
    assert "[red]빨강[/red]" in drawn
    assert plain("a\r\nb\tc") == "a\nbc"


def test_a_number_taps_and_other_words_are_said(terminal: Terminal):
    terminal.says(text="언제요?", buttons=[button("내일", "day:1")], quick_replies=[button("모레", "day:2")])
    tap = terminal.talk.typed(" 2 \n")
    assert tap == {"type": "tap", "client_id": tap and tap["client_id"], "action": "day:2", "label": "모레"}
    assert "나: 모레" in terminal.file.getvalue()
    for said in ("3", "24", "2번", "²", "-1"):
        frame = terminal.talk.typed(said)
        assert frame is not None
        assert (frame["type"], frame["text"]) == ("say", said)
    assert terminal.talk.typed("   ") is None
    long = terminal.talk.typed("가" * 20_000)
    assert long is not None
    assert len(long["text"]) == LONGEST_TEXT


def test_numbers_go_on_within_an_answer_and_start_anew_with_the_next(terminal: Terminal):
    terminal.says(text="하나", buttons=[button("가", "a")])
    assert "[2] 나" in terminal.says(text="둘", buttons=[button("나", "b")])
    terminal.talk.typed("안녕")
    assert "[1] 다" in terminal.says(text="셋", buttons=[button("다", "c")])
    frame = terminal.talk.typed("2")
    assert frame is not None
    assert frame["type"] == "say"


def test_own_lines_are_not_echoed(terminal: Terminal):
    frame = terminal.talk.typed("예약할게요")
    assert frame is not None
    assert terminal.says("me", frame["client_id"], text="예약할게요") == ""
    assert "나: 다른 폰에서" in terminal.says("me", "other", text="다른 폰에서")


def test_what_isnt_acknowledged_stays_to_be_sent_again(terminal: Terminal):
    first, second = terminal.talk.typed("하나"), terminal.talk.typed("둘")
    assert first is not None
    assert second is not None
    terminal.talk.received({"type": "ack", "client_id": first["client_id"]})
    assert list(terminal.talk.unacked) == [second]
    terminal.talk.received({"type": "error", "client_id": second["client_id"], "text": "조금만 천천히 보내 주세요."})
    assert not terminal.talk.unacked
    assert "조금만 천천히" in terminal.file.getvalue()


def test_a_row_is_drawn_once(terminal: Terminal):
    terminal.says(text="안녕하세요")
    terminal.talk.received({"type": "message", "seq": 1, "from": "bot", "client_id": None, "card": card(text="다시")})
    assert "다시" not in terminal.file.getvalue().split("안녕하세요")[1]
    assert terminal.talk.seen == 1


def test_answered_means_acknowledged_and_replied_to(terminal: Terminal):
    assert not terminal.talk.is_answered  # the greeting is on its way
    terminal.says(text="안녕하세요")
    assert terminal.talk.is_answered
    frame = terminal.talk.typed("예약")
    assert frame is not None
    terminal.says("me", frame["client_id"], text="예약")
    assert not terminal.talk.is_answered
    terminal.talk.received({"type": "ack", "client_id": frame["client_id"]})
    assert not terminal.talk.is_answered
    terminal.says(text="언제요?")
    assert terminal.talk.is_answered


def test_old_talk_is_folded():
    terminal = Terminal()
    terminal.hello(last_seq=LATEST + 5)
    for number in range(LATEST + 5):
        terminal.says("bot" if number % 2 else "me", text=f"줄 {number}.")
    shown = terminal.file.getvalue()
    assert "이전 대화 5개" in shown
    assert "줄 4." not in shown
    assert "줄 5." in shown
    assert terminal.talk.is_answered


def test_english_and_unknown_frames():
    terminal = Terminal()
    terminal.hello(language="en")
    terminal.talk.received({"type": "typing", "on": True})
    terminal.talk.received({"type": "something new"})
    assert "Ctrl-D" in terminal.file.getvalue()
    assert terminal.says(notice=True, text="Booked").startswith("╭─ Notice ")


def test_both_languages_say_the_same_things():
    known = texts.load()
    assert known["ko"].keys() == known["en"].keys()


def test_the_cookie_is_for_its_owner_only(tmp_path: Path):
    file = tmp_path / "console" / "customer.cookie"
    assert read_cookie(file) == ""
    file.parent.mkdir()
    file.write_text("old\nand broken")
    file.chmod(0o644)
    assert read_cookie(file) == ""
    write_cookie(file, "0197-id.signature")
    assert read_cookie(file) == "0197-id.signature"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.write_bytes(b"\xff\xfe")
    assert read_cookie(file) == ""
