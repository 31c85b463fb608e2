"""A mail server: aiosmtpd on loopback. Refuses the recipients it is told to."""

import email
import email.policy

from aiosmtpd.controller import Controller

from .waiting import eventually


class MailServer:
    def __init__(self, port, **options):
        self.port, self.mails, self.refused, self.fail_data = port, [], set(), None
        self.options, self.controller = options, None

    async def handle_RCPT(self, _server, _session, envelope, address, _options):
        if address in self.refused:
            return "550 5.1.1 no such user here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server, _session, envelope):
        if self.fail_data:
            return self.fail_data
        self.mails.append(envelope)
        return "250 OK"

    def start(self):
        # A name of its own: it would ask the name server for one at each connection, and wait where there is none.
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port, server_hostname="mail.example.se", ready_timeout=60,
                                     **self.options)
        self.controller.start()
        return self

    def stop(self):
        if self.controller:
            self.controller.stop()
        self.controller = None

    def to(self, address):
        """The mails to that address, parsed."""
        return [email.message_from_bytes(envelope.content, policy=email.policy.default)
                for envelope in list(self.mails) if address in envelope.rcpt_tos]

    def wait_for(self, address, n=1):
        return eventually(lambda: len(self.to(address)) >= n and self.to(address), what=f"{n} mails to {address}")
