"""A name server that knows no name, or says nothing at all, and a daemon that asks it and no other."""

import os
import shutil
import socket
import subprocess
import threading

UNKNOWN, SILENT = "unknown.example.se", "silent.example.se"


def missing():
    """Why it cannot be had here, or None."""
    if os.geteuid() != 0:
        return "a name server on port 53, and a mount namespace, need root"
    if not shutil.which("unshare") or subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False).returncode != 0:
        return "mount namespaces are not to be had here"
    return None


def first_free():
    """A socket on port 53 of a loopback address that no other run has."""
    for last in range(1, 255):
        bound = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            bound.bind((f"127.0.53.{last}", 53))
            return bound
        except OSError:
            bound.close()
    raise RuntimeError("port 53 is taken on 127.0.53.1 to 127.0.53.254")


class NameServer:
    """Says NXDOMAIN, and nothing at all when asked for SILENT."""

    def __init__(self, directory):
        self.socket = first_free()
        self.address = self.socket.getsockname()[0]
        self.resolv, self.nsswitch = directory / "resolv.conf", directory / "nsswitch.conf"
        self.resolv.write_text(f"nameserver {self.address}\noptions timeout:30\n")
        self.nsswitch.write_text("passwd: files\ngroup: files\nhosts: files dns\n")
        self.prefix = ["unshare", "--mount", "sh", "-c", 'mount --bind "$0" /etc/resolv.conf && mount --bind "$1" /etc/nsswitch.conf'
                       ' && shift && exec "$@"', str(self.resolv), str(self.nsswitch)]
        self.closed = False
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        while not self.closed:
            question, asker = self.socket.recvfrom(4096)
            if len(question) > 12 and SILENT.split(".", maxsplit=1)[0].encode() not in question:
                self.socket.sendto(question[:2] + b"\x81\x83" + question[4:6] + bytes(6) + question[12:], asker)

    def stop(self):
        self.closed = True
        self.socket.sendto(b"", (self.address, 53))
        self.thread.join()
        self.socket.close()
