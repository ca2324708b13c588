"""What is settled later remembers its trace."""

import sqlalchemy as sa
from alembic import op

revision = "payment_0002"
down_revision = "payment_0001"


def upgrade() -> None:
    """Add the columns; who began before it has none."""
    op.add_column("payment_attempt", sa.Column("traceparent", sa.String(55)))
    op.add_column("payment_refund", sa.Column("traceparent", sa.String(55)))
