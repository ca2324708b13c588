"""What `ssak3 doctor` finds when it asks others: RabbitMQ, our own processes elsewhere, the provider, Telegram."""

import asyncio
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from messaging.broker import BrokerUnavailable
from messaging.rabbitmq.look import Node, look_at
from ssak3.examined import Line, numbers
from ssak3.settings import Settings
from ssak3.system import SystemClock
from ssak3.telegram_look import look_at_telegram

PATIENCE_SECONDS = 3
KNOWN_BY = {"payment": "/payments/availability", "bot": "/api/catalog"}
# Quorum queues whose dead letters leave at least once.
OLDEST_RABBITMQ = (3, 10)


async def asked(settings: Settings, running: Sequence[str]) -> list[Line]:
    """`running`: the addresses of this data folder's processes."""
    nodes = [await _node(url) for url in settings.amqp_nodes]
    others = await asyncio.to_thread(lambda: list(_others(settings)))
    provider = await asyncio.to_thread(_provider, settings, running)
    now = SystemClock().now()
    telegram = await asyncio.to_thread(lambda: list(look_at_telegram(settings, is_running=bool(running), now=now)))
    return [*nodes, *others, provider, *telegram]


async def _node(url: str) -> Line:
    parts = urlsplit(url)
    place = f"{parts.hostname}:{parts.port or 5672}{parts.path}"
    try:
        return _sound(place, await look_at(url))
    except BrokerUnavailable as error:
        todo = "Is it running, are host, user and password in SSAK3_AMQP_URLS right, and is there such a virtual host?"
        return Line(name="RabbitMQ", found=f"{place} can't be reached: {error}", todo=todo)


def _sound(place: str, node: Node) -> Line:
    found, todo = f"{place}: {node.version}", ""
    if numbers(node.version) < OLDEST_RABBITMQ:
        todo = "RabbitMQ 3.10 or newer is needed."
    elif node.is_blocked:
        found += " takes nothing in"
        todo = "It is short of memory or disk: `rabbitmq-diagnostics alarms` tells which. Bookings are taken meanwhile."
    elif node.missing:
        found += f", without {len(node.missing)} of our queues yet; the first process makes them"
    else:
        found += ", and every queue is there"
    return Line(name="RabbitMQ", found=found, todo=todo)


def _others(settings: Settings) -> Iterator[Line]:
    for name, url in (("payment", settings.payment_url), ("bot", settings.bot_url)):
        if not url:
            continue
        status, _ = ask(f"{url.rstrip('/')}/health/ready")
        if status == 200:
            yield _is_it(name, url, settings.api_token.get_secret_value())
            continue
        how = "doesn't answer" if status == 0 else f"isn't ready ({status})"
        todo = f"Is it running (ssak3 run {name}), is SSAK3_{name.upper()}_URL right? Its log says what it waits for."
        yield Line(name=name, found=f"{url} {how}", todo=todo)


def _is_it(name: str, url: str, token: str) -> Line:
    """Every process is ready in the same words: only the right one has this route, and opens it by our token."""
    status, _ = ask(f"{url.rstrip('/')}{KNOWN_BY[name]}", token)
    if status == 404:
        return Line(name=name, found=f"what answers at {url} isn't {name}", todo=f"Mend SSAK3_{name.upper()}_URL.")
    if status == 401 and token:
        return Line(name=name, found=f"{url} takes another token", todo="Give every process the same SSAK3_API_TOKEN.")
    return Line(name=name, found=f"ready at {url}")


def _provider(settings: Settings, running: Sequence[str]) -> Line:
    if not running and not settings.has_sandbox_address:
        return Line(name="provider", found=f"{settings.provider}; asked when a process runs")
    base = settings.toss_api_base if settings.has_sandbox_address else f"{running[0]}/sandbox/toss"
    status, body = ask(f"{base.rstrip('/')}/v1/payments/orders/ssak3-doctor")
    todo = "Payments are put off until it is back; customers are called back then. In the demo: set it to normal."
    if status in (0, 502):
        return Line(name="provider", found=f"{settings.provider} doesn't answer", todo=todo)
    if settings.has_sandbox_address and b'"code"' not in body:
        return Line(
            name="provider", found=f"what answers at {base} isn't {settings.provider}", todo="Mend SSAK3_TOSS_API_BASE."
        )
    if b'"code"' not in body and running:  # not the demo: the sandbox isn't shown, but its breaker is
        _, metrics = ask(f"{running[0]}/metrics")
        if b'ssak3_breaker_state{breaker="provider",state="open"} 1.0' in metrics:
            return Line(name="provider", found=f"the breaker to {settings.provider} is open", todo=todo)
    return Line(name="provider", found=f"{settings.provider} can be reached")


def ask(url: str, token: str = "") -> tuple[int, bytes]:
    """Status and body; status 0 when nobody answers in time. Never by a proxy: they are ours, or near."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"} if token else {})
        with opener.open(request, timeout=PATIENCE_SECONDS) as answer:
            return int(answer.status), bytes(answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()
    except (OSError, ValueError):
        return 0, b""
