"""What providers say of a page later, sooner than they should, twice, or in the wrong order: faults for a Proxy, by name. Each is a plan: what
is said before the reply to the request, whether that comes, and what is said after it."""

import asyncio
import json
import re
import urllib.parse

from .fault_proxy import relay_http
from .provider import Twilio

FINAL = {"46elks": ("delivered", "failed"), "twilio": ("delivered", "undelivered")}
EARLIER = {"46elks": "sent", "twilio": "sending"}
STRANGE = "2026-9999-1-0badf00d"         # no page of ours


class Receipts:
    """`before` and `after` are words: yes, never, sent (a state on the way), strange (of a page that nobody has sent), no page (nothing but an id)."""

    def __init__(self, before="", after="", replies=True):
        self.before, self.after, self.replies = before.split(", "), after.split(", "), replies

    async def __call__(self, wire):
        request = await wire.request()
        head, body = await wire.forward(request)
        fields = dict(urllib.parse.parse_qsl(request.partition(b"\r\n\r\n")[2].decode()))
        ident = json.loads(body)["id" if "whendelivered" in fields else "sid"]
        await self.say(wire, self.before, fields, ident)
        if not self.replies:
            wire.proxy.played += 1
            await wire.silence()
        await wire.send(head + body)
        await self.say(wire, self.after, fields, ident)
        wire.proxy.played += 1
        await self(wire)

    async def say(self, wire, words, fields, ident):
        for word in filter(None, words):
            wire.proxy.answers.append((word, await self.post(wire, word, fields, ident)))

    async def post(self, wire, word, fields, ident):
        """One receipt, as this provider sends it, to the daemon's local socket. Returns the status that came back."""
        kind = "46elks" if "whendelivered" in fields else "twilio"
        url = fields.get("whendelivered") or fields["StatusCallback"]
        if word in ("strange", "no page"):
            url = re.sub(r"\?page=[\w-]+", f"?page={STRANGE}" if word == "strange" else "", url)
            ident = "of-nobody"
        status = {"yes": FINAL[kind][0], "never": FINAL[kind][1], "sent": EARLIER[kind]}.get(word, FINAL[kind][1])
        form = {"id": ident, "status": status} if kind == "46elks" else {"MessageSid": ident, "MessageStatus": status}
        body = urllib.parse.urlencode(form).encode()
        signature = Twilio(0).signature(url, form) if kind == "twilio" else "none"
        path = "/" + url.split("/", 3)[3]
        reader, writer = await asyncio.open_unix_connection(wire.proxy.local)
        try:
            writer.write(f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nX-Twilio-Signature: {signature}\r\n"
                         f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body)
            return int((await reader.readline()).split()[1])
        finally:
            writer.close()


DELIVERED = {                            # by the first gateway; nobody is paged twice
    "a receipt before the reply": Receipts(before="yes"),
    "a receipt, and no reply": Receipts(before="yes", replies=False),
    "receipts twice": Receipts(before="yes", after="yes, yes"),
    "receipts out of order": Receipts(after="yes, sent, never"),
    "receipts of unknown pages": Receipts(before="strange, no page", after="strange, no page, yes"),
}
FAILED = {                               # the second has it at once
    "a receipt that says never": Receipts(after="never"),
    "never, before the reply": Receipts(before="never"),
    "never, twice": Receipts(before="never", after="sent, never, never"),
}
SILENT = {                               # for as long as receipt-timeout
    "no receipt": Receipts(),
    "receipts of nothing but its way": Receipts(before="sent", after="sent, strange"),
}


# ---- a gateway that gives receipts itself, as Kannel does: what can go wrong on the way back

class Deliver:
    """Hands each receipt on to the daemon's local socket that many times."""

    def __init__(self, times=1):
        self.times = times

    async def __call__(self, wire):
        while True:
            request = await wire.request()
            for _ in range(self.times):
                wire.proxy.answers.append((wire.attempt.page, await self.hand_on(wire.proxy.local, request)))
            wire.proxy.played += 1
            await wire.send(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    @staticmethod
    async def hand_on(socket, request):
        reader, writer = await asyncio.open_unix_connection(socket)
        try:
            writer.write(request)
            return int((await reader.readline()).split()[1])
        finally:
            writer.close()


async def after_its_receipt(wire):
    """The reply waits until the daemon has had the receipt."""
    while True:
        request = await wire.request()
        reply = b"".join(await wire.forward(request))
        while wire.attempt.page not in (page for page, _ in wire.proxy.hooks.answers):
            await asyncio.sleep(0.005)
        await wire.send(reply)


RETURNED = {                             # what is on the way to the gateway, and what on the way back
    "receipts of its own": (relay_http, Deliver()),
    "receipts of its own, twice": (relay_http, Deliver(2)),
    "receipts of its own, before the reply": (after_its_receipt, Deliver()),
}
LOST = {
    "receipts of its own are lost": (relay_http, Deliver(0)),
}
