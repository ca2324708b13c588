"""An entry of a log can be changed in place, and a chat elsewhere remembers which of its messages that is."""

import sqlalchemy as sa
from alembic import op

revision = "bot_0005"
down_revision = "bot_0004"


def upgrade() -> None:
    """Add the columns; what is there stays as it was said."""
    op.add_column("bot_message", sa.Column("place", sa.BigInteger()))
    op.add_column("bot_message", sa.Column("key", sa.String(64)))
    has_key = sa.text("key IS NOT NULL")
    op.create_index(
        "bot_message_open", "bot_message", ["key", "person_id"], unique=True,
        sqlite_where=has_key, postgresql_where=has_key,
    )  # fmt: skip
    op.create_table(
        "bot_shown",
        sa.Column("channel", sa.String(16), primary_key=True),
        sa.Column("address", sa.String(64), primary_key=True),
        sa.Column("place", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
    )
