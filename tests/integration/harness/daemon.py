"""The daemon under test: started, asked, stopped, killed, started again."""

import http.client
import json
import os
import pathlib
import signal
import socket
import subprocess
import threading
import urllib.parse

from .waiting import eventually

TOP = pathlib.Path(__file__).resolve().parents[3]
BUILD = pathlib.Path(os.environ.get("BEREDD_BUILD", TOP / "build" / "plain"))
SANITIZER_REPORTS = "AddressSanitizer", "LeakSanitizer", "UndefinedBehaviorSanitizer", "runtime error:"


def is_sanitized():
    """Whether the daemon was built with AddressSanitizer, which keeps freed memory for a while."""
    return b"__asan_init" in (BUILD / "beredd").read_bytes()


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def text(self):
        return self.body.decode()

    @property
    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"<{self.status} {self.body[:500]!r}>"


class Notify:
    """What the service manager hears: READY=1 and its like, one datagram each. It can be made to stop listening."""

    def __init__(self, path):
        self.path, self.heard, self.closed = str(path), [], False
        self.listening = threading.Event()
        self.listening.set()
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.thread = threading.Thread(target=self.listen, daemon=True)
        self.thread.start()

    def listen(self):
        while not self.closed:
            self.listening.wait()
            lines = self.socket.recv(65536).decode().splitlines()
            self.heard += lines      # not at once: the list that is there now, and not the one from before the wait

    def said(self, line):
        """How many times it was said since the daemon started."""
        return self.heard.count(line)

    def close(self):
        self.closed = True
        self.listening.set()
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as end:
            end.sendto(b"", self.path)
        self.thread.join()
        self.socket.close()
        os.unlink(self.path)


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path, timeout):
        super().__init__("localhost", timeout=timeout)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Beredd:
    def __init__(self, config):
        self.config, self.root = config, config.root
        self.socket_path = self.root / "run" / "beredd.sock"
        self.process = None
        self.patience = 30              # seconds that an answer may take
        self.prefix = []                # a command that runs another one, as nsenter
        self.environment = {}
        self.stderr_path = self.root / "stderr"
        (self.root / "run").mkdir(exist_ok=True)
        self.notify = Notify(self.root / "notify")

    # ---- running it

    def env(self):
        env = {key: value for key, value in os.environ.items() if key in ("PATH", "LANG", "LC_ALL", "ASAN_OPTIONS", "UBSAN_OPTIONS")}
        return env | {"NOTIFY_SOCKET": self.notify.path, "BEREDD_PRESETS": str(TOP / "conf" / "presets"),
                      "RUNTIME_DIRECTORY": str(self.root / "run"),
                      "NO_PROXY": "*"} | self.environment

    def start(self, ready=True):
        self.config.write()
        self.notify.heard = []
        with open(self.stderr_path, "ab") as stderr:
            self.process = subprocess.Popen([*self.prefix, str(BUILD / "beredd"), "-c", str(self.config.directory)], env=self.env(),
                                            stdin=subprocess.DEVNULL, stdout=stderr, stderr=stderr)
        if ready:
            eventually(self.is_ready, what="READY=1")
        return self

    def is_ready(self):
        assert self.process.poll() is None, f"the daemon ended with {self.process.returncode}: {self.stderr()}"
        return self.notify.said("READY=1")

    def stderr(self):
        return self.stderr_path.read_text(errors="replace") if self.stderr_path.exists() else ""

    def wait_for_word(self, text):
        """It says so: what it says goes through a thread of its own, and comes when that has its turn."""
        eventually(lambda: text in self.stderr(), what=f"that it says {text!r}")

    def assert_clean(self):
        text = self.stderr()
        assert not any(word in text for word in SANITIZER_REPORTS), text
        assert "Assertion" not in text, text

    def stop(self):
        """Asks it to end, and expects that it ends well."""
        process, self.process = self.process, None
        if process is None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            code = process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise AssertionError(f"it did not stop: {self.stderr()}") from None
        self.assert_clean()
        assert code == 0, f"it ended with {code}: {self.stderr()}"

    def kill(self):
        """As a crash would: no warning, nothing written after it."""
        process, self.process = self.process, None
        process.kill()
        process.wait()
        self.assert_clean()

    def give_up_process(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def give_up(self):
        """The end of a test that has failed, perhaps."""
        self.give_up_process()
        self.notify.close()

    def reload(self):
        """SIGHUP, and waits until the configuration's files, which are written before, are in force."""
        self.config.write()
        ready = self.notify.said("READY=1")
        self.process.send_signal(signal.SIGHUP)
        eventually(lambda: self.notify.said("READY=1") > ready, what="READY=1 after a reload")

    def reload_refused(self):
        """The same with files that have an error in them."""
        self.config.write()
        before = self.log_events().count("reload-refused")
        self.process.send_signal(signal.SIGHUP)
        eventually(lambda: self.log_events().count("reload-refused") > before, what="that the reload is refused")

    def log_events(self):
        return [json.loads(line)["event"] for line in self.ctl("log", "--json").stdout.splitlines()]

    # ---- asking it

    def request(self, method, path, body=None, token=None, headers=None, local=False):
        connection = UnixConnection(str(self.socket_path), self.patience) if local else http.client.HTTPConnection(
            "127.0.0.1", self.config.port, timeout=self.patience)
        headers = dict(headers or {})
        if token:
            headers["Authorization"] = f"Bearer {token}"
        if isinstance(body, (dict, list)):
            body = json.dumps(body).encode()
            headers.setdefault("Content-Type", "application/json")
        try:
            connection.request(method, path, body, headers)
            reply = connection.getresponse()
            return Answer(reply.status, reply.headers, reply.read())
        finally:
            connection.close()

    def get(self, path, **more):
        return self.request("GET", path, local=not more.get("token"), **more)

    def post(self, path, body=None, **more):
        return self.request("POST", path, {} if body is None else body, local=not more.get("token"), **more)

    def form(self, path, **fields):
        """As a browser or a provider posts it: over TCP, without a token."""
        return self.request("POST", path, urllib.parse.urlencode(fields).encode(),
                            headers={"Content-Type": "application/x-www-form-urlencoded"})

    def trigger(self, summary="Brand i skola, Tumba", token="token-of-rtj", **fields):
        answer = self.post("/v1/incidents", {"summary": summary, **fields}, token=token)
        assert answer.status in (200, 201), answer
        return answer.json["id"]

    def incident(self, ident):
        answer = self.get(f"/v1/incidents/{ident}")
        assert answer.status == 200, answer
        return answer.json

    def callout(self, ident, role="TIB"):
        """The latest of that role."""
        return [callout for callout in self.incident(ident)["callouts"] if callout["role"] == role][-1]

    def timeline(self, ident, event=None):
        return [entry for entry in self.incident(ident)["timeline"] if event in (None, entry["event"])]

    def events(self, ident):
        return [entry["event"] for entry in self.timeline(ident)]

    def ctl(self, *arguments, stdin=None, **more):
        """bereddctl, as a program would run it."""
        env = {"PATH": os.environ["PATH"], "TZ": "Europe/Stockholm", "BEREDD_PRESETS": str(TOP / "conf" / "presets")} | self.environment | more.pop("env", {})
        return subprocess.run([*self.prefix, str(BUILD / "bereddctl"), "--socket", str(self.socket_path), *arguments], env=env, input=stdin,
                              stdin=subprocess.DEVNULL if stdin is None else None, capture_output=True, text=True, timeout=60,
                              check=False, **more)
