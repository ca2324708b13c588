"""The servers that tests start for themselves: private, one set a run, gone when their owner is."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

SCRIPT = """
import time
from tests.support.servers.postgresql import postgresql_server
with postgresql_server() as server:
    print(server.pid, server.folder, flush=True)
    time.sleep(600)
"""


def test_a_server_ends_with_its_owner_even_a_killed_one():
    owner = subprocess.Popen([sys.executable, "-c", SCRIPT], stdout=subprocess.PIPE, text=True)
    assert owner.stdout is not None
    pid, folder = owner.stdout.readline().split()
    os.kill(int(pid), 0)
    owner.kill()
    owner.communicate()
    deadline = time.monotonic() + 10
    while Path(folder).exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not Path(folder).exists()
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid), 0)


def test_a_killed_server_starts_again_with_what_it_had(postgresql):
    from tests.support.servers.postgresql import postgresql_server

    with postgresql_server() as server:
        server.sql("create table kept (word text); insert into kept values ('yes')")
        server.kill()
        server.start()
        assert server.sql("select word from kept") == "yes"
        server.stop()
        server.start()
        assert server.sql("select word from kept") == "yes"
    assert not server.folder.exists()


@pytest.mark.parametrize("number", [1, 2])
def test_each_test_has_a_database_of_its_own(postgresql, number):
    database = postgresql.url.rsplit("/", 1)[1]
    postgresql.server.sql("create table mine ()", database)


@pytest.mark.parametrize("number", [1, 2])
def test_each_test_has_a_virtual_host_of_its_own(rabbitmq, number):
    assert rabbitmq.server.ctl("list_queues", "-p", rabbitmq.name) == ""
    assert rabbitmq.url.endswith(rabbitmq.name)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a server another user")
def test_no_server_runs_as_root(rabbitmq, postgresql):
    for server in (rabbitmq.server, postgresql.server):
        status = Path(f"/proc/{server.pid}/status").read_text()
        [uid] = [line.split()[1] for line in status.splitlines() if line.startswith("Uid:")]
        assert int(uid) != 0
