"""Incidents, and the messages that go with every change of one: written in the same commit, or not at all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from pods.incidents import CARD, ENTRY, Incident, NoteKind, card_key, new_notes
from pods.messages import Message, card
from pods.store.commit import Commit
from pods.store.records import Also, Records
from pods.store.told import is_person

#: What the card itself says when it is posted needs no entry in its thread.
_ON_CARD: Final = frozenset({NoteKind.OPENED})


class IncidentRecords(Records[Incident]):
    """Whoever changes an incident, its card is brought up to date and its history told in the card's thread."""

    def change(
        self,
        record_id: str,
        decide: Callable[[Incident | None], Incident | None],
        now: datetime,
        also: Also[Incident] | None = None,
    ) -> Incident | None:
        seen: list[Incident | None] = []

        def noting(before: Incident | None) -> Incident | None:
            seen[:] = [before]
            return decide(before)

        def told(commit: Commit, after: Incident) -> None:
            _tell(commit, seen[0], after)
            if also is not None:
                also(commit, after)

        return super().change(record_id, noting, now, told)


def _tell(commit: Commit, before: Incident | None, after: Incident) -> None:
    """The card of every place, and an entry in its thread for every new note."""
    for place in after.channels:
        commit.tell(_card(after, place, commit.now))
        for number, note in new_notes(before, after):
            if note.kind not in _ON_CARD:
                commit.tell(_entry(after, place, number, commit.now))


def _card(incident: Incident, place: str, now: datetime) -> Message:
    return card(CARD, incident.id, user=_reader(incident, place), channel=_channel(place), now=now)


def _entry(incident: Incident, place: str, number: int, now: datetime) -> Message:
    return card(
        ENTRY,
        incident.id,
        user=_reader(incident, place),
        channel=_channel(place),
        now=now,
        part=str(number),
        under=card_key(incident.id, place),
    )


def _reader(incident: Incident, place: str) -> str:
    return place if is_person(place) else incident.fallback


def _channel(place: str) -> str:
    return "" if is_person(place) else place
