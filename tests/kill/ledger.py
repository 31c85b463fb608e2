"""What a client was promised, and what a gateway got; and whether they agree with what the daemon says at the end (P1 to P6)."""

import base64
import collections
import re

from harness.elks import SmsGateway

SUMMARY = re.compile(r"Prov \d+-\d+")
PAGE = re.compile(r"LARM TIB \d\d:\d\d: ")

Arrival = collections.namedtuple("Arrival", "life page to text summary is_page")


class Gateway(SmsGateway):
    """Writes down every request, and by which life of the daemon it was sent: each has a user name of its own."""

    def __init__(self, port, random):
        super().__init__(port)
        self.random, self.arrivals = random, []

    def judge(self, request, fields):
        _, _, given = request.headers.get("Authorization", "").partition(" ")
        user, _, _ = base64.b64decode(given).decode().partition(":")
        self.credentials = f"{user}:p-elks"
        text, found = fields.get("message", ""), SUMMARY.search(fields.get("message", ""))
        page = re.search(r"[?&]page=([^&]+)", fields.get("whendelivered", ""))
        self.arrivals.append(Arrival(int(user.rpartition("-")[2]), page and page.group(1), fields.get("to"), text,
                                     found and found.group(0), bool(PAGE.match(text))))
        return None

    def behaviour(self, fields):
        return "error" if self.random.random() < 0.05 else "accept"


class Ledger:
    """The client's side. Whatever has no answer is in `tried` alone: it may have happened or not."""

    def __init__(self):
        self.sent, self.tried = set(), set()       # summaries
        self.promised = {}                         # summary -> id
        self.acknowledged, self.closed = {}, {}    # summary -> the life that answered 200


def differences(ledger, arrivals, incidents):
    """One line for each thing that does not agree. incidents: as the API tells of them, every one, with its timeline."""
    by_id = {incident["id"]: incident for incident in incidents}
    by_summary = collections.defaultdict(list)
    pages = collections.defaultdict(list)
    for arrival in arrivals:
        if arrival.is_page:
            pages[arrival.summary].append(arrival)
    for incident in incidents:
        by_summary[incident["summary"]].append(incident)
        if incident["summary"] not in ledger.sent:
            yield f"{incident['id']} is of no trigger that was sent: {incident['summary']}"
    for summary, ident in ledger.promised.items():
        if ident not in by_id:
            yield f"P1: {ident} was promised and is gone: {summary}"
        elif by_id[ident]["summary"] != summary:
            yield f"P1: {ident} was promised as {summary} and is {by_id[ident]['summary']}"
    for summary, arrived in pages.items():
        if summary not in ledger.sent:
            yield f"a page of no trigger that was sent: {arrived[0].text}"
    for summary, found in by_summary.items():
        for incident in found:
            yield from of_incident(ledger, incident, pages[summary])
    yield from of_pages(pages, by_summary)


def of_pages(pages, by_summary):
    for summary, arrived in pages.items():
        queued = {entry["page"] for incident in by_summary[summary] for entry in incident["timeline"] if entry["event"] == "page-queued"}
        said = {}
        for arrival in arrived:
            if arrival.page not in queued:
                yield f"P3: page {arrival.page} arrived, and no intent is in the log: {arrival.text}"
            if said.setdefault(arrival.page, (arrival.to, arrival.text)) != (arrival.to, arrival.text):
                yield f"page {arrival.page} was sent again as another: {arrival.text}"


def of_incident(ledger, incident, arrived):
    summary, ident = incident["summary"], incident["id"]
    state = incident["callouts"][-1]["state"]
    if ledger.promised.get(summary) == ident and not arrived and summary not in ledger.closed and summary not in ledger.tried:
        yield f"P2: {ident} was promised, and nobody was paged"
    if summary in ledger.closed and incident["state"] != "closed":
        yield f"{ident} was closed, and is {incident['state']}"
    if summary in ledger.acknowledged:
        yield from of_acknowledged(ledger.acknowledged[summary], incident, arrived)
    elif summary not in ledger.tried and summary not in ledger.closed and (state != "paging" or incident["state"] != "open"):
        yield f"P5: nobody answered {ident}, and it is {state}"


def of_acknowledged(life, incident, arrived):
    events = [entry["event"] for entry in incident["timeline"]]
    if "acknowledged" not in events:
        yield f"P4: {incident['id']} was acknowledged, and knows nothing of it"
        return
    if "page-queued" in events[events.index("acknowledged"):]:
        yield f"P4: {incident['id']} queued a page after it was acknowledged"
    for arrival in arrived:
        if arrival.life > life:
            yield f"P4: {incident['id']} was acknowledged in life {life}, and life {arrival.life} sent {arrival.page}"
