"""Where a reporter is in the form: which page, with which answers, and what comes next."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from portal.domain.questionnaire.answered import Answered
from portal.domain.questionnaire.question import Page
from portal.public.draft import CHECK, Draft


@dataclass(frozen=True, eq=False)
class Position:
    """Where a reporter is: door, draft, and what its answers mean."""

    door: str
    draft: Draft
    answered: Answered

    @property
    def pages(self) -> tuple[Page, ...]:
        """The pages to show to someone who answered so."""
        return self.answered.pages

    @cached_property
    def page(self) -> Page | None:
        """The page the reporter is on; None on the check page."""
        return next((page for page in self.pages if page.id == self.draft.page), None)

    def turned_to(self, page: str) -> Position:
        """Give the position on another page."""
        return replace(self, draft=self.draft.at(page))

    def next(self) -> Position:
        """Give the position on the page after this one; once checked, on the check page again."""
        if self.draft.is_checked:
            return self.turned_to(CHECK)
        ids = [page.id for page in self.pages] + [CHECK]
        at = ids.index(self.draft.page) if self.draft.page in ids else -1
        return self.turned_to(ids[min(at + 1, len(ids) - 1)])

    def previous(self) -> Position | None:
        """Give the position on the page before; None before the first."""
        ids = [page.id for page in self.pages] + [CHECK]
        at = ids.index(self.draft.page) if self.draft.page in ids else 0
        return self.turned_to(ids[at - 1]) if at else None
