"""A GSM modem: the far end of a pseudo-terminal that speaks as much AT (3GPP TS 27.005, PDU mode) as smsd asks for, and the network behind it."""

import errno
import os
import pty
import re
import select
import threading
import time
import tty

from .waiting import eventually

SMSC = "+46701740694"
GSM7 = ("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
        "¿abcdefghijklmnopqrstuvwxyzäöñüà")
GSM7_EXTENSION = {"^": 0x14, "{": 0x28, "}": 0x29, "\\": 0x2F, "[": 0x3C, "~": 0x3D, "]": 0x3E, "|": 0x40, "€": 0x65}


# ---- PDUs: 3GPP TS 23.040

def swapped(digits):
    digits += "F" * (len(digits) % 2)
    return bytes(int(digits[i + 1] + digits[i], 16) for i in range(0, len(digits), 2))


def unswapped(octets):
    return "".join(f"{octet & 15:X}{octet >> 4:X}" for octet in octets).rstrip("F")


def address(number):
    digits = number.lstrip("+")
    return bytes((len(digits), 0x91 if number.startswith("+") else 0x81)) + swapped(digits)


def timestamp():
    return swapped(time.strftime("%y%m%d%H%M%S", time.gmtime()) + "00")


def septets_of(text):
    out = []
    for character in text:
        out += [0x1B, GSM7_EXTENSION[character]] if character in GSM7_EXTENSION else [GSM7.index(character)]
    return out


def text_of(septets):
    extension, out, escaped = {value: key for key, value in GSM7_EXTENSION.items()}, "", False
    for septet in septets:
        if escaped:
            out += extension.get(septet, " ")
        elif septet != 0x1B:
            out += GSM7[septet]
        escaped = septet == 0x1B and not escaped
    return out


