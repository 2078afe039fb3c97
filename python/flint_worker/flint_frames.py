"""The bytes of a task between the engine and a worker, as files: in frames, of which the large ones lie in slots of shared memory.

A frame is two numbers: (slot, size) for bytes in a slot, (-1, size) for bytes that follow on the socket, (-2, 0) to tell the engine that all of its frames were read.
Arrow data in a slot is read where it lies. Its slot is left when nothing refers to it any more; functions that keep what they got get copies. The engine's side is
src/pyworker/worker_channel.cc, the memory's layout src/pyworker/worker_slots.h.
"""

import ctypes
import mmap
import os
import select
import struct

FRAME = struct.Struct("!ii")
ON_SOCKET = -1
SLOTS_LEFT = -2
LEAST_SENT = 1 << 19  # bytes of output that are worth a message to the engine
MOST_ON_SOCKET = 1 << 16
READ_AHEAD = 1 << 16  # bytes


def end_copies(process):
    """Ends a child that a function has forked and let run on: the engine speaks with its parent."""
    if os.getpid() != process:
        os._exit(1)


class Lease:
    """Lives as long as something refers to the bytes of a slot."""

    __slots__ = ("slots", "slot")

    def __init__(self, slots, slot):
        self.slots = slots
        self.slot = slot
        slots.leased += 1

    def __del__(self):
        self.slots.leave(self.slot)


class Slots:
    def __init__(self, descriptor, inputs, outputs, size, flag_bytes):
        self.inputs, self.outputs, self.size, self.flag_bytes = inputs, outputs, size, flag_bytes
        self.memory = mmap.mmap(descriptor, flag_bytes + (inputs + outputs) * size)
        self.address = ctypes.addressof(ctypes.c_char.from_buffer(self.memory))
        self.process = os.getpid()
        self.leased = 0
        self.untold = 0  # frames that were read since the engine heard of it

    def leave(self, slot):
        if os.getpid() != self.process:
            return  # a function has forked
        self.leased -= 1
        self.memory[slot] = 0

    def take(self, slot, size):
        """What is in a slot: as an Arrow buffer, or copied when the others are all in use."""
        import pyarrow

        if self.leased * 2 < self.inputs:
            return pyarrow.foreign_buffer(self.address + self.flag_bytes + slot * self.size, size, Lease(self, slot))
        start = self.flag_bytes + slot * self.size
        copied = self.memory[start : start + size]
        self.memory[slot] = 0
        return pyarrow.py_buffer(copied)

    def free_output(self):
        """An output slot that the engine has read, or None."""
        found = self.memory.find(b"\0", self.inputs, self.inputs + self.outputs)
        return None if found < 0 else found - self.inputs


def open_slots(descriptor, *layout):
    try:
        import pyarrow  # noqa: F401
    except ImportError:
        return None  # and no Arrow data
    try:
        return Slots(descriptor, *layout)
    finally:
        os.close(descriptor)


