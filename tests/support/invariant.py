"""What must hold of a database at every moment, whatever was killed: `python tests/support/invariant.py DB`, exit 0 if it does.

Plain SQL, so that it judges the file and not the code that wrote it.
"""

from __future__ import annotations

import sqlite3
import sys
from pathlib import Path

# What is wrong -> a query that returns rows of it.
FAULTS = {
    "an entry has neither a story nor a tombstone": """
        SELECT id FROM entries WHERE story_id IS NULL AND NOT EXISTS (SELECT 1 FROM tombstones)""",
    "a story has no entry": "SELECT id FROM stories s WHERE NOT EXISTS (SELECT 1 FROM entries WHERE story_id = s.id)",
    "a buried story is back": "SELECT s.id FROM stories s JOIN tombstones t ON t.key = s.key",
    "an address leads to two stories": "SELECT a.key FROM aliases a JOIN stories s ON s.key = a.key WHERE s.id <> a.story_id",
    "a copy points at a copy": """
        SELECT c.id FROM stories c JOIN stories o ON o.id = c.copy_of WHERE o.copy_of IS NOT NULL
        AND c.is_stale = 0 AND o.is_stale = 0""",
    "a copy stands in another event than its original": """
        SELECT c.id FROM stories c JOIN stories o ON o.id = c.copy_of WHERE c.event_id IS NOT o.event_id
        AND c.is_stale = 0 AND o.is_stale = 0""",
    "a decided story has no event": "SELECT id FROM stories WHERE is_stale = 0 AND event_id IS NULL",
    "a decided story has no features": """
        SELECT id FROM stories s WHERE is_stale = 0 AND NOT EXISTS (SELECT 1 FROM features WHERE story_id = s.id)""",
    "an event has no stories": """
        SELECT id FROM events e WHERE merged_into IS NULL AND NOT EXISTS (SELECT 1 FROM stories WHERE event_id = e.id)
        AND NOT EXISTS (SELECT 1 FROM events m WHERE m.merged_into = e.id OR m.thread_id = e.id)""",
    "a story stands in an event that went into another": """
        SELECT s.id FROM stories s JOIN events e ON e.id = s.event_id WHERE e.merged_into IS NOT NULL""",
    "an event's counts disagree with its stories": """
        SELECT e.id FROM events e JOIN (
            SELECT event_id, count(*) AS stories, count(DISTINCT outlet_id) AS outlets, sum(copy_of IS NULL) AS reports,
                min(published_at) AS first_at, max(published_at) AS last_at, max(is_stale) AS is_stale
            FROM stories WHERE event_id IS NOT NULL GROUP BY event_id) s ON s.event_id = e.id
        WHERE NOT s.is_stale AND (e.stories, e.outlets, e.reports, e.first_at, e.last_at)
            IS NOT (s.stories, s.outlets, s.reports, s.first_at, s.last_at)""",
    "a feed's count disagrees with its stories": """
        SELECT f.id FROM feeds f LEFT JOIN feed_counts c ON c.feed_id = f.id
        WHERE coalesce(c.stories, 0) <> (SELECT count(*) FROM stories WHERE feed_id = f.id)""",
    "a story's revisions are not counted from 1": """
        SELECT story_id FROM revisions GROUP BY story_id HAVING max(number) <> count(*)""",
    "a page that was read is not kept": """
        SELECT id FROM stories s WHERE page = 'done' AND NOT EXISTS (SELECT 1 FROM pages WHERE story_id = s.id)""",
}


def faults(path: Path) -> list[str]:
    """What is wrong with the database; nothing if it was killed before it had a schema."""
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as conn:
        if not conn.execute("SELECT 1 FROM sqlite_master WHERE name = 'stories'").fetchone():
            return []
        found = ((fault, conn.execute(sql).fetchall()) for fault, sql in FAULTS.items())
        return [f"{fault}: {len(rows)} times, first {rows[0][0]}" for fault, rows in found if rows]


if __name__ == "__main__":
    wrong = faults(Path(sys.argv[1]))
    sys.stdout.write("".join(f"{fault}\n" for fault in wrong))
    sys.exit(1 if wrong else 0)
