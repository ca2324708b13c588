"""My page's rows."""

import sqlalchemy as sa
from alembic import op

from storage.migrations import messaging_v1

revision = "mypage_0001"
down_revision = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables."""
    messaging_v1.create("mypage")
    op.create_table(
        "mypage_reservation",
        sa.Column("reservation_id", sa.String(36), primary_key=True),
        sa.Column("agency_id", sa.String(36), nullable=False, server_default="default"),
        sa.Column("customer_id", sa.String(36), nullable=False),
        sa.Column("cleaner_id", sa.String(36)),
        sa.Column("short_code", sa.String(5), nullable=False),
        sa.Column("status", sa.String(20)),
        sa.Column("starts_at", _TIME),
        sa.Column("is_stuck", sa.Boolean(), nullable=False),
        sa.Column("reservation", sa.JSON(), nullable=False),
        sa.Column("payment", sa.JSON(), nullable=False),
        sa.Column("job", sa.JSON(), nullable=False),
        sa.Column("last", sa.JSON(), nullable=False),
        sa.Column("as_of", _TIME, nullable=False),
    )
    op.create_index("mypage_by_customer", "mypage_reservation", ["customer_id", "reservation_id"])
    op.create_index("mypage_by_cleaner", "mypage_reservation", ["cleaner_id", "starts_at"])
    op.create_index("mypage_by_start", "mypage_reservation", ["starts_at"])
    op.create_index("mypage_by_code", "mypage_reservation", ["short_code"])
    op.create_index("mypage_by_stuck", "mypage_reservation", ["is_stuck"])
