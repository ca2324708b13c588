"""Payments, attempts, refunds, compensations, the ledger, cards and visits to the window."""

import sqlalchemy as sa
from alembic import op

from storage.migrations import messaging_v1

revision = "payment_0001"
down_revision = None

_TIME = sa.DateTime(timezone=True)
_LIVE = sa.text("status IN ('REQUESTED', 'UNKNOWN')")
_IN_FLIGHT = sa.text("status IN ('SENT', 'UNKNOWN')")


def upgrade() -> None:
    """Make the tables."""
    messaging_v1.create("payment")
    op.create_table(
        "payment_payment",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("agency_id", sa.String(36), nullable=False, server_default="default"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("reservation_id", sa.String(64), nullable=False, unique=True),
        sa.Column("customer_id", sa.String(64), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("paid_krw", sa.Integer(), nullable=False),
        sa.Column("refunded_krw", sa.Integer(), nullable=False),
        sa.Column("reserved_krw", sa.Integer(), nullable=False),
        sa.CheckConstraint("refunded_krw >= 0 AND refunded_krw <= paid_krw", name="payment_refunded_at_most_paid"),
        sa.CheckConstraint("reserved_krw >= 0", name="payment_reserved"),
    )
    op.create_table(
        "payment_card",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("agency_id", sa.String(36), nullable=False, server_default="default"),
        sa.Column("customer_id", sa.String(64), nullable=False),
        sa.Column("card_key", sa.String(300), nullable=False),
        sa.Column("label", sa.String(100), nullable=False),
        sa.Column("registered_at", _TIME, nullable=False),
    )
    op.create_index("payment_card_by_customer", "payment_card", ["customer_id", "registered_at"])
    op.create_table(
        "payment_attempt",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("agency_id", sa.String(36), nullable=False, server_default="default"),
        sa.Column("payment_id", sa.String(36), sa.ForeignKey("payment_payment.id")),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.String(64), nullable=False, unique=True),
        sa.Column("method", sa.String(20), nullable=False),
        sa.Column("amount_krw", sa.Integer(), nullable=False),
        sa.Column("pay_by", _TIME, nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("requested_at", _TIME, nullable=False),
        sa.Column("sent_at", _TIME, nullable=False),
        sa.Column("next_look_at", _TIME),
        sa.Column("looks", sa.Integer(), nullable=False),
        sa.Column("card_id", sa.String(36), sa.ForeignKey("payment_card.id")),
        sa.Column("payment_key", sa.String(200)),
        sa.Column("approved_at", _TIME),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("reason_ko", sa.String(200), nullable=False),
        sa.Column("reason_en", sa.String(200), nullable=False),
        sa.Column("reserved_krw", sa.Integer(), nullable=False),
        sa.Column("refunded_krw", sa.Integer(), nullable=False),
        sa.CheckConstraint("refunded_krw >= 0 AND refunded_krw <= amount_krw", name="payment_attempt_refunded"),
    )
    op.create_index("payment_attempt_by_payment", "payment_attempt", ["payment_id", "position"])
    op.create_index("payment_attempt_by_look", "payment_attempt", ["next_look_at"])
    op.create_index(
        "payment_attempt_one_live",
        "payment_attempt",
        ["payment_id"],
        unique=True,
        sqlite_where=_LIVE,
        postgresql_where=_LIVE,
    )
    op.create_table(
        "payment_refund",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("agency_id", sa.String(36), nullable=False, server_default="default"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("payment_id", sa.String(36), sa.ForeignKey("payment_payment.id"), nullable=False),
        sa.Column("attempt_id", sa.String(64), sa.ForeignKey("payment_attempt.id"), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("amount_krw", sa.Integer(), nullable=False),
        sa.Column("cause", sa.String(32), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("requested_at", _TIME, nullable=False),
        sa.Column("due_at", _TIME, nullable=False),
        sa.Column("next_try_at", _TIME),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("caused_by", sa.String(36)),
        sa.Column("delayed_told", sa.Boolean(), nullable=False),
        sa.Column("transaction_key", sa.String(200), unique=True),
        sa.Column("done_at", _TIME),
        sa.CheckConstraint("amount_krw > 0", name="payment_refund_amount"),
    )
    op.create_index("payment_refund_by_payment", "payment_refund", ["payment_id", "requested_at"])
    op.create_index("payment_refund_by_try", "payment_refund", ["next_try_at"])
    op.create_index("payment_refund_by_status", "payment_refund", ["status", "requested_at"])
    op.create_index(
        "payment_refund_one_in_flight",
        "payment_refund",
        ["payment_id"],
        unique=True,
        sqlite_where=_IN_FLIGHT,
        postgresql_where=_IN_FLIGHT,
    )
    op.create_table(
        "payment_compensation",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("agency_id", sa.String(36), nullable=False, server_default="default"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("payment_id", sa.String(36), sa.ForeignKey("payment_payment.id"), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("amount_krw", sa.Integer(), nullable=False),
        sa.Column("owed_since", _TIME, nullable=False),
        sa.Column("caused_by", sa.String(36)),
        sa.Column("paid_at", _TIME),
        sa.Column("paid_by", sa.String(64)),
        sa.CheckConstraint("amount_krw > 0", name="payment_compensation_amount"),
    )
    op.create_index("payment_compensation_by_status", "payment_compensation", ["status", "owed_since"])
    op.create_index("payment_compensation_by_payment", "payment_compensation", ["payment_id"])
    op.create_table(
        "payment_posting",
        sa.Column("transaction_id", sa.String(100), primary_key=True),
        sa.Column("account", sa.String(32), primary_key=True),
        sa.Column("agency_id", sa.String(36), nullable=False, server_default="default"),
        sa.Column("payment_id", sa.String(36), sa.ForeignKey("payment_payment.id"), nullable=False),
        sa.Column("amount_krw", sa.Integer(), nullable=False),
        sa.Column("booked_at", _TIME, nullable=False),
    )
    op.create_index("payment_posting_by_payment", "payment_posting", ["payment_id"])
    op.create_table(
        "payment_checkout",
        sa.Column("attempt_id", sa.String(64), primary_key=True),
        sa.Column("agency_id", sa.String(36), nullable=False, server_default="default"),
        sa.Column("reservation_id", sa.String(64), nullable=False),
        sa.Column("amount_krw", sa.Integer(), nullable=False),
        sa.Column("opened_at", _TIME, nullable=False),
    )
