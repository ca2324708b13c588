"""What programs of this folder have in common: told to go by a line, telling in lines of JSON."""

import asyncio
import json
import os
import sys
from collections.abc import Coroutine
from typing import Any

import uvloop

# What is told goes out alone: whatever else is printed (logs) goes where errors go.
_mouth = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)


def tell(**what: Any) -> None:
    """One thing, to whoever started us."""
    print(json.dumps(what), file=_mouth, flush=True)


async def told_to_go() -> None:
    """Waits for the line."""
    await asyncio.to_thread(sys.stdin.readline)


def run(work: Coroutine[Any, Any, None]) -> None:
    """On uvloop, as everything here."""
    uvloop.run(work)
