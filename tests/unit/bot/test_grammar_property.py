"""Any text gives a value, and what was understood is understood again."""

from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.commands.catalog import REGISTRY
from bot.grammar import Invocation
from bot.misread import LONGEST, Kind, Misunderstood
from bot.registry import Registry
from tests.unit.bot.every_kind import EVERY_KIND, read

REGISTRIES = (REGISTRY, EVERY_KIND)
VERBS = [word for registry in REGISTRIES for word in registry.words]
WORDS = [
    *("abc123", "nlp-train", "share", "please", "the", "pod", "pods", "mine", "small", "force", "running", "exited"),
    *("for", "until", "name", "max", "tag", "gpu", "by", "to", "owner", "reason", "text", "since", "topic", "size"),
    *("for=", "until=", "name=", "tag=", "reason=", "pod=", "--for", "-h100", "--nope", "a=b", "=", "-", "--"),
    *("4h", "2", "hours", "90", "18:00", "6", "pm", "tomorrow", "friday", "2026-12-24", "9999-12-31", "02:30", "at"),
    *("start", "start=", "days", "weekdays", "mon-thu", "sat+sun", "fri", "daily", "off", "noon", "7pm"),
    *("h100", "rtx", "4090", "pro", "ada", "l40s", "$2.50", "secure"),
    *("<@U1>", "<@W2|bob smith>", "<#C1|general>", "<!subteam^S1>", "<!channel>", "@bob", "&lt;@U1&gt;", "&amp;lt;"),
    *(
        "<http://abc|abc>",
        "<mailto:a@b|a@b>",
        "<http://a|<http://b|c>",
        "`",
        '"',
        "'",
        "\u201c",
        "\u2019",
        ",",
        ".",
        "?",
    ),
    *(
        "\N{EM DASH}for",
        "\N{EN DASH}",
        "\u200b",
        "\u00a0",
        "\ud800",
        "\N{GRINNING FACE}",
        "\u0130",
        "ß",
        "<",
        ">",
        "&",
        "|",
    ),
]
lines = st.builds(
    lambda verb, words, glue: glue.join([verb, *words]),
    st.sampled_from(VERBS),
    st.lists(st.sampled_from(WORDS) | st.text(max_size=4), max_size=8),
    st.sampled_from([" ", "", ", "]) | st.just(" "),
)


def again(text: str, registry: Registry) -> None:
    first = read(text, registry)
    if isinstance(first, Misunderstood):
        assert first.sentence
        assert "\n" not in first.sentence
        return
    second = read(first.canonical, registry)
    assert second == first
    assert isinstance(second, Invocation)
    assert second.canonical == first.canonical


@settings(max_examples=400, deadline=None, database=None)
@given(text=st.text(max_size=60), verb=st.sampled_from(["", *VERBS]), registry=st.sampled_from(REGISTRIES))
def test_any_text_gives_a_value_that_round_trips(text: str, verb: str, registry: Registry) -> None:
    again(f"{verb} {text}", registry)


@settings(max_examples=1200, deadline=None, database=None)
@given(text=lines, registry=st.sampled_from(REGISTRIES))
@example(text='keep "2" "hours"', registry=EVERY_KIND)
@example(text='plan "2" "hours" 4h', registry=EVERY_KIND)
@example(text='plan "4h" 4h', registry=EVERY_KIND)
@example(text='plan "fri" "mon-thu"', registry=EVERY_KIND)
@example(text="keep x until 9999-12-31 18:00", registry=EVERY_KIND)
@example(text="note &lt;@U1&gt;", registry=EVERY_KIND)
@example(text='note "<@U1>"', registry=EVERY_KIND)
@example(text="keep x no\"te=y reason='z", registry=EVERY_KIND)
def test_any_command_line_gives_a_value_that_round_trips(text: str, registry: Registry) -> None:
    again(text, registry)


def test_what_is_too_long_is_refused_whole() -> None:
    problem = read("stop " + "a" * LONGEST, REGISTRY)
    assert isinstance(problem, Misunderstood)
    assert problem.kind is Kind.TOO_MANY
    assert isinstance(read("stop " + "a" * (LONGEST - 5), REGISTRY), Invocation)
