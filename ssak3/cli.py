"""The command line. A flag beats the environment beats `.env`."""

import gc
import json
import sys
from typing import Annotated, Any, NoReturn

import structlog
import typer
from rich.table import Table

from ssak3 import __version__
from ssak3.broadcast import broadcast
from ssak3.erase import erase
from ssak3.processes import PROCESSES
from ssak3.settings import Settings, WrongSettings
from ssak3.shell import Data, err, out
from ssak3.shell import clock as _clock
from ssak3.shell import run as _run
from ssak3.shell import settings as _settings
from ssak3.staff import staff
from ssak3.system import DemoClock, SystemIds

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Ssak3: book cleanings by chat.")
events = typer.Typer(no_args_is_help=True, help="The event contract.")
app.add_typer(events, name="events")
dead = typer.Typer(no_args_is_help=True, help="Messages that were set aside, grouped by cause.")
app.add_typer(dead, name="dead")
app.add_typer(broadcast, name="broadcast")
app.add_typer(staff, name="staff")
app.command()(erase)
mypage = typer.Typer(no_args_is_help=True, help="The view that customers, cleaners and operators read.")
app.add_typer(mypage, name="mypage")

log = structlog.get_logger(__name__)
Group = Annotated[str, typer.Argument(help="A group's name, from: ssak3 dead list.")]
Port = Annotated[int | None, typer.Option("--port", min=0, max=65535, help="Port to listen on; 0 picks a free one.")]


def main() -> None:
    """Entry point: what a user can mend is said in a line, without a stack trace."""
    from services.shared_kernel.transient import Away
    from ssak3.doorstep import CannotStart

    # What is loaded now stays for good: looking through it for garbage takes a sixth of the start.
    gc.disable()
    try:
        app()
    except (WrongSettings, CannotStart) as problem:
        _give_up(str(problem))
    except Away as away:
        _give_up(f"A database doesn't answer ({away}): is it running, is its address right? ssak3 doctor tells which.")
    except OSError as problem:
        if problem.filename is None:
            raise
        _give_up(f"{problem.filename}: {problem.strerror}.")


def _give_up(why: str) -> NoReturn:
    err.print("[red]ssak3 can't start.[/red]")
    err.print(why, markup=False)
    sys.exit(2)


@app.command()
def demo(port: Port = None, data: Data = None) -> None:
    """Everything in one process; prints the page's address and the invite links."""
    settings = _settings("embedded", http_port=port, data_dir=data)
    if settings.is_distributed:
        raise WrongSettings("SSAK3_AMQP_URLS: the demo is one process with a broker of its own; unset it.")
    # Loading everything takes seconds: a wrong setting is said before.
    from ssak3.running import run_processes

    _run(run_processes(settings, DemoClock(settings.data_dir), SystemIds(), is_demo=True, on_ready=_say_hello))


@app.command()
def run(
    processes: Annotated[list[str], typer.Argument(help=f"Any of: {' '.join(PROCESSES)}, or all.")],
    port: Port = None,
    data: Data = None,
) -> None:
    """The named processes in one OS process. Without RabbitMQ (SSAK3_AMQP_URLS): all, or the sandbox."""
    from ssak3.doorstep import label_of

    wanted = tuple(PROCESSES) if processes == ["all"] else tuple(dict.fromkeys(processes))
    unknown = set(wanted) - set(PROCESSES)
    if unknown:
        raise WrongSettings(f"There is no process {', '.join(sorted(unknown))}. There are: {' '.join(PROCESSES)}.")
    settings = _settings(label_of(wanted), http_port=port, data_dir=data)
    clock = _clock(settings)
    if wanted == ("sandbox",):
        from ssak3.sandbox import run_sandbox

        _run(run_sandbox(settings, clock, SystemIds(), on_ready=lambda now: _say_that_it_runs("sandbox", now)))
        return
    from ssak3.running import run_processes

    _run(run_processes(settings, clock, SystemIds(), processes=wanted, on_ready=_say_ready))


@app.command()
def chat(
    role: Annotated[str, typer.Option("--as", help="customer, cleaner or operator.")] = "customer",
    invite: Annotated[str | None, typer.Option("--invite", help="A one-time code, for a cleaner or operator.")] = None,
    port: Port = None,
    data: Data = None,
) -> None:
    """The same conversation in the terminal. Starts the demo if none answers."""
    from ssak3.terminal import chat_in_terminal

    if role not in ("customer", "cleaner", "operator"):
        raise WrongSettings(f"--as {role}: customer, cleaner or operator.")
    _run(chat_in_terminal(_settings(http_port=port, data_dir=data), role, invite))


@app.command()
def migrate(data: Data = None) -> None:
    """Bring every context's tables up to date."""
    _run(_migrate(_settings("migrate", data_dir=data)))


@app.command()
def invite(
    role: Annotated[str, typer.Argument(help="cleaner or operator.")], port: Port = None, data: Data = None
) -> None:
    """A one-time code and link; it works for a week."""
    if role not in ("cleaner", "operator"):
        raise WrongSettings(f"Invites are for a cleaner or an operator, not {role!r}.")
    _run(_invite(_settings(http_port=port, data_dir=data), role))


@app.command()
def audit(data: Data = None) -> None:
    """Check the promises from independent sources; exit 1 if one is broken or something is stuck."""
    from ssak3.audit import audit_and_report

    _run(audit_and_report(_settings(data_dir=data), out))


