"""A private RabbitMQ, or a cluster: `with rabbitmq_server() as server: server.url …`, from tests and from scripts."""

import base64
import json
import signal
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.support.servers.daemon import (
    Daemon,
    MissingServer,
    free_port,
    give_to,
    listens,
    make_folder,
    run_as,
    send,
    server_user,
)

# Debian's own wrappers in /usr/sbin insist on the system's user and folders.
PROGRAMS = Path("/usr/lib/rabbitmq/bin")
COOKIE = "private-and-on-loopback-only"


class Epmd:
    """Erlang's name server, one of our own, so that the system's isn't asked or left changed."""

    def __init__(self, user: str, owner: int | None = None) -> None:
        self.port = free_port()
        self._daemon = Daemon("epmd", make_folder("epmd", user), user, owner)

    def start(self) -> None:
        command = [program("epmd"), "-port", str(self.port), "-address", "127.0.0.1"]
        self._daemon.start(command, {"PATH": "/usr/bin:/bin"}, lambda: listens(self.port))

    def end(self) -> None:
        self._daemon.end()


class RabbitServer:
    """One node. `url` is its default virtual host.

    With the management plugin (`with_http`) `make_vhost` works; without it, a good stop takes five seconds less.
    """

    def __init__(self, folder: Path, user: str, epmd_port: int, *, with_http: bool, owner: int | None = None) -> None:
        self.folder = folder
        self.port = free_port()
        self.http_port = free_port() if with_http else None
        self.node = f"{folder.name}@localhost"
        self._daemon = Daemon("rabbitmq", folder, user, owner)
        self._environment = self._own_environment(epmd_port)

    def _own_environment(self, epmd_port: int) -> Mapping[str, str]:
        at = self.folder
        return {
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
            "LC_ALL": "C.UTF-8",
            "HOME": str(at),
            "ERL_EPMD_PORT": str(epmd_port),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": self.node,
            "RABBITMQ_DIST_PORT": str(free_port()),
            "RABBITMQ_MNESIA_BASE": str(at / "data"),
            "RABBITMQ_LOG_BASE": str(at / "log"),
            "RABBITMQ_PID_FILE": str(at / "pid"),
            "RABBITMQ_CONFIG_FILE": str(at / "rabbitmq.conf"),
            "RABBITMQ_CONF_ENV_FILE": str(at / "no-environment.conf"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(at / "enabled_plugins"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+sbwt none -kernel inet_dist_use_interface {127,0,0,1}",
        }

    def make(self, cluster: Sequence["RabbitServer"] = ()) -> None:
        """Its files; once, before the first start."""
        lines = [
            f"listeners.tcp.1 = 127.0.0.1:{self.port}",
            "disk_free_limit.absolute = 1MB",
            "cluster_formation.peer_discovery_backend = classic_config",
        ]
        if self.http_port:
            lines += ["management.tcp.ip = 127.0.0.1", f"management.tcp.port = {self.http_port}"]
        lines += [f"cluster_formation.classic_config.nodes.{n} = {node.node}" for n, node in enumerate(cluster, 1)]
        (self.folder / "rabbitmq.conf").write_text("\n".join(lines) + "\n")
        (self.folder / "enabled_plugins").write_text("[rabbitmq_management]." if self.http_port else "[].")
        cookie = self.folder / ".erlang.cookie"
        cookie.write_text(COOKIE)
        cookie.chmod(0o400)
        give_to(self._daemon.user, cookie)

    @property
    def url(self) -> str:
        return self.url_of("/")

    @property
    def pid(self) -> int:
        """The Erlang machine's."""
        return int((self.folder / "pid").read_text())

    def url_of(self, vhost: str) -> str:
        return f"amqp://guest:guest@127.0.0.1:{self.port}/{urllib.parse.quote(vhost, safe='')}"

    def start(self) -> None:
        (self.folder / "pid").unlink(missing_ok=True)
        command = [program("rabbitmq-server")]
        self._daemon.start(command, self._environment, self._is_up)

    def _is_up(self) -> bool:
        return listens(self.port) and (self.http_port is None or listens(self.http_port))

    def stop(self) -> None:
        """As a good restart does: connections are closed, everything is written."""
        self.ctl("stop", str(self.folder / "pid"))
        self._daemon.wait()

    def kill(self) -> None:
        send(self.pid, signal.SIGKILL)
        self._daemon.wait()

    def end(self) -> None:
        self._daemon.end()

    def ctl(self, *arguments: str) -> str:
        """What `rabbitmqctl` prints. Raises CalledProcessError. Takes about half a second."""
        command = [program("rabbitmqctl"), "-q", *arguments]
        return run_as(self._daemon.user, command, self._environment, self.folder)

    def api(self, method: str, path: str, body: object = None) -> object:
        """The management plugin's HTTP API: `api("GET", "queues")`. Raises HTTPError."""
        if self.http_port is None:
            raise RuntimeError("this server was made without the management plugin (with_http=True)")
        basic = base64.b64encode(b"guest:guest").decode()
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.http_port}/api/{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Basic {basic}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def make_vhost(self, name: str) -> str:
        """Its URL."""
        self.api("PUT", f"vhosts/{name}")
        self.api("PUT", f"permissions/{name}/guest", {"configure": ".*", "write": ".*", "read": ".*"})
        return self.url_of(name)

    def drop_vhost(self, name: str) -> None:
        """With its connections and queues."""
        self.api("DELETE", f"vhosts/{name}")


def program(name: str) -> str:
    path = Path("/usr/bin/epmd") if name == "epmd" else PROGRAMS / name
    if not path.exists():
        raise MissingServer(f"RabbitMQ ({path})")
    return str(path)


def make_rabbitmq(*, with_http: bool = False, owner: int | None = None) -> tuple[Epmd, RabbitServer]:
    """Both running; `end()` is the caller's, or happens when `owner` (a process id; else this one) ends."""
    program("rabbitmq-server")
    user = server_user("rabbitmq")
    epmd = Epmd(user, owner)
    epmd.start()
    node = RabbitServer(make_folder("rabbitmq", user), user, epmd.port, with_http=with_http, owner=owner)
    node.make()
    node.start()
    return epmd, node


@contextmanager
def rabbitmq_server(*, with_http: bool = False) -> Iterator[RabbitServer]:
    """A node of its own."""
    epmd, node = make_rabbitmq(with_http=with_http)
    try:
        yield node
    finally:
        node.end()
        epmd.end()


@contextmanager
def rabbitmq_cluster(size: int) -> Iterator[list[RabbitServer]]:
    """Nodes of one cluster; `node.ctl("list_queues", "name", "leader")` tells where a quorum queue is led."""
    program("rabbitmq-server")
    user = server_user("rabbitmq")
    epmd = Epmd(user)
    with ExitStack() as stack:
        stack.callback(epmd.end)
        epmd.start()
        nodes = [RabbitServer(make_folder("rabbitmq", user), user, epmd.port, with_http=False) for _ in range(size)]
        for node in nodes:
            stack.callback(node.end)
            node.make(nodes)
        nodes[0].start()
        with ThreadPoolExecutor() as pool:
            list(pool.map(RabbitServer.start, nodes[1:]))
        yield nodes
