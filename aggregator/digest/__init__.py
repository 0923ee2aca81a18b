"""What is worth reading, in order: events become a `Digest` value.

Pure functions over frozen values. `compose` makes a digest (`foremost` says of which events it needs the texts), `brief` the
account of one event, `changes` what is new in it since the reader last looked, `differences` what its outlets do not agree on,
`quiet_edits` what they changed after publication without a word, `verify` finds every sentence again.
"""

from aggregator.digest.brief import brief, brief_line
from aggregator.digest.changes import changes
from aggregator.digest.compose import compose, foremost, with_sections
from aggregator.digest.differences import differences
from aggregator.digest.edits import quiet_edits
from aggregator.digest.heading import event_headline
from aggregator.digest.occasion import Occasion
from aggregator.digest.options import DigestOptions
from aggregator.digest.verify import Mismatch, text_hash, verify

__all__ = [
    "DigestOptions",
    "Mismatch",
    "Occasion",
    "brief",
    "brief_line",
    "changes",
    "compose",
    "differences",
    "event_headline",
    "foremost",
    "quiet_edits",
    "text_hash",
    "verify",
    "with_sections",
]
