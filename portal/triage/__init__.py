"""The desk's use cases: the queue, one case, and the work on it."""

from portal.triage.case import Case, Part, Step, Text, see_case
from portal.triage.casefile import CaseFile
from portal.triage.contact import is_only_here
from portal.triage.deletion import (
    KEEPING_REASONS,
    Wish,
    delete,
    deleted,
    find_deleted,
    refuse,
    see_wish,
)
from portal.triage.new_words import NewPart, NewWords, new_words_since, open_new_words
from portal.triage.opening import open_compartment, read
from portal.triage.queue import (
    LEASE,
    QueuePage,
    assign,
    colleagues,
    give_back,
    keep,
    see_queue,
    take,
    take_next,
)
from portal.triage.reading import Line, Words
from portal.triage.reasons import MOVE_REASONS, OPENING_REASONS
from portal.triage.visible import Piece, has_hidden, reveal
from portal.triage.work import Writing, WritingError, move, reply, write_note

__all__ = [
    "KEEPING_REASONS",
    "LEASE",
    "MOVE_REASONS",
    "OPENING_REASONS",
    "Case",
    "CaseFile",
    "Line",
    "NewPart",
    "NewWords",
    "Part",
    "Piece",
    "QueuePage",
    "Step",
    "Text",
    "Wish",
    "Words",
    "Writing",
    "WritingError",
    "assign",
    "colleagues",
    "delete",
    "deleted",
    "find_deleted",
    "give_back",
    "has_hidden",
    "is_only_here",
    "keep",
    "move",
    "new_words_since",
    "open_compartment",
    "open_new_words",
    "read",
    "refuse",
    "reply",
    "reveal",
    "see_case",
    "see_queue",
    "see_wish",
    "take",
    "take_next",
    "write_note",
]
