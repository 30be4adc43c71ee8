"""The desk's use cases: the queue, one case, and the work on it."""

from portal.triage.answers import Line, Words
from portal.triage.case import Case, Part, PossibleMove, Text, see_case
from portal.triage.casefile import CaseFile, about
from portal.triage.compartments import find, open_compartment, read
from portal.triage.deletion import (
    KEEPING_REASONS,
    DeletionRequest,
    delete,
    deleted,
    find_deleted,
    refuse,
    see_deletion_request,
)
from portal.triage.hidden_characters import Piece, has_hidden, reveal
from portal.triage.new_words import NewPart, NewWords, new_words_since, open_new_words
from portal.triage.proofs import Finding, Proof
from portal.triage.queue import (
    LEASE,
    QueuePage,
    assign,
    colleagues,
    give_back,
    renew_lease,
    see_queue,
    take,
    take_next,
)
from portal.triage.reasons import MOVE_REASONS, OPENING_REASONS
from portal.triage.safe_contact import is_only_here
from portal.triage.telling import tell_reporters
from portal.triage.work import Writing, WritingError, move, reply, write_note

__all__ = [
    "KEEPING_REASONS",
    "LEASE",
    "MOVE_REASONS",
    "OPENING_REASONS",
    "Case",
    "CaseFile",
    "DeletionRequest",
    "Finding",
    "Line",
    "NewPart",
    "NewWords",
    "Part",
    "Piece",
    "PossibleMove",
    "Proof",
    "QueuePage",
    "Text",
    "Words",
    "Writing",
    "WritingError",
    "about",
    "assign",
    "colleagues",
    "delete",
    "deleted",
    "find",
    "find_deleted",
    "give_back",
    "has_hidden",
    "is_only_here",
    "move",
    "new_words_since",
    "open_compartment",
    "open_new_words",
    "read",
    "refuse",
    "renew_lease",
    "reply",
    "reveal",
    "see_case",
    "see_deletion_request",
    "see_queue",
    "take",
    "take_next",
    "tell_reporters",
    "write_note",
]
