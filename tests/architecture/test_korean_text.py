"""Korean is written in a few known places, so that a translator or an editor finds all of it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("bot", "messaging", "services", "ssak3", "storage")
HANGUL = re.compile("[\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3]")

# Sentences that people read, words that people type, and the tables of words behind both.
HOMES = (
    "bot/conversation/texts_*.py",
    "bot/conversation/parse*.py",
    "bot/conversation/parse/*.py",
    "bot/conversation/korean*.py",
    "services/*/wording.py",
    "services/notification/broadcasts/wording.py",  # what the law wants around advertising
    "services/notification/template_check.py",  # particles
    "services/payment/adapters/*_errors.py",  # the provider's codes, in words
    "services/payment/adapters/sandbox/*.py",  # a pretended provider: its window and its answers
)


def korean_strings(source: str) -> Iterator[tuple[int, str]]:
    """Line and text of each Korean string; docstrings may speak Korean, and so may comments."""
    tree = ast.parse(source)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in docstrings
            and HANGUL.search(node.value)
        ):
            yield node.lineno, node.value


def test_korean_is_at_home() -> None:
    """Lists file, line and text of each sentence that lives elsewhere."""
    astray = [
        f"{path.relative_to(ROOT)}:{line}: {text!r}"
        for package in PACKAGES
        for path in sorted((ROOT / package).rglob("*.py"))
        if not any(path.relative_to(ROOT).match(home) for home in HOMES)
        for line, text in korean_strings(path.read_text())
    ]
    assert not astray, "move these to bot/conversation/texts_ko.py or a template:\n" + "\n".join(astray)


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('SAY = "예약"', ["예약"]),
        ('def say(n):\n    return f"예약 {n}건"', ["예약 ", "건"]),
        ('"""예약"""\n# 예약\nSAY = "booked"', []),
        ('def say():\n    """예약"""\n    return {"결제": 1}', ["결제"]),
    ],
)
def test_korean_strings_are_seen(source: str, found: list[str]) -> None:
    """The test above can fail."""
    assert [text for _, text in korean_strings(source)] == found
