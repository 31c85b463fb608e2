"""Many alarms at once, gateways that are full, and crashes in the middle of it."""

import http.client
import os
import random
import socket
import threading

import pytest

from harness import storm
from harness.config import ANNA, BO, CIA
from harness.daemon import is_sanitized
from harness.ports import free_port
from harness.waiting import eventually

NO_LIMIT = "[source rtj]\nlimit = 100000/m\n"


def in_threads(n, work):
    threads = [threading.Thread(target=work, args=(index,)) for index in range(n)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_crashes_in_a_storm_lose_nothing_that_was_answered(stopped, sms_gateway):
    """P1 and P3: whatever got its 2xx is there after kill -9 at any moment, and is paged."""
    stopped.config.change("sources.ini", "[source rtj]\n", NO_LIMIT).ladder("step = 0s primary sms\nrepeat = 10m")
    beredd = stopped.start()
    chance = random.Random(42)
    answered, lock = {}, threading.Lock()
    for turn in range(6):
        stop = threading.Event()

        def fire(index, turn=turn, stop=stop):
            n = 0
            while not stop.is_set():
                summary = f"Storm {turn}-{index}-{n}."
                n += 1
                try:
                    answer = beredd.post("/v1/incidents", {"summary": summary}, token="token-of-rtj")
                except (OSError, http.client.HTTPException, ValueError):
                    continue
                if answer.status == 201:
                    with lock:
                        answered[answer.json["id"]] = summary
        callers = [threading.Thread(target=fire, args=(index,)) for index in range(4)]
        for caller in callers:
            caller.start()
        goal = len(answered) + chance.randrange(5, 60)
        eventually(lambda goal=goal: len(answered) >= goal)
        beredd.kill()
        stop.set()
        for caller in callers:
            caller.join()
        beredd.start()
    assert len(answered) > 30
    for ident, summary in answered.items():
        assert beredd.incident(ident)["summary"] == summary
    eventually(lambda: {sms.text.split("Storm ")[1].split(".")[0] for sms in list(sms_gateway.taken) if "Storm " in sms.text}
               >= {summary[6:-1] for summary in answered.values()}, what="a page for each")
    by_page = {}
    for sms in sms_gateway.taken:
        by_page.setdefault(sms.page, set()).add(sms.text)
    assert all(len(texts) == 1 for texts in by_page.values()), "a page sent again is the same page"
    assert beredd.ctl("verify").returncode == 0


def test_hundred_callers_at_once(stopped, sms_gateway):
    stopped.config.change("sources.ini", "[source rtj]\n", NO_LIMIT)
    beredd = stopped.start()
    idents = []
    in_threads(50, lambda index: idents.extend([beredd.trigger(f"A {index}."), beredd.trigger(f"B {index}.")]))
    assert len(set(idents)) == 100
    for index in range(50):
        sms_gateway.wait_for(ANNA, containing=f"B {index}.")


def test_same_key_from_many_at_once_is_one_incident(stopped, sms_gateway):
    beredd = stopped.start()
    idents = []
    in_threads(30, lambda index: idents.append(beredd.trigger("Brand", dedup_key="k")))
    assert len(set(idents)) == 1
    sms_gateway.wait_for(ANNA)
    assert len(sms_gateway.to(ANNA, "Svara JA")) == 1


def test_one_alarm_to_everybody_at_once(stopped, sms_gateway):
    numbers = [f"+467017406{n:02d}" for n in range(5, 100)]      # all that fiction has
    stopped.config.files["people.ini"] += "".join(f"[person p{n:02d}]\nname = Person {n}\nsms = {number}\n" for n, number in enumerate(numbers))
    members = ",\n  ".join(f"p{n:02d}" for n in range(len(numbers)))
    stopped.config.files["groups.ini"] += f"[group alla]\ntitle = Alla\nmembers = {members}\n"
    stopped.config.ladder("step = 0s group:alla sms\nrepeat = 10m")
    beredd = stopped.start()
    ident = beredd.trigger()
    eventually(lambda: {sms.to for sms in list(sms_gateway.taken)} >= set(numbers))
    assert len({sms.code for sms in sms_gateway.taken}) == len(numbers)
    sms_gateway.reply(beredd, numbers[37], f"JA {sms_gateway.to(numbers[37])[0].code}")
    eventually(lambda: beredd.callout(ident)["acknowledged_by"] == "p37")
    for number in (numbers[0], numbers[-1]):
        sms_gateway.wait_for(number, containing="kvitterat")


def test_full_gateway_gives_way_to_the_next(stopped, sms_gateway, tmp_path):
    """P8: a page that finds no slot within a second goes to the next gateway."""
    path = tmp_path / "second.jsonl"
    stopped.config.files["gateways/second.ini"] = f"[gateway second]\ntype = outbox\nfile = {path}\n"
    stopped.config.change("beredd.ini", "sms = elks", "sms = elks, second")
    stopped.config.change("gateways/elks.ini", "timeout = 10s", "timeout = 60s\nwindow = 1")
    stopped.config.files["groups.ini"] += "[group alla]\ntitle = Alla\nmembers = anna.berg, bo.ek, cia.lund\n"
    stopped.config.ladder("step = 0s group:alla sms\nrepeat = 10m")
    beredd = stopped.start()
    sms_gateway.behave("slow")
    beredd.trigger()
    eventually(lambda: path.exists() and len(path.read_text().splitlines()) >= 2, what="two pages by the other way")
    assert len(sms_gateway.attempts) == 1


def test_real_alarm_goes_before_drills(stopped, sms_gateway):
    """P13: through a gateway that takes one at a time, with drills waiting that stop for nothing."""
    stopped.config.change("gateways/elks.ini", "timeout = 10s", "timeout = 60s\nwindow = 1")
    stopped.config.files["groups.ini"] += "[group alla]\ntitle = Alla\nmembers = anna.berg, bo.ek, cia.lund\n"
    stopped.config.ladder("step = 0s group:alla sms\nrepeat = 10m")
    stopped.config.files["rosters/TIB.ini"] += "[drill]\nyield = no\n"
    beredd = stopped.start()
    sms_gateway.behave("slow")
    for n in range(3):
        beredd.trigger(f"Prov {n}", token="token-of-monitor", drill=True)
    eventually(lambda: sms_gateway.attempts)
    beredd.trigger("På riktigt")
    sms_gateway.modes.clear()
    sms_gateway.released.set()
    for number in (ANNA, BO, CIA):
        sms_gateway.wait_for(number, containing="På riktigt")
    order = ["Prov" if "Prov" in sms.text else "real" for sms in list(sms_gateway.taken)]
    assert "real" not in order[4:], order


def test_hook_storm(beredd, sms_gateway):
    """Nonsense from a number, a hundred times: three answers at the most, and its link still works."""
    ident = beredd.trigger()
    sms, = sms_gateway.wait_for(ANNA)
    in_threads(10, lambda index: [sms_gateway.reply(beredd, ANNA, f"va? {index} {n}") for n in range(10)])
    assert beredd.form(sms.link.split(str(beredd.config.port), 1)[1], answer="yes").status == 200
    assert beredd.callout(ident)["state"] == "acknowledged"
    beredd.trigger("Ett annat")
    sms_gateway.wait_for(ANNA, containing="Ett annat")
    assert len(sms_gateway.to(ANNA, "INTE kvitterat")) <= 3


def test_connections_that_come_and_go(beredd, sms_gateway):
    """A thousand that hang up in the middle of a request."""
    data = b"POST /v1/incidents HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer token-of-rtj\r\nContent-Length: 30\r\n\r\n{\"summary\": "
    for n in range(1000):
        with socket.create_connection(("127.0.0.1", beredd.config.port)) as connection:
            connection.sendall(data[:1 + n % len(data)])
    beredd.trigger("Efter dem")
    sms_gateway.wait_for(ANNA, containing="Efter dem")
    assert len(beredd.get("/v1/incidents").json["incidents"]) == 1


# What README.md declares (P15), for a storm of alarms with 60 bytes of summary. AddressSanitizer has memory of its own.
MEMORY_KB, CALLOUT_BYTES, CONNECTION_KB, TRIGGER_DISK_BYTES = 8 * 1024, 640, 24, 4096
DESCRIPTORS, DISK_BYTES = 1000 + 2 * 128 + 128, 48 << 20
PAGE_SEC = 0.1
TRIGGERS, SLOW = int(os.environ.get("STORM_TRIGGERS", "3000")), int(os.environ.get("STORM_SLOW", "200"))       # make storm: 100,000 and 1,000
FULL = TRIGGERS > 10000
STORMS = {"one source": (1, ""), "a hundred sources": (100, ""), "a hundred without limit": (100, "limit = 100000/m\n")}


@pytest.fixture(name="gateways")
def gateways_fixture(stopped):
    """One that takes a page a second, and one that takes them as they come."""
    slow, quick = storm.SlowGateway(free_port()), storm.SlowGateway(free_port(), 0)
    config = stopped.config
    config.files["gateways/elks.ini"] = config.elks_ini(port=slow.port)
    config.files["gateways/mail.ini"] = (f"[gateway mail]\ntype = http\nmethod = POST\nurl = http://127.0.0.1:{quick.port}/\n"
                                         "body = to={to}&message={text}\naccept = 200\n")
    yield slow, quick
    slow.stop()
    quick.stop()


@pytest.mark.parametrize("name", list(STORMS) if FULL else list(STORMS)[:2])
def test_everything_at_once(stopped, gateways, name):
    """P15: bounds hold. P1: nothing that was promised is missing. P8, P9: an alarm by somebody else does not wait for a storm's."""
    sources, limit = STORMS[name]
    sections, tokens = storm.storm_sources("storm", sources, limit)
    calm_sections, calm_tokens = storm.storm_sources("calm", 200)
    stopped.config.ladder("step = 0s primary sms, email\nrepeat = 1h")
    stopped.config.files["sources.ini"] += sections + calm_sections
    beredd = stopped.start()
    blown = storm.Storm(beredd, gateways, tokens, calm_tokens, TRIGGERS, 64, SLOW)
    peak = blown.blow(every_sec=2 if FULL else 0.3)
    print(f"\n{storm.figures(name, blown, peak)}")
    beredd.kill()
    beredd.start()
    assert len(blown.promised) + blown.counts["cut"] == TRIGGERS + len(blown.calm) and not blown.refused
    judge_bounds(blown, peak)
    judge_promises(beredd, blown, gateways)
    judge_calm(blown, sources)


def judge_bounds(blown, peak):
    opened = len(set(blown.promised.values()))
    if not is_sanitized():
        assert peak.anon_kb < MEMORY_KB + opened * CALLOUT_BYTES / 1024 + (SLOW + 64) * CONNECTION_KB
    assert peak.files < DESCRIPTORS
    assert peak.disk < DISK_BYTES + len(blown.promised) * TRIGGER_DISK_BYTES


def judge_calm(blown, sources):
    """Of several, the median: whoever else uses this machine may delay one. In `make storm` all count: it wants a quiet machine."""
    late = sorted(calm.page_sec - calm.machine_sec for calm in blown.calm)
    assert late[-1 if FULL else len(late) // 2] < PAGE_SEC, blown.calm
    if sources == 1:                     # what a hundred sources have first is no less urgent than what one more has
        late = sorted(calm.slow_sec - calm.machine_sec for calm in blown.calm)
        assert late[-1 if FULL else len(late) // 2] < PAGE_SEC, blown.calm


def judge_promises(beredd, blown, gateways):
    """Each trigger that got its 2xx is in the log, under the id that it got; and each incident gets to everybody, once its gateway can."""
    slow, quick = gateways
    promised = set(blown.promised.values())
    slow.every_sec = 0
    for gateway in (slow, quick):
        eventually(lambda g=gateway: len(g.incidents) >= len(promised), deadline=60 + TRIGGERS / 500, what="a page of each incident")
        assert gateway.incidents == promised
    beredd.stop()
    found = storm.in_the_log(beredd.root)
    missing = [summary for summary, ident in blown.promised.items() if summary not in found.get(ident, ())]
    assert not missing, f"{len(missing)} are missing: {missing[:5]}"
