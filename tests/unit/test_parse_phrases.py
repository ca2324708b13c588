"""What people really type, and how it is to be read: the table of the model conversations, and more kinds."""

import csv
from datetime import date, datetime, time
from pathlib import Path

import pytest

from bot.conversation.reading import Reading, read
from services.shared_kernel.clock import KST

DATA = Path(__file__).parent / "data"
NOW = datetime(2026, 11, 23, 15, 0, tzinfo=KST)
NAMES = {
    "size": "size_pyeong", "from": "time_from", "to": "time_to", "unserved": "unserved_area",
    "days": "shift_days", "minutes": "shift_minutes",
}  # fmt: skip


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def plain(value: object) -> str:
    """A value as the data files write it: 11-27 within the year of the test, 14:00, _ for a space."""
    if isinstance(value, date):
        return value.isoformat().removeprefix("2026-")
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, tuple):
        return ",".join(map(plain, value))
    return str(value).replace(" ", "_")


def written(reading: Reading) -> dict[str, str]:
    """All that the reading says, without what is empty; nothing unexpected can hide."""
    short = {long: name for name, long in NAMES.items()}
    fields = {short.get(k, k): plain(v) for k, v in vars(reading).items() if k != "asks" and v not in (None, "", ())}
    asks = [f"{ask.field}:{plain(ask.choices)}" for ask in reading.asks]
    return fields | ({"ask": ";".join(asks)} if asks else {})


def typed(row: dict[str, str]) -> str:
    """The text with the invisible characters that a data file can't show."""
    return row["text"].replace("\\t", "\t").replace("\\u200b", "\u200b")


def expected(row: dict[str, str]) -> dict[str, str]:
    return dict(part.split("=", 1) for part in row["reading"].split())


@pytest.mark.parametrize("row", rows("phrases_table.csv"), ids=lambda row: f"{row['number']} {row['text']}")
def test_the_table_of_the_model_conversations(row: dict[str, str]) -> None:
    assert written(read(row["text"], now=NOW)) == expected(row)


MORE = rows("phrases_more.csv")


@pytest.mark.parametrize("kind", dict.fromkeys(row["kind"] for row in MORE))
def test_more_kinds_of_phrases(kind: str) -> None:
    of_kind = [row for row in MORE if row["kind"] == kind]
    readings = {
        (row["asking"], row["text"]): written(read(typed(row), now=NOW, asking=row["asking"])) for row in of_kind
    }
    assert readings == {(row["asking"], row["text"]): expected(row) for row in of_kind}
