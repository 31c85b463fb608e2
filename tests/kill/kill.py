#!/usr/bin/python3
"""SIGKILL at random moments, thousands of times: kill.py [--kills=N] [--seed=S] [--lanes=N]

The real daemon on real sockets; clients that write down what they were promised, a gateway that writes down what it got (ledger.py). Each
25 kills the books are compared, and a new log is begun. A seed gives the same moments and the same work, not the same race. With
an even seed commits take some milliseconds each, so that more kills fall into them."""

import argparse
import concurrent.futures
import contextlib
import http.client
import itertools
import json
import os
import pathlib
import random
import re
import shutil
import sys
import tempfile
import threading
import time
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "integration"))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from harness.config import Config                                     # noqa: E402
from harness.daemon import Beredd                                     # noqa: E402
from harness.disk import FaultyDisk                                   # noqa: E402
from harness.ports import free_port                                   # noqa: E402
from harness.smtp import MailServer                                   # noqa: E402
from harness.waiting import eventually                                # noqa: E402
from ledger import Gateway, Ledger, differences, never_left                       # noqa: E402

KILLS_OF_A_LOG = 25
MOST_OF_A_LIFE = 12                  # triggers, so that the books stay short
LADDER = "step = 0s primary sms\nstep = 2s secondary sms\nrepeat = 4s"


class World:
    """One log: a daemon that dies again and again, its clients and its gateway."""

    patience = 60                    # seconds until who waits must be paged: a machine may be busy

    def __init__(self, directory, seed):
        self.random, self.ledger, self.seed = random.Random(seed), Ledger(), seed
        self.life, self.ended, self.quiet = 0, False, False
        ports = [free_port() for _ in range(3)]
        self.gateway, self.mail = Gateway(ports[0], random.Random(seed + 1)).start(), MailServer(ports[1]).start()
        (directory / "etc").mkdir()
        (directory / "state").mkdir()
        config = Config(directory / "etc", ports[2], ports[0], ports[1]).ladder(LADDER)
        config.change("sources.ini", "rights = trigger\n", "rights = trigger\nlimit = 100000/m\n")
        self.elks = config.files["gateways/elks.ini"]
        self.beredd = Beredd(config)
        if seed % 2 == 0:
            disk = FaultyDisk(directory, directory / "state")
            disk.be("slow")
            self.beredd.environment |= disk.environment()
        self.numbers = itertools.count(1)

    # ---- the daemon

    def start(self, ready):
        self.life += 1
        self.beredd.config.files["gateways/elks.ini"] = self.elks.replace("u-elks", f"u-elks-{self.life}")
        self.beredd.start(ready)

    def run(self, kills):
        workers = [threading.Thread(target=self.work, args=(work, random.Random(self.seed * 10 + n)), daemon=True)
                   for n, work in enumerate((self.trigger, self.trigger, self.answer))]
        for worker in workers:
            worker.start()
        for _ in range(kills):
            early = self.random.random() < 0.3
            self.start(ready=not early)
            time.sleep(self.random.uniform(0, 0.06 if early else 0.2))
            self.beredd.kill()
        self.quiet = True
        self.start(ready=True)
        found = self.compare()
        self.ended = True
        for worker in workers:
            worker.join()
        return found

    def compare(self):
        """Everybody who was promised to be paged must be, and everybody who waits again; then the rest must agree."""
        def waits_for_a_page():
            return [line for line in self.look() if line.startswith("P2")]
        with contextlib.suppress(AssertionError):
            eventually(lambda: not waits_for_a_page(), deadline=self.patience)
        found = list(self.look())
        incidents = self.read_log()
        with contextlib.suppress(AssertionError):
            eventually(lambda: not never_left(list(self.gateway.arrivals), incidents), deadline=self.patience)
        found += never_left(list(self.gateway.arrivals), incidents)
        verified = self.beredd.ctl("verify")
        if verified.returncode != 0:
            found.append(f"verify: {verified.stdout}{verified.stderr}")
        self.beredd.stop()
        return found

    def look(self):
        arrivals = list(self.gateway.arrivals)       # before the log is asked, or it would know more of them later
        return list(differences(self.ledger, arrivals, self.read_log(), self.life))

    def read_log(self):
        incidents, after = [], 0
        while True:
            listed = self.beredd.get(f"/v1/incidents?state=all&limit=100&after={after}").json["incidents"]
            if not listed:
                return incidents
            incidents += [self.beredd.incident(incident["id"]) for incident in listed]
            after = incidents[-1]["timeline"][0]["seq"]

    def close(self):
        self.ended = True
        self.beredd.give_up()
        self.gateway.stop()
        self.mail.stop()

    # ---- the clients

    def work(self, work, choose):
        """Does it again and again, on a connection that breaks whenever the daemon dies."""
        connection, life, done = None, 0, 0
        while not self.ended:
            if life != self.life:
                life, done = self.life, 0
            time.sleep(choose.uniform(0, 0.01))
            if self.quiet or done >= MOST_OF_A_LIFE:
                continue
            try:
                connection = connection or http.client.HTTPConnection("127.0.0.1", self.beredd.config.port, timeout=30)
                work(connection, choose)
                done += 1
            except (OSError, http.client.HTTPException):
                connection = None

    @staticmethod
    def ask(connection, path, body, **headers):
        connection.request("POST", path, body, headers)
        reply = connection.getresponse()
        return reply.status, reply.read()

    def trigger(self, connection, _choose):
        summary = f"Prov {self.seed}-{next(self.numbers)}"
        self.ledger.sent.add(summary)
        status, body = self.ask(connection, "/v1/incidents", json.dumps({"summary": summary}),
                                Authorization="Bearer token-of-rtj", **{"Content-Type": "application/json"})
        if status == 201:
            self.ledger.promised[summary] = json.loads(body)["id"]
        elif status != 503:
            self.ledger.refused[status] += 1

    def answer(self, connection, choose):
        arrival = next((one for one in reversed(self.gateway.arrivals[-40:]) if one.is_page and choose.random() < 0.2
                        and one.summary not in self.ledger.tried), None)
        if arrival is None:
            return
        life, ident = self.life, self.ledger.promised.get(arrival.summary)
        path = urllib.parse.urlsplit(re.search(r"https?://\S+/a/\S+", arrival.text).group(0)).path
        choice = choose.random()
        if choice < 0.2:             # who only looks has not answered
            connection.request("GET", path)
            connection.getresponse().read()
        elif choice < 0.8:
            self.ledger.tried.add(arrival.summary)
            status, _ = self.ask(connection, path, "answer=yes", **{"Content-Type": "application/x-www-form-urlencoded"})
            if status == 200:
                self.ledger.acknowledged[arrival.summary] = life
                self.ledger.answered_by[arrival.summary] = arrival.to
        elif ident:
            self.ledger.tried.add(arrival.summary)
            status, _ = self.ask(connection, f"/v1/incidents/{ident}/close", "{}", Authorization="Bearer token-of-chief",
                                 **{"Content-Type": "application/json"})
            if status == 200:
                self.ledger.closed[arrival.summary] = life


