"""systemd-journald itself, with a /run of its own in a mount namespace: sd_journal_send knows only one path."""

import json
import os
import shutil
import signal
import subprocess

from .waiting import eventually

JOURNALD = "/lib/systemd/systemd-journald"


def missing():
    """Why it cannot run here, or None."""
    if os.geteuid() != 0:
        return "a mount namespace needs root"
    if not os.access(JOURNALD, os.X_OK) or not shutil.which("nsenter"):
        return "systemd-journald and nsenter are needed"
    probe = subprocess.run(["unshare", "-m", "mount", "-t", "tmpfs", "tmpfs", "/mnt"], capture_output=True, text=True, check=False)
    return f"no mounts here: {probe.stderr.strip()}" if probe.returncode else None


class Journald:
    SETUP = """set -e
mount -t tmpfs tmpfs /run
mkdir -p /run/systemd/journal /run/log/journal
if [ -d /var/log/journal ]; then mount -t tmpfs tmpfs /var/log; fi
echo ready
exec sleep infinity"""

    def __init__(self, directory):
        self.stderr = open(os.path.join(directory, "journald.stderr"), "ab")
        self.holder = self.process = None

    def start(self):
        self.holder = subprocess.Popen(["unshare", "-m", "--propagation", "private", "sh", "-c", self.SETUP], stdin=subprocess.DEVNULL,
                                       stdout=subprocess.PIPE, stderr=self.stderr, text=True)
        assert self.holder.stdout.readline() == "ready\n", "the namespace did not come about"
        self.process = subprocess.Popen([*self.prefix(), JOURNALD], stdin=subprocess.DEVNULL, stdout=self.stderr, stderr=self.stderr)
        eventually(lambda: self.exists("/run/systemd/journal/socket") and self.exists("/run/systemd/journal/stdout"), what="journald")
        return self

    def prefix(self):
        """Runs a command in the namespace."""
        return ["nsenter", f"--mount=/proc/{self.holder.pid}/ns/mnt", "--"]

    def exists(self, path):
        return os.path.exists(f"/proc/{self.holder.pid}/root{path}")

    def pause(self):
        """As a journald whose disk hangs."""
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self):
        self.process.send_signal(signal.SIGCONT)

    def entries(self, *matches):
        """As journalctl reads them, oldest first."""
        subprocess.run([*self.prefix(), "journalctl", "--sync"], check=False, capture_output=True, timeout=30)
        out = subprocess.run([*self.prefix(), "journalctl", "-o", "json", "--no-pager", *matches], check=True, capture_output=True, text=True,
                             timeout=30).stdout
        return [json.loads(line) for line in out.splitlines()]

    def stop(self):
        for process in (self.process, self.holder):
            if process:
                process.kill()
                process.wait()
        if self.holder:
            self.holder.stdout.close()
        self.stderr.close()
