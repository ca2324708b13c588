"""A broadcast's report as a spreadsheet opens it."""

from datetime import datetime

import pytest

from services.notification.broadcasts.sheet import COLUMNS, line_of
from services.notification.broadcasts.values import Recipient
from services.shared_kernel.clock import KST


def recipient(person_id: str, sent_at: datetime | None = None) -> Recipient:
    return Recipient(
        person_id=person_id, role="customer", status="SENT", channel="web", reason="", sent_at=sent_at
    )  # fmt: skip


def test_a_line_has_every_column_and_korean_time():
    line = line_of(recipient("p1", datetime(2026, 11, 23, 15, 0, 1, 500, tzinfo=KST)))
    assert dict(zip(COLUMNS, line, strict=True)) == {
        "person_id": "p1", "role": "customer", "status": "SENT", "channel": "web", "reason": "",
        "sent_at": "2026-11-23T15:00:01+09:00",
    }  # fmt: skip


@pytest.mark.parametrize("person_id", ["=cmd()", "+1", "-1", "@sum", "\t=1", "\r=1"])
def test_nothing_becomes_a_formula(person_id: str):
    """Not in the file that a shell writes either: a customer's id may be anything."""
    assert line_of(recipient(person_id))[0] == f"'{person_id}"
