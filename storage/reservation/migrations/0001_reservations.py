"""Reservations, capacity and allocations."""

import sqlalchemy as sa
from alembic import op

from storage.migrations import messaging_v1

revision = "reservation_0001"
down_revision = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables."""
    messaging_v1.create("reservation")
    op.create_table(
        "reservation_reservation",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("agency_id", sa.String(36), nullable=False, server_default="default"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("customer_id", sa.String(36), nullable=False),
        sa.Column("service", sa.String(32), nullable=False),
        sa.Column("size_pyeong", sa.Integer(), nullable=False),
        sa.Column("add_ons", sa.JSON(), nullable=False),
        sa.Column("area", sa.String(32), nullable=False),
        sa.Column("details_id", sa.String(36), nullable=False),
        sa.Column("starts_at", _TIME, nullable=False),
        sa.Column("ends_at", _TIME, nullable=False),
        sa.Column("visit_revision", sa.Integer(), nullable=False),
        sa.Column("price_krw", sa.Integer(), nullable=False),
        sa.Column("policy", sa.JSON(), nullable=False),
        sa.Column("requested_at", _TIME, nullable=False),
        sa.Column("hold_expires_at", _TIME, nullable=False),
        sa.Column("payment_state", sa.String(20), nullable=False),
        sa.Column("attempt_id", sa.String(36)),
        sa.Column("attempt_method", sa.String(32)),
        sa.Column("paying_since", _TIME),
        sa.Column("payment_id", sa.String(36)),
        sa.Column("paid_attempt_id", sa.String(36)),
        sa.Column("paid_krw", sa.Integer()),
        sa.Column("paid_method", sa.String(32)),
        sa.Column("paid_at", _TIME),
        sa.Column("refunded_krw", sa.Integer(), nullable=False),
        sa.Column("returned", sa.JSON(), nullable=False),
        sa.Column("moved_tier_percent", sa.Integer(), nullable=False),
        sa.Column("cleaner_accepted", sa.Boolean(), nullable=False),
        sa.Column("unfilled", sa.Boolean(), nullable=False),
        sa.Column("cancellation", sa.JSON()),
    )
    op.create_index("reservation_by_customer", "reservation_reservation", ["customer_id", "status"])
    op.create_index("reservation_by_hold", "reservation_reservation", ["status", "hold_expires_at"])
    op.create_index("reservation_by_paying", "reservation_reservation", ["paying_since"])
    op.create_index("reservation_by_payment_state", "reservation_reservation", ["payment_state", "requested_at"])
    op.create_table(
        "reservation_capacity",
        sa.Column("area", sa.String(32), primary_key=True),
        sa.Column("window", _TIME, primary_key=True),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("held", sa.Integer(), nullable=False),
        sa.CheckConstraint("held >= 0", name="reservation_capacity_held"),
    )
    op.create_table(
        "reservation_allocation",
        sa.Column("reservation_id", sa.String(36), primary_key=True),
        sa.Column("window", _TIME, primary_key=True),
        sa.Column("area", sa.String(32), nullable=False),
    )
    op.create_table(
        "reservation_callback_round",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("reopened", sa.JSON(), nullable=False),
        sa.Column("at", _TIME, nullable=False),
    )
