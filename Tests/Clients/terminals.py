"""What programs show on a terminal, and on a pipe."""
import os
import pty
import re
import select
import signal
import subprocess

from servers import BIN
from waiting import PATIENCE


def on_terminal(program, *arguments, until=None, within=PATIENCE, **environment):
    """What a program shows on a terminal, until it ends or until a pattern is there, upon which it is interrupted."""
    terminal, child = pty.openpty()
    process = subprocess.Popen(
        [str(BIN / program), *map(str, arguments)], env={**os.environ, **environment}, stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=child)
    os.close(child)
    shown = b""
    while select.select([terminal], [], [], within)[0]:
        try:
            shown += os.read(terminal, 4096)
        except OSError:
            break
        if until and re.search(until, shown):
            process.send_signal(signal.SIGINT)
            until = None
    os.close(terminal)
    process.wait(PATIENCE)
    return shown


def on_pipe(program, *arguments, within=3 * PATIENCE, **environment):
    """What a program writes to its two outputs when both are pipes."""
    done = subprocess.run(
        [str(BIN / program), *map(str, arguments)], env={**os.environ, **environment}, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=within)
    return done.stdout, done.stderr
