"""The bot's tables: people, what they said and were told, and the personal details nobody else keeps."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from storage.engine import UtcDateTime
from storage.leases import lease_table
from storage.messaging_tables import BigSerial, messaging_tables

metadata = MetaData()
messaging = messaging_tables("bot", metadata)

person = Table(
    "bot_person",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("agency_id", String(36), nullable=False, server_default="default"),
    Column("version", Integer, nullable=False),
    Column("role", String(16), nullable=False),
    Column("language", String(2), nullable=False),
    Column("name", String(60), nullable=False),
    Column("quiet_at_night", Boolean, nullable=False),
    Column("consent_day_at", UtcDateTime),
    Column("consent_night_at", UtcDateTime),
    Column("created_at", UtcDateTime, nullable=False),
)

invite = Table(
    "bot_invite",
    metadata,
    Column("code_hash", String(64), primary_key=True),
    Column("role", String(16), nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),
    Column("used_by", String(36)),
    Column("made_by", String(36)),
)

draft = Table(
    "bot_draft",
    metadata,
    Column("person_id", String(36), primary_key=True),
    Column("body", JSON, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
)

message = Table(
    "bot_message",
    metadata,
    Column("seq", BigSerial, primary_key=True, autoincrement=True),
    Column("person_id", String(36), nullable=False),
    Column("sender", String(4), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("client_id", String(64)),
    Column("delivery_id", String(36), unique=True),
    Column("card", JSON, nullable=False),
    Column("place", BigInteger),
    Column("key", String(64)),
    Index("bot_message_by_person", "person_id", "seq"),
)
Index(
    "bot_message_open", message.c.key, message.c.person_id, unique=True,
    sqlite_where=message.c.key.is_not(None), postgresql_where=message.c.key.is_not(None),
)  # fmt: skip

received = Table(
    "bot_received",
    metadata,
    Column("position", BigSerial, primary_key=True, autoincrement=True),
    Column("person_id", String(36), nullable=False),
    Column("client_id", String(64), nullable=False),
    Column("fresh_id", String(36), nullable=False),
    Column("text", Text, nullable=False),
    Column("action", String(64), nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Column("answered_at", UtcDateTime),
    Column("traceparent", String(55)),
    UniqueConstraint("person_id", "client_id", name="bot_received_once"),
    Index("bot_received_open", "answered_at", "position"),
)

details = Table(
    "bot_details",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("person_id", String(36), nullable=False, index=True),
    Column("address", Text, nullable=False),
    Column("phone", String(32), nullable=False),
    Column("note", Text, nullable=False),
)

thread = Table(
    "bot_thread",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("customer_id", String(36), nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("closed_at", UtcDateTime),
    Column("waiting_since", UtcDateTime),
    Column("left_at", UtcDateTime),
    Index("bot_thread_by_customer", "customer_id", "closed_at"),
)

thread_line = Table(
    "bot_thread_line",
    metadata,
    Column("position", BigSerial, primary_key=True, autoincrement=True),
    Column("thread_id", String(36), nullable=False, index=True),
    Column("person_id", String(36), nullable=False),
    Column("text", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

idempotency = Table(
    "bot_idempotency",
    metadata,
    Column("caller", String(64), primary_key=True),
    Column("route", String(200), primary_key=True),
    Column("key", String(200), primary_key=True),
    Column("body_hash", String(64), nullable=False),
    Column("fresh_id", String(36), nullable=False),
    Column("running_until", UtcDateTime),
    Column("status", Integer),
    Column("answer", LargeBinary),
    Column("created_at", UtcDateTime, nullable=False),
)

lease = lease_table("bot", metadata)

link = Table(
    "bot_link",
    metadata,
    Column("channel", String(16), primary_key=True),
    Column("address", String(64), primary_key=True),
    Column("person_id", String(36), nullable=False, index=True),
    Column("linked_at", UtcDateTime, nullable=False),
    Column("blocked_at", UtcDateTime),
    Column("sent_seq", BigInteger, nullable=False),
)

shown = Table(
    "bot_shown",
    metadata,
    Column("channel", String(16), primary_key=True),
    Column("address", String(64), primary_key=True),
    Column("place", BigInteger, primary_key=True, autoincrement=False),
    Column("message_id", BigInteger, nullable=False),
)

link_code = Table(
    "bot_link_code",
    metadata,
    Column("code_hash", String(64), primary_key=True),
    Column("person_id", String(36), nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),
)

update_inbox = Table(
    "bot_update",
    metadata,
    Column("bot_id", BigInteger, primary_key=True, autoincrement=False),
    Column("update_id", BigInteger, primary_key=True, autoincrement=False),
    Column("chat_id", String(64), nullable=False),
    Column("body", JSON, nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Column("handled_at", UtcDateTime),
    Index("bot_update_open", "handled_at", "bot_id", "chat_id", "update_id"),
)
