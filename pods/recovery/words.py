"""What people say to a plan by its buttons. Pure; a word that changes nothing gives back the record itself."""

from __future__ import annotations

from datetime import datetime

from pods.recovery.chain import Chain
from pods.recovery.record import Recovery, State, changed


def hurried(recovery: Recovery, by: str, now: datetime) -> Recovery:
    """Resume now: the next round begins at once, with the pod itself; an ended plan goes on."""
    return _anew(recovery, by, now, skip_resume=False)


def moving(recovery: Recovery, by: str, now: datetime) -> Recovery:
    """Move: the pod itself is no longer waited for."""
    return _anew(recovery, by, now, skip_resume=True)


def stopping(recovery: Recovery, by: str, now: datetime) -> Recovery:
    """Stop trying: nothing new is begun, and what is under way is taken back."""
    if recovery.state is not State.TRYING or recovery.stop_by is not None:
        return recovery
    return changed(recovery, stop_by=by, next_at=now)


def _anew(recovery: Recovery, by: str, now: datetime, *, skip_resume: bool) -> Recovery:
    if recovery.state is State.BACK or recovery.current is not None:
        return recovery
    sooner = changed(recovery, round=recovery.round + 1, next_at=now, skip_resume=skip_resume, stop_by=None)
    if recovery.state is State.TRYING:
        return sooner
    # A person has looked at why it ended, and decides anew: for the runs that brought nothing too.
    chain = Chain(spent=recovery.chain.spent, tried_at=recovery.chain.tried_at)
    again = {"state": State.TRYING, "why": None, "ended_at": None, "taken_over": None, "chain": chain, "by": by}
    return changed(sooner, again_at=now, **again)
