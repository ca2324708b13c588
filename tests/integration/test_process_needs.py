"""Settings that can't work are told before anything starts, with what would be right."""

import pytest

from ssak3.needs import check_settings
from ssak3.processes import EMBEDDED
from ssak3.settings import Settings, WrongSettings

AMQP = {"amqp_urls": "amqp://localhost/"}
URLS = {"payment_url": "http://payment:8000", "bot_url": "http://bot:8000", "toss_api_base": "http://sandbox:8000/toss"}


def settings(**values: str) -> Settings:
    return Settings(_env_file=None, **values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("processes", "values"),
    [
        (EMBEDDED, {}),
        (("sandbox",), {}),
        (EMBEDDED, AMQP),
        *(((name,), AMQP | URLS) for name in EMBEDDED),
        (("bot", "payment", "sandbox"), AMQP),
        (("bot", "notification"), AMQP | {"payment_url": "http://payment:8000"}),
        (("reservation",), AMQP),
        (("cleaning", "mypage"), AMQP),
    ],
)
def test_these_work(processes: tuple[str, ...], values: dict[str, str]) -> None:
    check_settings(settings(**values), processes)


@pytest.mark.parametrize(
    ("processes", "values", "says"),
    [
        (
            ("bot",),
            {},
            "Set SSAK3_AMQP_URLS, or add: reservation payment cleaning notification mypage scheduler sandbox",
        ),
        (("bot",), AMQP, "SSAK3_PAYMENT_URL: bot asks payment, which runs elsewhere. Example: http://payment:8000"),
        (("scheduler",), AMQP, "SSAK3_PAYMENT_URL: scheduler asks payment"),
        (
            ("notification",),
            AMQP,
            "SSAK3_BOT_URL: notification asks bot, which runs elsewhere. Example: http://bot:8000",
        ),
        (("payment",), AMQP, "SSAK3_TOSS_API_BASE: payment asks the sandbox, which runs elsewhere"),
        (
            EMBEDDED,
            {"provider": "toss", "toss_secret_key": "x", "toss_client_key": "y"},
            "SSAK3_PROVIDER: only the sandbox",
        ),
    ],
)
def test_these_do_not(processes: tuple[str, ...], values: dict[str, str], says: str) -> None:
    with pytest.raises(WrongSettings) as refusal:
        check_settings(settings(**values), processes)
    assert says in str(refusal.value)
