"""What becomes of a call once the provider has ordered it: faults for a Proxy, by name. Each is a plan as in faults_receipts: what the provider
tells before the reply to the order, whether that comes, and what it tells after it."""

import asyncio
import re
import urllib.parse

from .faults_receipts import STRANGE
from .provider import Twilio

STATUS = {                               # words, as each provider says them
    "46elks-calls": {"rings": "ongoing", "rings out": "failed", "busy": "busy", "hangs up": "success"},
    "twilio-calls": {"rings": "ringing", "rings out": "no-answer", "busy": "busy", "hangs up": "completed", "cannot be put through": "failed"},
}


class Calls:
    """`before` and `after` are words: those of STATUS, picks up, presses nothing, voicemail, strange (the end of a call that nobody has
    ordered)."""

    def __init__(self, before="", after="", replies=True):
        self.before, self.after, self.replies = before.split(", "), after.split(", "), replies

    async def __call__(self, wire):
        request = await wire.request()
        head, body = await wire.forward(request)
        order = dict(urllib.parse.parse_qsl(request.partition(b"\r\n\r\n")[2].decode()))
        await self.tell(wire, self.before, order)
        if not self.replies:
            wire.proxy.played += 1
            await wire.silence()
        await wire.send(head + body)
        await self.tell(wire, self.after, order)
        wire.proxy.played += 1
        await self(wire)

    async def tell(self, wire, words, order):
        for word in filter(None, words):
            wire.proxy.answers.append((word, await self.post(wire, word, order)))

    async def post(self, wire, word, order):
        """One request of the provider's, to the daemon's local socket. Returns the status that came back."""
        kind = "46elks-calls" if "voice_start" in order else "twilio-calls"
        begin, end = (order["voice_start"], order["whenhangup"]) if kind == "46elks-calls" else (order["Url"], order["StatusCallback"])
        url = begin if word in ("picks up", "voicemail") else end
        form = {"callid": "c1", "from": order["from"], "to": order["to"]} if kind == "46elks-calls" else {"CallSid": "CA1"}
        if word == "presses nothing":
            url = begin.replace("stage=ask", "stage=answer&n=3")
            form |= {"result": "failed"} if kind == "46elks-calls" else {"Digits": ""}
        elif word == "strange":
            url = re.sub(r"page=[\w-]+", f"page={STRANGE}", end)
            form |= self.status(kind, "rings out")
        elif word == "voicemail":
            form |= {"CallStatus": "in-progress", "AnsweredBy": "machine_start"}
        elif word != "picks up":
            form |= self.status(kind, word)
        signature = Twilio(0).signature(url, form) if kind == "twilio-calls" else "none"
        return await self.request(wire, url, urllib.parse.urlencode(form).encode(), signature)

    @staticmethod
    def status(kind, word):
        return {"state" if kind == "46elks-calls" else "CallStatus": STATUS[kind][word]}

    @staticmethod
    async def request(wire, url, body, signature):
        reader, writer = await asyncio.open_unix_connection(wire.proxy.local)
        try:
            writer.write(f"POST /{url.split('/', 3)[3]} HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                         f"X-Twilio-Signature: {signature}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body)
            return int((await reader.readline()).split()[1])
        finally:
            writer.close()


TAKEN = {                                # it rings, and nothing more has to be done
    "states of its way, and ends of unknown calls": Calls(before="strange, rings", after="rings, strange"),
}
UNANSWERED = {                           # nobody rings that number for it again: the other ways to the person are tried. And why it is said to be
    "rings out": (Calls(after="rings out"), "no answer"),
    "is busy": (Calls(after="busy"), "busy"),
    "picks up, and hangs up": (Calls(after="picks up, hangs up"), "hung up without an answer"),
    "picks up, and says nothing": (Calls(after="picks up, presses nothing, hangs up"), "picked up, and gave no answer"),
    "rings out, and it is told twice": (Calls(after="rings out, rings out"), "no answer"),
    "rings out, before the reply": (Calls(before="rings out"), "no answer"),
    "rings out, and no reply": (Calls(before="rings out", replies=False), "no answer"),
}
MACHINE = {                              # of providers that listen for one
    "voicemail": (Calls(after="voicemail"), "an answering machine took the call"),
    "voicemail, before the reply": (Calls(before="voicemail", after="hangs up"), "an answering machine took the call"),
}
NEXT = {                                 # it has not rung: the second has it at once
    "cannot be put through": Calls(after="cannot be put through"),
    "cannot be put through, before the reply": Calls(before="cannot be put through"),
    "cannot be put through, and it is told twice": Calls(after="cannot be put through, cannot be put through"),
}
