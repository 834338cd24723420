"""views.*: modals, which need a fresh trigger_id, and the Home tab, which does not."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from sim.slack.content import structured
from sim.slack.webapi.method import Context, Method
from sim.slack.wire import InvalidBlocks, Json, SlackError

_Made = TypeVar("_Made")


def _view(context: Context) -> object:
    view = structured(context.arguments, "view", "invalid_arguments")
    if view is None:
        raise SlackError("invalid_arguments")
    return view


def _judged(context: Context, users: list[str], make: Callable[[], _Made]) -> _Made:
    """Show those who would have seen the view what Slack refused in it."""
    try:
        return make()
    except InvalidBlocks as refused:
        view = _view(context)
        blocks = view.get("blocks") if isinstance(view, dict) else None
        context.state.tell_invalid(users, None, refused.problems, blocks)
        raise


def _told(context: Context, user: str, view: Json) -> Json:
    if view["type"] == "home":
        context.state.feed.tell([user], {"type": "home", "view": view})
    else:
        context.state.feed.tell([user], {"type": "view", "view": view})
    return {"view": view}


def open_modal(context: Context) -> Json:
    view, state = _view(context), context.state
    user = state.triggers.exchange(context.arguments.get("trigger_id"))
    replaced = state.views.stack(user)
    made = _judged(context, [user], lambda: state.views.open(user, view))
    for old in reversed(replaced):
        state.feed.tell([user], {"type": "view_closed", "view_id": old["id"]})
    return _told(context, user, made)


def push(context: Context) -> Json:
    view, state = _view(context), context.state
    user = state.triggers.exchange(context.arguments.get("trigger_id"))
    return _told(context, user, _judged(context, [user], lambda: state.views.push(user, view)))


def update(context: Context) -> Json:
    view, state = _view(context), context.state
    view_id, external_id = context.arguments.get("view_id"), context.arguments.get("external_id")
    reader, _ = state.views.find(view_id, external_id)
    user, made = _judged(
        context,
        [reader],
        lambda: state.views.update(view, view_id=view_id, external_id=external_id, seen_hash=context.optional("hash")),
    )
    return _told(context, user, made)


def publish(context: Context) -> Json:
    view, state = _view(context), context.state
    user = state.workspace.user(context.required("user_id", "invalid_arguments")).id
    seen = context.optional("hash")
    return _told(context, user, _judged(context, [user], lambda: state.views.publish(user, view, seen_hash=seen)))


METHODS = {
    "views.open": Method(run=open_modal, tier=4),
    "views.push": Method(run=push, tier=4),
    "views.update": Method(run=update, tier=4),
    "views.publish": Method(run=publish, tier=4),
}
