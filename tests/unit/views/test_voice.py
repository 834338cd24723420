"""How the bot speaks, held for every message there is."""

from __future__ import annotations

import re

import pytest

from bot.views.buttons import NTH
from pods.model import POD_VERBS, Verb
from pods.operations import Code
from tests.unit.views.messages import MESSAGES
from tests.unit.views.reading import AMOUNT, CODE, TOKEN, buttons, first_line, shown
from tests.unit.views.told_requests import outcome

ALL = pytest.mark.parametrize("name", MESSAGES)
#: What handlers know.
ACTIONS = re.compile(
    r"hold\.(?:keep|snooze|lease|extend|release|skip|unschedule)|stray\.(?:mine|team|expected)|disk\.keep"
    r"|pod\.(?:start|stop|restart|terminate|lock|unlock|status)|gate\.(?:yes|no)|op\.look|link|csv\.get"
    r"|save\.(?:stop_idle|terminate_stopped|delete_volume|cheaper_gpu)|volume\.(?:yes|no|delete)|sweep\.keep"
    r"|free\.(?:keep|stop|options|take)|preset\.create|audit\.older|idle\.(?:stop|snooze|keep|busy|disown|why)"
    r"|inc\.(?:ack|mine)|recovery\.(?:resume|move|stop)|wait\.(?:begin|now|on|cancel)"
)
#: The lists say the same rows in fewer words where the text has no room for the whole.
SHORTENED = {"cost-many", "summary-large", "list-sixty", "selection-stop-sixty", "selection-terminate-sixty"}


@ALL
def test_nobody_is_shouted_at(name: str) -> None:
    assert "!" not in TOKEN.sub("", MESSAGES[name].text)
    assert "!" not in TOKEN.sub("", shown(MESSAGES[name]))


@ALL
def test_text_alone_tells_the_amounts_and_pods_that_the_blocks_tell(name: str) -> None:
    content = MESSAGES[name]
    if name not in SHORTENED:
        assert set(AMOUNT.findall(shown(content))) <= set(AMOUNT.findall(content.text))
        assert set(CODE.findall(shown(content))) <= set(CODE.findall(content.text))


@ALL
def test_sentences_are_whole(name: str) -> None:
    words = TOKEN.sub("X", shown(MESSAGES[name])) or MESSAGES[name].text
    for broken in ("None", "..", " ,", " .", "{", "}", "``", "? .", ":.", "  "):
        assert broken not in words.replace("\n        ", "\n").replace("...", "").replace("```", ""), (
            f"{broken!r} in {words}"
        )


@ALL
def test_every_bracket_is_a_mention_or_a_time(name: str) -> None:
    for words in (MESSAGES[name].text, shown(MESSAGES[name])):
        assert not re.search(r"[<>]", TOKEN.sub("", words))


@ALL
def test_buttons_are_ones_the_handlers_know(name: str) -> None:
    for button in buttons(MESSAGES[name]):
        assert ACTIONS.fullmatch(button["action_id"].split(NTH)[0])
        assert ("url" in button) == (button["action_id"].split(NTH)[0] == "link")
        assert "value" in button or "url" in button or button.get("type") == "static_select"


@pytest.mark.parametrize("verb", POD_VERBS)
def test_each_way_to_end_is_told_in_words_of_its_own(verb: Verb) -> None:
    told = {code: outcome(verb, code).text for code in Code}
    assert len(set(told.values())) == len(Code)


@pytest.mark.parametrize("code", Code)
def test_each_verb_is_told_in_words_of_its_own(code: Code) -> None:
    told = {verb: first_line(outcome(verb, code)) for verb in POD_VERBS}
    assert len(set(told.values())) == len(POD_VERBS)


@pytest.mark.parametrize("verb", POD_VERBS)
@pytest.mark.parametrize("code", Code)
def test_first_line_says_which_pod(verb: Verb, code: Code) -> None:
    name = "nlp-train-2" if (verb, code) == (Verb.RENAME, Code.ALREADY) else "nlp-train"
    assert f"`{name}` (`abc123`)" in first_line(outcome(verb, code))


#: The codes after which RunPod was called, or the pod is not there to be left alone.
ACTED = {Code.DONE, Code.ZERO_GPU, Code.NOT_CONFIRMED, Code.GONE}


@pytest.mark.parametrize("verb", POD_VERBS)
@pytest.mark.parametrize("code", sorted(set(Code) - ACTED - {Code.JOINED}))
def test_what_was_not_called_says_that_nothing_was_done(verb: Verb, code: Code) -> None:
    assert re.search(r"Nothing was (?:done|changed)\.", outcome(verb, code).text)


@pytest.mark.parametrize("verb", POD_VERBS)
@pytest.mark.parametrize("code", sorted(ACTED))
def test_what_was_called_never_says_that_nothing_was_done(verb: Verb, code: Code) -> None:
    assert "Nothing was" not in outcome(verb, code).text


@pytest.mark.parametrize("verb", [Verb.STOP, Verb.TERMINATE])
@pytest.mark.parametrize("code", [Code.DONE, Code.REFUSED, Code.LOCKED, Code.CLUSTER, Code.CHANGED, Code.NOT_CONFIRMED])
def test_first_line_says_what_it_means_in_money(verb: Verb, code: Code) -> None:
    assert AMOUNT.search(first_line(outcome(verb, code)))


def test_only_what_was_read_back_is_called_stopped() -> None:
    unsure = outcome(Verb.STOP, Code.NOT_CONFIRMED).text
    assert "is stopped" not in unsure
    assert "STOP NOT CONFIRMED" in unsure
    assert "may be billing $2.69/h" in unsure
