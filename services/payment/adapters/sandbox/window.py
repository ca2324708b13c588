"""The pay window: our own small page that plays the provider's, and the way back to the shop."""

import re
from dataclasses import dataclass
from html import escape
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from aiohttp import web

from services.payment.adapters.sandbox.errors import TossError
from services.payment.adapters.sandbox.teller import order
from services.payment.adapters.sandbox.till import Till

_NOT_IN_A_URL = re.compile(r"[\x00-\x20\x7f\\]")
_LONGEST_NAME = 100
_LONGEST_AMOUNT = 12

_STYLE = """
*{box-sizing:border-box}body{margin:0;min-height:100vh;display:grid;place-items:center;background:#eef1f4;color:#1c232b;
font:16px/1.5 "Noto Sans KR","Apple SD Gothic Neo",sans-serif}
main{width:min(92vw,360px);background:#fff;border-radius:20px;padding:28px 24px;box-shadow:0 8px 30px #1c232b1f}
small{color:#5b6773}h1{font-size:17px;margin:18px 0 2px;font-weight:500;overflow-wrap:anywhere}
strong{display:block;font-size:28px;margin-bottom:22px}
button{display:block;width:100%;padding:14px;margin-top:10px;border:0;border-radius:12px;font:inherit;cursor:pointer}
button[value=approve]{background:#2b6be4;color:#fff;font-weight:700}button[value=decline]{background:#eef1f4}
button[value=close]{background:none;color:#5b6773}button:focus-visible{outline:3px solid #1c232b}
"""


class BadWindow(Exception):
    """The page was opened with something missing or wrong; the message is for the person."""


@dataclass(frozen=True, kw_only=True)
class _Asked:
    order_id: str
    amount_krw: int
    order_name: str
    success_url: str
    fail_url: str


def window_routes(till: Till, return_base: str) -> list[web.RouteDef]:
    """`GET /window` shows the page, its form comes back to the same address."""

    async def show(request: web.Request) -> web.Response:
        try:
            asked = _asked(request, return_base)
        except BadWindow as error:
            return _page(f"<h1>{escape(str(error))}</h1>", return_base, status=400)
        return _page(_form(asked), return_base)

    async def choose(request: web.Request) -> web.Response:
        try:
            asked = _asked(request, return_base)
        except BadWindow as error:
            return _page(f"<h1>{escape(str(error))}</h1>", return_base, status=400)
        action = (await request.post()).get("action")
        return web.Response(status=303, headers={"Location": await _way_back(till, asked, str(action))})

    return [web.get("/window", show), web.post("/window", choose)]


async def _way_back(till: Till, asked: _Asked, action: str) -> str:
    if action == "decline":
        return _failed(asked, "REJECT_CARD_COMPANY", TossError("REJECT_CARD_COMPANY").message)
    if action != "approve":
        return _failed(asked, "PAY_PROCESS_CANCELED", "결제를 그만두었어요.")
    status, answer = await till.act("", lambda: till.teller.open(asked.order_id, asked.order_name, asked.amount_krw))
    if status != 200:
        return _failed(asked, answer["code"], answer["message"])
    back = {"paymentKey": answer["paymentKey"], "orderId": asked.order_id, "amount": str(asked.amount_krw)}
    return _with_query(asked.success_url, {"paymentType": "NORMAL", **back})


def _failed(asked: _Asked, code: str, message: str) -> str:
    return _with_query(asked.fail_url, {"code": code, "message": message, "orderId": asked.order_id})


def _asked(request: web.Request, return_base: str) -> _Asked:
    query = request.query
    amount, order_name = query.get("amount", ""), query.get("orderName", "")
    readable = amount.isdecimal() and len(amount) <= _LONGEST_AMOUNT
    try:
        order_id, amount_krw = order({"orderId": query.get("orderId"), "amount": int(amount) if readable else None})
    except TossError:
        raise BadWindow("주문을 찾을 수 없어요. 대화로 돌아가서 다시 결제해 주세요.") from None
    if not 1 <= len(order_name) <= _LONGEST_NAME:
        raise BadWindow("주문 이름이 없어요. 대화로 돌아가서 다시 결제해 주세요.")
    success_url, fail_url = query.get("successUrl", ""), query.get("failUrl", "")
    if not (_leads_home(success_url, return_base) and _leads_home(fail_url, return_base)):
        raise BadWindow("돌아갈 주소가 이곳의 것이 아니라서 열 수 없어요.")
    return _Asked(
        order_id=order_id, amount_krw=amount_krw, order_name=order_name, success_url=success_url, fail_url=fail_url
    )


def _leads_home(url: str, return_base: str) -> bool:
    """Whether the address is the shop's own; anything that browsers and urlsplit may read differently is not."""
    if _NOT_IN_A_URL.search(url):
        return False
    try:
        return _origin(url) == _origin(return_base)
    except ValueError:
        return False


def _origin(url: str) -> tuple[str, str, int]:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        raise ValueError("not a plain web address")
    return parts.scheme, parts.hostname, parts.port or {"http": 80, "https": 443}[parts.scheme]


def _with_query(url: str, more: dict[str, str]) -> str:
    parts = urlsplit(url)
    query = parse_qsl(parts.query, keep_blank_values=True)
    return urlunsplit(parts._replace(query=urlencode([*query, *more.items()])))


def _form(asked: _Asked) -> str:
    return (
        f"<h1>{escape(asked.order_name)}</h1><strong>{asked.amount_krw:,}원</strong>"
        '<form method="post">'
        '<button name="action" value="approve">결제하기</button>'
        '<button name="action" value="decline">카드 거절</button>'
        '<button name="action" value="close">닫기</button></form>'
    )


def _page(content: str, return_base: str, *, status: int = 200) -> web.Response:
    home = urlsplit(return_base)
    body = (
        '<!doctype html><html lang="ko"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>연습 결제창</title><style>{_STYLE}</style>"
        f"<main><small>연습 결제창 · 실제로 돈이 나가지 않아요</small>{content}</main></html>"
    )
    policy = (
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'; "
        f"form-action 'self' {home.scheme}://{home.netloc}"
    )
    headers = {"Content-Security-Policy": policy, "Referrer-Policy": "no-referrer", "Cache-Control": "no-store"}
    return web.Response(text=body, content_type="text/html", charset="utf-8", status=status, headers=headers)
