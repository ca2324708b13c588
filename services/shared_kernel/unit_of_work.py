"""One transaction of one context."""

from types import TracebackType
from typing import Protocol, Self


class UnitOfWork(Protocol):
    """Opened by a use case, committed on a clean exit, rolled back on any exception. Never spans two contexts."""

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None: ...
