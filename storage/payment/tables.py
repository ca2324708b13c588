"""The payment context's tables."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    text,
)

from storage.engine import UtcDateTime
from storage.messaging_tables import messaging_tables

metadata = MetaData()
messaging = messaging_tables("payment", metadata)

_AGENCY = "default"

payment = Table(
    "payment_payment",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("agency_id", String(36), nullable=False, server_default=_AGENCY),
    Column("version", Integer, nullable=False),
    Column("reservation_id", String(64), nullable=False, unique=True),
    Column("customer_id", String(64), nullable=False),
    Column("status", String(20), nullable=False),
    Column("paid_krw", Integer, nullable=False),
    Column("refunded_krw", Integer, nullable=False),
    Column("reserved_krw", Integer, nullable=False),
    CheckConstraint("refunded_krw >= 0 AND refunded_krw <= paid_krw", name="payment_refunded_at_most_paid"),
    CheckConstraint("reserved_krw >= 0", name="payment_reserved"),
)

card = Table(
    "payment_card",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("agency_id", String(36), nullable=False, server_default=_AGENCY),
    Column("customer_id", String(64), nullable=False),
    Column("card_key", String(300), nullable=False),
    Column("label", String(100), nullable=False),
    Column("registered_at", UtcDateTime, nullable=False),
    Index("payment_card_by_customer", "customer_id", "registered_at"),
)

# A row without a payment is a fence: the id can't be used any more.
attempt = Table(
    "payment_attempt",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("agency_id", String(36), nullable=False, server_default=_AGENCY),
    Column("payment_id", String(36), ForeignKey("payment_payment.id")),
    Column("position", Integer, nullable=False),
    Column("order_id", String(64), nullable=False, unique=True),
    Column("method", String(20), nullable=False),
    Column("amount_krw", Integer, nullable=False),
    Column("pay_by", UtcDateTime, nullable=False),
    Column("status", String(20), nullable=False),
    Column("requested_at", UtcDateTime, nullable=False),
    Column("sent_at", UtcDateTime, nullable=False),
    Column("next_look_at", UtcDateTime),
    Column("looks", Integer, nullable=False),
    Column("card_id", String(36), ForeignKey("payment_card.id")),
    Column("payment_key", String(200)),
    Column("approved_at", UtcDateTime),
    Column("code", String(64), nullable=False),
    Column("reason_ko", String(200), nullable=False),
    Column("reason_en", String(200), nullable=False),
    Column("reserved_krw", Integer, nullable=False),
    Column("refunded_krw", Integer, nullable=False),
    Column("traceparent", String(55)),
    CheckConstraint("refunded_krw >= 0 AND refunded_krw <= amount_krw", name="payment_attempt_refunded"),
    Index("payment_attempt_by_payment", "payment_id", "position"),
    Index("payment_attempt_by_look", "next_look_at"),
    # Rule 3: one live attempt per payment, by the database.
    Index(
        "payment_attempt_one_live",
        "payment_id",
        unique=True,
        sqlite_where=text("status IN ('REQUESTED', 'UNKNOWN')"),
        postgresql_where=text("status IN ('REQUESTED', 'UNKNOWN')"),
    ),
)

refund = Table(
    "payment_refund",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("agency_id", String(36), nullable=False, server_default=_AGENCY),
    Column("version", Integer, nullable=False),
    Column("payment_id", String(36), ForeignKey("payment_payment.id"), nullable=False),
    Column("attempt_id", String(64), ForeignKey("payment_attempt.id"), nullable=False),
    Column("status", String(20), nullable=False),
    Column("amount_krw", Integer, nullable=False),
    Column("cause", String(32), nullable=False),
    Column("reason", String(500), nullable=False),
    Column("requested_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("next_try_at", UtcDateTime),
    Column("tries", Integer, nullable=False),
    Column("caused_by", String(36)),
    Column("delayed_told", Boolean, nullable=False),
    Column("transaction_key", String(200), unique=True),
    Column("done_at", UtcDateTime),
    Column("traceparent", String(55)),
    CheckConstraint("amount_krw > 0", name="payment_refund_amount"),
    Index("payment_refund_by_payment", "payment_id", "requested_at"),
    Index("payment_refund_by_try", "next_try_at"),
    Index("payment_refund_by_status", "status", "requested_at"),
    # Rule 6: one in flight a payment, by the database.
    Index(
        "payment_refund_one_in_flight",
        "payment_id",
        unique=True,
        sqlite_where=text("status IN ('SENT', 'UNKNOWN')"),
        postgresql_where=text("status IN ('SENT', 'UNKNOWN')"),
    ),
)

compensation = Table(
    "payment_compensation",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("agency_id", String(36), nullable=False, server_default=_AGENCY),
    Column("version", Integer, nullable=False),
    Column("payment_id", String(36), ForeignKey("payment_payment.id"), nullable=False),
    Column("status", String(20), nullable=False),
    Column("amount_krw", Integer, nullable=False),
    Column("owed_since", UtcDateTime, nullable=False),
    Column("caused_by", String(36)),
    Column("paid_at", UtcDateTime),
    Column("paid_by", String(64)),
    CheckConstraint("amount_krw > 0", name="payment_compensation_amount"),
    Index("payment_compensation_by_status", "status", "owed_since"),
    Index("payment_compensation_by_payment", "payment_id"),
)

posting = Table(
    "payment_posting",
    metadata,
    Column("transaction_id", String(100), primary_key=True),
    Column("account", String(32), primary_key=True),
    Column("agency_id", String(36), nullable=False, server_default=_AGENCY),
    Column("payment_id", String(36), ForeignKey("payment_payment.id"), nullable=False),
    Column("amount_krw", Integer, nullable=False),
    Column("booked_at", UtcDateTime, nullable=False),
    Index("payment_posting_by_payment", "payment_id"),
)

checkout = Table(
    "payment_checkout",
    metadata,
    Column("attempt_id", String(64), primary_key=True),
    Column("agency_id", String(36), nullable=False, server_default=_AGENCY),
    Column("reservation_id", String(64), nullable=False),
    Column("amount_krw", Integer, nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
)
