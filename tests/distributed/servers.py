"""The private servers as the file's own containers would be: with its user, its password, and nothing in them."""

from collections.abc import Mapping
from contextlib import suppress
from urllib.error import HTTPError

from tests.support.servers.postgresql import PostgresServer
from tests.support.servers.rabbitmq import RabbitServer

USER = "ssak3"


class Servers:
    """A database and a virtual host of this name, once they are made."""

    def __init__(self, postgresql: PostgresServer, rabbitmq: RabbitServer, name: str, secrets: Mapping[str, str]):
        self._postgresql = postgresql
        self._rabbitmq = rabbitmq
        self._name = name
        self._secrets = secrets

    @property
    def places(self) -> Mapping[str, str]:
        """Where what the file's addresses name is."""
        return {
            "@db:5432/ssak3": f"@127.0.0.1:{self._postgresql.port}/{self._name}",
            "@rabbitmq:5672/": f"@127.0.0.1:{self._rabbitmq.port}/{self._name}",
        }

    def make_database(self) -> None:
        self._postgresql.sql(f"drop role if exists {USER}")
        self._postgresql.sql(f"create role {USER} login password '{self._secrets['POSTGRES_PASSWORD']}'")
        self._postgresql.create_database(self._name)
        self._postgresql.sql(f'alter database "{self._name}" owner to {USER}')

    def make_vhost(self) -> None:
        self._rabbitmq.make_vhost(self._name)
        secret = {"password": self._secrets["RABBITMQ_PASSWORD"], "tags": ""}
        self._rabbitmq.api("PUT", f"users/{USER}", secret)
        rights = {"configure": ".*", "write": ".*", "read": ".*"}
        self._rabbitmq.api("PUT", f"permissions/{self._name}/{USER}", rights)

    def consumers(self, queue: str) -> int:
        """How many take from it."""
        every = self._rabbitmq.api("GET", f"consumers/{self._name}")
        assert isinstance(every, list)
        return sum(one["queue"]["name"] == queue for one in every)

    def drop(self) -> None:
        for what in (f"vhosts/{self._name}", f"users/{USER}"):
            with suppress(HTTPError):  # it may not have come so far
                self._rabbitmq.api("DELETE", what)
        self._postgresql.sql(f'drop database if exists "{self._name}" with (force)')
        self._postgresql.sql(f"drop role if exists {USER}")
