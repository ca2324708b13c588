"""Alembic's entry: runs on the connection that it is given (see `storage.migrate`)."""

from alembic import context

from storage.migrate import metadata_of
from storage.versions import version_table

name = context.config.attributes["context"]
context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata_of(name),
    version_table=version_table(name),
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
