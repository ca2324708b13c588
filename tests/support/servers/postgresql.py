"""A private PostgreSQL: `with postgresql_server() as server: server.url …`, from tests and from scripts."""

import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.support.servers.daemon import (
    Daemon,
    MissingServer,
    free_port,
    listens,
    make_folder,
    run_as,
    send,
    server_user,
)

SUPERUSER = "postgres"


class PostgresServer:
    """Databases are made by `create_database`; URLs are SQLAlchemy's, for asyncpg."""

    def __init__(self, folder: Path, user: str, port: int, *, is_durable: bool, owner: int | None = None) -> None:
        self.folder = folder
        self.port = port
        self.is_durable = is_durable
        self._data = folder / "data"
        self._daemon = Daemon("postgresql", folder, user, owner)

    @property
    def url(self) -> str:
        return self.url_of(SUPERUSER)

    @property
    def pid(self) -> int:
        """The postmaster's."""
        return int((self._data / "postmaster.pid").read_text().split("\n", 1)[0])

    @property
    def output(self) -> Path:
        return self._daemon.output

    def url_of(self, database: str) -> str:
        return f"postgresql+asyncpg://{SUPERUSER}@127.0.0.1:{self.port}/{database}"

    def make(self) -> None:
        """Its data folder; once, before the first start."""
        command = [program("initdb"), "-D", str(self._data), "-U", SUPERUSER, "--auth=trust", "--no-sync"]
        command += ["--encoding=UTF8", "--locale=C.UTF-8", "--no-instructions"]
        run_as(self._daemon.user, command, _environment(self.folder), self.folder)

    def start(self) -> None:
        settings = {
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": str(self.folder),
            "max_connections": "200",
            # Whether a committed transaction survives the machine, not only a killed process.
            "fsync": "on" if self.is_durable else "off",
            "full_page_writes": "on" if self.is_durable else "off",
            "log_min_messages": "warning",
            # The benchmarks take the times of commits from the database.
            "track_commit_timestamp": "on",
        }
        command = [program("postgres"), "-D", str(self._data), "-p", str(self.port)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        self._daemon.start(command, _environment(self.folder), self._answers)

    def _answers(self) -> bool:
        if not listens(self.port):
            return False
        return subprocess.run(self._psql("select 1"), capture_output=True, check=False).returncode == 0

    def stop(self) -> None:
        """As a good restart does: sessions are cut, everything is written."""
        send(self.pid, signal.SIGINT)
        self._daemon.wait()

    def kill(self) -> None:
        send(self.pid, signal.SIGKILL)
        self._daemon.wait()

    def end(self) -> None:
        self._daemon.end()

    def sql(self, statement: str, database: str = SUPERUSER) -> str:
        """What psql prints, without decoration. Raises CalledProcessError."""
        done = subprocess.run(self._psql(statement, database), capture_output=True, check=True, text=True)
        return done.stdout.strip()

    def create_database(self, name: str) -> str:
        """Its URL."""
        self.sql(f'create database "{name}" template template0')
        return self.url_of(name)

    def drop_database(self, name: str) -> None:
        """Sessions that are left over are cut."""
        self.sql(f'drop database "{name}" with (force)')

    def _psql(self, statement: str, database: str = SUPERUSER) -> list[str]:
        where = f"postgresql://{SUPERUSER}@127.0.0.1:{self.port}/{database}?connect_timeout=5"
        return [program("psql"), "--no-psqlrc", "-qtAX", "-v", "ON_ERROR_STOP=1", "-c", statement, where]


def program(name: str) -> str:
    """The newest version that Debian's packages installed, or what is on the path."""
    versions = Path("/usr/lib/postgresql").glob(f"*/bin/{name}")
    newest = max(versions, key=lambda path: int(path.parent.parent.name), default=None)
    found = str(newest) if newest else shutil.which(name)
    if found is None:
        raise MissingServer(f"PostgreSQL ({name})")
    return found


def _environment(folder: Path) -> Mapping[str, str]:
    return {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": str(folder), "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def make_postgresql(*, is_durable: bool = False, owner: int | None = None) -> PostgresServer:
    """A running server; `end()` is the caller's, or happens when `owner` (a process id; else this one) ends."""
    program("postgres")
    user = server_user("postgres")
    server = PostgresServer(make_folder("postgresql", user), user, free_port(), is_durable=is_durable, owner=owner)
    server.make()
    server.start()
    return server


@contextmanager
def postgresql_server(*, is_durable: bool = False) -> Iterator[PostgresServer]:
    """A private server; `is_durable` (fsync) for chaos and benchmarks."""
    server = make_postgresql(is_durable=is_durable)
    try:
        yield server
    finally:
        server.end()
