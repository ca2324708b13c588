"""Settings: what isn't built is refused by name, and an address makes whole links. Telegram's are tried beside this."""

from unittest.mock import Mock

import pytest

from ssak3.links import invite_link
from ssak3.rules import catalogue_of, policies_of
from ssak3.settings import Settings, WrongSettings, read_settings, unknown_settings
from ssak3.shell import settings


@pytest.fixture(autouse=True)
def nowhere(tmp_path, monkeypatch):
    """No .env of whoever runs this."""
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("provider", ["toss", "portone"])
def test_a_provider_that_is_not_built_is_refused_and_nothing_else_is_asked_for(provider):
    """Nobody is sent to look for keys that would then be refused."""
    with pytest.raises(WrongSettings) as stopped:
        read_settings(provider=provider)
    assert str(stopped.value) == (
        f"SSAK3_PROVIDER: {provider} isn't built yet; only the sandbox can be paid with. Example: sandbox"
    )


@pytest.mark.parametrize("given", ["https://a.example", "https://a.example/", "https://a.example//"])
def test_a_slash_at_the_end_of_the_public_address_makes_no_odd_links(given):
    assert invite_link(read_settings(public_url=given).public_url, "cleaner", "ABC") == "https://a.example/?cleaner=ABC"


@pytest.mark.parametrize("name", ["public_url", "payment_url", "bot_url", "toss_api_base", "telegram_api_base"])
def test_an_address_without_http_is_none(name):
    with pytest.raises(
        WrongSettings, match=rf"SSAK3_{name.upper()}: an address begins with http:// or https://.* Example:"
    ):
        read_settings(**{name: "a.example"})


def test_a_misspelt_setting_stops_the_start_with_the_name_that_is_meant(monkeypatch, tmp_path):
    """Wherever it is given, and beside whatever else is wrong; an unread one would hold places for another time."""
    monkeypatch.setenv("SSAK3_HOLD_MINUTE", "30")
    monkeypatch.setenv("SSAK3_HTTP_PORT", "many")
    (tmp_path / ".env").write_text("SSAK3_DATABSE_URL=postgresql://db/ssak3\nPOSTGRES_PASSWORD=x\n")
    with pytest.raises(WrongSettings) as stopped:
        read_settings()
    databse, minute, port = str(stopped.value).splitlines()
    assert databse == "SSAK3_DATABSE_URL: there is no such setting. Is it SSAK3_DATABASE_URL?"
    assert minute == "SSAK3_HOLD_MINUTE: there is no such setting. Is it SSAK3_HOLD_MINUTES?"
    assert port.startswith("SSAK3_HTTP_PORT: ")
    monkeypatch.setenv("SSAK3_HTTP_PORT", "8000")
    with pytest.raises(WrongSettings, match="SSAK3_HOLD_MINUTE: there is no such setting"):
        read_settings()


def test_a_file_in_an_older_korean_encoding_is_said_to_be_no_utf_8(tmp_path):
    """As an editor on Windows may save it."""
    (tmp_path / ".env").write_text("# 우리 설정\nSSAK3_HTTP_PORT=8000\n", encoding="cp949")
    with pytest.raises(WrongSettings, match=r"^\.env: it isn't UTF-8\. Save it as UTF-8\.$"):
        read_settings()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("amqp_urls", "amqp://a:hidden@rabbitmq:5672/,amqp://a:hidden@rabbitmq:port/"),
        ("amqp_urls", "amqp:///"),
        ("database_url", "postgresql://a:hidden@db:port/ssak3"),
        ("bot_database_url", "postgresql://a:hidden@db:99999/ssak3"),
        ("database_url", "postgresql://a:hi@hidden@db:5432/ssak3"),
        ("payment_url", "http://payment:bad"),
        ("toss_api_base", "http://"),
    ],
)
def test_an_address_where_nothing_can_be_stops_the_start_and_hides_the_password(name, value):
    with pytest.raises(
        WrongSettings, match=rf"^SSAK3_{name.upper()}: (the port of an address|an address names|an @ in)"
    ) as wrong:
        read_settings(**{name: value})
    assert "hidden" not in str(wrong.value)


def test_a_token_has_no_blanks():
    with pytest.raises(WrongSettings, match="SSAK3_API_TOKEN: a token has no blanks in it"):
        read_settings(api_token=" ")


@pytest.mark.parametrize(("setting", "text"), [("catalog", "= nonsense"), ("policies", "[dispatch]")])
def test_a_file_that_cannot_be_used_is_named_with_its_setting(tmp_path, setting, text):
    path = tmp_path / "mine.toml"
    path.write_text(text)
    settings = read_settings(**{setting: path})
    with pytest.raises(WrongSettings, match=rf"SSAK3_{setting.upper()}: {path} can't be used: ."):
        catalogue_of(settings) if setting == "catalog" else policies_of(settings)


@pytest.mark.parametrize("setting", Settings.model_fields)
def test_one_letter_less_or_more_is_noticed_of_every_setting(monkeypatch, setting):
    """And the right one is named."""
    right = f"SSAK3_{setting.upper()}"
    for wrong in (right[:-1], right[:8] + right[9:], f"{right}S"):
        monkeypatch.setenv(wrong, "1")
        with pytest.raises(WrongSettings, match=rf"{wrong}: there is no such setting\. Is it {right}\?"):
            read_settings()
        monkeypatch.delenv(wrong)


CONTEXTS = ("BOT", "PAYMENT", "MYPAGE", "NOTIFICATION", "RESERVATION", "CLEANING")
# What Kubernetes gives to every container for services `ssak3`, `ssak3-bot`, `ssak3-bot-database` and the like.
SERVICES = ("", "SANDBOX_", "DATABASE_", *(f"{one}_" for one in CONTEXTS), *(f"{one}_DATABASE_" for one in CONTEXTS))
OF_A_SERVICE = ("PORT", "SERVICE_HOST", "SERVICE_PORT", "SERVICE_PORT_HTTP", "PORT_8000_TCP", "PORT_8000_TCP_ADDR")


def test_what_is_like_no_setting_is_said_and_does_no_harm(monkeypatch, tmp_path, capsys):
    """It may be somebody else's."""
    others = [f"SSAK3_{name}" for name in ("CHAOS", "CHAOS_SEED", "HYPOTHESIS", "ON_TELEGRAM", "SCREENSHOT")]
    for name in others:
        monkeypatch.setenv(name, "1")
    assert [one.name for one in unknown_settings()] == sorted(others)
    assert settings(data_dir=tmp_path).http_port == 8000
    said = capsys.readouterr()
    assert "SSAK3_CHAOS_SEED is no setting of Ssak3, and does nothing here." in said.err
    assert said.err.count("SSAK3_CHAOS_SEED") == 1
    assert said.out == ""


def test_variables_are_looked_through_once_a_start(monkeypatch, tmp_path):
    looks = Mock(return_value=[])
    monkeypatch.setattr("ssak3.settings.unknown_settings", looks)
    settings(data_dir=tmp_path)
    assert looks.call_count == 1


def test_of_services_in_kubernetes_nothing_is_said(monkeypatch):
    for service in SERVICES:
        for what in OF_A_SERVICE:
            monkeypatch.setenv(f"SSAK3_{service}{what}", "tcp://10.0.0.1:8000")
    assert unknown_settings() == []
    assert read_settings().http_port == 8000


def test_what_only_ends_like_a_service_is_said(monkeypatch):
    monkeypatch.setenv("SSAK3_BOT_PORT", "8000")
    assert [one.name for one in unknown_settings()] == ["SSAK3_BOT_PORT"]
