"""Both sites as they really run: gunicorn processes on free ports, over a deployment's folder."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from tests.builders.deployment import Deployment

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 60


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
            process.wait(timeout=30)
        for stream in self.streams:
            stream.close()


def start(deployment: Deployment, log: Path, **environ: str) -> Running:
    """Start the reporter's site and the desk, and wait until both answer."""
    public, staff = free_port(), free_port()
    running = Running(deployment, f"http://127.0.0.1:{public}", f"http://127.0.0.1:{staff}", log)
    for site, port in (("public", public), ("staff", staff)):
        out = log.with_suffix(f".{site}").open("wb")
        running.streams.append(out)
        command = [sys.executable, "-m", "gunicorn", "--config", "portal/web/gunicorn.py"]
        running.processes.append(
            subprocess.Popen(
                [*command, "--bind", f"127.0.0.1:{port}", "wsgi"],
                cwd=ROOT,
                env=deployment.clean_environ(PORTAL_SITE=site, **environ),
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        )
    for process, address in zip(running.processes, (running.public, running.staff), strict=True):
        wait_for(address + "/", process)
    return running


def wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    """Wait until somebody answers there, as long as the process runs."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        assert process.poll() is None, "the site ended as it started"
        try:
            urllib.request.urlopen(address, timeout=5).close()
        except urllib.error.HTTPError as error:
            error.close()
            return
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the site did not answer")


def free_port() -> int:
    """Give a port that nobody listens at now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
