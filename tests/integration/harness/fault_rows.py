"""The rows of the fault matrix: what stands where, and what goes wrong on the way to the first gateway."""

import dataclasses

from . import faults_calls, faults_http, faults_receipts, faults_smtp, name_server
from .fault_proxy import relay_http


@dataclasses.dataclass(frozen=True)
class Row:
    kind: str                            # of the first gateway: 46elks, twilio, kannel, smtp, 46elks-calls, twilio-calls
    name: str
    fault: object = None                 # for the Proxy; None: it hands on
    hangs: bool = False                  # it shows only when the timeout is over
    taken: bool = False                  # by the first gateway
    listening: str = "yes"
    host: str = "127.0.0.1"
    scheme: str = ""                     # https; starttls
    server: str = "plain"                # the certificate of the server behind it: good, expired, wrong name
    trusts: bool = True                  # whoever has signed that
    receipts: bool = False               # it is about these: what is delivered, and for how long that may be unknown
    hooks: object = None                 # a fault for a Proxy on the way of the gateway's own receipts; None: they come to nobody
    played: bool = False                 # the fault goes on after the reply, and counts as played when it is over
    unanswered: str = ""                 # a call: why it was none; other ways are tried

    @property
    def is_call(self):
        return self.kind.endswith("-calls")

    @property
    def expected(self):
        """Who has the pages in the end."""
        return "first" if self.taken else "other" if self.unanswered else "second"

    def __str__(self):
        return f"{self.kind}-{self.name}"


def http_rows(kind):
    yield Row(kind, "no fault", relay_http, taken=True)
    yield from (Row(kind, name, fault, taken=True) for name, fault in faults_http.TAKEN.items())
    yield from (Row(kind, name, fault) for name, fault in faults_http.AT_ONCE.items())
    yield from (Row(kind, name, fault, hangs=True) for name, fault in faults_http.HANGS.items())
    yield Row(kind, "connection refused", listening="refused")
    yield Row(kind, "SYNs lost", listening="full", hangs=True)
    if kind != "46elks":                 # what is below HTTP is the same for all of them
        return
    yield Row(kind, "name not known", host=name_server.UNKNOWN)
    yield Row(kind, "name server silent", host=name_server.SILENT, hangs=True)
    yield Row(kind, "TLS, no fault", faults_http.pipe_to_upstream, scheme="https", server="good", taken=True)
    yield Row(kind, "TLS certificate expired", faults_http.pipe_to_upstream, scheme="https", server="expired")
    yield Row(kind, "TLS certificate for another name", faults_http.pipe_to_upstream, scheme="https", server="wrong name")
    yield Row(kind, "TLS certificate by nobody we know", faults_http.pipe_to_upstream, scheme="https", server="good", trusts=False)
    yield Row(kind, "no TLS, but garbage", faults_http.speaks_first, scheme="https")
    yield Row(kind, "no answer to the TLS handshake", faults_http.silence, scheme="https", hangs=True)


def receipt_rows(kind):
    yield from (Row(kind, name, fault, taken=True, receipts=True, played=True) for name, fault in faults_receipts.DELIVERED.items())
    yield from (Row(kind, name, fault, receipts=True, played=True) for name, fault in faults_receipts.FAILED.items())
    yield from (Row(kind, name, fault, hangs=True, receipts=True, played=True) for name, fault in faults_receipts.SILENT.items())


def own_receipt_rows(kind):
    for name, (fault, back) in faults_receipts.RETURNED.items():
        yield Row(kind, name, fault, taken=True, receipts=True, hooks=back)
    for name, (fault, back) in faults_receipts.LOST.items():
        yield Row(kind, name, fault, hangs=True, receipts=True, hooks=back)


def call_rows(kind):
    yield Row(kind, "no fault", relay_http, taken=True)
    yield Row(kind, "connection refused", listening="refused")
    yield Row(kind, "SYNs lost", listening="full", hangs=True)
    yield Row(kind, "never answers", faults_http.HANGS["never answers"], hangs=True)
    yield from (Row(kind, name, faults_http.AT_ONCE[name]) for name in ("500", "half a reply", "429 with Retry-After"))
    yield from (Row(kind, name, fault, taken=True, played=True) for name, fault in faults_calls.TAKEN.items())
    unanswered, unconnected = faults_calls.UNANSWERED, {}
    if kind == "twilio-calls":           # the other does not listen for machines, and does not tell a number that nobody has from one that rings out
        unanswered, unconnected = faults_calls.UNANSWERED | faults_calls.MACHINE, faults_calls.NEXT
    yield from (Row(kind, name, fault, played=True, unanswered=why) for name, (fault, why) in unanswered.items())
    yield from (Row(kind, name, fault, played=True) for name, fault in unconnected.items())


def smtp_rows():
    kind = "smtp"
    yield Row(kind, "no fault", faults_smtp.Relay(), taken=True)
    yield from (Row(kind, name, fault, taken=True) for name, fault in faults_smtp.TAKEN.items())
    yield from (Row(kind, name, fault) for name, fault in faults_smtp.AT_ONCE.items())
    yield from (Row(kind, name, fault, hangs=True) for name, fault in faults_smtp.HANGS.items())
    yield Row(kind, "connection refused", listening="refused")
    yield Row(kind, "SYNs lost", listening="full", hangs=True)
    yield Row(kind, "name not known", host=name_server.UNKNOWN)
    yield Row(kind, "name server silent", host=name_server.SILENT, hangs=True)
    secure = {"scheme": "starttls", "server": "good"}
    yield Row(kind, "STARTTLS, no fault", faults_smtp.Relay(), taken=True, **secure)
    yield from (Row(kind, name, fault, **secure) for name, fault in faults_smtp.STARTTLS_AT_ONCE.items())
    yield from (Row(kind, name, fault, hangs=True, **secure) for name, fault in faults_smtp.STARTTLS_HANGS.items())
    yield Row(kind, "STARTTLS certificate expired", faults_smtp.Relay(), scheme="starttls", server="expired")
    yield Row(kind, "STARTTLS certificate for another name", faults_smtp.Relay(), scheme="starttls", server="wrong name")
    yield Row(kind, "STARTTLS certificate by nobody we know", faults_smtp.Relay(), trusts=False, **secure)


ROWS = [row for kind in ("46elks", "twilio", "kannel") for row in http_rows(kind)] + list(smtp_rows())
ROWS += [row for kind in ("46elks", "twilio") for row in receipt_rows(kind)]
ROWS += own_receipt_rows("kannel")
ROWS += [row for kind in ("46elks-calls", "twilio-calls") for row in call_rows(kind)]
ROWS_BY_NAME = {str(row): row for row in ROWS}
