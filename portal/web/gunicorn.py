"""How gunicorn serves the site that PORTAL_SITE names. No access log: it would keep addresses."""

import os
import resource
import sys
import tempfile
from pathlib import Path

import config
from portal.domain.errors import ConfigError

try:
    bind = f"127.0.0.1:{config.port(os.environ, os.environ.get('PORTAL_SITE') or 'public')}"
except (ConfigError, KeyError) as error:
    sys.exit(f"chung-tay: can't start: {error}")

# A core dump would hold what somebody is writing just then.
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

worker_class = "gthread"
workers = int(os.environ.get("PORTAL_WORKERS", "1"))
threads = int(os.environ.get("PORTAL_THREADS", "8"))
# The heartbeat file belongs in memory: on a slow disk it stalls the worker.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else tempfile.gettempdir()
timeout = 60
graceful_timeout = 10
keepalive = 5
accesslog = None
errorlog = "-"
# Warnings of bad requests name the sender's address: errors only.
loglevel = "error"
limit_request_line = 4094
limit_request_fields = 60
limit_request_field_size = 8190
control_socket_disable = True
