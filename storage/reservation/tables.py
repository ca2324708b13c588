"""The reservation context's tables."""

from sqlalchemy import JSON, Boolean, CheckConstraint, Column, Index, Integer, MetaData, String, Table, text

from storage.engine import UtcDateTime
from storage.messaging_tables import messaging_tables

metadata = MetaData()
messaging = messaging_tables("reservation", metadata)

# Written out, as an index of only these needs it, and as whoever wants to be served by that index must say it.
HELD_FOR_NOW = text("status = 'AWAITING_PAYMENT' AND attempt_id IS NULL")

reservation = Table(
    "reservation_reservation",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("agency_id", String(36), nullable=False, server_default="default"),
    Column("version", Integer, nullable=False),
    Column("status", String(20), nullable=False),
    Column("customer_id", String(36), nullable=False),
    Column("service", String(32), nullable=False),
    Column("size_pyeong", Integer, nullable=False),
    Column("add_ons", JSON, nullable=False),
    Column("area", String(32), nullable=False),
    Column("details_id", String(36), nullable=False),
    Column("starts_at", UtcDateTime, nullable=False),
    Column("ends_at", UtcDateTime, nullable=False),
    Column("visit_revision", Integer, nullable=False),
    Column("price_krw", Integer, nullable=False),
    Column("policy", JSON, nullable=False),
    Column("requested_at", UtcDateTime, nullable=False),
    Column("hold_expires_at", UtcDateTime, nullable=False),
    Column("payment_state", String(20), nullable=False),
    Column("attempt_id", String(36)),
    Column("attempt_method", String(32)),
    Column("paying_since", UtcDateTime),
    Column("payment_id", String(36)),
    Column("paid_attempt_id", String(36)),
    Column("paid_krw", Integer),
    Column("paid_method", String(32)),
    Column("paid_at", UtcDateTime),
    Column("refunded_krw", Integer, nullable=False),
    Column("returned", JSON, nullable=False),
    Column("moved_tier_percent", Integer, nullable=False),
    Column("cleaner_accepted", Boolean, nullable=False),
    Column("unfilled", Boolean, nullable=False),
    Column("cancellation", JSON),
    Index("reservation_by_customer", "customer_id", "status"),
    # Not by status first: with few rows, PostgreSQL would take it for whoever looks for a customer's unpaid ones.
    Index("reservation_by_end_of_hold", "hold_expires_at", sqlite_where=HELD_FOR_NOW, postgresql_where=HELD_FOR_NOW),
    Index("reservation_by_paying", "paying_since"),
    Index("reservation_by_payment_state", "payment_state", "requested_at"),
)

capacity = Table(
    "reservation_capacity",
    metadata,
    Column("area", String(32), primary_key=True),
    Column("window", UtcDateTime, primary_key=True),
    Column("capacity", Integer, nullable=False),
    Column("held", Integer, nullable=False),
    CheckConstraint("held >= 0", name="reservation_capacity_held"),
)

allocation = Table(
    "reservation_allocation",
    metadata,
    Column("reservation_id", String(36), primary_key=True),
    Column("window", UtcDateTime, primary_key=True),
    Column("area", String(32), nullable=False),
)

callback_round = Table(
    "reservation_callback_round",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("size", Integer, nullable=False),
    Column("reopened", JSON, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)
