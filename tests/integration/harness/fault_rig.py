"""What the rows of the fault matrix share: the gateways themselves, certificates, and a clock that says how late the machine is."""

import contextlib
import ssl
import subprocess
import threading
import time

from . import kannel, name_server
from .daemon import TOP
from .elks import SmsGateway
from .provider import Twilio
from .smtp import MailServer
from .voice import ElksCalls, TwilioCalls
from .ports import free_port

TIMEOUT = 1                              # s: the shortest that a gateway may have
PROMPTS = ("alarm", "drill", "yes", "no", "taken", "over", "test")
RECORDED = "".join(f"prompt-sv-{name} = https://www.example.se/larm/{name}.mp3\n" for name in PROMPTS)


class Heartbeat:
    """A thread that wants to run every 10 ms: how late it was says how late the machine was."""

    def __init__(self):
        self.late, self.closed = [], False
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        while not self.closed:
            due = time.monotonic() + 0.01
            time.sleep(0.01)
            self.late.append((due, time.monotonic() - due))

    def worst(self, since):
        return max((late for due, late in list(self.late) if due >= since), default=0.0)

    def stop(self):
        self.closed = True
        self.thread.join()


class Certificates:
    """Each signs itself, and is its own ca-file."""

    def __init__(self, directory):
        self.directory = directory
        self.make("good", "IP:127.0.0.1", 2)
        self.make("expired", "IP:127.0.0.1", -1)
        self.make("wrong name", "DNS:other.example.se", 2)

    def make(self, name, names, days):
        key, request, extensions = self.key(name), self.directory / f"{name}.csr", self.directory / f"{name}.ext"
        extensions.write_text(f"subjectAltName={names}\n")
        for command in (["req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key, "-out", request, "-subj",
                         "/CN=provider"],
                        ["x509", "-req", "-in", request, "-signkey", key, "-days", str(days), "-extfile", extensions, "-out", self.path(name)]):
            subprocess.run(["openssl", *command], check=True, capture_output=True)

    def key(self, name):
        return self.directory / f"{name}.key"

    def path(self, name):
        return self.directory / f"{name}.pem"

    def context(self, name):
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.path(name), self.key(name))
        return context


class Rig:
    """The gateways themselves: the same for all rows, each of which comes to them through proxies of its own."""

    def __init__(self, directory):
        self.directory, self.kannel = directory, None
        self.ending = contextlib.ExitStack()
        self.certificates = Certificates(directory)
        self.heartbeat = Heartbeat()
        self.ending.callback(self.heartbeat.stop)
        self.names = None
        if not name_server.missing():
            self.names = name_server.NameServer(directory)
            self.ending.callback(self.names.stop)
        self.elks, self.twilio = self.started(SmsGateway(free_port())), self.started(Twilio(free_port()))
        self.calls = {"46elks-calls": self.started(ElksCalls(free_port())), "twilio-calls": self.started(TwilioCalls(free_port()))}
        self.mail = {"plain": self.started(MailServer(free_port()))}
        self.secure = {}
        for name in ("good", "expired", "wrong name"):
            context = self.certificates.context(name)
            self.mail[name] = self.started(MailServer(free_port(), tls_context=context, require_starttls=True))
            self.secure[name] = self.started(SmsGateway(free_port()))
            self.secure[name].secure(context)

    def started(self, service):
        service.start()
        self.ending.callback(service.stop)
        return service

    def need_kannel(self):
        self.kannel = self.started(kannel.Kannel(self.directory / "kannel", free_port()))

    def stop(self):
        self.ending.close()

    def violations(self):
        services = [self.elks, self.twilio, *self.calls.values(), *self.secure.values()]
        return [text for service in services for text in service.violations]

    # ---- a gateway's section, and the port of what is behind it

    def upstream(self, kind, server="plain"):
        if kind == "smtp":
            return self.mail[server].port
        if server != "plain":
            return self.secure[server].port
        return self.kannel.send_port if kind == "kannel" else (self.calls | {"46elks": self.elks, "twilio": self.twilio})[kind].port

    def section(self, name, kind, port, row=None):
        """`port` is the proxy's. `row`: it is the row's first gateway."""
        host, scheme = (row.host, row.scheme) if row else ("127.0.0.1", "")
        more = f"timeout = {TIMEOUT if row else 20}s\n" + (f"receipt-timeout = {TIMEOUT}s\n" if row and row.receipts else "")
        if scheme and row.trusts:
            more += f"ca-file = {self.certificates.path(row.server if row.server != 'plain' else 'good')}\n"
        if kind == "smtp":
            return (f"[gateway {name}]\ntype = smtp\nurl = smtp://{host}:{port}\nfrom = larm@example.se\n"
                    f"starttls = {'required' if scheme else 'no'}\n{more}")
        url, who = self.address(kind, f"{scheme or 'http'}://{host}:{port}")
        key = "voice-url" if kind in self.calls else "url"
        return (f"[gateway {name}]\ntype = http\npreset = {kind.removesuffix('-calls')}\n{key} = {url}\n{who}"
                f"hook-secret = secret-for-the-hooks-of-{name}\n{more}")

    def address(self, kind, base):
        if kind == "46elks":
            return f"{base}/a1/sms", "username = u-elks\npassword = p-elks\nfrom = +46701740692\n"
        if kind == "twilio":
            return (f"{base}/2010-04-01/Accounts/{{username}}/Messages.json",
                    f"username = {Twilio.ACCOUNT}\npassword = {Twilio.TOKEN}\nfrom = {Twilio.NUMBER}\n")
        if kind == "46elks-calls":
            return f"{base}/a1/calls", "username = u-elks\npassword = p-elks\nfrom = +46701740692\n" + RECORDED
        if kind == "twilio-calls":
            return (f"{base}/2010-04-01/Accounts/{{username}}/Calls.json",
                    f"username = {Twilio.ACCOUNT}\npassword = {Twilio.TOKEN}\nfrom = {Twilio.NUMBER}\n")
        return (self.kannel.url(TOP / "conf" / "presets" / "kannel.ini", base),
                f"username = {self.kannel.USER}\npassword = {self.kannel.PASSWORD}\nfrom = +46701740692\n")
