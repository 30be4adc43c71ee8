"""The desk's use cases: the queue, one case, and the work on it."""

from portal.triage.case import Case, Part, Step, Text, see_case
from portal.triage.opening import Words, open_compartment, read
from portal.triage.queue import (
    QueuePage,
    assign,
    colleagues,
    give_back,
    keep,
    see_queue,
    take,
    take_next,
)
from portal.triage.reading import Line
from portal.triage.reasons import MOVE_REASONS, OPENING_REASONS
from portal.triage.visible import Piece, has_hidden, reveal
from portal.triage.work import Writing, WritingError, move, reply, write_note

__all__ = [
    "MOVE_REASONS",
    "OPENING_REASONS",
    "Case",
    "Line",
    "Part",
    "Piece",
    "QueuePage",
    "Step",
    "Text",
    "Words",
    "Writing",
    "WritingError",
    "assign",
    "colleagues",
    "give_back",
    "has_hidden",
    "keep",
    "move",
    "open_compartment",
    "read",
    "reply",
    "reveal",
    "see_case",
    "see_queue",
    "take",
    "take_next",
    "write_note",
]
