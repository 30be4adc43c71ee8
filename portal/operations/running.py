"""`run`: both sites and the worker from the Procfile, under a supervisor, each on a free port."""

from __future__ import annotations

import os
import re
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

from portal.config import processes
from portal.config.environment import PORTS, check_site, port, port_name
from portal.config.portal_toml import read_file
from portal.domain.errors import ConfigError
from portal.operations.output import Output
from portal.operations.supervisor import Pauses, Supervisor
from portal.operations.terminal import say

ROOT = Path(__file__).resolve().parents[2]

HOST = "127.0.0.1"

_LINE = re.compile(r"([A-Za-z0-9_-]{1,30}):\s*(\S.*)")


def run(environ: Mapping[str, str], *, procfile: Path | None, ends_with_parent: bool) -> int:
    """Run everything until told to stop; raises `ConfigError` before anything is started.

    What the environment says is looked at here, once for both sites. What one process alone
    stumbles over, such as a secret that is missing, it says itself.
    """
    programs = read_procfile(procfile or ROOT / "Procfile")
    folder = processes.instance_folder(environ)
    if not processes.has_deployment(folder):
        raise ConfigError(f"no deployment in {folder}: run `python -m portal demo` for a trial")
    for site in PORTS:
        check_site(environ, site)
    reporters, desk = choose_ports(environ)
    say(f"Reporters: http://{HOST}:{reporters}/   Desk: http://{HOST}:{desk}/")
    sys.stdout.flush()
    output = Output(1)
    supervisor = Supervisor(programs, folder=ROOT, environ=environ, output=output, pauses=Pauses())
    try:
        return supervisor.run(parent=os.getppid() if ends_with_parent else None)
    finally:
        output.close()


def read_procfile(file: Path) -> dict[str, str]:
    """Read the programs and their commands, `name: command`; raises `ConfigError`."""
    programs: dict[str, str] = {}
    for number, line in enumerate(read_file(file).decode("utf-8", "replace").splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        found = _LINE.fullmatch(line.strip())
        if not found or found[1] in programs:
            raise ConfigError(f"{file.name}:{number}: a line is `name: command`, each name once")
        programs[found[1]] = found[2]
    if not programs:
        raise ConfigError(f"{file} names no program")
    return programs


def choose_ports(environ: Mapping[str, str]) -> tuple[int, ...]:
    """Give the port of each site; raises `ConfigError` where one is taken or both are the same."""
    wanted = {site: port(environ, site) for site in PORTS}
    if len(set(wanted.values())) < len(wanted):
        names = " and ".join(map(port_name, wanted))
        raise ConfigError(f"{names} are the same: each site needs a port of its own")
    for site, number in wanted.items():
        why = why_not(number)
        if why:
            other = _free(number, set(wanted.values()))
            raise ConfigError(
                f"port {number} {why}: choose another one, as in"
                f" `{port_name(site)}={other} make run`"
            )
    return tuple(wanted.values())


def why_not(number: int) -> str | None:
    """Say why a site can't listen at a port; None where it can."""
    with socket.socket() as probe:
        probe.settimeout(1)
        # Where somebody listens at every address, ours can be free all the same (macOS).
        if probe.connect_ex((HOST, number)) == 0:
            return "is taken by another program"
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, number))
            probe.listen(1)
        except PermissionError:
            return "is not for this user"
        except OSError:
            return "is taken by another program"
    return None


def _free(number: int, taken: set[int]) -> int:
    """Give a port near by that is free now."""
    near = (one for one in range(number + 10, 65536, 10) if one not in taken)
    return next((one for one in near if why_not(one) is None), 8010)
