"""Waiting for what must happen, and failing when it does not."""
import time

# Seconds until something that takes no time counts as missing, on a machine that is busy with other things.
PATIENCE = 20.0


def eventually(condition, what, within=PATIENCE):
    """Asks until the condition gives something true, and returns that."""
    deadline = time.monotonic() + within
    while True:
        result = condition()
        if result:
            return result
        assert time.monotonic() < deadline, "not within %s s: %s" % (within, what)
        time.sleep(0.01)