def packed(septets):
    bits = sum(septet << 7 * i for i, septet in enumerate(septets))
    return bits.to_bytes((7 * len(septets) + 7) // 8, "little")


def unpacked(octets, n):
    bits = int.from_bytes(octets, "little")
    return [bits >> 7 * i & 0x7F for i in range(n)]


def service_centre():
    centre = address(SMSC)[1:]
    return bytes((len(centre),)) + centre


def deliver_pdu(sender, text, header=b"", ucs2=False):
    """What an SMS from `sender` looks like in the modem's memory. UCS-2 where it must, or when told to."""
    if header:
        header = bytes((len(header),)) + header
    try:
        septets = septets_of("\0" if ucs2 else text)
        fill = -8 * len(header) % 7
        skipped = (8 * len(header) + fill) // 7
        body = packed([0] * skipped + septets)
        coding, length, data = 0, skipped + len(septets), header + body[len(header):]
    except ValueError:
        data = header + text.encode("utf-16-be")
        coding, length = 8, len(data)
    first = 0x04 | (0x40 if header else 0)
    return service_centre() + bytes((first,)) + address(sender) + bytes((0, coding)) + timestamp() + bytes((length,)) + data


def deliver_parts(sender, text, size):
    """A long one, in parts that belong together."""
    parts = [text[i:i + size] for i in range(0, len(text), size)]
    return [deliver_pdu(sender, part, bytes((0, 3, 77, len(parts), i + 1))) for i, part in enumerate(parts)]


def report_pdu(reference, recipient, status):
    return service_centre() + bytes((0x06, reference)) + address(recipient) + timestamp() + timestamp() + bytes((status,))


class Submitted:
    """One part of an SMS that was handed to the network."""

    def __init__(self, octets, reference):
        at = 1 + octets[0]
        first, length = octets[at], octets[at + 2]
        self.reference, self.report = reference, bool(first & 0x20)
        end = at + 4 + (length + 1) // 2
        self.to = ("+" if octets[at + 3] == 0x91 else "") + unswapped(octets[at + 4:end])
        self.coding = octets[end + 1]
        end += 2 + (1 if first & 0x18 else 0)
        length, data = octets[end], octets[end + 1:]
        self.header = data[1:1 + data[0]] if first & 0x40 else b""
        skip = 1 + len(self.header) if first & 0x40 else 0
        if self.coding & 0x0C == 0x08:
            self.text = data[skip:length].decode("utf-16-be")
        else:
            self.text = text_of(unpacked(data, length)[(8 * skip + 6) // 7:])
        self.part, self.parts = (self.header[4], self.header[3]) if self.header[:2] == b"\x00\x03" else (1, 1)


# ---- the modem

class Modem:
    """`mode` is what it does with an SMS: accept, error (the network refuses), silent (says nothing more)."""

    def __init__(self):
        self.master, self.slave = pty.openpty()
        tty.setraw(self.slave)
        self.device = os.ttyname(self.slave)
        self.mode, self.memory, self.submitted, self.commands = "accept", {}, [], []
        self.reference, self.closed = 0, False
        self.lock = threading.Lock()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def close(self):
        self.closed = True
        self.thread.join()
        os.close(self.master)
        os.close(self.slave)

    def run(self):
        pending = b""
        while not self.closed:
            if not select.select([self.master], [], [], 0.05)[0]:
                continue
            try:
                pending += os.read(self.master, 4096)
            except OSError as error:
                if error.errno != errno.EIO:
                    raise
                continue
            while match := re.search(rb"[\r\x1a]", pending):
                line, end, pending = pending[:match.start()], match.group(), pending[match.end():]
                self.say(self.answer(line.decode("ascii", "replace").strip("\n\x1b"), end))

    def say(self, text):
        if text:
            os.write(self.master, text.encode())

    def answer(self, line, end):
        self.commands.append(line)
        if self.mode == "silent":
            return ""
        if end == b"\x1a":
            return self.submit(bytes.fromhex(line))
        if line.startswith("AT+CMGS="):
            return "\r\n> "
        for pattern, method in ((r"AT\+CPMS", self.list_memory), (r"AT\+CMGR=(\d+)", self.read_memory), (r"AT\+CMGD=(\d+)", self.delete_memory)):
            if match := re.match(pattern, line):
                return method(*(int(group) for group in match.groups()))
        for start, reply in (("AT+CPIN?", "+CPIN: READY"), ("AT+CSQ", "+CSQ: 20,0"), ("AT+CREG?", "+CREG: 0,1"), ("AT+CGSN", "350000000000001"),
                             ("AT+CIMI", "240010000000001")):
            if line.startswith(start):
                return f"\r\n{reply}\r\n\r\nOK\r\n"
        return "\r\nOK\r\n" if line.startswith("AT") else ""

    def submit(self, octets):
        if self.mode == "error":
            return "\r\n+CMS ERROR: 38\r\n"
        with self.lock:
            self.reference = (self.reference + 1) % 256
            self.submitted.append(Submitted(octets, self.reference))
        return f"\r\n+CMGS: {self.reference}\r\n\r\nOK\r\n"

    def list_memory(self):
        used = ",".join(f'"SM",{len(self.memory)},30' for _ in range(3))
        return f"\r\n+CPMS: {used}\r\n\r\nOK\r\n"

    def read_memory(self, index):
        with self.lock:
            pdu = self.memory.get(index)
        if not pdu:
            return "\r\n+CMS ERROR: 321\r\n"
        return f"\r\n+CMGR: 0,,{len(pdu) - 1 - pdu[0]}\r\n{pdu.hex().upper()}\r\n\r\nOK\r\n"

    def delete_memory(self, index):
        with self.lock:
            self.memory.pop(index, None)
        return "\r\nOK\r\n"

    # ---- the test's side

    def store(self, pdu):
        with self.lock:
            self.memory[next(i for i in range(1, 31) if i not in self.memory)] = pdu

    def inbound(self, sender, text, ucs2=False):
        self.store(deliver_pdu(sender, text, ucs2=ucs2))

    def inbound_long(self, sender, text, size=60):
        for pdu in deliver_parts(sender, text, size):
            self.store(pdu)

    def report(self, part, status=0):
        """What became of it: 0 is received; 0x45 and its like are never."""
        self.store(report_pdu(part.reference, part.to, status))

    def parts(self, number):
        with self.lock:
            return [part for part in self.submitted if part.to == number]

    def texts(self, number):
        """The whole ones, their parts put together."""
        texts, parts = [], []
        for part in self.parts(number):
            parts.append(part)
            if part.part == part.parts:
                texts.append("".join(each.text for each in parts))
                parts = []
        return texts

    def wait_for(self, number, containing="", n=1):
        return eventually(lambda: len(found := [text for text in self.texts(number) if containing in text]) >= n and found, deadline=30,
                          what=f"{n} SMS to {number} with {containing!r}")
