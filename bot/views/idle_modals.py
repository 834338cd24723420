"""The two questions behind an idle pod's buttons: until when it is kept, and why it is busy."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from slackblocks import DatePicker, InputBlock, ModalView, PlainTextInput, SectionBlock, Text, TimePicker
from slackblocks.objects import TextType

from bot.views.layout import rendered
from bot.views.text import pod_ref

#: Callback ids and the blocks whose values come back.
KEEP: Final = "idle.keep"
BUSY: Final = "idle.busy"
DATE: Final = "date"
TIME: Final = "time"
REASON: Final = "reason"
REASON_MAX: Final = 200
_HOURS_AHEAD: Final = timedelta(hours=4)


def keep(name: str, pod_id: str, *, now: datetime, tz: ZoneInfo, carried: str) -> Mapping[str, Any]:
    """Until when, in the reader's own zone; four hours ahead is put in."""
    local = (now + _HOURS_AHEAD).astimezone(tz)
    blocks = [
        SectionBlock(f"{pod_ref(name, pod_id)} is left alone until then, whatever it does."),
        InputBlock(
            label=_plain("Day"),
            element=DatePicker(action_id="pick", initial_date=local.strftime("%Y-%m-%d")),
            block_id=DATE,
        ),
        InputBlock(
            label=_plain(f"Time ({tz.key})"),
            element=TimePicker(action_id="pick", initial_time=local.strftime("%H:00")),
            block_id=TIME,
        ),
    ]
    return _view(
        ModalView(title=_plain("Keep until…"), blocks=blocks, submit=_plain("Keep"), callback_id=KEEP), carried
    )


def busy(name: str, pod_id: str, *, hours: int, carried: str) -> Mapping[str, Any]:
    blocks = [
        SectionBlock(f"{pod_ref(name, pod_id)} is left alone for {hours} h. What you write stands on its message."),
        InputBlock(
            label=_plain("What is it doing?"),
            element=PlainTextInput(action_id="say", max_length=REASON_MAX),
            block_id=REASON,
            hint=_plain("Such as: downloads the data set, waits for a batch at night."),
        ),
    ]
    return _view(
        ModalView(title=_plain("It's busy"), blocks=blocks, submit=_plain("Say so"), callback_id=BUSY), carried
    )


def _plain(words: str) -> Text:
    return Text(words, type_=TextType.PLAINTEXT)


def _view(view: ModalView, carried: str) -> Mapping[str, Any]:
    """`carried` is what the submission brings back: where it was asked, and about what."""
    return {**rendered(view), "private_metadata": carried}
