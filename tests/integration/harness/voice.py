"""Providers that ring, strictly, as their documentation describes them. A test picks up, presses and hangs up; the double asks the daemon
what it is told to ask, and remembers as a violation whatever the provider would not have understood."""

import base64
import json
import re
import urllib.parse
import xml.etree.ElementTree

from .provider import Provider, Twilio
from .waiting import eventually

NUMBER = r"\+[1-9]\d{6,14}"


class Call:
    """One telephone that rings. `said` is what was heard: texts, or addresses of recordings."""

    def __init__(self, provider, beredd, ident, fields):
        self.provider, self.beredd, self.id, self.fields = provider, beredd, ident, fields
        self.said, self.next, self.last = [], None, None

    def ask(self, url, **fields):
        """Asks the daemon what comes next, and does it."""
        self.last = self.provider.post(self.beredd, url, self, fields)
        assert self.last.status == 200, self.last
        self.next = self.provider.follow(self, self.last)
        return self

    def pick_up(self, **more):
        return self.ask(self.provider.start_url(self), **self.provider.on_start(), **more)

    def press(self, digit, **more):
        """The empty string: no key is pressed until the time is up."""
        assert self.next, "nobody asks for a digit"
        return self.ask(self.next, **self.provider.on_digit(digit), **more)

    def end(self, status):
        """The call is over: the provider tells. Its answer is of no interest to it, but for the status."""
        answer = self.provider.post(self.beredd, self.provider.end_url(self), self, self.provider.on_end(status))
        assert answer.status == 200, answer
        return answer

    def hang_up(self):
        return self.end(self.provider.COMPLETED)


class Rings:
    """What the doubles have in common: a list of calls, each tied to the daemon once the test asks for it."""

    def calls(self, number=None):
        return [fields for fields in list(self.messages) if number in (None, fields[self.TO])]

    def wait_for_call(self, beredd, number=None, n=1):
        """The n-th call to that number."""
        fields = eventually(lambda: len(self.calls(number)) >= n and self.calls(number), what=f"call {n} to {number}")[n - 1]
        return Call(self, beredd, f"c{self.messages.index(fields):032x}", fields)

    def expect(self, good, what):
        if not good:
            self.violations.append(what)
        return good

    def check_address(self, url):
        return self.expect(re.fullmatch(r"https?://[^\s<>\"]+", url), f"not an address: {url}")


class ElksCalls(Rings, Provider):
    """46elks' calls: actions in JSON, recordings only."""

    USER, PASSWORD, COMPLETED, TO = "u-elks", "p-elks", "success", "to"

    def answer(self, asked):
        wrong = self.judge(asked)
        if wrong:
            return self.refuse(403, wrong)
        self.messages.append(asked.fields)
        return 200, "application/json", json.dumps({"id": f"c{len(self.messages):032x}", "state": "ongoing", "direction": "outgoing",
                                                    "from": asked.fields["from"], "to": asked.fields["to"]})

    def judge(self, asked):
        scheme, _, given = asked.headers.get("Authorization", "").partition(" ")
        if (asked.method, asked.path, asked.query) != ("POST", "/a1/calls", {}):
            return f"no such resource: {asked}"
        if scheme != "Basic" or base64.b64decode(given).decode() != f"{self.USER}:{self.PASSWORD}":
            return "API access requires Basic HTTP authentication."
        if asked.headers.get_content_type() != "application/x-www-form-urlencoded":
            return "not a form"
        if not {"from", "to", "voice_start"} <= set(asked.fields) <= {"from", "to", "voice_start", "whenhangup", "timeout"}:
            return f"wrong fields: {sorted(asked.fields)}"
        if not (re.fullmatch(NUMBER, asked.fields["to"]) and re.fullmatch(NUMBER, asked.fields["from"])):
            return "a number is invalid"
        if not 1 <= int(asked.fields.get("timeout", "60")) <= 600:
            return "timeout"
        return None

    def start_url(self, call):
        self.check_address(call.fields["voice_start"])
        return call.fields["voice_start"]

    def end_url(self, call):
        self.check_address(call.fields["whenhangup"])
        return call.fields["whenhangup"]

    def on_start(self):
        return {}

    def on_digit(self, digit):
        return {"result": digit or "failed"}

    def on_end(self, status):
        return {"state": status, "actions": "[]"}

    def post(self, beredd, url, call, fields):
        path = f"/{url.split('/', 3)[3]}"
        return beredd.form(path, callid=call.id, direction="outgoing", **{"from": call.fields["from"], "to": call.fields["to"]}, **fields)

    def follow(self, call, answer):
        self.expect(answer.headers["Content-Type"].startswith("application/json"), f"not JSON: {answer.headers}")
        action = answer.json
        if "ivr" in action:
            self.expect(set(action) <= {"ivr", "digits", "timeout", "repeat", "next"}, f"unknown keys: {action}")
            self.expect(1 <= action["timeout"] <= 30 and action["digits"] == 1 and action["repeat"] >= 1, f"out of bounds: {action}")
            call.said.append(action["ivr"])
            self.check_address(action["ivr"])
            self.check_address(action["next"])
            return action["next"]
        self.expect(set(action) == {"play"}, f"unknown action: {action}")
        self.check_address(action["play"])
        call.said.append(action["play"])
        return None


