"""Nobody but `ssak3/system.py` asks the machine for the time, an identifier or chance: ruff says so.

Nor does anybody make an insert that SQLAlchemy won't cache.
"""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BANNED = {
    "datetime.now": "from datetime import UTC, datetime\n\nWHEN = datetime.now(UTC)\n",
    "datetime.utcnow": "import datetime\n\nWHEN = datetime.datetime.utcnow()\n",
    "date.today": "from datetime import date\n\nDAY = date.today()\n",
    "time.time": "import time\n\nWHEN = time.time()\n",
    "uuid4": "import uuid\n\nNAME = uuid.uuid4()\n",
    "uuid7": "from uuid_utils import uuid7\n\nNAME = uuid7()\n",
    "random": "import random\n\nDIE = random.randint(1, 6)\n",
    "insert": "from sqlalchemy.dialects.postgresql import insert\n\nADD = insert\n",
    "secrets": "from secrets import token_hex\n\nCODE = token_hex()\n",
}


def banned_in(file: str, source: str) -> bool:
    """Whether ruff, with this project's settings, finds a banned call in `source` if it were that file."""
    command = [sys.executable, "-m", "ruff", "check", "--no-cache", "--select=TID251", "--stdin-filename", file, "-"]
    done = subprocess.run(command, cwd=ROOT, input=source, capture_output=True, text=True, check=False)
    assert not done.stderr, done.stderr
    return "TID251" in done.stdout


@pytest.mark.parametrize("call", BANNED)
@pytest.mark.parametrize("file", ["services/reservation/model.py", "bot/conversation/book.py", "messaging/relay.py"])
def test_the_call_is_caught(call: str, file: str) -> None:
    """Injected into any package, it is reported."""
    assert banned_in(file, f'"""A module."""\n\n{BANNED[call]}')


def test_one_module_may() -> None:
    """The clock, the identifiers and chance come from one place."""
    assert not any(banned_in("ssak3/system.py", source) for source in BANNED.values())
