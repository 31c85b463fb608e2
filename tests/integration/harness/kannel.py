"""Kannel itself: bearerbox, smsbox and two fakesmsc on loopback. One of them is the network that SMS go out to; the other, started for each
inbound SMS, is a telephone."""

import os
import pathlib
import re
import shutil
import subprocess
import urllib.parse
import urllib.request

from .config import HOOK_SECRET
from .ports import free_port
from .waiting import eventually

FAKESMSC = "/usr/lib/kannel/test/fakesmsc"


def missing():
    """Why it cannot run here, or None."""
    for program in ("/usr/sbin/bearerbox", "/usr/sbin/smsbox", FAKESMSC):
        if not os.access(program, os.X_OK):
            return f"{program} is not installed (packages kannel and kannel-extras)"
    return None


class Kannel:
    USER, PASSWORD = "beredd", "kannel-password"

    def __init__(self, directory, beredd_port):
        self.directory = pathlib.Path(directory)
        self.directory.mkdir(exist_ok=True)
        self.admin_port, self.smsbox_port, self.send_port = free_port(), free_port(), free_port()
        self.network_port, self.phone_port, self.beredd_port = free_port(), free_port(), beredd_port
        self.processes, self.network = [], None

    def configuration(self):
        """Groups are separated by empty lines, and have none in them."""
        hook = f"http://127.0.0.1:{self.beredd_port}/hooks/kannel/{HOOK_SECRET}/reply"
        return f"""group = core
admin-port = {self.admin_port}
admin-interface = 127.0.0.1
admin-password = a
smsbox-port = {self.smsbox_port}
smsbox-interface = 127.0.0.1
box-allow-ip = 127.0.0.1
log-file = {self.directory}/bearerbox.log
log-level = 0
store-type = file
store-location = {self.directory}/store

group = smsc
smsc = fake
smsc-id = network
port = {self.network_port}
connect-allow-ip = 127.0.0.1
denied-smsc-id = phone

group = smsc
smsc = fake
smsc-id = phone
port = {self.phone_port}
connect-allow-ip = 127.0.0.1
preferred-smsc-id = phone
denied-smsc-id = network

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = {self.send_port}
sendsms-interface = 127.0.0.1
log-file = {self.directory}/smsbox.log
log-level = 0
mo-recode = true

group = sendsms-user
username = {self.USER}
password = {self.PASSWORD}
max-messages = 5
concatenation = true
forced-smsc = network

group = sms-service
keyword = default
catch-all = true
get-url = "{hook}?from=%p&text=%a&id=%I"
max-messages = 0
omit-empty = true
"""

    def run(self, name, *command):
        with open(self.directory / f"{name}.out", "ab") as out:
            process = subprocess.Popen(command, cwd=self.directory, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        self.processes.append(process)
        return process

    def log(self, name):
        path = self.directory / name
        return path.read_text(errors="replace") if path.exists() else ""

    def start(self):
        path = self.directory / "kannel.conf"
        path.write_text(self.configuration())
        self.run("bearerbox", "/usr/sbin/bearerbox", str(path))
        eventually(lambda: "MAIN: Start-up done" in self.log("bearerbox.log"), what="bearerbox")
        self.run("smsbox", "/usr/sbin/smsbox", str(path))
        self.connect_network()
        eventually(lambda: "Got message" not in self.log("smsbox.log") and "Connected to bearerbox" in self.log("smsbox.log"), what="smsbox")
        eventually(lambda: "client connected from" in self.log("bearerbox.log"), what="the network")
        return self

    def connect_network(self):
        self.network = self.run("network", FAKESMSC, "-H", "127.0.0.1", "-r", str(self.network_port), "-m", "0", "1 2 text nothing")

    def stop(self):
        for process in reversed(self.processes):
            process.terminate()
        for process in self.processes:
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        shutil.rmtree(self.directory / "store", ignore_errors=True)

    def url(self, preset, base):
        """The shipped preset's, at another address: an url in a gateway's file replaces the preset's whole one."""
        url = re.search(r"(?m)^url\s*= (.*(?:\n[ \t]+.*)*)", pathlib.Path(preset).read_text()).group(1)
        assert "http://127.0.0.1:13013" in url
        return url.replace("http://127.0.0.1:13013", base)

    def gateway_ini(self, preset):
        """The shipped preset, with its address changed to our port."""
        url = self.url(preset, f"http://127.0.0.1:{self.send_port}")
        return (f"[gateway kannel]\ntype = http\npreset = kannel\nurl = {url}\nusername = {self.USER}\npassword = {self.PASSWORD}\n"
                f"from = +46701740692\nhook-secret = {HOOK_SECRET}\ntimeout = 20s\n")

    def send_status(self, number, text):
        """What sendsms answers."""
        query = urllib.parse.urlencode({"username": self.USER, "password": self.PASSWORD, "to": number, "from": "+46701740692", "text": text})
        with urllib.request.urlopen(f"http://127.0.0.1:{self.send_port}/cgi-bin/sendsms?{query}", timeout=15) as reply:
            return reply.read().decode()

    def out(self):
        """What the network was sent: its lines as it printed them."""
        return re.findall(r"Got message \d+: <(.*)>", self.log("network.out"))

    def inbound(self, sender, text, recipient="+46701740692"):
        """An SMS from a telephone."""
        return self.run("phone", FAKESMSC, "-H", "127.0.0.1", "-r", str(self.phone_port), "-m", "1", f"{sender} {recipient} text {text}")
