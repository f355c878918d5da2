"""A simulated laser, outside the guest, at the other end of its serial adapter. Its argument is where the terminal is to
be; says so when it is there, and goes when its input ends."""
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Tests" / "Clients"))
sys.dont_write_bytecode = True

import Pyro4  # noqa: E402
import receivers  # noqa: E402,F401  sets Pyro4 up for pickle
from servers import TestServer  # noqa: E402

server = TestServer()
with Pyro4.Proxy(server.factory) as factory:
    factory.simulate("cobolt", sys.argv[1])
    # Others know the terminal by its own name alone.
    print(os.path.realpath(sys.argv[1]), flush=True)
    sys.stdin.read()
server.kill()
