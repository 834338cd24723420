"""By which road a message reaches its reader."""

from __future__ import annotations

import pytest

from pods.messages import Message, MessageKind, Road, Target
from tests.unit.pods.builders import NOON, at

K, R = MessageKind, Road
URL = "https://hooks.example/response"


def message(kind: MessageKind, **changes: object) -> Message:
    usual = Message(key="rq1", kind=kind, user="U1", target=Target(channel="C1"), created_at=NOON)
    return usual.model_copy(update=changes)


STANDS = Target(channel="C1", ts="1.2")


@pytest.mark.parametrize(
    ("kind", "changes", "seconds", "road"),
    [
        # Public: posted, then edited for ever.
        (K.REQUEST, {}, 0, R.POST),
        (K.REQUEST, {"response_url": URL}, 0, R.POST),
        (K.REQUEST, {"target": STANDS}, 0, R.UPDATE),
        (K.REQUEST, {"target": STANDS, "not_in_channel": True, "response_url": URL}, 99_999, R.UPDATE),
        (K.HOME, {}, 0, R.PUBLISH),
        (K.HOME, {"target": STANDS, "response_url": URL}, 0, R.PUBLISH),
        (K.SHARED, {}, 0, R.POST),
        (K.SHARED, {"target": STANDS}, 0, R.UPDATE),
        # Where the bot is not: by response_url while it is good, else to the person.
        (K.REQUEST, {"not_in_channel": True}, 0, R.DM),
        (K.REQUEST, {"not_in_channel": True, "response_url": URL}, 0, R.RESPOND),
        (K.REQUEST, {"not_in_channel": True, "response_url": URL}, 1_499, R.RESPOND),
        (K.REQUEST, {"not_in_channel": True, "response_url": URL}, 1_500, R.DM),
        (K.REQUEST, {"not_in_channel": True, "response_url": URL, "response_uses": 3}, 0, R.RESPOND),
        (K.REQUEST, {"not_in_channel": True, "response_url": URL, "response_uses": 4}, 0, R.DM),
        # Private: never where others read it.
        (K.CONFIRM, {"response_url": URL}, 0, R.RESPOND),
        (K.CONFIRM, {"response_url": URL}, 1_500, R.EPHEMERAL),
        (K.CONFIRM, {"response_url": URL, "response_uses": 4}, 0, R.EPHEMERAL),
        (K.CONFIRM, {}, 0, R.EPHEMERAL),
        (K.CONFIRM, {"target": STANDS}, 0, R.EPHEMERAL),
        (K.REPLY, {"response_url": URL}, 0, R.RESPOND),
        (K.REPLY, {}, 0, R.EPHEMERAL),
        (K.REPLY, {"target": STANDS}, 0, R.EPHEMERAL),
    ],
)
def test_the_road_of_a_message(kind: MessageKind, changes: dict[str, object], seconds: float, road: Road) -> None:
    assert message(kind, **changes).road(at(seconds)) is road


@pytest.mark.parametrize(
    ("kind", "public"), [(K.REQUEST, True), (K.SHARED, True), (K.HOME, False), (K.CONFIRM, False), (K.REPLY, False)]
)
def test_which_messages_everybody_reads(kind: MessageKind, public: bool) -> None:
    assert message(kind).public is public
