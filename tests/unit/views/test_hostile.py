"""Whatever a pod is called, or an error says, the message around it stays the same and nobody is pinged."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.views import acks, answers, gates
from bot.views import pods as pod_views
from bot.views.text import NAME_MAX, code, escape, label, prose, wired
from pods.gates import GateKind
from pods.messages import Content
from pods.model import POD_VERBS, Gpu, Pod, Verb
from pods.operations import Code
from sim.slack.blocks import message_characters, validate_message, validate_options
from tests.unit.views.reading import TOKEN, shown
from tests.unit.views.samples import ASKER, NOW, TZ, ended, fleet, gate, operation, pod, stopped, told, waiting

HOSTILE = (
    "<!channel>",
    "`x` *y* :tada:",
    "<@U0ADMIN>",
    "<https://evil.example|nlp-train>",
    "&lt;!here&gt;",
    "a\nb\r\n> c\u2028d",
    "\u202egpj.exe\u2066",
    "\u200b\ufeff",
    "",
    "```",
    "x" * 400,
    "&" * 191,
    "🔥" * 80,
    "{time}|^!date",
)
hostile = pytest.mark.parametrize("name", HOSTILE)
NAMES = st.text(max_size=200) | st.sampled_from(HOSTILE)
PLAIN = "plain-name"


def _messages(name: str) -> list[Content]:
    """One of each kind that shows a pod's name."""
    one, rest = pod(name=name), stopped(name=name)
    done = ended(Verb.STOP, Code.DONE, before=one, seen=rest, calls=1)
    other = done.model_copy(update={"id": "op00000002", "pod_id": "xyz789"})
    asked = gate(GateKind.CONFIRM, one)
    made, held = waiting(Verb.TERMINATE, one, gates=(asked,))
    all_of_them = fleet(one, rest.model_copy(update={"id": "old888"}))
    return [
        told(done),
        told(done, other),
        told(operation(before=one, seen=one)),
        gates.confirm(made, held, [one], asked, facts={}, now=NOW, tz=TZ),
        pod_views.listing(all_of_them.entries, facts={}, fleet=all_of_them, filters=[], viewer=ASKER, now=NOW, tz=TZ),
        pod_views.card(one, facts=None, holder=None, fleet=all_of_them, may=frozenset(POD_VERBS), now=NOW, tz=TZ),
        acks.on_it(Verb.STOP, [(name, "abc123")]),
        acks.busy(Verb.STOP, [operation(before=one)], NOW),
        answers.which_one("train", [one, rest], Verb.STOP, 7),
        answers.no_such_pod("nlp", [one], NOW, NOW),
        answers.claimed([one]),
    ]


@given(NAMES)
def test_a_name_changes_nothing_but_itself(name: str) -> None:
    for hostile_one, plain_one in zip(_messages(name), _messages(PLAIN), strict=True):
        assert hostile_one.text == plain_one.text.replace(code(PLAIN), code(name))
        assert shown(hostile_one) == shown(plain_one).replace(code(PLAIN), code(name))


@hostile
def test_slack_takes_messages_with_any_name(name: str) -> None:
    for content in _messages(name):
        assert validate_message(list(content.blocks)) == []
        assert not re.search(r"[<>]", TOKEN.sub("", content.text))
    assert validate_options({"options": [answers.option(pod(name=name))]}) == []


@given(NAMES)
def test_code_spans_hold_one_visible_line(name: str) -> None:
    span = code(name)
    assert re.fullmatch(r"`[^`<>\n\r]+`", span)
    assert not any(unicodedata.category(each) in {"Cc", "Cf", "Zl", "Zp"} for each in span)
    assert not re.search(r"&(?!amp;|lt;|gt;)", span)
    assert len(re.sub(r"&(?:amp|lt|gt);", "x", span)) <= NAME_MAX + 2


@given(NAMES)
def test_labels_fit_a_menu_and_show_no_emoji(name: str) -> None:
    shown_name = label(name, 40)
    assert 0 < len(shown_name) <= 40
    assert not re.search(r":[a-z_]+:", shown_name)
    assert not re.search(r"[<>]", shown_name)


@given(NAMES)
def test_prose_neither_pings_nor_shouts(sentence: str) -> None:
    said = prose(sentence)
    assert not re.search(r"[<>*`~\n]", said)
    assert not re.search(r":[a-z]+:", said)


def test_prose_keeps_what_a_person_must_act_on() -> None:
    sentence = "An admin must set a valid RUNPOD_API_KEY at 12:30:15."
    assert prose(sentence) == sentence


def test_wired_keeps_people_and_code_and_nothing_else() -> None:
    said = "I read `<!channel>` and <@U0ADMIN>, <!here> & <https://evil.example|x>."
    assert wired(said) == ("I read `&lt;!channel&gt;` and <@U0ADMIN>, &lt;!here&gt; & &lt;https://evil.example|x&gt;.")


def test_ampersands_are_escaped_once() -> None:
    assert escape("&lt;") == "&amp;lt;"


@hostile
def test_errors_images_and_gpus_are_inert_too(name: str) -> None:
    odd = pod(image=name or "x", gpu=Gpu(id=name, count=1), last_status_change=name, data_center=name)
    card = pod_views.card(odd, facts=None, holder=None, fleet=fleet(odd), may=frozenset(), now=NOW, tz=TZ)
    refused = told(ended(Verb.STOP, Code.REFUSED, sentence=name, before=odd, seen=odd))
    for content in (card, refused):
        assert validate_message(list(content.blocks)) == []
        assert not re.search(r"[<>]", TOKEN.sub("", content.text))


@pytest.mark.parametrize("count", [41, 200])
def test_large_fleets_with_the_worst_names_still_fit(count: int) -> None:
    pods: list[Pod] = [pod(id=f"pod{n:03}", name="&" * 191) for n in range(count)]
    whole = fleet(*pods)
    many = [operation(id=f"op{n:08}", pod_id=each.id, before=each) for n, each in enumerate(pods)]
    made, held = waiting(Verb.TERMINATE, *pods, gates=(gate(GateKind.CONFIRM, *pods),))
    for content in (
        pod_views.listing(whole.entries, facts={}, fleet=whole, filters=[], viewer=ASKER, now=NOW, tz=TZ),
        told(*many),
        gates.confirm(made, held, pods, made.gates[0], facts={}, now=NOW, tz=TZ),
        acks.on_it(Verb.STOP, [(each.name, each.id) for each in pods]),
        answers.claimed(pods),
    ):
        assert validate_message(list(content.blocks)) == []
        assert len(content.text) < 4_000
        assert message_characters(list(content.blocks)) < 10_000
