"""A talk that the customer has ended stays with the operators until they close it."""

import sqlalchemy as sa
from alembic import op

revision = "bot_0007"
down_revision = "bot_0006"


def upgrade() -> None:
    """Add the column; of those that are there nobody has left one."""
    op.add_column("bot_thread", sa.Column("left_at", sa.DateTime(timezone=True)))
