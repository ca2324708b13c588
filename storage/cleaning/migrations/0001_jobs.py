"""Cleaners, jobs and offers."""

import sqlalchemy as sa
from alembic import op

from storage.migrations import messaging_v1

revision = "cleaning_0001"
down_revision = None

_TIME = sa.DateTime(timezone=True)
_ONE_BY_ONE = sa.text("status = 'PENDING' AND NOT pool")


def upgrade() -> None:
    """Make the tables."""
    messaging_v1.create("cleaning")
    _cleaners()
    _jobs()
    _offers()


def _cleaners() -> None:
    op.create_table(
        "cleaning_cleaner",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("agency_id", sa.String(36), nullable=False, server_default="default"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("areas", sa.JSON(), nullable=False),
        sa.Column("days", sa.JSON(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
    )
    op.create_table(
        "cleaning_cleaner_area",
        sa.Column("area", sa.String(32), primary_key=True),
        sa.Column("cleaner_id", sa.String(36), sa.ForeignKey("cleaning_cleaner.id"), primary_key=True),
    )


def _jobs() -> None:
    op.create_table(
        "cleaning_job",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("agency_id", sa.String(36), nullable=False, server_default="default"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("reservation_id", sa.String(36), nullable=False, unique=True),
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
        sa.Column("payout_krw", sa.Integer(), nullable=False),
        sa.Column("look_at", _TIME, nullable=False),
        sa.Column("unfilled_at", _TIME, nullable=False),
        sa.Column("uncovered_at", _TIME),
        sa.Column("no_show_at", _TIME),
        sa.Column("due_at", _TIME),
        sa.Column("pool", sa.Boolean(), nullable=False),
        sa.Column("cleaner_id", sa.String(36)),
        sa.Column("cleaner_name", sa.String(40)),
        sa.Column("en_route_at", _TIME),
        sa.Column("started_at", _TIME),
        sa.Column("finished_at", _TIME),
    )
    op.create_index("cleaning_job_by_due", "cleaning_job", ["due_at"])
    op.create_index("cleaning_job_by_cleaner", "cleaning_job", ["cleaner_id", "starts_at"])
    op.create_index("cleaning_job_by_start", "cleaning_job", ["starts_at"])
    op.create_index("cleaning_job_by_customer", "cleaning_job", ["customer_id", "starts_at"])


def _offers() -> None:
    op.create_table(
        "cleaning_offer",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("job_id", sa.String(36), sa.ForeignKey("cleaning_job.id"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("cleaner_id", sa.String(36), nullable=False),
        sa.Column("visit_revision", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("deadline", _TIME, nullable=False),
        sa.Column("pool", sa.Boolean(), nullable=False),
        sa.Column("moved_from", _TIME),
    )
    op.create_index("cleaning_offer_by_job", "cleaning_offer", ["job_id", "number"], unique=True)
    op.create_index("cleaning_offer_by_cleaner", "cleaning_offer", ["cleaner_id", "status"])
    op.create_index(
        "cleaning_offer_one_by_one", "cleaning_offer", ["job_id"], unique=True,
        sqlite_where=_ONE_BY_ONE, postgresql_where=_ONE_BY_ONE,
    )  # fmt: skip
