"""Whatever is typed again and again is read in no time: where one pattern could be made of its parts in many ways, this
wouldn't end."""

import inspect
from datetime import datetime

import pytest

from bot.conversation.parse import consent, intents, job_words
from bot.conversation.parse.normalise import READ_CHARACTERS
from bot.conversation.reading import read
from services.shared_kernel.clock import KST

NOW = datetime(2026, 11, 23, 15, tzinfo=KST)
WORDS = (
    "네", "네 ", "네,", "아니", "음 ", "내일 ", "이따 ", "다시 ", "좀 ", "ㅇ", "ㅇㅋ", "결제 ", "해 주세요 ", "감사", "감사합니다 ", "상담 ", "이제 ", "이만 ", "취소",
    "금요일 ", "2시 ", "말고 ", "옮겨 ", "할게", "할게요 ", "예약 ", "기존 ", "첫 번째 ", "새 ", "그거 ", " ", ",", "~", "no ", "yes ", "ok ", "please ", "move it ",
    "pay now ", "생각 ", "엄마랑 ", "괜찮아요 ", "그만 ", "못 가", "안 ", "수락", "요", "출발 ", "완료", "끝났습니다",
)  # fmt: skip


def _reads_a_text(function: object) -> bool:
    return inspect.isfunction(function) and list(inspect.signature(function).parameters) == ["text"]


ONES = [
    function
    for module in (consent, intents, job_words)
    for name, function in vars(module).items()
    if not name.startswith("_") and _reads_a_text(function) and function.__module__ == module.__name__
]


@pytest.mark.parametrize("word", WORDS)
def test_a_word_again_and_again_ends(word: str) -> None:
    assert len(ONES) > 20
    for other in ("", "네 ", "요", "할게요 ", "음 ", "안 "):
        text = ((word + other) * READ_CHARACTERS)[: READ_CHARACTERS - 2] + "!x"
        assert read(text, now=NOW).intent
        for function in ONES:
            function(text)
