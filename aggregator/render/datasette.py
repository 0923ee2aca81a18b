"""The metadata by which Datasette shows our database: descriptions, labels, facets, search, canned queries."""

from __future__ import annotations

from typing import Any

__all__ = ["datasette_metadata"]

# What is nobody's business but ours; and what is a secret, or an address of somebody.
_INTERNAL = (
    "leases", "requests", "hosts", "robots", "site_pages", "pages", "features", "undo", "lines", "feed_counts", "read_counts",
    "_sqlite_migrations", "aliases", "tombstones", "occasions", "folders", "shared_events", "authors", "bylines",
    "window", "window_parts", "stretches", "days",
)  # fmt: skip
_SECRET = (
    "sessions", "readers", "meta", "logins", "app_passwords", "websub", "recipients", "outbox", "deliveries", "notices",
)  # fmt: skip
_SEARCH = {"fts_table": "stories_fts", "fts_pk": "id"}
_TABLES: dict[str, dict[str, Any]] = {
    "v_stories": {"description": "One row for each story.", **_SEARCH},
    "v_events": {"description": "One row for each event."},
    "v_event_outlets": {"description": "One row for each outlet of each event."},
    "v_feeds": {"description": "One row for each subscription."},
    "v_meta": {"description": "The version of the views; within one, columns are only added at the end."},
    "stories": {
        "description": "The table behind v_stories; it may change with any release.",
        "label_column": "title",
        "sort_desc": "published_at",
        "facets": ["outlet_id", "lang"],
        **_SEARCH,
    },
    "events": {"description": "The table behind v_events; it may change with any release.", "label_column": "headline"},
    "outlets": {"description": "Who publishes.", "label_column": "name"},
    "feeds": {"description": "Subscriptions.", "label_column": "title"},
    "entries": {"description": "Entries of feeds, and the story that each belongs to.", "label_column": "guid"},
    "revisions": {"description": "Earlier titles and texts of stories."},
    "story_marks": {"description": "What readers did with stories."},
    "story_tags": {"description": "Readers' tags."},
    "event_marks": {"description": "What readers did with events."},
    "topics": {"description": "Saved queries that readers follow."},
    "rules": {"description": "What happens by itself to stories that match."},
    "editions": {"description": "Digests as they were made."},
    "told": {"description": "What a reader was told of an event."},
    "enclosures": {"description": "Recordings and pictures that stories carry."},
    "positions": {"description": "How far readers have heard or seen them."},
    "edits": {"description": "Splits, joins and pins by hand."},
}
_QUERIES: dict[str, dict[str, Any]] = {
    "search": {
        "title": "Stories with these words, newest first",
        "sql": """SELECT v.id, v.published_at, v.outlet, v.title, v.url FROM stories_fts x JOIN v_stories v ON v.id = x.rowid
WHERE stories_fts MATCH escape_fts(:words) ORDER BY v.published_at DESC LIMIT 100""",
    },
    "widely_told": {
        "title": "Events of the last week, the most independently reported first",
        "sql": """SELECT id, headline, independent, outlets, stories, first_at, last_at FROM v_events
WHERE last_at >= strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-7 days') ORDER BY independent DESC, outlets DESC LIMIT 100""",
    },
    "who_told_it": {
        "title": "The outlets of an event, the first one first",
        "sql": """SELECT o.outlet, o.first_at, o.is_first, o.stories, o.originals FROM v_event_outlets o
WHERE o.event_id = CAST(:event AS INTEGER) ORDER BY o.first_at""",
    },
    "first_with_the_news": {
        "title": "Outlets by how many shared events they told first",
        "sql": """SELECT o.outlet, count(*) AS events, sum(o.is_first) AS first FROM v_event_outlets o
JOIN v_events e ON e.id = o.event_id WHERE e.outlets > 1 GROUP BY o.outlet ORDER BY first DESC, o.outlet LIMIT 100""",
    },
    "copied_from": {
        "title": "Whose texts are copied by whom",
        "sql": """SELECT original.outlet AS original, copy.outlet AS copy, count(*) AS stories FROM v_stories copy
JOIN v_stories original ON original.id = copy.copy_of GROUP BY 1, 2 ORDER BY stories DESC LIMIT 100""",
    },
}


def datasette_metadata(database: str) -> dict[str, Any]:
    """The metadata for a database of this name: that of its file, without the ending."""
    tables = {name: dict(known) for name, known in _TABLES.items()}
    tables |= {name: {"hidden": True} for name in _INTERNAL}
    tables |= {name: {"hidden": True, "allow": False} for name in _SECRET}
    return {
        "title": "aggregator",
        "description": "Stories, the events they tell of, and who told them first.",
        # Free SQL would read the secret tables too; queries that have a name are not held up by this.
        "databases": {
            database: {
                "allow_sql": False,
                "tables": tables,
                "queries": {n: dict(query) for n, query in _QUERIES.items()},
            }
        },
    }
