"""The tables that every context has for its events, under its own prefix."""

from dataclasses import dataclass

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, MetaData, String, Table, UniqueConstraint

from storage.engine import UtcDateTime

# SQLite gives out row ids only for a column declared INTEGER.
BigSerial = BigInteger().with_variant(Integer, "sqlite")


@dataclass(frozen=True, kw_only=True)
class MessagingTables:
    """One context's outbox, event log and inbox."""

    context: str
    stream: Table
    outbox: Table
    event_log: Table
    inbox: Table
    position: Table
    parked: Table
    consumer: Table


def messaging_tables(context: str, metadata: MetaData) -> MessagingTables:
    """Declare them; `event_log` is append-only and holds the very bytes that went out."""
    return MessagingTables(
        context=context,
        stream=Table(
            f"{context}_stream",
            metadata,
            Column("subject", String(64), primary_key=True),
            Column("sequence", BigInteger, nullable=False),
        ),
        outbox=Table(
            f"{context}_outbox",
            metadata,
            Column("position", BigSerial, primary_key=True, autoincrement=True),
            Column("event_id", String(36), nullable=False, unique=True),
            Column("routing_key", String(100), nullable=False),
            Column("body", LargeBinary, nullable=False),
            Column("traceparent", String(55)),
            Column("claimed_until", UtcDateTime),
        ),
        event_log=Table(
            f"{context}_event_log",
            metadata,
            Column("position", BigSerial, primary_key=True, autoincrement=True),
            Column("event_id", String(36), nullable=False, unique=True),
            Column("type", String(100), nullable=False),
            Column("subject", String(64), nullable=False),
            Column("sequence", BigInteger, nullable=False),
            Column("recorded_at", UtcDateTime, nullable=False),
            Column("body", LargeBinary, nullable=False),
            UniqueConstraint("subject", "sequence", name=f"{context}_event_log_gapless"),
        ),
        inbox=Table(
            f"{context}_inbox",
            metadata,
            Column("event_id", String(36), primary_key=True),
            Column("handled_at", UtcDateTime, nullable=False),
        ),
        position=Table(
            f"{context}_position",
            metadata,
            Column("source", String(64), primary_key=True),
            Column("subject", String(64), primary_key=True),
            Column("sequence", BigInteger, nullable=False),
        ),
        parked=Table(
            f"{context}_parked",
            metadata,
            Column("event_id", String(36), primary_key=True),
            Column("source", String(64), nullable=False),
            Column("subject", String(64), nullable=False),
            Column("sequence", BigInteger, nullable=False),
            Column("waits_for", String(36)),
            Column("parked_at", UtcDateTime, nullable=False),
            Column("body", LargeBinary, nullable=False),
            Index(f"{context}_parked_by_subject", "source", "subject", "sequence"),
            Index(f"{context}_parked_by_cause", "waits_for"),
        ),
        consumer=Table(
            f"{context}_consumer",
            metadata,
            Column("name", String(32), primary_key=True),
            Column("joined_at", UtcDateTime, nullable=False),
        ),
    )
