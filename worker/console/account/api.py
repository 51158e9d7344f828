"""``/api/v1/account``: as whom a program calls, and its account's tokens."""

from fastapi import APIRouter

from worker.console.account.shown import AccountTold, TokenTold, account, tokens_of
from worker.console.asking import Joint, Viewer
from worker.console.calls import FAULTS, Listing
from worker.errors import AccessError
from worker.journey.accounts import revoke_token

router = APIRouter(prefix="/api/v1/account", tags=["account"], responses={**FAULTS})


@router.get("")
def get_account(who: Viewer) -> AccountTold:
    """Who calls, what they may, and the codes of the units they see (null: all)."""
    return account(who)


@router.get("/tokens")
def list_tokens(who: Viewer, services: Joint) -> Listing[TokenTold]:
    """The account's tokens, the newest first; what lets a program in is never told again."""
    found = tokens_of(services, who.name)
    return Listing[TokenTold](total=len(found), items=found)


@router.delete("/tokens/{number}", status_code=204)
def revoke_account_token(who: Viewer, services: Joint, number: int) -> None:
    """Let a program in no more."""
    if number not in {each.id for each in tokens_of(services, who.name)}:
        raise AccessError("token_not_found", token=number)
    revoke_token(services, who, number)
