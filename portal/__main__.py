"""The operator's command line: `python -m portal VERB`."""

import signal
import sys

if __name__ == "__main__" and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    # Ctrl-C ends a verb without a traceback, also while the modules below are being loaded.
    signal.signal(signal.SIGINT, signal.SIG_DFL)

from portal.operations.command_line import main

__all__ = ["main"]

if __name__ == "__main__":
    sys.exit(main())
