"""What `ssak3 doctor` finds in the databases."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from services.shared_kernel.transient import Away
from ssak3.settings import Settings
from storage.addresses import file_of, shown
from storage.audit import NothingThere, Soundness, examine

CLOCK_SLACK = timedelta(minutes=1)
OLDEST_POSTGRESQL = (13,)


@dataclass(frozen=True, kw_only=True)
class Line:
    """One thing that was looked at; `todo` is empty when it is sound."""

    name: str
    found: str
    todo: str = ""


async def examined(settings: Settings, now: datetime) -> list[list[Line]]:
    """The lines of each database."""
    places = sorted((settings.database_url_of(name), name) for name in settings.stored)
    return [
        await _database(url, [name for _, name in group], now)
        for url, group in groupby(places, key=lambda place: place[0])
    ]


async def _database(url: str, contexts: Sequence[str], now: datetime) -> list[Line]:
    place, is_file = shown(url), file_of(url) is not None
    try:
        sound = await examine(url, contexts)
    except NothingThere:
        return [Line(name="database", found=f"{place} isn't there yet; the first start makes it")]
    except Exception as error:  # whatever the driver raises, a person has to look at it
        todo = "Stop Ssak3, put the file aside and bring back a copy, or name another folder: --data DIR."
        if not is_file:
            todo = "Is it running, is the address right, and may this user connect? Try the address with psql."
        return [Line(name="database", found=f"{place} can't be read: {_why(error)}", todo=todo)]
    return [_tables(place, sound), _integrity(place, sound) if is_file else _promises(place, sound), _clock(sound, now)]


def _why(error: Exception) -> str:
    return str(error) if isinstance(error, Away) else type(error).__name__


def _tables(place: str, sound: Soundness) -> Line:
    if sound.behind:
        return Line(name="database", found=f"{place} is behind: {', '.join(sound.behind)}", todo="ssak3 migrate")
    return Line(name="database", found=f"{place} is reachable and up to date")


def _integrity(path: str, sound: Soundness) -> Line:
    if sound.damage:
        todo = f"Stop Ssak3 and bring back a copy of {path}; `sqlite3 {path} .recover` saves what is left."
        return Line(name="integrity", found="; ".join(sound.damage), todo=todo)
    return Line(name="integrity", found="no damage found")


def _promises(place: str, sound: Soundness) -> Line:
    found, todo = f"{place}: PostgreSQL {sound.server}", ""
    if numbers(sound.server) < OLDEST_POSTGRESQL:
        todo = f"PostgreSQL {OLDEST_POSTGRESQL[0]} or newer is needed."
    elif sound.unsafe:
        found += f" with {', '.join(sound.unsafe)}"
        todo = "Turn fsync, full_page_writes and synchronous_commit on; a database is in UTF8."
    else:
        found += " keeps what it has answered"
    return Line(name="PostgreSQL", found=found, todo=todo)


def _clock(sound: Soundness, now: datetime) -> Line:
    last = sound.last_event_at
    if last is not None and last > now + CLOCK_SLACK:
        found = f"it is {now:%Y-%m-%d %H:%M:%S}Z, and the last event is of {last:%Y-%m-%d %H:%M:%S}Z"
        return Line(name="clock", found=found, todo="The machine's clock is slow: set it (timedatectl set-ntp true).")
    return Line(name="clock", found=f"{now:%Y-%m-%d %H:%M:%S}Z, not before the last event")


def numbers(text: str) -> tuple[int, ...]:
    """Of a version, to be compared."""
    parts = text.split("+", maxsplit=1)[0].split(".")
    return tuple(int(part) for part in parts if part.isdigit())
