"""What is answered later remembers its trace."""

import sqlalchemy as sa
from alembic import op

revision = "bot_0003"
down_revision = "bot_0002"


def upgrade() -> None:
    """Add the column; who began before it has none."""
    op.add_column("bot_received", sa.Column("traceparent", sa.String(55)))
