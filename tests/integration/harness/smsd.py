"""smstools3 itself: Debian's smsd with a spool directory of its own, and a modem that is a pseudo-terminal."""

import os
import pathlib
import signal
import subprocess

from .modem import Modem
from .waiting import eventually

PROGRAM = "/usr/sbin/smsd"
DIRECTORIES = "outgoing", "checked", "sent", "failed", "incoming"


def missing():
    """Why it cannot run here, or None."""
    return None if os.access(PROGRAM, os.X_OK) else f"{PROGRAM} is not installed (package smstools)"


class Smsd:
    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        self.spool = self.directory / "spool"
        self.modem, self.process = Modem(), None
        self.settings = {}
        for name in DIRECTORIES:
            (self.spool / name).mkdir(parents=True)

    def configuration(self):
        """As the README says, and faster still, since this modem is."""
        settings = {name: self.spool / name for name in DIRECTORIES} | {
            "devices": "GSM1", "logfile": self.directory / "smsd.log", "loglevel": "7", "infofile": self.directory / "infofile",
            "pidfile": self.directory / "pid", "delaytime": "1", "errorsleeptime": "1", "blocktime": "1", "trust_outgoing": "yes",
            "autosplit": "3"} | self.settings
        modem = {"device": self.modem.device, "incoming": "yes", "rtscts": "no", "send_retries": "0"}
        lines = [f"{key} = {value}" for key, value in settings.items()] + ["[GSM1]"] + [f"{key} = {value}" for key, value in modem.items()]
        return "\n".join(lines) + "\n"

    def start(self):
        path = self.directory / "smsd.conf"
        path.write_text(self.configuration())
        with open(self.directory / "smsd.out", "ab") as out:
            self.process = subprocess.Popen([PROGRAM, "-t", "-c", str(path)], stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                            start_new_session=True)
        eventually(lambda: any("CPMS" in command for command in list(self.modem.commands)), deadline=30, what="smsd asks its modem")
        return self

    def signal(self, number):
        """To the main process and to that of the modem."""
        os.killpg(self.process.pid, number)

    def pause(self):
        self.signal(signal.SIGSTOP)

    def go_on(self):
        self.signal(signal.SIGCONT)

    def end(self):
        """As when the machine is switched off: what it was doing it does not end."""
        if self.process:
            self.signal(signal.SIGKILL)
            self.process.wait()
        self.process = None

    def stop(self):
        self.end()
        self.modem.close()

    def files(self, *directories):
        return sorted(path.name for name in directories for path in (self.spool / name).iterdir() if not path.name.startswith("."))

    def gateway_ini(self, name="modem", timeout="10s", more=""):
        return f"[gateway {name}]\ntype = spool\ndirectory = {self.spool}\nformat = smstools\ntimeout = {timeout}\n{more}"

    def put(self, name, content):
        """A file in incoming/, in one step."""
        new = self.directory / "new"
        new.write_bytes(content)
        new.rename(self.spool / "incoming" / name)

    def log(self):
        path = self.directory / "smsd.log"
        return path.read_text(errors="replace") if path.exists() else ""
