"""Settings: what isn't built is refused by name, and an address makes whole links. Telegram's are tried beside this."""

import pytest

from ssak3.links import invite_link
from ssak3.settings import WrongSettings, read_settings


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
