from __future__ import annotations

import pytest

from bot import suggest
from bot.commands.catalog import REGISTRY
from pods.model import Pod, PodStatus


@pytest.mark.parametrize(
    ("typed", "verb"),
    [
        ("stpo", "stop"),
        ("sotp", "stop"),
        ("STPO", "stop"),
        ("lst", "list"),
        ("termnate", "terminate"),
        ("term", "terminate"),
        ("delte", "terminate"),
        ("rebot", "restart"),
        ("hlep", "help"),
        ("who", "whoami"),
    ],
)
def test_the_nearest_verb_comes_first(typed: str, verb: str) -> None:
    assert suggest.verbs(typed, REGISTRY)[0] == verb


@pytest.mark.parametrize(
    "typed", ["", "s", "sp", "x", "rn", "rms", "foo", "xyzzy", "abc123", "🙂🙂🙂", "\ud800\ud800\ud800"]
)
def test_nonsense_suggests_nothing(typed: str) -> None:
    assert suggest.verbs(typed, REGISTRY) == ()


def test_a_verb_is_suggested_once_however_many_of_its_names_are_near() -> None:
    assert suggest.verbs("rest", REGISTRY).count("restart") == 1
    assert len(suggest.verbs("sta", REGISTRY, few=1)) == 1


def pod(pod_id: str, name: str) -> Pod:
    return Pod(id=pod_id, name=name, status=PodStatus.RUNNING)


NLP, LLAMA = pod("abc123def", "nlp-train"), pod("xyz789ghi", "Llama FT")
PODS = (NLP, LLAMA, pod("qqq111www", "demo"), pod("rrr222eee", "batch-4"))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("nlp-trian", NLP),
        ("NLP-TRAIM", NLP),
        ("train", NLP),
        ("trian", NLP),
        ("nlp", NLP),
        ("abc132def", NLP),
        ("ABC12", NLP),
        ("lama", LLAMA),
        ("llama-ft", LLAMA),
    ],
)
def test_pods_are_suggested_by_id_name_and_words_of_the_name(typed: str, meant: Pod) -> None:
    assert suggest.pods(typed, PODS) == (meant,)


@pytest.mark.parametrize("typed", ["", "a", "ab", "zzz", "production", "4"])
def test_no_pod_is_suggested_for_what_is_near_to_none(typed: str) -> None:
    assert suggest.pods(typed, PODS) == ()


def test_only_a_few_are_suggested_nearest_first() -> None:
    many = tuple(pod(f"id{number}zzzz", f"train-{number}") for number in range(9))
    assert len(suggest.pods("train", many)) == suggest.FEW
    assert suggest.pods("train-4x", many)[0].name == "train-4"


def test_words_are_suggested_from_any_list() -> None:
    assert suggest.words("runing", ["running", "stopped", "running"]) == ("running",)
