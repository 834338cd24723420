"""Renamed, locked, unlocked: what of a pod changed without its container noticing."""

from __future__ import annotations

from typing import Final

from bot.views.cases import Case, Told
from bot.views.figures import per_hour
from bot.views.text import code, pod_ref
from pods.model import Pod, Verb

CHANGES: Final = frozenset({Verb.RENAME, Verb.LOCK, Verb.UNLOCK})
_MEANS: Final = {
    Verb.RENAME: "What runs in it goes on untouched.",
    Verb.LOCK: "RunPod lets nobody stop or reset it, and I do not terminate it either, until somebody unlocks it.",
    Verb.UNLOCK: "People and rules can stop, restart and terminate it again.",
}
#: Before it is done: what it would mean.
TAKES: Final = {
    Verb.RENAME: "Nothing in it is touched.",
    Verb.LOCK: "It cannot be stopped, restarted or terminated until somebody unlocks it.",
    Verb.UNLOCK: "It can be stopped, restarted and terminated again.",
}


def done(case: Case) -> Told:
    headline = _renamed(case) if case.verb is Verb.RENAME else f"{case.ref} is {case.forms.past}. {_means(case)}"
    more = (_MEANS[case.verb], _bills_on(case)) if case.verb is Verb.RENAME else (_bills_on(case),)
    return Told(word=case.forms.past, headline=headline, more=more, short=_short(case))


def already(case: Case) -> Told:
    so = "was already called that" if case.verb is Verb.RENAME else f"was already {case.forms.past}"
    return Told(
        word=case.forms.past,
        headline=f"{case.ref} {so}. Nothing was done.",
        more=("" if case.verb is Verb.RENAME else _means(case),),
        short="was so already",
    )


def _means(case: Case) -> str:
    return _MEANS[case.verb]


def _renamed(case: Case) -> str:
    before = case.operation.before
    old = pod_ref(before.name if before is not None else case.operation.pod_name, case.operation.pod_id)
    return f"{old} is now called {code(case.operation.name)}."


def _short(case: Case) -> str:
    before: Pod | None = case.operation.before
    if case.verb is Verb.RENAME:
        return f"was called {code(before.name)}" if before is not None else "has its new name"
    return "until somebody unlocks it" if case.verb is Verb.LOCK else "can be stopped again"


def _bills_on(case: Case) -> str:
    """A lock keeps a pod from being stopped, so what it costs is part of what it means."""
    if case.verb is not Verb.LOCK or case.rate is None or not case.rate:
        return ""
    return f"It costs {per_hour(case.rate)} as before."
