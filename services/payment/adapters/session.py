"""One shared HTTP client session a process."""

from aiohttp import ClientSession

__all__ = ["ClientSession", "new_session"]


def new_session() -> ClientSession:
    """Close it when the process ends."""
    return ClientSession()
