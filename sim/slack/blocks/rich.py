"""The rich_text block: sections, lists, quotes and code, down to the text leaves."""

from __future__ import annotations

from sim.slack.blocks.checks import Check, array, boolean, integer, one_of, shape, string, tagged

_ANY_NUMBER = 10_000
_style = shape(
    {},
    dict.fromkeys(
        ("bold", "italic", "strike", "code", "underline", "highlight", "client_highlight", "unlink"), boolean
    ),
)
_styled = {"style": _style}
_leaf = tagged(
    {
        "text": shape({"text": string()}, _styled),
        "link": shape({"url": string(3000)}, {"text": string(), "unsafe": boolean, **_styled}),
        "emoji": shape({"name": string()}, {"unicode": string(), "url": string(), **_styled}),
        "user": shape({"user_id": string()}, _styled),
        "usergroup": shape({"usergroup_id": string()}, _styled),
        "channel": shape({"channel_id": string()}, _styled),
        "team": shape({"team_id": string()}, _styled),
        "broadcast": shape({"range": one_of("here", "channel", "everyone")}, _styled),
        "color": shape({"value": string()}, _styled),
        "date": shape(
            {"timestamp": integer(0), "format": string()}, {"url": string(), "fallback": string(), **_styled}
        ),
    }
)
_leaves = array(_leaf, low=0, high=_ANY_NUMBER)
_section = shape({"elements": _leaves})
_parts: dict[str, Check] = {
    "rich_text_section": _section,
    "rich_text_list": shape(
        {
            "style": one_of("bullet", "ordered"),
            "elements": array(tagged({"rich_text_section": _section}), low=0, high=_ANY_NUMBER),
        },
        {"indent": integer(0, 8), "offset": integer(0), "border": integer(0, 1)},
    ),
    "rich_text_preformatted": shape({"elements": _leaves}, {"border": integer(0, 1), "language": string()}),
    "rich_text_quote": shape({"elements": _leaves}, {"border": integer(0, 1)}),
}
elements = array(tagged(_parts), low=0, high=_ANY_NUMBER)
#: A whole rich_text object where another block holds one (a table cell, a task's details).
rich_text = tagged({"rich_text": shape({"elements": elements}, {"block_id": string(255)})})
