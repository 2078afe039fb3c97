"""A program on a pseudo-terminal, as a person at the keyboard has it; the standard library only."""
import os
import pty
import re
import select
import signal
import time

ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]|\r")


class Terminal:
    """Runs `command` on a terminal of its own. What it writes is kept, without escape sequences."""

    def __init__(self, command, environment):
        self.seen = ""  # not yet waited for
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execvpe(command[0], command, {**environment, "TERM": "xterm", "LC_ALL": "C.UTF-8", "INPUTRC": "/dev/null"})

    def type(self, text):
        os.write(self.fd, text.encode())

    def expect(self, text, seconds=30):
        """Waits until `text` was written; gives what came up to its end."""
        end = time.monotonic() + seconds
        while text not in self.seen:
            left = end - time.monotonic()
            ready, _, _ = select.select([self.fd], [], [], max(left, 0))
            if not ready:
                raise AssertionError(f"{text!r} did not come in {seconds} s, but: {self.seen!r}")
            try:
                block = os.read(self.fd, 65536)
            except OSError:
                block = b""
            if not block:
                raise AssertionError(f"the program ended before {text!r}, after: {self.seen!r}")
            self.seen += ESCAPES.sub("", block.decode(errors="replace"))
        at = self.seen.index(text) + len(text)
        came, self.seen = self.seen[:at], self.seen[at:]
        return came

    def status(self, seconds=30):
        """Waits for the program's end; gives its exit status."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            ready, _, _ = select.select([self.fd], [], [], 0.1)
            if ready:
                try:
                    if os.read(self.fd, 65536):
                        continue
                except OSError:
                    pass
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.pid = 0
                return os.waitstatus_to_exitcode(status)
        raise AssertionError("the program did not end")

    def close(self):
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self.fd)
