"""Identifiers come in through a port: opaque, URL-safe, sorted by time (UUIDv7)."""

from datetime import UTC, datetime
from typing import Protocol
from uuid import UUID


class Ids(Protocol):
    """Makes identifiers."""

    def new(self) -> str:
        """A new UUIDv7 in its usual text form."""
        ...


def born_at(identifier: str) -> datetime | None:
    """When a UUIDv7 in its usual text form was made (RFC 9562 §5.7: 48 bits of Unix milliseconds); else None.

    Callers of the API choose ids of their own: any text may come, and 48 bits reach beyond the years that there are.
    """
    try:
        value = UUID(identifier)
        if value.version != 7 or str(value) != identifier:
            return None
        return datetime.fromtimestamp((value.int >> 80) / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def first_id_at(moment: datetime) -> str:
    """The lowest UUIDv7 of that millisecond: the ids of all that was made before are lower, as texts too."""
    milliseconds = int(moment.timestamp() * 1000)
    return str(UUID(int=(milliseconds << 80) | (0x7 << 76) | (0b10 << 62)))


_CODE_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def short_code(identifier: str) -> str:
    """Five characters that a person can read out, from the random end of a UUID; not unique, only handy.

    Of an id that isn't ours (the API's callers choose their customers') its beginning.
    """
    try:
        number = int(identifier[-7:], 16) & ((1 << 25) - 1)
    except ValueError:
        return identifier[:8]
    return "".join(_CODE_ALPHABET[(number >> shift) & 31] for shift in (20, 15, 10, 5, 0))
