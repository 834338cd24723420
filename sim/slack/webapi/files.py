"""files.*: the two steps of an upload. Between them the bytes go to the address the first one gives."""

from __future__ import annotations

import json

from sim.slack.messages import Content
from sim.slack.webapi.method import Context, Method
from sim.slack.wire import Json, SlackError

MOST_BYTES = 1_000_000_000


def upload_url(context: Context) -> Json:
    name, length = context.required("filename"), str(context.arguments.get("length", ""))
    if not length.isdigit() or not 0 < int(length) <= MOST_BYTES:
        raise SlackError("invalid_arguments")
    file = context.state.files.expect(context.state.ids.next("F"), name, int(length))
    return {"upload_url": f"{context.state.base_url}/upload/{file.id}", "file_id": file.id}


def complete(context: Context) -> Json:
    given = context.arguments.get("files")
    wanted = json.loads(given) if isinstance(given, str) else given
    if not isinstance(wanted, list) or not wanted:
        raise SlackError("invalid_arguments")
    channel = context.state.workspace.channel(context.required("channel_id", "channel_not_found"))
    if not context.state.workspace.bot_is_in(channel):
        raise SlackError("not_in_channel")
    files = [context.state.files.complete(str(each.get("id")), each.get("title")) for each in wanted]
    shown = [file.as_json(context.state.base_url) for file in files]
    content = Content(text=context.optional("initial_comment") or "", blocks=[], files=shown)
    context.posting.post(content, channel, thread_ts=context.optional("thread_ts"))
    return {"files": shown}


METHODS = {
    "files.getUploadURLExternal": Method(run=upload_url, tier=4, scope="files:write"),
    "files.completeUploadExternal": Method(run=complete, tier=4, scope="files:write"),
}
