"""A small configuration, written to files. Tests change what they need before the daemon starts, or before it reloads."""

import hashlib
import pathlib

ANNA, BO, CIA, DRIFT = "+46701740605", "+46701740606", "+46701740607", "+46701740608"
TOKENS = {"rtj": "token-of-rtj", "monitor": "token-of-monitor", "operator": "token-of-operator", "chief": "token-of-chief"}
HOOK_SECRET = "hook-secret-46elks"
FAST_LADDER = """step = 0s primary sms, email
step = 1s secondary sms
repeat = 1s"""
SLOW_LADDER = """step = 0s primary sms, email
step = 10m secondary sms
repeat = 10m"""


class Config:
    """A configuration directory. `files` maps a path below it to a text; write() makes them so."""

    def __init__(self, directory, port, elks_port, smtp_port):
        self.directory = pathlib.Path(directory)
        self.root = self.directory.parent
        self.port, self.elks_port, self.smtp_port = port, elks_port, smtp_port
        self.files = {
            "beredd.ini": self.beredd_ini(),
            "people.ini": self.people_ini(),
            "groups.ini": "[group krisledning]\ntitle = Krisledningsstaben\nmembers = bo.ek, cia.lund\n"
                          "[group drift]\ntitle = Drift\nmembers = drift\n",
            "sources.ini": self.sources_ini(),
            "rosters/TIB.ini": self.roster("TIB", "Tjänsteperson i beredskap", "anna.berg, bo.ek", SLOW_LADDER),
            "rosters/KIB.ini": self.roster("KIB", "Kommunikatör i beredskap", "cia.lund", "step = 0s primary sms\nrepeat = 10m",
                                           "call = on-request\n"),
            "gateways/elks.ini": self.elks_ini(),
            "gateways/mail.ini": self.mail_ini(),
        }

    def beredd_ini(self):
        return f"""[daemon]
organisation = Botkyrka kommun
timezone = Europe/Stockholm
language = sv
socket = {self.root}/run/beredd.sock
state = {self.root}/state
admins = group:drift
admin-channels = email
[http]
listen = 127.0.0.1:{self.port}
public-url = http://127.0.0.1:{self.port}
[channels]
sms = elks
email = mail
"""

    @staticmethod
    def people_ini():
        def person(ident, name, number):
            return f"[person {ident}]\nname = {name}\nsms = {number}\nvoice = {number}\nemail = {ident}@example.se\n"
        return (person("anna.berg", "Anna Berg", ANNA) + person("bo.ek", "Bo Ek", BO) + person("cia.lund", "Cia Lund", CIA)
                + person("drift", "Driften", DRIFT))

    @staticmethod
    def sources_ini():
        rights = {"rtj": "trigger", "monitor": "trigger, drill", "operator": "operate", "chief": "admin"}
        return "".join(f"[source {source}]\ntitle = Källa {source}\nrights = {rights[source]}\n"
                       f"token-sha256 = {hashlib.sha256(token.encode()).hexdigest()}\n" for source, token in TOKENS.items())

    @staticmethod
    def roster(role, title, who, ladder, more=""):
        """One shift that covers every day the tests may run on."""
        return (f"[roster]\nrole = {role}\ntitle = {title}\n{more}"
                f"[shifts]\nshift = 2020-01-01 00:00 / 2090-01-01 00:00 {who}\n[ladder]\n{ladder}\n")

    def elks_ini(self, name="elks", port=None, more=""):
        return (f"[gateway {name}]\ntype = http\npreset = 46elks\nurl = http://127.0.0.1:{port or self.elks_port}/a1/sms\n"
                f"username = u-elks\npassword = p-elks\nfrom = +46701740692\ntimeout = 10s\nhook-secret = {HOOK_SECRET}\n{more}")

    def mail_ini(self, more=""):
        return (f"[gateway mail]\ntype = smtp\nurl = smtp://127.0.0.1:{self.smtp_port}\nfrom = larm@example.se\n"
                f"starttls = no\ntimeout = 20s\n{more}")

    def ladder(self, ladder, role="TIB", who="anna.berg, bo.ek", more=""):
        self.files[f"rosters/{role}.ini"] = self.roster(role, f"Roll {role}", who, ladder, more)
        return self

    def change(self, name, old, new):
        assert old in self.files[name], f"{old!r} is not in {name}"
        self.files[name] = self.files[name].replace(old, new)
        return self

    def outbox(self, channels=("sms", "email")):
        """Every message to a file instead. Returns its path."""
        path = self.root / "outbox.jsonl"
        self.files["gateways/try.ini"] = f"[gateway try]\ntype = outbox\nfile = {path}\n"
        for channel, gateway in (("sms", "elks"), ("email", "mail")):
            if channel in channels:
                self.change("beredd.ini", f"\n{channel} = {gateway}\n", f"\n{channel} = try\n")
                del self.files[f"gateways/{gateway}.ini"]
        return path

    def write(self):
        for name, text in self.files.items():
            path = self.directory / name
            path.parent.mkdir(parents=True, exist_ok=True)
            data = text if isinstance(text, bytes) else text.encode()
            path.write_bytes(data)
            path.chmod(0o600)
        for path in self.directory.rglob("*.ini"):
            if str(path.relative_to(self.directory)) not in self.files:
                path.unlink()
        return self
