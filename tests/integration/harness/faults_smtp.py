"""What can go wrong on the way to a mail server: faults for a Proxy, by name. The server behind it is a real one, and is spoken to up to
where the fault begins."""

import asyncio


async def reply_of(reader):
    """One reply of the server's, with all its lines."""
    lines = []
    while not lines or lines[-1][3:4] == b"-":
        lines.append(await reader.readuntil(b"\r\n"))
    return b"".join(lines)


async def close(_wire, _line):
    raise ConnectionError


async def reset(wire, _line):
    wire.reset()
    raise ConnectionError


async def silence(wire, _line):
    await wire.silence()


def says(text):
    """Instead of the server, which never hears of it."""
    async def act(wire, _line):
        await wire.send(text.encode() + b"\r\n")
    return act


def says_and_closes(text):
    async def act(wire, line):
        await says(text)(wire, line)
        await close(wire, line)
    return act


async def byte_a_second(wire, _line):
    for byte in b"250 OK\r\n" * 10:
        await wire.send(bytes((byte,)))
        await asyncio.sleep(1)


async def endless(wire, _line):
    while True:
        await wire.send(b"250-and more\r\n")
        await asyncio.sleep(0.001)


class Relay:
    """Hands on between the daemon and the server. `acts`: what is done instead, by command; `greeting` and `data` (the mail has been sent, the
    server has not been told), `accepted` (the server has it, and the daemon is not told) are steps, too. `without`: an extension that is cut
    out of the server's EHLO."""

    def __init__(self, acts=None, without=None):
        self.acts, self.without = acts or {}, without

    async def __call__(self, wire):
        if "greeting" in self.acts:
            await self.acts["greeting"](wire, b"")
            await wire.silence()
        reader, writer = await asyncio.open_connection("127.0.0.1", wire.proxy.upstream)
        try:
            await wire.send(await reply_of(reader))
            while await self.command(wire, reader, writer):
                pass
        finally:
            writer.close()

    async def command(self, wire, reader, writer):
        line = await wire.until(b"\r\n")
        verb = line[:-2].split(b" ")[0].split(b":")[0].upper().decode()
        if verb in self.acts:
            await self.acts[verb](wire, line)
            return True
        writer.write(line)
        reply = await reply_of(reader)
        await wire.send(self.cut(reply) if verb == "EHLO" else reply)
        if verb == "DATA" and reply.startswith(b"354"):
            await self.mail(wire, reader, writer)
        elif verb == "STARTTLS" and reply.startswith(b"220"):
            await wire.pipe(reader, writer)
            return False
        return verb != "QUIT"

    def cut(self, reply):
        lines = [line for line in reply.splitlines(True) if not self.without or self.without not in line]
        return b"".join(lines[:-1]) + lines[-1][:3] + b" " + lines[-1][4:]

    async def mail(self, wire, reader, writer):
        if "mid-data" in self.acts:
            await wire.read(64)
            await self.acts["mid-data"](wire, b"")
        mail = await wire.until(b"\r\n.\r\n")
        if "data" in self.acts:
            await self.acts["data"](wire, b"")
            return
        writer.write(mail)
        reply = await reply_of(reader)
        if "accepted" in self.acts:
            await self.acts["accepted"](wire, b"")
        else:
            await wire.send(reply)


def at(step, act):
    return Relay({step: act})


HANGS = {                                # until the gateway's timeout
    "the greeting never comes": at("greeting", silence),
    "a greeting without an end": at("greeting", endless),
    "no answer to EHLO": at("EHLO", silence),
    "no answer to MAIL": at("MAIL", silence),
    "no answer to RCPT": at("RCPT", silence),
    "no answer to DATA": at("DATA", silence),
    "no answer to the mail": at("accepted", silence),
    "one byte a second": at("RCPT", byte_a_second),
    "an answer without an end": at("MAIL", endless),
}
AT_ONCE = {
    "reset on accept": at("greeting", reset),
    "closes on accept": at("greeting", close),
    "421 as a greeting": at("greeting", says_and_closes("421 4.3.2 shutting down")),
    "554 as a greeting": at("greeting", says_and_closes("554 5.7.1 go away")),
    "HTTP as a greeting": at("greeting", says_and_closes("HTTP/1.1 400 Bad Request\r\n")),
    "garbage as a greeting": at("greeting", says_and_closes("\x00\x01\xfe\x02 hej\r\n" * 20)),
    "421 to MAIL": at("MAIL", says_and_closes("421 4.3.2 shutting down")),
    "451 to MAIL": at("MAIL", says("451 4.3.0 later")),
    "550 to MAIL": at("MAIL", says("550 5.7.1 not from you")),
    "450 to RCPT": at("RCPT", says("450 4.2.1 greylisted")),
    "550 to RCPT": at("RCPT", says("550 5.1.1 no such user here")),
    "421 to RCPT": at("RCPT", says_and_closes("421 4.3.2 shutting down")),
    "451 to DATA": at("DATA", says("451 4.3.0 later")),
    "554 to DATA": at("DATA", says("554 5.5.1 no valid recipients")),
    "452 to the mail": at("data", says("452 4.3.1 no room")),
    "554 to the mail": at("data", says("554 5.7.1 looks like spam")),
    "garbage to the mail": at("data", says("what?")),
    "reset in the mail": at("mid-data", reset),
    "closes after the mail": at("accepted", close),
    "resets after the mail": at("accepted", reset),
}
TAKEN = {                                # by the first gateway
    "no answer to QUIT": at("QUIT", silence),
    "closes at QUIT": at("QUIT", close),
}
STARTTLS_AT_ONCE = {                     # where TLS is required
    "STARTTLS stripped": Relay(without=b"STARTTLS"),
    "454 to STARTTLS": at("STARTTLS", says("454 4.7.0 TLS not available")),
    "garbage instead of TLS": at("STARTTLS", says("220 go ahead\r\n" + "not TLS at all " * 20)),
    "closes at STARTTLS": at("STARTTLS", close),
}
STARTTLS_HANGS = {
    "no answer to STARTTLS": at("STARTTLS", silence),
    "no TLS after STARTTLS": at("STARTTLS", says("220 go ahead")),
}
