"""A limit on the memory of this process, so that one case cannot take that of all."""

from __future__ import annotations

import sys


def limit_memory(megabytes: int | None) -> None:
    """Let this process have so much memory of its own from now on (None: no limit); beyond it allocation fails.

    It is the address space that is limited (RLIMIT_AS of POSIX.1), which is more than what is in use. Windows has no
    such limit, nor does macOS keep it: there nothing happens.
    """
    if megabytes is None or sys.platform == "win32":
        return
    import resource

    wanted, (_, hard) = megabytes << 20, resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard))