def one_log(seed, kills, patience, forget):
    """Returns what was found, and how much there was."""
    below = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    directory = pathlib.Path(tempfile.mkdtemp(prefix="beredd-kill.", dir=below))
    world = World(directory, seed)
    world.patience = patience
    try:
        found = world.run(kills)
    except AssertionError as error:
        found = [f"the daemon or the test gave up: {error}"]
    finally:
        world.close()
    if not found or forget:
        shutil.rmtree(directory)
    else:
        found.append(f"kept: {directory}")
    return found, len(world.ledger.promised), len(world.ledger.acknowledged), len(world.gateway.arrivals)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--lanes", type=int, default=os.cpu_count())
    parser.add_argument("--patience", type=int, default=World.patience)
    parser.add_argument("--forget", action="store_true", help="keep no log of what failed")
    arguments = parser.parse_args()
    logs = -(-arguments.kills // KILLS_OF_A_LOG)
    each, began, sums, bad = -(-arguments.kills // logs), time.monotonic(), [0, 0, 0, 0], False
    with concurrent.futures.ProcessPoolExecutor(arguments.lanes) as pool:
        jobs = {pool.submit(one_log, arguments.seed + n, each, arguments.patience, arguments.forget): arguments.seed + n for n in range(logs)}
        for job in concurrent.futures.as_completed(jobs):
            found, *counts = job.result()
            sums = [total + more for total, more in zip(sums, [each, *counts])]
            bad = bad or bool(found)
            for line in found:
                print(f"kill: seed {jobs[job]}: {line}", flush=True)
            if found:
                print(f"repeat it with: tests/kill/kill.py --kills={each} --seed={jobs[job]}", flush=True)
            print("kill: {} kills, {} promises, {} acknowledgements, {} messages at the gateway, {:.0f} s".format(
                *sums, time.monotonic() - began), flush=True)
    sys.exit(bad)


if __name__ == "__main__":
    main()
