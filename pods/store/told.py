"""Writing a message with the change it tells of, to every place it is told in."""

from __future__ import annotations

from collections.abc import Iterable

from pods.messages import Content, Message, MessageKind, Target, card
from pods.store.commit import Commit


def is_person(place: str) -> bool:
    """A place is a channel's id or a person's."""
    return place.startswith(("U", "W"))


def tell_card(commit: Commit, name: str, subject: str, places: Iterable[str], fallback: str, *, part: str = "") -> None:
    """A card in each place; a place that is a person is told directly."""
    for place in places:
        person = is_person(place)
        commit.tell(
            card(
                name,
                subject,
                user=place if person else fallback,
                channel="" if person else place,
                now=commit.now,
                part=part,
            )
        )


def tell_words(commit: Commit, key: str, content: Content, places: Iterable[str], fallback: str) -> None:
    """The same words in each place, once per key, never edited."""
    for place in places:
        person = is_person(place)
        commit.tell(
            Message(
                key=f"{key}.{place}",
                kind=MessageKind.SHARED,
                user=place if person else fallback,
                direct=person,
                target=Target(channel="" if person else place),
                created_at=commit.now,
                content=content,
            )
        )
