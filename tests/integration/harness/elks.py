"""The 46elks SMS API, as its documentation describes it, strictly: what it would refuse is refused, and remembered as a violation."""

import base64
import http.server
import itertools
import json
import re
import sys
import threading
import traceback
import urllib.parse

from .config import HOOK_SECRET
from .waiting import eventually

KNOWN = {"from", "to", "message", "whendelivered", "flashsms", "dryrun", "dontlog"}


class Sms:
    def __init__(self, ident, fields):
        self.id, self.to, self.sender, self.text = ident, fields["to"], fields["from"], fields["message"]
        self.receipt_url = fields.get("whendelivered")

    @property
    def page(self):
        """The page's id, from the receipt's address."""
        return urllib.parse.parse_qs(urllib.parse.urlsplit(self.receipt_url).query)["page"][0]

    @property
    def code(self):
        return re.search(r"JA (\d{6})", self.text).group(1)

    @property
    def link(self):
        return re.search(r"https?://\S+/a/\S+", self.text).group(0)

    def __repr__(self):
        return f"<{self.id} to {self.to}: {self.text}>"


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        gateway = self.server.gateway
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        fields = dict(urllib.parse.parse_qsl(body, keep_blank_values=True, strict_parsing=True))
        wrong = gateway.judge(self, fields)
        if wrong:
            gateway.violations.append(wrong)
            self.answer(403, wrong, "text/plain")
            return
        gateway.attempts.append(fields)
        behaviour = gateway.behaviour(fields)
        getattr(self, f"behave_{behaviour}")(fields)

    def answer(self, status, text, content_type="application/json", **headers):
        data = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(data)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def behave_accept(self, fields):
        sms = self.server.gateway.take(fields)
        self.answer(200, json.dumps({"status": "created", "direction": "outgoing", "from": sms.sender, "created": "2026-11-22T02:12:00.000000",
                                     "parts": 1, "to": sms.to, "cost": 3500, "message": sms.text, "id": sms.id}))

    def behave_slow(self, fields):
        """Answers when the test says so."""
        self.server.gateway.released.wait(60)
        self.behave_accept(fields)

    def behave_error(self, fields):
        self.answer(500, f"Internal Server Error at {fields['to']} for {fields['message']}", "text/plain")

    def log_message(self, *_arguments):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, *_arguments):
        """Whoever calls hangs up in the middle, or refuses our certificate; anything else is our own fault, and must not pass for a provider's."""
        if not isinstance(sys.exc_info()[1], OSError):
            self.gateway.violations.append(traceback.format_exc())


class SmsGateway:
    def __init__(self, port, username="u-elks", password="p-elks"):
        self.port = port
        self.credentials = f"{username}:{password}"
        self.taken, self.attempts, self.violations = [], [], []
        self.replies = itertools.count(1)
        self.modes = {}              # number -> behaviour; None: of the rest
        self.released = threading.Event()
        self.lock = threading.Lock()
        self.server = None

    # ---- the server's side

    def judge(self, request, fields):
        """What 46elks would refuse, or None."""
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        if request.path != "/a1/sms":
            return f"no such resource: {request.path}"
        if scheme != "Basic" or base64.b64decode(given).decode() != self.credentials:
            return "API access requires Basic HTTP authentication."
        if request.headers.get_content_type() != "application/x-www-form-urlencoded":
            return f"not a form: {request.headers.get_content_type()}"
        if not {"from", "to", "message"} <= set(fields) <= KNOWN:
            return f"wrong fields: {sorted(fields)}"
        if not re.fullmatch(r"\+[1-9]\d{6,14}", fields["to"]):
            return f"invalid to-number: {fields['to']}"
        if not re.fullmatch(r"\+[1-9]\d{6,14}|[A-Za-z][A-Za-z0-9]{2,10}", fields["from"]):
            return f"invalid from: {fields['from']}"
        if not fields["message"]:
            return "no message"
        return None

    def behaviour(self, fields):
        return self.modes.get(fields["to"], self.modes.get(None, "accept"))

    def take(self, fields):
        with self.lock:
            sms = Sms(f"s{len(self.taken):032x}", fields)
            self.taken.append(sms)
            return sms

    # ---- the test's side

    def start(self):
        self.server = Server(("127.0.0.1", self.port), Handler)
        self.server.gateway = self
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def secure(self, context):
        """TLS from now on. The handshake is the connection's own business, not the listener's."""
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)

    def stop(self):
        self.released.set()
        if self.server:
            self.server.shutdown()
            self.server.server_close()
            self.server = None

    def behave(self, behaviour, number=None):
        self.released.clear()
        self.modes[number] = behaviour

    def to(self, number, containing=""):
        return [sms for sms in list(self.taken) if sms.to == number and containing in sms.text]

    def wait_for(self, number, n=1, containing=""):
        return eventually(lambda: len(self.to(number, containing)) >= n and self.to(number, containing),
                          what=f"{n} SMS to {number} with {containing!r}")

    def tried(self, number):
        return [fields for fields in list(self.attempts) if fields["to"] == number]

    def reply(self, beredd, number, text, ident=None):
        """Somebody answers by SMS: 46elks posts it to the number's sms_url."""
        return beredd.form(f"/hooks/elks/{HOOK_SECRET}/reply", id=ident or f"r{next(self.replies)}", to="+46701740692", message=text,
                           direction="incoming", created="2026-11-22T02:13:00.000000", **{"from": number})

    def receipt(self, beredd, sms, status):
        """46elks posts to whendelivered."""
        parts = urllib.parse.urlsplit(sms.receipt_url)
        return beredd.form(f"{parts.path}?{parts.query}", id=sms.id, status=status, delivered="2026-11-22T02:12:05.000000")