@app.command()
def doctor(port: Port = None, data: Data = None) -> None:
    """Can everything be reached, are versions, clock and settings sound; exit 1 with what to do."""
    from ssak3.doctor import examine_and_report

    _run(examine_and_report(_settings(http_port=port, data_dir=data), out))


@dead.command("list")
def list_dead(data: Data = None) -> None:
    """Every group; exit 1 if there are any."""
    from ssak3.dead import list_groups

    settings = _settings(data_dir=data)
    _run(list_groups(settings, _clock(settings), out))


@dead.command("show")
def show_dead(group: Group, data: Data = None) -> None:
    """A group's messages."""
    from ssak3.dead import show_group

    settings = _settings(data_dir=data)
    _run(show_group(settings, _clock(settings), out, group))


@dead.command("replay")
def replay_dead(group: Group, data: Data = None) -> None:
    """Put a group back into its consumer's queue, once the cause is mended."""
    from ssak3.dead import replay_group

    settings = _settings(data_dir=data)
    _run(replay_group(settings, _clock(settings), out, group))


@dead.command("discard")
def discard_dead(
    group: Group, yes: Annotated[bool, typer.Option("--yes", help="Really.")] = False, data: Data = None
) -> None:
    """Throw a group away."""
    from ssak3.dead import discard_group

    settings = _settings(data_dir=data)
    _run(discard_group(settings, _clock(settings), out, group, is_sure=yes))


@mypage.command("rebuild")
def rebuild(data: Data = None) -> None:
    """Make it again from the event logs, while it is being read; may be stopped and begun again at any time."""
    from ssak3.rebuild import rebuild_my_page

    settings = _settings(data_dir=data)
    _run(rebuild_my_page(settings, _clock(settings), out))


@events.command("list")
def list_events(
    markdown: Annotated[bool, typer.Option("--markdown", help="The page docs/events.md.")] = False,
) -> None:
    """Every event, and who listens."""
    from messaging.catalogue import EVENTS, listeners
    from messaging.contract import page

    if markdown:
        typer.echo(page(), nl=False)
        return
    table = Table("type", "reaches", "what happened", box=None)
    for event_type, event in EVENTS.items():
        table.add_row(event_type, " ".join(listeners(event_type)), " ".join((event.__doc__ or "").split()))
    out.print(table)


@events.command("republish")
def republish(data: Data = None) -> None:
    """Tell again, from the event logs, what a broker has lost; each effect still happens once."""
    from ssak3.republish import republish_events

    settings = _settings(data_dir=data)
    _run(republish_events(settings, _clock(settings), out))


@events.command("asyncapi")
def print_asyncapi() -> None:
    """An AsyncAPI 3 document, as JSON."""
    from messaging.contract import asyncapi

    typer.echo(json.dumps(asyncapi(__version__), indent=2, ensure_ascii=False))


async def _say_hello(ssak3: Any) -> None:
    from ssak3.links import invite_link
    from ssak3.telegram_name import telegram_lines

    url = ssak3.settings.public_url
    out.print(f"\n[bold]Ssak3[/bold] is running: {url}\n")
    out.print("Open it for all three phones. To be a cleaner or an operator elsewhere, use a one-time link:")
    codes = {role: await ssak3.people.invite(role) for role in ("cleaner", "operator")}
    on_telegram = await telegram_lines(ssak3.settings, list(codes.values()))
    for (role, code), line in zip(codes.items(), on_telegram, strict=True):
        out.print(f"  {role:9}{invite_link(url, role, code)}")
        if line:
            out.print(f"  {'':9}{line}")
    given = ssak3.settings.api_token.get_secret_value()
    where = "SSAK3_API_TOKEN" if given else ssak3.settings.data_dir / "api_token"
    out.print(f"\nHTTP API: {url}/docs   token: {where}   Ctrl-C stops.\n")


async def _say_ready(ssak3: Any) -> None:
    from ssak3.doorstep import label_of

    _say_that_it_runs(label_of(ssak3.processes), ssak3.settings)


def _say_that_it_runs(name: str, settings: Settings) -> None:
    if settings.log_format == "json":
        log.info("process.runs", process=name, port=settings.http_port)
    else:
        out.print(f"Ssak3 is running: {settings.public_url}" + ("" if name == "embedded" else f" ({name})"))


async def _migrate(settings: Settings) -> None:
    from ssak3.databases import open_databases
    from ssak3.needs import until_reached

    databases = open_databases(settings, _clock(settings), SystemIds(), lambda recorded: None)
    try:
        if settings.is_distributed:
            await until_reached(databases)
        behind = await databases.migrate()
    finally:
        await databases.close()
    if settings.log_format == "json":
        log.info("tables.migrated", contexts=behind)
    else:
        out.print(f"Brought up to date: {', '.join(behind)}." if behind else "Every table is up to date.")


async def _invite(settings: Settings, role: str) -> None:
    from bot.people import People
    from ssak3.databases import open_databases
    from ssak3.doorstep import address_of_the_page
    from ssak3.links import invite_link
    from ssak3.system import invite_code
    from ssak3.telegram_name import telegram_lines
    from storage.bot.repositories import BotUnitOfWork

    databases = open_databases(settings, _clock(settings), SystemIds(), lambda recorded: None)
    try:
        await databases.migrate()
        context = databases.contexts["bot"]
        people = People(lambda: BotUnitOfWork(context), _clock(settings), SystemIds(), invite_code)
        code = await people.invite(role)
    finally:
        await databases.close()
    out.print(f"{code}\n{invite_link(address_of_the_page(settings), role, code)}")
    for line in filter(None, await telegram_lines(settings, [code])):
        out.print(line)
