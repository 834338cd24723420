"""Which channels hear of what."""

from __future__ import annotations

import pytest

from pods.policy import Kind, parse
from pods.routing import targets

POLICY = parse("""
[[route]]
channel = "C0ALL"
kinds = ["losses", "idle"]

[[route]]
channel = "C0NLP"
kinds = ["idle", "cost"]
filter = ["nlp-*", "*-bert"]

[[route]]
channel = "C0ALL"
kinds = ["idle"]
""")


@pytest.mark.parametrize(
    ("kind", "pod", "channels"),
    [
        (Kind.LOSSES, "nlp-train", ("C0ALL",)),
        (Kind.IDLE, "nlp-train", ("C0ALL", "C0NLP")),
        (Kind.IDLE, "NLP-train", ("C0ALL", "C0NLP")),
        (Kind.IDLE, "tiny-bert", ("C0ALL", "C0NLP")),
        (Kind.IDLE, "vision", ("C0ALL",)),
        (Kind.COST, "vision", ()),
        (Kind.NOTICES, "nlp-train", ()),
    ],
)
def test_a_kind_goes_where_a_route_names_it_and_the_pod(kind: Kind, pod: str, channels: tuple[str, ...]) -> None:
    assert targets(kind, pod, POLICY) == channels


def test_overrides_go_instead_of_the_routes() -> None:
    assert targets(Kind.IDLE, "nlp-train", POLICY, overrides=("C0OWN", "C0OWN")) == ("C0OWN",)
