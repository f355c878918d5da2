"""python-microscope's stand-ins for lasers, put behind a real pseudo-terminal."""
import os
import pty
import select
import termios
import threading
import tty


class MockedPort:
    """A port with one of python-microscope's serial mocks behind it, as its device.

    The mocks do not know every command of the lasers, and raise an error for the others; a laser answers those with
    the words of its manual.
    """

    def __init__(self, mock, unknown=b""):
        self.mock = mock
        self._unknown = unknown
        self._pending = b""
        self._master, self._slave = pty.openpty()
        tty.setraw(self._slave)
        self.path = os.ttyname(self._slave)
        self._end, self._ending = os.pipe()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self):
        while True:
            ready, _, _ = select.select([self._master, self._end], [], [])
            if self._end in ready:
                return
            self._pending += os.read(self._master, 1024)
            # The mocks take whole commands.
            *commands, self._pending = self._pending.split(self.mock.eol)
            for command in commands:
                self._take(command + self.mock.eol)

    def _take(self, command):
        known = self.mock.in_buffer.getbuffer().nbytes
        try:
            self.mock.write(command)
        except NotImplementedError:
            self.mock.out_pending_bytes = 0
            self.mock.in_buffer.seek(0, os.SEEK_END)
            self.mock.in_buffer.write(self._unknown)
        os.write(self._master, self.mock.in_buffer.getvalue()[known:])

    @property
    def speed(self):
        """Bits a second that the port was set to, as one of termios' constants."""
        return termios.tcgetattr(self._master)[5]

    def close(self):
        os.write(self._ending, b".")
        self._thread.join()
        for file in (self._master, self._slave, self._end, self._ending):
            os.close(file)
