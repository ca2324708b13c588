"""A payment provider to practise with: Toss's wire format, a lasting ledger, and ways to fail on demand."""

from services.payment.adapters.sandbox.app import SANDBOX_SECRET_KEY, RunningSandbox, create_app, start
from services.payment.adapters.sandbox.books import DECLINED_TEST_CARD, TEST_CARD
from services.payment.adapters.sandbox.ledger import Ledger, LedgerDamaged, LedgerInUse
from services.payment.adapters.sandbox.till import Mode

__all__ = [
    "DECLINED_TEST_CARD",
    "SANDBOX_SECRET_KEY",
    "TEST_CARD",
    "Ledger",
    "LedgerDamaged",
    "LedgerInUse",
    "Mode",
    "RunningSandbox",
    "create_app",
    "start",
]
