"""Telegram's settings: a wrong one stops the start, and says which, why, and what would be right."""

import pytest

from ssak3.settings import WrongSettings, read_settings

TOKEN = "123456789:AAEabcdefghijklmnopqrstuvwxyz0123456"
SECRET = "0123456789abcdef0123456789abcdef"


@pytest.fixture(autouse=True)
def nowhere(tmp_path, monkeypatch):
    """No .env of whoever runs this."""
    monkeypatch.chdir(tmp_path)


def test_without_a_token_there_is_none():
    settings = read_settings()
    assert settings.telegram_token.get_secret_value() == ""
    assert (settings.telegram_mode, settings.telegram_rate) == ("polling", 25)


def test_both_modes():
    assert read_settings(telegram_token=TOKEN).telegram_mode == "polling"
    webhook = read_settings(
        telegram_token=TOKEN, telegram_mode="webhook", telegram_webhook_secret=SECRET, public_url="https://a.example"
    )
    assert webhook.telegram_mode == "webhook"


@pytest.mark.parametrize(
    ("wrong", "name"),
    [
        ({"telegram_token": "my-secret-token"}, "SSAK3_TELEGRAM_TOKEN"),
        ({"telegram_mode": "push"}, "SSAK3_TELEGRAM_MODE"),
        ({"telegram_rate": "0"}, "SSAK3_TELEGRAM_RATE"),
        ({"telegram_rate": "fast"}, "SSAK3_TELEGRAM_RATE"),
        ({"telegram_api_base": "api.telegram.org"}, "SSAK3_TELEGRAM_API_BASE"),
        ({"telegram_webhook_secret": "short"}, "SSAK3_TELEGRAM_WEBHOOK_SECRET"),
        (
            {"telegram_token": TOKEN, "telegram_mode": "webhook", "public_url": "https://a.example"},
            "SSAK3_TELEGRAM_WEBHOOK_SECRET",
        ),
        (
            {"telegram_token": TOKEN, "telegram_mode": "webhook", "telegram_webhook_secret": SECRET},
            "SSAK3_PUBLIC_URL",
        ),
        (
            {
                "telegram_token": TOKEN, "telegram_mode": "webhook", "telegram_webhook_secret": SECRET,
                "public_url": "http://a.example",
            },
            "SSAK3_PUBLIC_URL",
        ),
    ],
)  # fmt: skip
def test_a_wrong_one_stops_the_start(wrong, name):
    with pytest.raises(WrongSettings) as stopped:
        read_settings(**wrong)
    text = str(stopped.value)
    assert text.startswith(f"{name}: ")
    assert "Example: " in text
    for secret in ("my-secret-token", "short", TOKEN, SECRET):
        assert secret not in text
