"""What a client was promised, and what a gateway got; and whether they agree with what the daemon says at the end (P1 to P6)."""

import base64
import collections
import re

from harness.config import ANNA, BO
from harness.elks import SmsGateway

PERSONS = {ANNA: "anna.berg", BO: "bo.ek"}
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
        self.answered_by = {}                      # summary -> the number that the link went to
        self.refused = collections.Counter()       # status -> triggers that were answered neither 201 nor 503


def differences(ledger, arrivals, incidents, life=None):
    """One line for each thing that does not agree. incidents: as the API tells of them, every one, with its timeline. life: the one that is left
    in peace, and so has to page by itself whatever waits; None: there was none."""
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
    yield from of_promises(ledger, by_id)
    for summary, arrived in pages.items():
        if summary not in ledger.sent:
            yield f"a page of no trigger that was sent: {arrived[0].text}"
    for summary, found in by_summary.items():
        if len(found) > 1:
            yield f"{summary} was triggered once, and is {', '.join(incident['id'] for incident in found)}"
        for incident in found:
            yield from of_incident(ledger, incident, pages[summary], life)
    yield from of_pages(pages, by_summary)


def of_promises(ledger, by_id):
    if not ledger.promised:
        yield "P1: no trigger was ever promised anything"
    for status, times in ledger.refused.items():
        yield f"P1: {times} triggers were answered {status}"
    for summary, ident in ledger.promised.items():
        if ident not in by_id:
            yield f"P1: {ident} was promised and is gone: {summary}"
        elif by_id[ident]["summary"] != summary:
            yield f"P1: {ident} was promised as {summary} and is {by_id[ident]['summary']}"


def is_paging(incident):
    return incident["state"] == "open" and incident["callouts"][-1]["state"] == "paging"


def never_left(arrivals, incidents):
    """P3: what stands in the log as meant to go to those who are still being called has to go, by the process that decided it or by a later one.
    The log has to be older than the arrivals. (Mail is not written down.)"""
    arrived = {arrival.page for arrival in arrivals}
    return [f"P3: page {entry['page']} was to go, and never came"
            for incident in incidents if is_paging(incident)
            for entry in incident["timeline"] if entry["event"] == "page-queued" and entry["channel"] == "sms" and entry["page"] not in arrived]


def of_pages(pages, by_summary):
    for summary, arrived in pages.items():
        queued = {entry["page"] for incident in by_summary[summary] for entry in incident["timeline"] if entry["event"] == "page-queued"}
        said = {}
        for arrival in arrived:
            if arrival.page not in queued:
                yield f"P3: page {arrival.page} arrived, and no intent is in the log: {arrival.text}"
            if said.setdefault(arrival.page, (arrival.to, arrival.text)) != (arrival.to, arrival.text):
                yield f"page {arrival.page} was sent again as another: {arrival.text}"


def of_incident(ledger, incident, arrived, life):
    summary, ident = incident["summary"], incident["id"]
    state = incident["callouts"][-1]["state"]
    answered = summary in ledger.tried or summary in ledger.closed
    if ledger.promised.get(summary) == ident and not arrived and not answered:
        yield f"P2: {ident} was promised, and nobody was paged"
    elif life and is_paging(incident) and not any(arrival.life == life for arrival in arrived):
        yield f"P2: {ident} is open and nobody has it, and life {life} pages nobody"
    if summary in ledger.closed:
        yield from of_closed(ledger.closed[summary], incident, arrived)
    if summary in ledger.acknowledged:
        yield from of_acknowledged(ledger, incident, arrived)
    elif not answered and not is_paging(incident):
        yield f"P5: nobody answered {ident}, and it is {incident['state']}, {state}"


def no_more(incident, event, life, arrived):
    """P4: after that event, which life confirmed, nobody is paged."""
    events = [entry["event"] for entry in incident["timeline"]]
    if event not in events:
        yield f"P4: {incident['id']} was {event}, and knows nothing of it"
        return
    if "page-queued" in events[events.index(event):]:
        yield f"P4: {incident['id']} queued a page after it was {event}"
    for arrival in arrived:
        if arrival.life > life:
            yield f"P4: {incident['id']} was {event} in life {life}, and life {arrival.life} sent {arrival.page}"


def of_closed(life, incident, arrived):
    if incident["state"] != "closed":
        yield f"{incident['id']} was closed, and is {incident['state']}"
    yield from no_more(incident, "closed", life, arrived)


def of_acknowledged(ledger, incident, arrived):
    summary, by = incident["summary"], incident["callouts"][-1].get("acknowledged_by")
    yield from no_more(incident, "acknowledged", ledger.acknowledged[summary], arrived)
    if by != PERSONS.get(ledger.answered_by.get(summary)):
        yield f"P5: {incident['id']} was acknowledged by the link that {ledger.answered_by.get(summary)} got, and is {by}'s"