class TwilioCalls(Rings, Twilio):
    """Twilio's calls: TwiML, spoken texts, and a signature on all that it asks. Its Messages as in the base."""

    COMPLETED, TO = "completed", "To"
    CALL_FIELDS = {"To", "From", "Url", "Method", "StatusCallback", "StatusCallbackEvent", "Timeout", "MachineDetection"}

    def __init__(self, port):
        super().__init__(port)
        self.texts = []

    def answer(self, asked):
        if not asked.path.endswith("/Calls.json"):
            answer = super().answer(asked)
            self.texts += self.messages[-1:]
            del self.messages[-1:]
            return answer
        wrong = self.judge_call(asked)
        if wrong:
            return self.refuse(400, wrong)
        self.messages.append(asked.fields)
        return 201, "application/json", json.dumps({"sid": f"CA{len(self.messages):032x}", "status": "queued"})

    def judge_call(self, asked):
        scheme, _, given = asked.headers.get("Authorization", "").partition(" ")
        if (asked.method, asked.path, asked.query) != ("POST", f"/2010-04-01/Accounts/{self.ACCOUNT}/Calls.json", {}):
            return f"20404 no such resource: {asked}"
        if scheme != "Basic" or base64.b64decode(given).decode() != f"{self.ACCOUNT}:{self.TOKEN}":
            return "20003 Authenticate"
        if not {"To", "From", "Url"} <= set(asked.fields) <= self.CALL_FIELDS:
            return f"wrong fields: {sorted(asked.fields)}"
        if not re.fullmatch(NUMBER, asked.fields["To"]):
            return "21211 invalid 'To'"
        if not 1 <= int(asked.fields.get("Timeout", "60")) <= 600:
            return "21241 invalid timeout"
        return None

    def start_url(self, call):
        self.check_address(call.fields["Url"])
        return call.fields["Url"]

    def end_url(self, call):
        return call.fields["StatusCallback"]

    def on_start(self):
        return {"CallStatus": "in-progress"}

    def on_digit(self, digit):
        return {"Digits": digit, "CallStatus": "in-progress", "msg": "Gather End"}

    def on_end(self, status):
        return {"CallStatus": status, "CallDuration": "7"}

    def post(self, beredd, url, call, fields):
        return self.call(beredd, url, {"CallSid": call.id, "AccountSid": self.ACCOUNT, "From": call.fields["From"],
                                       "To": call.fields["To"], "Direction": "outbound-api"} | fields)

    def follow(self, call, answer):
        self.expect(answer.headers["Content-Type"].startswith("text/xml"), f"not XML: {answer.headers}")
        root = xml.etree.ElementTree.fromstring(answer.text)
        if not self.expect(root.tag == "Response" and len(root) <= 1, f"not TwiML: {answer.text}") or len(root) == 0:
            return None
        verb = root[0]
        url = None
        if verb.tag == "Gather":
            self.expect(set(verb.attrib) <= {"input", "numDigits", "timeout", "actionOnEmptyResult", "action", "method"}
                        and verb.get("numDigits") == "1" and verb.get("actionOnEmptyResult") == "true", f"Gather: {verb.attrib}")
            url = verb.get("action")
            self.check_address(url)
            verb, = verb
        self.expect(verb.tag == "Say" and verb.get("language") in ("sv-SE", "en-GB") and verb.text and len(verb) == 0, f"Say: {answer.text}")
        call.said.append(verb.text)
        return url


class MadeUp(Rings, Provider):
    """A provider that nobody has heard of: JSON one way, lines of text the other, GET where it asks."""

    COMPLETED, TO = "ENDED", "callee"

    def answer(self, asked):
        if asked.method != "PUT" or asked.headers.get("X-Key") != "nyckel" or asked.path != "/ring":
            return self.refuse(401, f"who are you? {asked}")
        self.messages.append(asked.json)
        return 202, "text/plain", f"call {len(self.messages)} queued"

    def start_url(self, call):
        return call.fields["flow"]["begin"]

    def end_url(self, call):
        return call.fields["flow"]["end"]

    def on_start(self):
        return {"event": "UP"}

    def on_digit(self, digit):
        return {"event": "KEY"} | ({"key": digit} if digit else {})

    def on_end(self, status):
        return {"event": status}

    def post(self, beredd, url, call, fields):
        path = f"/{url.split('/', 3)[3]}&{urllib.parse.urlencode(fields)}"
        return beredd.request("GET", path)

    def follow(self, call, answer):
        self.expect(answer.headers["Content-Type"].startswith("text/plain"), f"not text: {answer.headers}")
        verb, _, rest = answer.text.partition(" ")
        if verb == "ASK":
            url, _, text = rest.partition(" ")
            call.said.append(text)
            return url
        self.expect(verb == "BYE", f"unknown verb: {answer.text}")
        call.said.append(rest)
        return None
