"""What is sent later remembers its trace."""

import sqlalchemy as sa
from alembic import op

revision = "notification_0002"
down_revision = "notification_0001"


def upgrade() -> None:
    """Add the column; who began before it has none."""
    op.add_column("notification_notification", sa.Column("traceparent", sa.String(55)))
