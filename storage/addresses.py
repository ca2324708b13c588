"""Addresses of databases, as people write them."""

from pathlib import Path

from sqlalchemy import make_url

_POSTGRESQL = ("postgres", "postgresql", "postgresql+asyncpg")


def with_driver(url: str) -> str:
    """The address with the driver that we use; libpq's `sslmode` becomes what asyncpg calls `ssl`."""
    parts = make_url(url)
    if parts.drivername not in _POSTGRESQL:
        return url
    query = {"ssl" if name == "sslmode" else name: value for name, value in parts.query.items()}
    return parts.set(drivername="postgresql+asyncpg", query=query).render_as_string(hide_password=False)


def shown(url: str) -> str:
    """For people and logs: the file of a SQLite address, else the address without its password."""
    path = file_of(url)
    return str(path) if path else make_url(url).render_as_string(hide_password=True)


def file_of(url: str) -> Path | None:
    """The file of a SQLite address; None for another database."""
    scheme, _, path = url.partition(":///")
    return Path(path.partition("?")[0]) if scheme.startswith("sqlite") else None
