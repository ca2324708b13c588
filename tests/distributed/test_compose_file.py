"""docker-compose.yml as a file: every process is there, scales, is watched, and holds no secret."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from ssak3.processes import PROCESSES
from ssak3.settings import Settings
from tests.distributed.compose import (
    ROOT,
    MissingVariable,
    fill_in,
    own_services,
    read_compose,
    read_env,
)

SECRETS = {"SSAK3_API_TOKEN": "token", "POSTGRES_PASSWORD": "one", "RABBITMQ_PASSWORD": "two"}
# The web server's own, which has no other name.
FORWARDED = "FORWARDED_ALLOW_IPS"
PUBLISHED = {
    "bot": ["127.0.0.1:8000:8000"],
    "sandbox": ["127.0.0.1:8001:8000"],
    "rabbitmq": ["127.0.0.1:15672:15672"],
}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return read_compose(SECRETS)


def test_every_process_is_a_service_of_one_image(compose: dict[str, Any]):
    services = own_services(compose)
    assert {name: service.command for name, service in services.items()} == {
        "migrate": ["migrate"],
        **{name: ["run", name] for name in PROCESSES},
    }
    assert services.keys() | {"db", "rabbitmq"} == compose["services"].keys()
    builds = {name: raw["build"] for name, raw in compose["services"].items() if "build" in raw}
    assert builds == {"migrate": {"context": ".", "dockerfile": "deploy/Dockerfile"}}
    assert (ROOT / "deploy" / "Dockerfile").is_file()


def test_every_variable_is_a_setting_and_means_the_same_to_all(compose: dict[str, Any]):
    services = own_services(compose).values()
    names = {name for service in services for name in service.environment} - {FORWARDED}
    assert {name.removeprefix("SSAK3_").lower() for name in names} <= Settings.model_fields.keys()
    assert len({tuple(sorted(service.environment.items())) for service in services}) == 1
    assert all(isinstance(value, str) for service in services for value in service.environment.values())
    for path in {path for service in services for path in service.files.values()}:
        assert path.is_file()


@pytest.mark.parametrize("name", ["SSAK3_CATALOG", "SSAK3_POLICIES"])
def test_up_sees_that_another_file_is_named(compose: dict[str, Any], name: str):
    """It compares what the service itself says, not what `configs` says of it."""
    other = read_compose({**SECRETS, name: "./mine.toml"})["services"]
    assert [one for one in own_services(compose) if other[one] == compose["services"][one]] == []


def test_only_three_are_published_and_on_this_machine_only(compose: dict[str, Any]):
    """Whoever wants the page elsewhere says so."""
    published = {name: raw["ports"] for name, raw in compose["services"].items() if "ports" in raw}
    assert published == PUBLISHED
    opened = read_compose({**SECRETS, "SSAK3_HTTP_HOST": "0.0.0.0", "SSAK3_HTTP_PORT": "80"})
    assert opened["services"]["bot"]["ports"] == ["0.0.0.0:80:8000"]
    assert opened["services"]["bot"]["environment"]["SSAK3_HTTP_PORT"] == "8000"


def test_what_has_no_port_of_its_own_scales(compose: dict[str, Any]):
    """`docker compose up --scale cleaning=3`."""
    for name, raw in compose["services"].items():
        assert "container_name" not in raw, name
        if name not in PUBLISHED:
            assert "hostname" not in raw, name
            assert name == "db" or "volumes" not in raw, name


def test_what_stops_is_started_again_and_has_time_to_finish(compose: dict[str, Any]):
    for name, raw in compose["services"].items():
        assert raw["restart"] == ("no" if name == "migrate" else "unless-stopped"), name
        assert int(raw["stop_grace_period"].removesuffix("s")) > 25, name


def test_servers_are_watched_and_keep_what_they_have(compose: dict[str, Any]):
    """Ours are watched by the image's own check; the one-shot isn't."""
    for name in ("db", "rabbitmq"):
        raw = compose["services"][name]
        assert raw["healthcheck"]["test"][0] == "CMD"
        [volume] = raw["volumes"]
        assert volume.partition(":")[0] in compose["volumes"]
    disabled = {name for name in own_services(compose) if "healthcheck" in compose["services"][name]}
    assert disabled == {"migrate"}
    assert compose["services"]["migrate"]["healthcheck"] == {"disable": True}


@pytest.mark.parametrize("name", SECRETS)
def test_it_insists_on_every_secret(name: str):
    with pytest.raises(MissingVariable, match=rf"{name} .*make env"):
        read_compose({**SECRETS, name: ""})


def test_no_secret_is_written_in_it():
    text = (ROOT / "docker-compose.yml").read_text()
    assigned = re.findall(r"(?:TOKEN|PASS(?:WORD)?|SECRET)\w*: (.*)", text)
    assert len(assigned) == 5
    assert all(value.startswith("${") for value in assigned)
    assert re.findall(r"//ssak3:(?!\$\{)", text) == []


def test_make_env_writes_fresh_secrets_for_their_owner_and_never_over_others(tmp_path: Path):
    (tmp_path / ".env.example").write_bytes((ROOT / ".env.example").read_bytes())
    written = []
    for _ in range(2):
        subprocess.run(["sh", str(ROOT / "deploy" / "env.sh")], cwd=tmp_path, check=True, stdout=subprocess.DEVNULL)
        assert (tmp_path / ".env").stat().st_mode & 0o777 == 0o600
        written.append((tmp_path / ".env").read_text())
    assert written[0] == written[1]
    variables = read_env(tmp_path / ".env")
    assert variables.keys() == SECRETS.keys()
    assert len(set(variables.values())) == 3
    assert all(re.fullmatch(r"[0-9a-f]{64}", value) for value in variables.values())
    assert sorted(path.name for path in tmp_path.iterdir()) == [".env", ".env.example"]
    read_compose(variables)
    settings = Settings(_env_file=tmp_path / ".env")
    assert settings.api_token.get_secret_value() == variables["SSAK3_API_TOKEN"]
    assert settings.model_copy(update={"api_token": Settings(_env_file=None).api_token}) == Settings(_env_file=None)


def test_the_example_names_what_the_file_asks_for():
    """Everything that can be set, and nothing else."""
    asked = set(re.findall(r"\$\{(\w+)", (ROOT / "docker-compose.yml").read_text()))
    told = set(re.findall(r"^#?([A-Z]\w*)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert asked == told


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("${A}-${B:-b}", "a-b"), ("${EMPTY:-b}${EMPTY-b}", "b"), ("${B:-x${A:-y}}", "xa"), ("$$A $${A}", "$A ${A}"),
        ("${A:?why}${A?why}", "aa"), ("${B}", ""), ("${D}", "$${A}"),
    ],
)  # fmt: skip
def test_variables_are_filled_in_as_compose_does(text: str, filled: str):
    assert fill_in(text, {"A": "a", "EMPTY": "", "D": "$${A}"}) == filled
