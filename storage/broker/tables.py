"""The embedded broker's queues."""

from sqlalchemy import JSON, Column, Float, Index, Integer, LargeBinary, MetaData, String, Table

from storage.messaging_tables import BigSerial

metadata = MetaData()

message = Table(
    "broker_message",
    metadata,
    Column("position", BigSerial, primary_key=True, autoincrement=True),
    # `home` is the consumer's queue; `queue` is where the row is now: home, a wait queue of it, or its dead queue.
    Column("home", String(64), nullable=False),
    Column("queue", String(80), nullable=False),
    Column("message_id", String(36), nullable=False),
    Column("routing_key", String(100), nullable=False),
    Column("headers", JSON, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("available_at", Float, nullable=False),
    Column("cause", String(200)),
    Index("broker_message_by_home", "home", "position"),
)
