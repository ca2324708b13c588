"""One shared HTTP client session a process."""

from aiohttp import ClientError, ClientSession, ClientTimeout, TCPConnector

__all__ = ["ClientError", "ClientSession", "ClientTimeout", "new_session"]

# Payment takes as many calls at a time as come in; the waiting is bounded by each call's own timeout.
MOST_CONNECTIONS = 500


def new_session() -> ClientSession:
    """Close it when the process ends."""
    return ClientSession(connector=TCPConnector(limit=MOST_CONNECTIONS))
