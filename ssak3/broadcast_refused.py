"""What `ssak3 broadcast` says when it is refused."""

from services.notification.broadcasts import refusals
from services.notification.broadcasts.wording import ACTIONS, LONGEST
from services.notification.template_check import LABEL_LONGEST
from services.shared_kernel.refusal import NotFound, Refusal


def reason_of(refusal: Refusal) -> str:
    """And what would do instead."""
    match refusal:
        case refusals.NotAllowedNow():
            see = f"ssak3 broadcast show {refusal.broadcast_id}"
            return f"It is {refusal.status}: no {refusal.action} from there. See: {see}"
        case refusals.ApprovalOutdated():
            return "Audience, words or day have changed since: look with ssak3 broadcast preview, and approve that."
        case refusals.LooksLikeAdvertising():
            return f"Only advertising may say {', '.join(refusal.words)}: write it otherwise, or use --kind AD."
        case refusals.WrongWording():
            return f"It can't be sent as it is: {_what_is_wrong(refusal)}"
        case refusals.NobodyLeft():
            return "Nobody would get it: choose others."
        case refusals.NoSender():
            return "Advertising needs a name and a contact in [agency] of the catalogue (SSAK3_CATALOG)."
        case NotFound():
            return f"There is no broadcast {refusal}. There are: ssak3 broadcast list"
        case _:
            return f"{refusal.name}: {refusal}"


def _what_is_wrong(refusal: refusals.WrongWording) -> str:
    match refusal.problem:
        case "empty":
            return "the text is empty."
        case "too_long":
            return f"the text has {refusal.detail} characters; {LONGEST:,} at most."
        case "unknown_variable":
            return f"there is no variable {refusal.detail}."
        case "variable_not_here":
            return f"{refusal.detail} is known with --visit-on DAY only."
        case _:
            actions = " ".join(sorted(ACTIONS))
            return (
                f"{refusal.detail}: a button has a label of up to {LABEL_LONGEST} characters, and LABEL=https://… or "
                f"LABEL= one of {actions}."
            )
