"""Moves that are watched while they go on."""
import threading

from waiting import PATIENCE


class Moving:
    """A move on a connection of its own, which blocks it until the device has arrived."""

    def __init__(self, move, *arguments):
        self._thread = threading.Thread(target=move, args=arguments, daemon=True)

    @property
    def has_ended(self):
        return not self._thread.is_alive()

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._thread.join(PATIENCE)
        assert self.has_ended
