"""Alembic's entry: runs on the connection that it is given (see `storage.migrate`)."""

from alembic import context

from storage.migrate import metadata_of

name = context.config.attributes["context"]
context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata_of(name),
    version_table=f"{name}_alembic_version",
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
