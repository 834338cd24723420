"""The files of the workspace: announced, then uploaded, then completed."""

from __future__ import annotations

from dataclasses import dataclass, field

from sim.slack.wire import Json, SlackError


@dataclass(slots=True, kw_only=True)
class File:
    id: str
    name: str
    length: int
    content: bytes | None = None
    title: str = ""
    complete: bool = False

    def as_json(self, base_url: str) -> Json:
        address = f"{base_url}/upload/{self.id}"
        return {"id": self.id, "name": self.name, "title": self.title, "size": self.length, "url_private": address}


@dataclass(slots=True)
class Files:
    by_id: dict[str, File] = field(default_factory=dict)

    def expect(self, file_id: str, name: str, length: int) -> File:
        file = File(id=file_id, name=name, length=length)
        self.by_id[file_id] = file
        return file

    def receive(self, file_id: str, content: bytes) -> bool:
        """Whether these are the bytes that were announced."""
        file = self.by_id.get(file_id)
        if file is None or file.complete or len(content) != file.length:
            return False
        file.content = content
        return True

    def complete(self, file_id: str, title: object) -> File:
        file = self.by_id.get(file_id)
        if file is None or file.content is None or file.complete:
            raise SlackError("file_not_found")
        file.complete, file.title = True, str(title or file.name)
        return file

    def named(self, name: str) -> list[File]:
        """Those that stand in the workspace, oldest first."""
        return [file for file in self.by_id.values() if file.complete and file.name == name]
