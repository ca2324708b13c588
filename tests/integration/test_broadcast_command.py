"""`ssak3 broadcast`, as it is typed."""

import asyncio
import re
from pathlib import Path

import pytest
from sqlalchemy import insert
from typer.testing import CliRunner

from services.notification.values import Contact
from ssak3.cli import app
from storage.engine import Database
from storage.notification.tables import contact
from tests.support.time import MONDAY_AFTERNOON, FakeClock, FakeIds

PEOPLE = 3


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Of an agency with a few customers, who haven't agreed to advertising but for one."""
    monkeypatch.chdir(tmp_path)
    ssak3(tmp_path, "list")
    ids = FakeIds(FakeClock())
    rows = [
        {
            **vars(Contact(person_id=ids.new(), role="customer", channels=("web",))),
            "consent_day_at": None if n else MONDAY_AFTERNOON,
            "consent_night_at": None if n else MONDAY_AFTERNOON,
        }
        for n in range(PEOPLE)
    ]

    (file,) = tmp_path.glob("*.db")

    async def fill() -> None:
        database = Database(f"sqlite+aiosqlite:///{file}")
        async with database.write() as connection:
            await connection.execute(insert(contact), rows)
        await database.close()

    asyncio.run(fill())
    return tmp_path


def ssak3(folder: Path, *words: str, status: int = 0) -> str:
    """What it says."""
    found = CliRunner().invoke(app, ["broadcast", *words, "--data", str(folder)])
    assert found.exit_code == status, found.output
    return found.output


def drafted(folder: Path, *words: str) -> tuple[str, str]:
    """Its id and its digest, as the preview shows them."""
    said = ssak3(folder, "draft", *words)
    found = re.search(r"approve (\S+) --digest (\S+)", said)
    assert found is not None, said
    return found[1], found[2]


def test_from_draft_to_report(folder: Path):
    broadcast_id, digest = drafted(folder, "--text", "내일 눈이 와요, #{고객명}님.", "--button", "내 예약=my")
    shown = ssak3(folder, "preview", broadcast_id)
    assert "3 selected: 3 now" in shown
    assert "내일 눈이 와요, 김OO님." in shown
    listed = ssak3(folder, "list").splitlines()
    assert listed[0].startswith(f"{broadcast_id} INFO DRAFT: sent 0 of 0"), "an id that is cut leads nowhere"
    assert listed[1] == "  내일 눈이 와요, #{고객명}님."
    assert "RUNNING" in ssak3(folder, "approve", broadcast_id, "--digest", digest)
    assert "PAUSED" in ssak3(folder, "pause", broadcast_id)
    assert "RUNNING" in ssak3(folder, "resume", broadcast_id)
    assert "waiting 3" in ssak3(folder, "show", broadcast_id)
    assert "no correct from there" in ssak3(folder, "correct", broadcast_id, "--text", "눈이 안 와요.", status=1)
    assert "CANCELLED" in ssak3(folder, "cancel", broadcast_id)
    file = folder / "everybody.csv"
    assert "3 cancelled" in ssak3(folder, "report", broadcast_id, "--csv", str(file))
    lines = file.read_bytes().removeprefix(b"\xef\xbb\xbf").decode().splitlines()
    assert file.read_bytes().startswith(b"\xef\xbb\xbf"), "Excel needs the mark"
    assert lines[0] == "person_id,role,status,channel,reason,sent_at"
    assert [line.split(",")[1:3] for line in lines[1:]] == [["customer", "SUPPRESSED"]] * PEOPLE


def test_advertising_says_who_gets_none(folder: Path):
    said = ssak3(folder, "draft", "--kind", "AD", "--text", "12월 평일 10% 할인")
    assert "3 selected: 1 now" in said
    assert "2 not at all: no consent" in said
    assert "(광고) 싹3 02-000-0000" in said


def test_what_turns_the_reading_around_is_left_out(folder: Path):
    assert "\u202e" not in ssak3(folder, "draft", "--text", "10% \u202e인할", "--button", "\u202e기보=my")


def test_scheduled(folder: Path):
    broadcast_id, digest = drafted(folder, "--text", "내일 눈이 와요.")
    said = ssak3(folder, "approve", broadcast_id, "--digest", digest, "--at", "2099-12-01 09:00")
    assert "SCHEDULED from 2099-12-01 09:00" in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("draft", "--text", "10% 할인"), "Only advertising may say"),
        (("draft", "--text", " "), "the text is empty"),
        (("draft", "--text", "#{방문일시}"), "방문일시 is known with --visit-on DAY only"),
        (("draft", "--text", "#{날씨}"), "there is no variable 날씨"),
        (("draft", "--text", "가" * 1001), "has 1001 characters; 1,000 at most"),
        (
            ("draft", "--text", "안녕하세요", "--button", "보기=http://example.org"),
            "http://example.org: a button has a label",
        ),
        (("draft", "--text", "안녕하세요", "--id", "nothing"), "There is no broadcast nothing"),
        (("preview", "nothing"), "There is no broadcast nothing"),
        (("pause", "nothing"), "There is no broadcast nothing"),
    ],
)
def test_refused(folder: Path, words: tuple[str, ...], said: str):
    assert said in ssak3(folder, *words, status=1)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("draft", "--text", "안녕", "--area", "busan"), "--area busan: one of"),
        (("draft", "--text", "안녕", "--visit-on", "tomorrow"), "--visit-on tomorrow: a day"),
        (("draft", "--text", "안녕", "--kind", "SPAM"), "--kind SPAM: one of INFO AD"),
        (("approve", "b", "--digest", "short"), "at least its first 12 letters"),
        (("approve", "b", "--digest", "0" * 12, "--at", "2020-01-01 09:00"), "that is over"),
    ],
)
def test_typed_wrong(folder: Path, words: tuple[str, ...], said: str):
    found = CliRunner().invoke(app, ["broadcast", *words, "--data", str(folder)])
    assert said in str(found.exception)


def test_another_digest_isnt_approved(folder: Path):
    broadcast_id, _ = drafted(folder, "--text", "내일 눈이 와요.")
    said = ssak3(folder, "approve", broadcast_id, "--digest", "0" * 12, status=1)
    assert "have changed since" in said
