"""What can go wrong on the way to a provider that speaks HTTP: faults for a Proxy, by name."""

import asyncio

JSON_REPLY = b'HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: 40\r\n\r\n{"id": "s1", "sid": "SM1", "status": "x"}'


def says(reply, then_close=True):
    """The request is read whole, and answered so."""
    async def fault(wire):
        while True:
            await wire.request()
            await wire.send(reply)
            if then_close:
                return
    return fault


def status(code, *headers, body=b"no"):
    head = "".join(f"{line}\r\n" for line in (f"HTTP/1.1 {code} Whatever", "Content-Type: text/plain", f"Content-Length: {len(body)}", *headers))
    return says(head.encode() + b"\r\n" + body, then_close=False)


def redirect(code):
    async def fault(wire):
        await wire.request()
        location = f"http://127.0.0.1:{wire.proxy.elsewhere}/a1/sms"
        await wire.send(f"HTTP/1.1 {code} Elsewhere\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n".encode())
    return fault


async def reset_on_accept(wire):
    wire.reset()


async def reset_in_request(wire):
    await wire.read(16)
    wire.reset()


async def reset_in_reply(wire):
    head, body = await wire.forward(await wire.request())
    await wire.send(head + body[:len(body) // 2])
    await asyncio.sleep(0.05)            # what is still on its way would be lost with it
    wire.reset()


async def never_answers(wire):
    await wire.request()
    await wire.silence()


async def never_reads(wire):
    await asyncio.sleep(60)


async def silence(wire):
    await wire.silence()


async def pipe_to_upstream(wire):
    """Bytes both ways, as to a server that speaks TLS itself."""
    reader, writer = await asyncio.open_connection("127.0.0.1", wire.proxy.upstream)
    try:
        await wire.pipe(reader, writer)
    finally:
        writer.close()


async def half_a_reply(wire):
    head, body = await wire.forward(await wire.request())
    await wire.send(head + body[:len(body) // 2])


async def speaks_first(wire):
    await wire.send(b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n")
    await wire.silence()


async def byte_a_second(wire):
    reply = b"".join(await wire.forward(await wire.request()))
    for byte in reply:
        await wire.send(bytes((byte,)))
        await asyncio.sleep(1)


def endless(begin, more):
    async def fault(wire):
        await wire.request()
        await wire.send(begin)
        while True:
            await wire.send(more)
            await asyncio.sleep(0.001)   # the others have to live, too
    return fault


async def within_its_time(wire):
    request = await wire.request()
    await asyncio.sleep(0.6)
    await wire.send(b"".join(await wire.forward(request)))


PORTAL = b"<html><title>WiFi</title>V\xc3\xa4lkommen! Logga in f\xc3\xb6r att surfa.</html>"

HANGS = {                                # until the gateway's timeout
    "never answers": never_answers,
    "never reads": never_reads,
    "one byte a second": byte_a_second,
    "a head without an end, slowly": endless(b"HTTP/1.1 200 OK\r\n", b"X-More: 1\r\n"),
    "interim replies without an end": endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
}
AT_ONCE = {
    "reset on accept": reset_on_accept,
    "reset in the request": reset_in_request,
    "reset in the reply": reset_in_reply,
    "closes without a reply": says(b""),
    "half a head": says(b"HTTP/1.1 200 OK\r\nContent-Ty"),
    "half a reply": half_a_reply,
    "200, then close": says(b"HTTP/1.1 200 OK\r\n\r\n"),
    "200 with nothing": status(200, body=b""),
    "200 from a WiFi portal": status(200, body=PORTAL),
    "204": says(b"HTTP/1.1 204 No Content\r\n\r\n"),
    "401": status(401),
    "404": status(404),
    "429": status(429),
    "429 with Retry-After": status(429, "Retry-After: 30"),
    "500": status(500),
    "500 with a good reply's body": status(500, body=JSON_REPLY.partition(b"\r\n\r\n")[2]),
    "503": status(503),
    "503 with Retry-After": status(503, "Retry-After: 30"),
    "302": redirect(302),
    "307": redirect(307),
    "308": redirect(308),
    "garbage": says(bytes(range(256)) * 8),
    "speaks before it is asked": speaks_first,
    "a body without an end": endless(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n", b"x" * 16384),
    "broken chunks": says(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n"),
}
TAKEN = {                                # by the first gateway
    "slow, within its time": within_its_time,
}
