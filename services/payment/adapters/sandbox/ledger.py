"""The sandbox's memory: a file of JSON lines, each on the disk before its answer is sent."""

import fcntl
import json
import os
from pathlib import Path
from typing import Any, Self

Record = dict[str, Any]


class LedgerDamaged(Exception):
    """A line before the last is not JSON; nothing was changed."""


class LedgerInUse(Exception):
    """Another process has the ledger open."""


class Ledger:
    """Append-only. A last line that a crash tore was never answered for, and is cut off when opening."""

    def __init__(self, descriptor: int, size: int, found: list[Record]) -> None:
        self._descriptor = descriptor
        self._size = size
        self.found = found  # when opened; what is appended since isn't kept here

    @classmethod
    def open(cls, path: Path) -> Self:
        """Read the file, made if missing. Raises LedgerDamaged, LedgerInUse, OSError."""
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            _lock(descriptor, path)
            content = path.read_bytes()
            whole = content[: content.rfind(b"\n") + 1]
            records = _parse(whole, path)
            os.ftruncate(descriptor, len(whole))
            _sync_folder(path.parent)
        except BaseException:
            os.close(descriptor)
            raise
        return cls(descriptor, len(whole), records)

    def append(self, record: Record) -> None:
        """Write one line and wait for the disk. After an OSError the file is as it was before."""
        line = json.dumps(record, separators=(",", ":")).encode() + b"\n"
        try:
            written = 0
            while written < len(line):
                written += os.pwrite(self._descriptor, line[written:], self._size + written)
            os.fsync(self._descriptor)
        except OSError:
            os.ftruncate(self._descriptor, self._size)
            raise
        self._size += len(line)

    def close(self) -> None:
        """Let another process open it."""
        os.close(self._descriptor)


def _lock(descriptor: int, path: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise LedgerInUse(str(path)) from None


def _parse(content: bytes, path: Path) -> list[Record]:
    records = []
    for number, line in enumerate(content.splitlines(), start=1):
        try:
            record = json.loads(line)
        except ValueError:
            raise LedgerDamaged(f"{path}, line {number}") from None
        if not isinstance(record, dict):
            raise LedgerDamaged(f"{path}, line {number}")
        records.append(record)
    return records


def _sync_folder(folder: Path) -> None:
    """Make the file's name as lasting as its content."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
