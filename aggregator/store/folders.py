"""Folders with numbers, as other programs know them; a folder is the path that feeds name, or one kept without any."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from aggregator.errors import AlreadyExists, NotFound
from aggregator.model import FolderSpec
from aggregator.store.connection import Connections
from aggregator.text.folders import join_folder, split_folder

__all__ = ["Folder", "Folders"]

_SHOWN = """SELECT d.id, d.path, (SELECT count(*) FROM feeds f WHERE f.folder = d.path AND f.state <> 'removed') AS feeds
    FROM folders d"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """A folder by its path as the database keeps it; the empty path is where feeds without a folder are."""

    id: int
    path: str
    feeds: int = 0


class Folders:
    """The table `folders`; triggers on `feeds` fill it."""

    def __init__(self, connections: Connections) -> None:
        self._db = connections

    def all(self) -> tuple[Folder, ...]:
        """Those that hold a feed or were made by hand, by path."""
        rows = self._db.rows(
            f"{_SHOWN} WHERE d.is_kept OR EXISTS (SELECT 1 FROM feeds f WHERE f.folder = d.path AND f.state <> 'removed')"
            " ORDER BY d.path"
        )
        return tuple(Folder(**row) for row in rows)

    def get(self, folder_id: int) -> Folder:
        """One folder.

        Raises:
            NotFound: there is none with this id.

        """
        row = self._db.row(f"{_SHOWN} WHERE d.id = ?", (folder_id,))
        if row is None:
            raise NotFound(f"There is no folder {folder_id}.", path=self._db.path)
        return Folder(**row)

    def keep(self, path: str) -> Folder:
        """Make a folder that stays while nothing is in it; one that is there is kept from now on."""
        with self._db.write():
            self._db.run(
                "INSERT INTO folders (path, is_kept) VALUES (?, 1) ON CONFLICT (path) DO UPDATE SET is_kept = 1",
                (path,),
            )
            return self.get(int(self._db.value("SELECT id FROM folders WHERE path = ?", (path,))))

    def describe(self, folders: Iterable[FolderSpec]) -> None:
        """Keep what another reader said of folders; one that no feed is in stays as well."""
        with self._db.write():
            for folder in folders:
                path = join_folder(folder.path)
                self._db.run(
                    "INSERT INTO folders (path, attributes) VALUES (:path, :said)"
                    " ON CONFLICT (path) DO UPDATE SET attributes = :said",
                    {"path": path, "said": json.dumps(folder.attributes, ensure_ascii=False)},
                )
                self._db.run(
                    "UPDATE folders SET is_kept = 1 WHERE path = :path AND NOT EXISTS (SELECT 1 FROM feeds WHERE"
                    " folder = :path OR substr(folder, 1, length(:path) + 1) = :path || '/')",
                    {"path": path},
                )

    def described(self) -> tuple[FolderSpec, ...]:
        """Folders of which more is known than that feeds are in them, for a list of subscriptions."""
        rows = self._db.rows(
            "SELECT path, attributes FROM folders WHERE path <> '' AND (is_kept OR attributes <> '[]') ORDER BY path"
        )
        return tuple(
            FolderSpec(
                path=split_folder(row["path"]),
                attributes=tuple((name, value) for name, value in json.loads(row["attributes"])),
            )
            for row in rows
        )

    def rename(self, folder_id: int, path: str) -> Folder:
        """Give a folder another path; its feeds and the folders in it go along.

        Raises:
            AlreadyExists: there is a folder of that path.
            NotFound: there is none with this id.

        """
        with self._db.write():
            was = self.get(folder_id).path
            if was == path:
                return self.get(folder_id)
            if self._db.value("SELECT 1 FROM folders WHERE path = ?", (path,)):
                if self._db.value("SELECT 1 FROM feeds WHERE folder = ? AND state <> 'removed'", (path,)):
                    raise AlreadyExists(f"There is a folder {path!r} already.", path=self._db.path)
                self._db.run("DELETE FROM folders WHERE path = ?", (path,))
            self._db.run("UPDATE folders SET path = ?, is_kept = 1 WHERE id = ?", (path, folder_id))
            self._db.run("UPDATE feeds SET folder = ? WHERE folder = ?", (path, was))
            inner = {"inner": was + "/", "path": path, "length": len(was) + 1}
            for table, column in (("folders", "path"), ("feeds", "folder")):
                self._db.run(
                    f"UPDATE {table} SET {column} = :path || substr({column}, :length)"
                    f" WHERE substr({column}, 1, length(:inner)) = :inner",
                    inner,
                )
            return self.get(folder_id)

    def drop(self, folder_id: int) -> None:
        """Keep a folder no more; feeds in it have none afterwards."""
        with self._db.write():
            self._db.run("UPDATE feeds SET folder = '' WHERE folder = ?", (self.get(folder_id).path,))
            self._db.run("UPDATE folders SET is_kept = 0 WHERE id = ?", (folder_id,))
