"""The notification context's tables."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
)

from storage.engine import UtcDateTime
from storage.leases import lease_table
from storage.messaging_tables import BigSerial, messaging_tables

metadata = MetaData()
messaging = messaging_tables("notification", metadata)

contact = Table(
    "notification_contact",
    metadata,
    Column("person_id", String(36), primary_key=True),
    Column("agency_id", String(36), nullable=False, server_default="default"),
    Column("role", String(16), nullable=False),
    Column("language", String(8), nullable=False),
    Column("channels", JSON, nullable=False),
    Column("quiet_at_night", Boolean, nullable=False),
    Column("consent_day_at", UtcDateTime),
    Column("consent_night_at", UtcDateTime),
    Column("name", String(200), nullable=False),
    Column("consent_withdrawn_at", UtcDateTime),
    Column("remind_consent_at", UtcDateTime),
    Column("areas", JSON, nullable=False, server_default="[]"),
    Column("blocked", JSON, nullable=False, server_default="[]"),
    Index("notification_contact_by_role", "role", "person_id"),
    Index("notification_contact_to_remind", "remind_consent_at"),
)

# One column for each source; and what broadcasts look for, from the visit and from the job.
reservation = Table(
    "notification_reservation",
    metadata,
    Column("reservation_id", String(36), primary_key=True),
    Column("agency_id", String(36), nullable=False, server_default="default"),
    Column("visit", JSON(none_as_null=True)),
    Column("payment", JSON(none_as_null=True)),
    Column("job", JSON(none_as_null=True)),
    Column("customer_id", String(36)),
    Column("area", String(36)),
    Column("status", String(24)),
    Column("starts_at", UtcDateTime),
    Column("cleaner_id", String(36)),
    Index("notification_reservation_of_customer", "customer_id", "starts_at"),
    Index("notification_reservation_of_cleaner", "cleaner_id", "starts_at"),
)

# `position` is the order in which notifications were queued, and so the causal order of each lane.
notification = Table(
    "notification_notification",
    metadata,
    Column("position", BigSerial, primary_key=True, autoincrement=True),
    Column("id", String(36), nullable=False, unique=True),
    Column("agency_id", String(36), nullable=False, server_default="default"),
    Column("kind", String(8), nullable=False),
    Column("cause", String(120), nullable=False),
    Column("cause_event_id", String(36)),
    Column("recipient_id", String(36), nullable=False),
    Column("template", String(64), nullable=False),
    Column("values", JSON, nullable=False),
    Column("reservation_id", String(36)),
    Column("created_at", UtcDateTime, nullable=False),
    Column("good_until", UtcDateTime),
    Column("traceparent", String(55)),
    UniqueConstraint("cause", "recipient_id", "template", name="notification_told_once"),
    Index("notification_by_reservation", "reservation_id", "position"),
)

delivery = Table(
    "notification_delivery",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("agency_id", String(36), nullable=False, server_default="default"),
    Column("notification_id", String(36), ForeignKey("notification_notification.id"), nullable=False),
    Column("hop", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("lane", String(80), nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("status", String(16), nullable=False),
    Column("not_before", UtcDateTime, nullable=False),
    Column("channel", String(16)),
    Column("attempts", Integer, nullable=False),
    Column("again", Boolean, nullable=False),
    Column("reason", String(64), nullable=False),
    Column("sending_by", String(64)),
    Column("lease_until", UtcDateTime),
    Column("sent_at", UtcDateTime),
    Column("broadcast_id", String(36)),
    UniqueConstraint("notification_id", "hop", name="notification_delivery_hop"),
    Index("notification_delivery_by_lane", "lane", "position", "status"),
)
# Two queues: ten thousand of a broadcast are no burden to those who look for what else is due.
_OF_NONE, _OF_ONE = delivery.c.broadcast_id.is_(None), delivery.c.broadcast_id.is_not(None)
Index(
    "notification_delivery_due", delivery.c.status, delivery.c.position,
    sqlite_where=_OF_NONE, postgresql_where=_OF_NONE,
)  # fmt: skip
Index(
    "notification_delivery_of_broadcast",
    delivery.c.broadcast_id, delivery.c.status, delivery.c.not_before, delivery.c.position,
    sqlite_where=_OF_ONE, postgresql_where=_OF_ONE,
)  # fmt: skip
# Those that are being sent: a few, whatever was sent before.
_LEASED = delivery.c.lease_until.is_not(None)
Index("notification_delivery_leased", delivery.c.lease_until, sqlite_where=_LEASED, postgresql_where=_LEASED)

broadcast = Table(
    "notification_broadcast",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("agency_id", String(36), nullable=False, server_default="default"),
    Column("version", Integer, nullable=False),
    Column("status", String(16), nullable=False),
    Column("kind", String(8), nullable=False),
    Column("segment", JSON, nullable=False),
    Column("wording", JSON, nullable=False),
    Column("created_by", String(36), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("starts_at", UtcDateTime),
    Column("digest", String(64), nullable=False),
    Column("approved_by", String(36), nullable=False),
    Column("approved_at", UtcDateTime),
    Column("started_at", UtcDateTime),
    Column("finished_at", UtcDateTime),
    Column("selected", Integer, nullable=False),
    Column("excluded", JSON, nullable=False),
    Index("notification_broadcast_by_status", "status", "finished_at"),
    Index("notification_broadcast_newest", "created_at"),
)

reminder = Table(
    "notification_reminder",
    metadata,
    Column("reservation_id", String(36), primary_key=True),
    Column("visit_revision", Integer, primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("due_at", UtcDateTime, nullable=False),
    Column("status", String(16), nullable=False),
    Index("notification_reminder_due", "status", "due_at"),
)

lease = lease_table("notification", metadata)
