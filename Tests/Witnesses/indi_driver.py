"""An INDI driver as a child process, which speaks XML on its standard input and output (INDI protocol 1.7)."""
import queue
import re
import subprocess
import threading


class IndiDriver:
    """One driver, and the newest value of each number that it has reported, as `(device, vector, element)`."""

    def __init__(self, program, environment):
        self._process = subprocess.Popen([program], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                         stderr=subprocess.DEVNULL, text=True, bufsize=1)
        self._elements = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()
        self.messages = []

    def _read(self):
        text = ""
        for line in self._process.stdout:
            text += line
            # An element of the stream ends on a line of its own.
            while found := re.search(r"<((?:def|set)\w+Vector|message)\b.*?(?:</\1>|/>\s*$)", text, re.DOTALL | re.MULTILINE):
                self._elements.put(found[0])
                text = text[found.end():]

    def send(self, xml):
        self._process.stdin.write(xml + "\n")

    def press(self, device, vector, switch):
        self.send(f'<newSwitchVector device="{device}" name="{vector}"><oneSwitch name="{switch}">On</oneSwitch>'
                  "</newSwitchVector>")

    def set_number(self, device, vector, name, value):
        self.send(f'<newNumberVector device="{device}" name="{vector}"><oneNumber name="{name}">{value}</oneNumber>'
                  "</newNumberVector>")

    def expect(self, vector, state, within=20):
        """The next report of a vector in this state; raises `queue.Empty` if it does not come."""
        while True:
            element = self._elements.get(timeout=within)
            if element.startswith("<message"):
                self.messages.append(re.search(r"message='(.*?)'", element, re.DOTALL)[1])
            elif f"name='{vector}'" in element and f"state='{state}'" in element:
                return element

    def close(self):
        self._process.stdin.close()
        self._process.kill()
        self._process.wait()
        self._process.stdout.close()
