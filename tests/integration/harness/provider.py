"""Providers over HTTP that are not 46elks: a server that keeps what it was asked, and answers as a class of this file says."""

import base64
import hashlib
import hmac
import http.server
import json
import re
import sys
import threading
import traceback
import urllib.parse

from .waiting import eventually


class Asked:
    """One request: `path`, `query` and `fields` are decoded."""

    def __init__(self, handler):
        parts = urllib.parse.urlsplit(handler.path)
        self.method, self.path, self.headers = handler.command, parts.path, handler.headers
        self.query = dict(urllib.parse.parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)))
        self.body = handler.rfile.read(int(handler.headers.get("Content-Length", 0)))

    @property
    def fields(self):
        return dict(urllib.parse.parse_qsl(self.body.decode(), keep_blank_values=True, strict_parsing=True))

    @property
    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"<{self.method} {self.path} {self.query} {self.body!r}>"


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        asked = Asked(self)
        self.server.provider.asked.append(asked)
        status, content_type, text, *headers = self.server.provider.answer(asked)
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(text.encode())))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text.encode())

    do_GET = do_PUT = do_POST

    def log_message(self, *_arguments):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, *_arguments):
        """Whoever calls hangs up in the middle, or refuses our certificate; anything else is our own fault, and must not pass for a provider's."""
        if not isinstance(sys.exc_info()[1], OSError):
            self.provider.violations.append(traceback.format_exc())


class Provider:
    """Takes everything. Subclasses say what is taken, and how."""

    def __init__(self, port):
        self.port, self.asked, self.messages, self.violations = port, [], [], []
        self.server = None

    def answer(self, asked):
        self.messages.append(asked)
        return 200, "text/plain", "ok"

    def refuse(self, status, why):
        self.violations.append(why)
        return status, "text/plain", why

    def start(self):
        self.server = Server(("127.0.0.1", self.port), Handler)
        self.server.provider = self
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def wait_for(self, n=1):
        return eventually(lambda: len(self.messages) >= n and self.messages[:], what=f"{n} messages")


class Twilio(Provider):
    """The Messages resource as its documentation describes it; what it would refuse is remembered as a violation."""

    ACCOUNT, TOKEN, NUMBER = "AC0123456789abcdef0123456789abcdef", "auth-token-of-twilio", "+46701740697"
    KNOWN = {"To", "From", "Body", "StatusCallback", "ValidityPeriod"}

    def answer(self, asked):
        wrong = self.judge(asked)
        if wrong:
            return self.refuse(400, wrong)
        self.messages.append(asked.fields)
        sid = f"SM{len(self.messages):032x}"
        return 201, "application/json", json.dumps({"sid": sid, "status": "queued", "error_code": None, **{
            key.lower(): asked.fields[key] for key in ("To", "From", "Body")}})

    def judge(self, asked):
        scheme, _, given = asked.headers.get("Authorization", "").partition(" ")
        if (asked.method, asked.path) != ("POST", f"/2010-04-01/Accounts/{self.ACCOUNT}/Messages.json"):
            return f"20404 no such resource: {asked.method} {asked.path}"
        if scheme != "Basic" or base64.b64decode(given).decode() != f"{self.ACCOUNT}:{self.TOKEN}":
            return "20003 Authenticate"
        if asked.headers.get_content_type() != "application/x-www-form-urlencoded":
            return f"not a form: {asked.headers.get_content_type()}"
        if not {"To", "From", "Body"} <= set(asked.fields) <= self.KNOWN:
            return f"wrong fields: {sorted(asked.fields)}"
        if not re.fullmatch(r"\+[1-9]\d{6,14}", asked.fields["To"]):
            return f"21211 invalid 'To' number: {asked.fields['To']}"
        if not 1 <= len(asked.fields["Body"]) <= 1600:
            return "21617 the length of the body"
        return None

    def signature(self, url, fields, token=None):
        text = url + "".join(name + value for name, value in sorted(fields.items()))
        digest = hmac.new((token or self.TOKEN).encode(), text.encode(), hashlib.sha1).digest()
        return base64.b64encode(digest).decode()

    def call(self, beredd, url, fields, **headers):
        """As Twilio calls a webhook: a form, signed over the public address."""
        path = url.split("/", 3)[3]
        headers = {"X-Twilio-Signature": self.signature(url, fields)} | headers
        return beredd.request("POST", f"/{path}", urllib.parse.urlencode(fields).encode(), headers={
            name: value for name, value in headers.items() if value is not None} | {
            "Content-Type": "application/x-www-form-urlencoded; charset=utf-8"})
