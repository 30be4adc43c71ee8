"""Both sites as they really run: gunicorn processes on free ports, over a deployment's folder."""

from __future__ import annotations

import socket
import subprocess
import sys
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from tests.builders.deployment import Deployment
from tests.builders.waiting import PATIENCE, wait

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Running:
    """Two processes, and where they listen."""

    deployment: Deployment
    public: str
    staff: str
    log: Path
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)
    streams: list[IO[bytes]] = field(default_factory=list)

    def stop(self) -> None:
        """End both, and wait for them."""
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            process.wait(PATIENCE)
        for stream in self.streams:
            stream.close()


def start(deployment: Deployment, log: Path, **environ: str) -> Running:
    """Start the reporter's site and the desk, and wait until both answer."""
    public, staff = free_port(), free_port()
    running = Running(deployment, f"http://127.0.0.1:{public}", f"http://127.0.0.1:{staff}", log)
    for site, port in (("public", public), ("staff", staff)):
        out = log.with_suffix(f".{site}").open("wb")
        running.streams.append(out)
        running.processes.append(
            subprocess.Popen(
                [sys.executable, "-m", "gunicorn", "--config", "portal/web/gunicorn.py", "wsgi"],
                cwd=ROOT,
                env=deployment.clean_environ(
                    PORTAL_SITE=site, **{f"PORTAL_{site.upper()}_PORT": str(port)}, **environ
                ),
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        )
    for process, address in zip(running.processes, (running.public, running.staff), strict=True):
        wait_for(address + "/", process)
    return running


def wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    """Wait until somebody answers there, as long as the process runs."""

    def answers() -> bool:
        assert process.poll() is None, "the site ended as it started"
        try:
            urllib.request.urlopen(address, timeout=PATIENCE).close()
        except urllib.error.HTTPError as error:
            error.close()
        except OSError:
            return False
        return True

    wait(answers, "the site answers")


def free_port() -> int:
    """Give a free port that the system hands to nobody else for a minute.

    A connection was closed there from its own side, so the port rests. A server, which says
    `SO_REUSEADDR`, may take it all the same; who asks for any free port is given another one.
    """
    with socket.socket() as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", 0))
        listening.listen(1)
        port: int = listening.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)) as calling:
            listening.accept()[0].close()
            assert calling.recv(1) == b""
    return port
