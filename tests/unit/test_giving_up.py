"""What whoever typed a command can mend is said in a line, without a stack trace; what is our fault isn't hidden."""

import pytest

from services.shared_kernel.transient import Away
from ssak3 import cli
from ssak3.doorstep import CannotStart
from ssak3.settings import WrongSettings


@pytest.fixture(autouse=True)
def collected(monkeypatch):
    """Of the process that runs the other tests, too."""
    monkeypatch.setattr("gc.disable", lambda: None)


@pytest.mark.parametrize(
    ("problem", "said"),
    [
        (WrongSettings("SSAK3_X: wrong."), "SSAK3_X: wrong."),
        (CannotStart("[x] is in use."), "[x] is in use."),
        (Away("ConnectionRefusedError"), "A database doesn't answer (ConnectionRefusedError): is it running"),
        (PermissionError(13, "Permission denied", "/data"), "/data: Permission denied."),
    ],
)
def test_what_can_be_mended(monkeypatch, capsys, problem, said):
    def fail() -> None:
        raise problem

    monkeypatch.setattr(cli, "app", fail)
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 2
    told = capsys.readouterr().err
    assert told.startswith("ssak3 can't start.\n" + said)
    assert "Traceback" not in told


@pytest.mark.parametrize("fault", [ValueError("ours"), OSError("of no file")])
def test_a_fault_of_ours(monkeypatch, fault):
    def fail() -> None:
        raise fault

    monkeypatch.setattr(cli, "app", fail)
    with pytest.raises(type(fault)):
        cli.main()
