from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.resolve import Ambiguous, NotFound, Resolved, Unlisted, resolve
from pods.fleet import Fleet, absorb
from pods.model import Api, Listing, Pod, PodStatus

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def pod(pod_id: str, name: str) -> Pod:
    return Pod(id=pod_id, name=name, status=PodStatus.RUNNING)


NLP = pod("abc123", "nlp-train")
EVAL = pod("abd456", "eval")
OTHER_EVAL = pod("xyz789", "Eval")
TWIN, OTHER_TWIN = pod("twin01", "twin"), pod("twin02", "twin")
SPACED = pod("sp4c3d", "my pod")
PODS = (NLP, EVAL, OTHER_EVAL, TWIN, OTHER_TWIN, SPACED)


@pytest.mark.parametrize(
    ("references", "found"),
    [
        (("abc123",), (NLP,)),
        (("ABC123",), (NLP,)),
        (("nlp-train",), (NLP,)),
        (("NLP-Train",), (NLP,)),
        (("abc",), (NLP,)),
        (("eval",), (EVAL,)),
        (("Eval",), (OTHER_EVAL,)),
        (("my pod",), (SPACED,)),
        (("twin01",), (TWIN,)),
        (("xyz789", "abc123"), (OTHER_EVAL, NLP)),
        (("abc123", "nlp-train", "abc"), (NLP,)),
        ((), ()),
    ],
)
def test_ids_names_and_unique_beginnings_find_their_pods(references: tuple[str, ...], found: tuple[Pod, ...]) -> None:
    assert resolve(references, iter(PODS)) == Resolved(pods=found)


@pytest.mark.parametrize(
    ("reference", "candidates"),
    [("twin", (TWIN, OTHER_TWIN)), ("EVAL", (EVAL, OTHER_EVAL)), ("twin0", (TWIN, OTHER_TWIN))],
)
def test_two_pods_of_one_name_are_asked_about(reference: str, candidates: tuple[Pod, ...]) -> None:
    assert resolve(("abc123", reference), PODS) == Ambiguous(reference=reference, candidates=candidates)


@pytest.mark.parametrize(
    ("reference", "suggestions"),
    [("nlp-trian", (NLP,)), ("train-", (NLP,)), ("ab", ()), ("no such pod", ()), ("NEVERSEEN1", ())],
)
def test_what_is_no_pod_comes_with_what_may_have_been_meant(reference: str, suggestions: tuple[Pod, ...]) -> None:
    assert resolve((reference,), PODS) == NotFound(reference=reference, suggestions=suggestions)


def test_what_looks_like_an_id_may_be_a_pod_made_since() -> None:
    assert resolve(("q1w2e3r4t5y6u7",), PODS) == Unlisted(reference="q1w2e3r4t5y6u7")
    assert resolve(("abc132",), PODS) == Unlisted(reference="abc132", suggestions=(NLP,))
    assert isinstance(resolve(("a1b2c",), PODS), NotFound)
    assert isinstance(resolve(("a" * 21,), PODS), NotFound)
    read_since = pod("q1w2e3r4t5y6u7", "new")
    assert resolve(("q1w2e3r4t5y6u7",), (*PODS, read_since)) == Resolved(pods=(read_since,))


def test_a_doubtful_reference_is_told_before_an_unlisted_one_is_read() -> None:
    assert isinstance(resolve(("q1w2e3r4", "twin"), PODS), Ambiguous)
    assert resolve(("q1w2e3r4", "z9y8x7w6", "abc123"), PODS) == Unlisted(reference="q1w2e3r4")


def test_a_pod_one_list_lacked_is_still_found() -> None:
    full = absorb(Fleet(), Listing(pods=(NLP, EVAL), at=NOW, api=Api.REST))
    lacking = absorb(full, Listing(pods=(EVAL,), at=NOW + timedelta(seconds=5), api=Api.REST))
    assert resolve(("nlp-train",), lacking.pods) == Resolved(pods=(NLP,))
