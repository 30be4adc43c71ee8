"""A contract for import-linter: what stands beside the package is inside the law, too."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class BesideContract(Contract):
    """A module beside the package imports the named modules of ours, and no other."""

    type_name = "beside"

    file = fields.StringField()
    may_import = fields.SetField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        found = [
            f"{self.file}:{line} imports {name}"
            for line, name in _imports(_folder() / str(self.file))
            if not _is_under(name, self.may_import)
        ]
        return ContractCheck(kept=not found, metadata={"found": found})

    def render_broken_contract(self, check: ContractCheck) -> None:
        for one in check.metadata["found"]:
            output.print_error(one)


def _folder() -> Path:
    spec = find_spec("portal")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parents[1]


def _imports(file: Path) -> Iterator[tuple[int, str]]:
    """Every import of ours, also those inside a function."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names = [one.name for one in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{one.name}" for one in node.names]
        else:
            continue
        yield from ((node.lineno, name) for name in names if name.split(".")[0] in _OURS)


def _is_under(name: str, allowed: object) -> bool:
    return any(name == one or name.startswith(f"{one}.") for one in allowed)  # type: ignore[attr-defined]


_OURS = ("portal", "config", "wsgi", "tests", "migrations")
