"""What was run and counted, as a page: written by the run itself, one row for each scenario."""

import os
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from ssak3 import __version__
from tests.support.page import ROOT

PAGE = ROOT / "docs" / "RELIABILITY.md"
HEAD = """# Reliability

Written by `make chaos`; no figure here was put in by hand. Each row is one scenario: every process of the product as an
operating-system process of its own (two of `payment`, `bot`, `notification` and `scheduler`), over a private RabbitMQ
and a private PostgreSQL with `fsync` on, while customers book by the JSON API (each call with an `Idempotency-Key`, and
again until it is answered), cleaners take jobs by chat, and what is named is done to the system. Then it has to come
to rest by itself, and is counted from outside: by the sandbox provider's own ledger, by the answers that were given,
by the phones' logs, and by a receiver of messages that the system can't ask twice. The broadcast is another stage: one
`bot`, two of `notification`, one `scheduler`, no bookings, and counted by the journal of Telegram's emulator behind a faulty
proxy against the ledger; what it doesn't know to have arrived is recorded as unknown.

- **lost**: a promise that isn't kept, an event that a follower never handled, money or a message that never came.
- **doubled**: a charge, a refund, a reservation, a job, a step or a message that happened twice.
- **stuck**: what still waited in a table or a queue a quarter of an hour after the end.
- **told twice / not told**: messages over a channel without idempotency (as Telegram's and AlimTalk's are) whose
  sender was killed or cut off between sending and noting it. Each belongs to a delivery that is recorded as unknown
  (“unknown”: how many there are); any other would count as lost or doubled.
- **repeats**: events that came again after they were handled, and changed nothing.
- **back after**: seconds from the end of the last fault until a new booking was made, paid, and shown on my page.

`ssak3 audit` ended with 0 after each of them.

"""
COLUMNS = (
    "scenario", "faults", "bookings", "confirmed / cancelled / completed / expired", "lost", "doubled", "stuck",
    "told twice / not told / unknown", "repeats", "back after, s", "asked again", "took, s", "run",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Row:
    """One scenario's; see HEAD for what they mean."""

    scenario: str
    faults: str
    statuses: Mapping[str, int]
    lost: int
    doubled: int
    stuck: int
    told_twice: int
    told_never: int
    unknown_sends: int
    repeats: int
    back_after_seconds: float | None
    asked_again: Mapping[str, int]
    seconds: float

    def cells(self) -> list[str]:
        """In the order of COLUMNS."""
        ends = [str(self.statuses.get(name, 0)) for name in ("CONFIRMED", "CANCELLED", "COMPLETED", "EXPIRED")]
        again = sum(self.asked_again.values())
        return [
            self.scenario,
            self.faults,
            str(sum(self.statuses.values())),
            " / ".join(ends),
            str(self.lost),
            str(self.doubled),
            str(self.stuck),
            f"{self.told_twice} / {self.told_never} / {self.unknown_sends}",
            str(self.repeats),
            "–" if self.back_after_seconds is None else f"{self.back_after_seconds:.1f}",
            str(again),
            f"{self.seconds:.0f}",
            f"{datetime.now(UTC):%Y-%m-%d}, {__version__}",
        ]


def write(row: Row, servers: Mapping[str, str], page: Path = PAGE) -> None:
    """In the place of an earlier run's row of the same scenario, or below."""
    rows = _rows_of(page)
    rows[row.scenario] = row.cells()
    lines = [" | ".join(cells) for cells in (COLUMNS, ["---"] * len(COLUMNS), *rows.values())]
    table = "\n".join(f"| {line} |" for line in lines)
    used = {"Python": platform.python_version(), **servers}
    used |= {name: version(name) for name in ("aio-pika", "asyncpg", "SQLAlchemy", "fastapi", "uvicorn")}
    machine = f"{os.cpu_count()} processors, {platform.system()} {platform.machine()}"
    told = ", ".join(f"{name} {number}" for name, number in used.items())
    page.write_text(f"{HEAD}{table}\n\nThe last run had {told}; {machine}.\n", encoding="utf-8")


def _rows_of(page: Path) -> dict[str, list[str]]:
    if not page.exists():
        return {}
    lines = [line for line in page.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    cells = [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in lines[2:]]
    return {row[0]: row for row in cells if len(row) == len(COLUMNS)}
