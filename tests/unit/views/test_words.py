"""Times, spans, money and room."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from slackblocks import Button

from bot.views import repeated
from bot.views.figures import at, per_hour, per_month, span
from bot.views.layout import Said, cut, fitting, page
from bot.views.text import asked_by, counted, listed, people, person, pod_ref
from pods.messages import Content
from tests.unit.views.reading import shown
from tests.unit.views.samples import NOW, TZ


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (-5, "0 s"),
        (11.9, "11 s"),
        (59, "59 s"),
        (60, "1 min"),
        (241, "4 min"),
        (3600, "1 h"),
        (9900, "2 h 45 min"),
        (47 * 3600, "47 h"),
        (48 * 3600, "2 d"),
        (76 * 3600, "3 d 4 h"),
    ],
)
def test_spans_read_as_people_say_them(seconds: float, words: str) -> None:
    assert span(timedelta(seconds=seconds)) == words


def test_todays_time_is_a_clock_time_with_the_given_zone_as_fallback() -> None:
    assert at(NOW, NOW, TZ) == f"<!date^{int(NOW.timestamp())}^{{time}}|03:04>"


def test_another_day_is_named() -> None:
    moment = NOW - timedelta(days=2)
    assert at(moment, NOW, TZ) == f"<!date^{int(moment.timestamp())}^{{date_short_pretty}} {{time}}|22 Nov 03:04>"


def test_what_is_today_depends_on_the_readers_zone() -> None:
    evening = datetime.fromisoformat("2026-11-23T20:00:00+00:00")
    assert "date_short_pretty" in at(evening, NOW, TZ)
    assert "date_short_pretty" not in at(evening, NOW, ZoneInfo("America/Los_Angeles"))


def test_money_has_its_unit_and_cents() -> None:
    assert per_hour(Decimal("2.685")) == "$2.69/h"
    assert per_month(Decimal(1234)) == "$1,234.00 a month"


def test_a_pod_that_has_only_an_id_is_named_once() -> None:
    assert pod_ref("abc123", "abc123") == "`abc123`"
    assert pod_ref("", "abc123") == "`(blank)` (`abc123`)"


def test_rules_are_named_and_people_mentioned() -> None:
    assert asked_by("U0ASKER") == "Asked by <@U0ASKER>"
    assert asked_by("rule:night-stop") == "Decided by rule `night-stop`"
    assert person("U0> <!channel") == "`U0&gt; &lt;!channel`"


def test_many_people_are_counted() -> None:
    assert people(["U1", "U2", "U3", "U4", "U5"], joint="or") == "<@U1>, <@U2>, <@U3> or 2 more"


def test_lists_and_counts_read_aloud() -> None:
    assert [listed([]), listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"])] == [
        "",
        "a",
        "a and b",
        "a, b and c",
    ]
    assert [counted(1, "pod"), counted(0, "pod"), counted(1200, "pod")] == ["1 pod", "0 pods", "1,200 pods"]


def test_what_does_not_fit_is_counted() -> None:
    assert fitting(["x" * 10] * 5, 200) == ["x" * 10] * 5
    assert fitting(["x" * 10] * 20, 100)[-1] == "and 15 more"
    assert fitting(["a", "b", "c"], 900, most=2) == ["a", "b", "and 1 more"]
    assert sum(len(line) + 1 for line in fitting(["x" * 10] * 99, 100)) <= 100


def test_long_paragraphs_are_divided_at_line_ends() -> None:
    pieces = cut([Said("\n".join(f"line {n} " + "x" * 300 for n in range(20)))])
    assert len(pieces) > 1
    assert all(len(piece.words) <= 3_000 for piece in pieces)
    assert [line for piece in pieces for line in piece.words.split("\n")][-1].startswith("line 19")


@pytest.mark.parametrize("tail", ["<!date^1^{date_short_pretty} {time}|22 Nov 03:04>", "`a code span` (`abc123`)"])
def test_cutting_never_opens_what_it_does_not_close(tail: str) -> None:
    for filler in range(3_850, 3_900):
        text = page(["word " * (filler // 5) + "y" * (filler % 5) + tail + " end" * 20], key="k").text
        assert len(text) <= 3_900
        assert text.count("<") == text.count(">")
        assert text.count("`") % 2 == 0


def test_text_is_made_of_the_same_paragraphs_as_the_blocks() -> None:
    content = page(
        ["first", "", Said("second", small=True)], key="k", buttons=[Button("Go", action_id="go", value="1")]
    )
    assert content.text == "first\nsecond"
    assert shown(content) == "first\nsecond"
    assert [block["type"] for block in content.blocks] == ["section", "context", "actions"]


def test_a_message_that_may_stand_twice_says_so() -> None:
    once = page(["`a` is stopped."], key="k")
    assert repeated(once).text == "(repeated) `a` is stopped."
    assert "(repeated)" in shown(repeated(once))
    assert repeated(Content(text="bare")).blocks == ()
