"""audit: who did what. Read from its newest end, a page at a time; what was not looked through is said."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from bot.face import Answer, Ask, Click, Face
from bot.grammar import Invocation
from bot.views import audit as views
from bot.views import reach
from pods import fleet
from pods.audit import AuditEntry
from pods.fleet import OwnerKind
from pods.policy import Role
from pods.times import from_ms, to_ms

#: As many as a message shows, and as many entries as are looked through for them at once.
SHOWN: Final = 30
LOOKED_THROUGH: Final = 4_000
_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    pod_id: str | None = None
    person: str | None = None
    since: datetime | None = None

    def written(self, before: str) -> str:
        """As an Older button carries it."""
        since = to_ms(self.since) if self.since else None
        return json.dumps([before, self.pod_id, self.person, since], separators=(",", ":"))


def audit(face: Face, ask: Ask, read: Invocation) -> Answer:
    if read.share:
        return Answer(content=reach.private("audit"))
    reference = next(iter(read.pods), None)
    since = read.one("since", timedelta)
    wanted = Wanted(
        pod_id=_pod_id(face, reference) if reference else None,
        person=read.one("person", str),
        since=face.clock.now() - since if since is not None else None,
    )
    return _page(face, ask, wanted, before=None)


def older(face: Face, click: Click) -> Answer:
    before, pod_id, person, since = _carried(click.value)
    wanted = Wanted(pod_id=pod_id, person=person, since=from_ms(since) if since is not None else None)
    return _page(face, click.ask, wanted, before=before)


def _carried(value: str) -> tuple[str, str | None, str | None, int | None]:
    parts: list[Any] = json.loads(value)
    return parts[0], parts[1], parts[2], parts[3]


def _pod_id(face: Face, reference: str) -> str:
    """The id meant; what is not listed may be a pod that is gone, whose id then stands for itself."""
    found = fleet.find(face.store.fleet.load().pods, reference)
    return found[0].id if len(found) == 1 else reference


def _page(face: Face, ask: Ask, wanted: Wanted, *, before: str | None) -> Answer:
    concerns = _concerning(face, ask)
    found: list[AuditEntry] = []
    looked, last, ended = 0, before, False
    while looked < LOOKED_THROUGH and len(found) < SHOWN and not ended:
        batch = face.store.audit.newest(_AT_ONCE, before=last)
        ended = len(batch) < _AT_ONCE
        for written in batch:
            entry = written.entry()
            if entry is not None and wanted.since is not None and entry.at < wanted.since:
                ended = True
                break
            looked, last = looked + 1, written.id
            if entry is not None and _fits(entry, wanted) and concerns(entry):
                found.append(entry)
                if len(found) == SHOWN:
                    break
    more = last if not ended or len(found) == SHOWN else None
    page = views.Page(
        entries=tuple(found),
        pod_id=wanted.pod_id,
        person=wanted.person,
        since=wanted.since,
        everything=_sees_all(face, ask),
        older=wanted.written(more) if more is not None else None,
        later=before is not None,
        looked=looked,
    )
    return Answer(content=views.audit(page, now=face.clock.now(), tz=face.zone(ask.user)))


def _fits(entry: AuditEntry, wanted: Wanted) -> bool:
    if wanted.pod_id is not None and wanted.pod_id != entry.pod_id and wanted.pod_id not in entry.command.split():
        return False
    return wanted.person is None or wanted.person == entry.by


def _sees_all(face: Face, ask: Ask) -> bool:
    return face.person(ask, face.clock.now()).role is Role.ADMIN


def _concerning(face: Face, ask: Ask) -> Callable[[AuditEntry], bool]:
    """Everything for an admin; for others what they did, and what was done to the pods that are theirs now."""
    if _sees_all(face, ask):
        return lambda _: True
    facts = face.store.fleet.facts().values()
    own = {
        each.pod_id
        for each in facts
        if each.owner is not None and each.owner.kind is OwnerKind.PERSON and each.owner.user == ask.user
    }
    return lambda entry: entry.by == ask.user or entry.pod_id in own


HANDLERS: Final[dict[str, Callable[[Face, Ask, Invocation], Answer]]] = {"audit": audit}
