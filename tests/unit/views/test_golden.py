"""The messages as they stand. PODKEEPER_UPDATE_GOLDEN=1 writes them anew; the change is then read like any other."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from bot.views import answers
from pods.messages import Content
from sim.slack.blocks import message_characters, validate_message, validate_options
from tests.unit.views.messages import MESSAGES
from tests.unit.views.samples import pod

GOLDEN = Path(__file__).parents[2] / "golden" / "views"
UPDATE = os.environ.get("PODKEEPER_UPDATE_GOLDEN") == "1"


def plain(content: Content) -> dict[str, Any]:
    return {"text": content.text, "blocks": list(content.blocks)}


@pytest.mark.parametrize("name", MESSAGES)
def test_message_stands_as_it_was_last_read(name: str) -> None:
    path = GOLDEN / f"{name}.json"
    now = json.dumps(plain(MESSAGES[name]), indent=2, ensure_ascii=False) + "\n"
    if UPDATE:
        path.write_text(now, encoding="utf-8")
    assert path.exists(), "a new kind of message: write it with PODKEEPER_UPDATE_GOLDEN=1 and read it"
    assert path.read_text(encoding="utf-8") == now


def test_no_golden_file_outlives_its_message() -> None:
    stale = {path.stem for path in GOLDEN.glob("*.json")} - MESSAGES.keys()
    if UPDATE:
        for name in stale:
            (GOLDEN / f"{name}.json").unlink()
        return
    assert not stale


@pytest.mark.parametrize("name", MESSAGES)
def test_slack_takes_every_message(name: str) -> None:
    content = MESSAGES[name]
    assert validate_message(list(content.blocks)) == []
    assert message_characters(list(content.blocks)) < 10_000
    assert 0 < len(content.text) < 4_000


def test_options_are_taken_by_slack() -> None:
    long = pod(name="&" * 191)
    options = [answers.option(pod()), answers.option(long)]
    assert validate_options({"options": options}) == []
    assert options[0] == {
        "text": {"type": "plain_text", "text": "nlp-train (abc123), running, $2.69/h"},
        "value": "abc123",
    }