class FramedInput:
    """What the engine sends, as a file that pyarrow reads without copying."""

    closed = False
    mode = "rb"

    def __init__(self, source, slots, output):
        self.source, self.slots, self.output = source, slots, output
        self.chunk = None  # an Arrow buffer, or bytes
        self.at = 0
        self.left = 0
        # What the file has read ahead already; from here on the socket is read without it. A task's end is the end of what was sent.
        self.ahead = source.read(len(source.peek(1)))
        self.process = os.getpid()
        self.descriptor = source.fileno()
        self.arrival = select.poll()
        self.arrival.register(self.descriptor, select.POLLIN)

    def _receive(self, size):
        if len(self.ahead) < size:
            end_copies(self.process)
            if not self.ahead and not self.arrival.poll(0):
                self.output.flush()  # the engine may be waiting for what it says
            parts = [self.ahead]
            missing = size - len(self.ahead)
            while missing > 0:
                part = os.read(self.descriptor, max(missing, READ_AHEAD))
                if not part:
                    break
                parts.append(part)
                missing -= len(part)
            self.ahead = b"".join(parts)
        received, self.ahead = self.ahead[:size], self.ahead[size:]
        return received

    def _next(self):
        self.chunk = None
        header = self._receive(FRAME.size)
        if len(header) < FRAME.size:
            return False
        slot, size = FRAME.unpack(header)
        if self.slots is not None:
            self.slots.untold += 1
        self.chunk = self._receive(size) if slot < 0 else self.slots.take(slot, size)
        self.at, self.left = 0, size
        return True

    def _take(self, size):
        start = self.at
        self.at += size
        self.left -= size
        if type(self.chunk) is bytes:
            return self.chunk[start : self.at]
        return self.chunk.slice(start, size)

    def place(self):
        """Where the next bytes lie, if that is in a slot: its buffer and how far in."""
        if self.left == 0:
            self._next()
        return (self.chunk, self.at) if self.left > 0 and type(self.chunk) is not bytes else None

    def since(self, place):
        """The bytes from a place on to here; None where they are in several pieces."""
        chunk, start = place
        return chunk.slice(start, self.at - start) if chunk is self.chunk else None

    def read_like(self, head, size):
        """The next `size` bytes as an Arrow buffer, if they lie in one piece and begin as `head`; nothing is read otherwise."""
        if self.left == 0:
            self._next()
        if self.left < size or type(self.chunk) is bytes or not self.chunk.slice(self.at, head.size).equals(head):
            return None
        return self._take(size)

    def read_buffer(self, size):
        """`size` bytes, or what there is before the end: as bytes or an Arrow buffer."""
        if 0 < size <= self.left:
            return self._take(size)
        return self.read(size)

    def read(self, size):
        parts = []
        while size > 0:
            if self.left == 0 and not self._next():
                break
            part = self._take(min(size, self.left))
            size -= len(part)
            parts.append(part if type(part) is bytes else part.to_pybytes())
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def flush(self):
        pass

    def close(self):
        pass


class FramedOutput:
    """What goes to the engine, as a file."""

    closed = False
    mode = "wb"

    def __init__(self, sink, slots):
        self.sink, self.slots = sink, slots
        self.process = os.getpid()
        self.slot = None  # that is being filled
        self.pending = bytearray()  # where there is none
        self.filled = 0

    def write(self, data):
        view = memoryview(data)
        total = view.nbytes
        if view.ndim != 1 or view.itemsize != 1:
            view = view.cast("B")
        at = 0
        while at < total:
            if self.filled == 0 and self.slots is not None:
                self.slot = self.slots.free_output()
            room = (self.slots.size if self.slot is not None else MOST_ON_SOCKET) - self.filled
            count = min(room, total - at)
            part = view if count == total else view[at : at + count]
            if self.slot is not None:
                slots = self.slots
                start = slots.flag_bytes + (slots.inputs + self.slot) * slots.size + self.filled
                slots.memory[start : start + count] = part
            else:
                self.pending += part
            self.filled += count
            at += count
            if count == room:
                self.send()
        if self.filled >= LEAST_SENT:
            self.send()
        return total

    def write_message(self, head, size, places, columns):
        """Writes `head` and each column's bytes at its place of `size` bytes, where a slot takes them; else nothing."""
        slots = self.slots
        if slots is None or size > slots.size:
            return False
        if self.filled > 0 and (self.slot is None or self.filled + size > slots.size):
            self.send()
        if self.filled == 0:
            self.slot = slots.free_output()
        if self.slot is None:
            return False
        start = slots.flag_bytes + (slots.inputs + self.slot) * slots.size + self.filled
        memory = slots.memory
        memory[start : start + head.size] = head
        for at, column in zip(places, columns):
            memory[start + at : start + at + column.nbytes] = column
        self.filled += size
        if self.filled >= LEAST_SENT:
            self.send()
        return True

    def send(self):
        """Tells the engine of what was written since the last time."""
        end_copies(self.process)
        if self.slot is not None:
            self.slots.memory[self.slots.inputs + self.slot] = 1
            self.sink.write(FRAME.pack(self.slot, self.filled))
        else:
            self.sink.write(FRAME.pack(ON_SOCKET, self.filled))
            self.sink.write(self.pending)
            self.pending = bytearray()
        self.slot = None
        self.filled = 0
        self.sink.flush()

    def flush(self):
        """Before waiting for the engine: what was written goes to it, and that it may use the slots that were left."""
        if self.slots is not None and self.slots.untold > 0:
            self.slots.untold = 0
            self.sink.write(FRAME.pack(SLOTS_LEFT, 0))
            if self.filled == 0:
                self.sink.flush()
        if self.filled > 0:
            self.send()

    def close(self):
        pass
