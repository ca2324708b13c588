"""A command, as somebody types it into a shell."""

from typer.testing import CliRunner

from ssak3.cli import app


def ssak3(*words: str, status: int = 0, typed: str = "") -> str:
    """What it prints, in one line; it has to end with this status."""
    found = CliRunner().invoke(app, words, input=typed)
    assert found.exit_code == status, found.output
    return " ".join(found.output.split())
