"""Who sends, where only one process may at a time."""

import sqlalchemy as sa
from alembic import op

revision = "notification_0003"
down_revision = "notification_0002"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "notification_lease",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("holder", sa.String(64), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
    )
