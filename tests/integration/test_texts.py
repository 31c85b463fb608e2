"""The texts that an administrator writes, and what the source of an alarm hears back."""

import json

from harness.config import ANNA
from harness.waiting import eventually

RTJ = "+46701740698"
TEXTS = """[texts]
page-sms           = {severity} {role} i {organisation}: {summary}.[ JA {code}][ {link}]
page-email-subject = {role} behövs: {summary}
page-email-body    = {severity}: {what}.
    .{callback}
    Svara: {link}
"""


def with_texts(config, texts=TEXTS):
    config.files["beredd.ini"] = config.beredd_ini() + texts
    return config


def messages(path, containing):
    lines = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
    return [line for line in lines if containing in line["text"]]


def test_own_texts_hold_from_the_next_page_on(stopped):
    path = with_texts(stopped.config).outbox()
    stopped.config.ladder("step = 0s primary sms\nstep = 2s primary sms\nrepeat = 2s")
    beredd = stopped.start()
    beredd.trigger("Brand i skola", callback="08-123 45 67")
    first, = eventually(lambda: messages(path, "LARM TIB i Botkyrka kommun: Brand i skola. JA "))
    assert first["channel"] == "sms" and "/a/" in first["text"] and "Ring" not in first["text"]
    beredd.config.change("beredd.ini", "{summary}.[ JA {code}]", "{summary}! Svara JA {code}")
    beredd.reload()
    eventually(lambda: messages(path, "LARM TIB i Botkyrka kommun: Brand i skola! Svara JA "))
    beredd.config.change("beredd.ini", "{summary}! Svara", "{sumary}! Svara")
    beredd.config.write()
    for command in "check", "reload":
        out = beredd.ctl(command)
        assert out.returncode == 1 and "unknown placeholder {sumary}; did you mean {summary}?" in out.stdout + out.stderr


def test_own_mail_is_a_whole_one(stopped, smtp_server):
    """A line that begins with a dot, Swedish in a subject of one's own, and the mark of a drill that the template leaves out."""
    with_texts(stopped.config)
    beredd = stopped.start()
    beredd.trigger("Översvämning", callback=".08", token="token-of-monitor", drill=True)
    mail, = smtp_server.wait_for("anna.berg@example.se")
    plain, html = mail.get_body(("plain",)).get_content(), mail.get_body(("html",)).get_content()
    assert str(mail["Subject"]) == "ÖVNING ÖVNING ÖVNING TIB behövs: Översvämning"
    assert plain.splitlines()[:2] == ["ÖVNING ÖVNING ÖVNING: Översvämning.", "..08"]
    assert "Detta är en övning. Inget har hänt." in plain and "Detta är en övning. Inget har hänt." in html and '<a href="' in html


def test_the_source_hears_back(stopped, sms_gateway, smtp_server):
    config = stopped.config.ladder("step = 0s primary sms, email\nrepeat = 1s")
    config.change("sources.ini", "[source rtj]\n", f"[source rtj]\ncallback = 070-174 06 90\nnotify = email:larm@rtj.example.se, sms:{RTJ}\n")
    beredd = stopped.start()
    ident = beredd.trigger("Brand i skola, Tumba", sensitive=True)
    sms_gateway.wait_for(ANNA, containing="Ring 070-174 06 90.")
    sms_gateway.wait_for(RTJ, containing=f"INGEN TIB HAR SVARAT på {ident} sedan ")
    page = smtp_server.wait_for("anna.berg@example.se")[0]
    beredd.post(f"/v1/incidents/{ident}/acknowledge", {"role": "TIB", "person": "anna.berg"})
    sms_gateway.wait_for(RTJ, containing=f"TIB Botkyrka kommun har kvitterat {ident} kl. ")
    taken, = sms_gateway.to(RTJ, "har kvitterat")
    assert taken.text.endswith(": Anna Berg, 070-174 06 05.")
    beredd.post(f"/v1/incidents/{ident}/decline", {"role": "TIB", "person": "anna.berg"})
    sms_gateway.wait_for(RTJ, containing=f"INGEN TIB HAR {ident} LÄNGRE")
    mails = eventually(lambda: len(smtp_server.to("larm@rtj.example.se")) >= 3 and smtp_server.to("larm@rtj.example.se"))
    assert {mail["References"] for mail in mails} == {page["References"]}, "they stand together"
    assert all("Brand" not in mail.as_string() for mail in [*mails, page]), "sensitive"
    eventually(lambda: "source-taken to +********698" in {entry["text"] for entry in beredd.timeline(ident, "notice-sent") if entry["person"] is None})
    assert RTJ not in json.dumps(beredd.timeline(ident)) and ANNA not in json.dumps(beredd.incident(ident))
    beredd.trigger("Vatten på Åvägen", callback="08-123 45 67")
    assert "070-174" not in sms_gateway.wait_for(ANNA, containing="Vatten på Åvägen. Ring 08-123 45 67.")[0].text, "the trigger's own goes first"
    assert len(sms_gateway.to(RTJ, f"INGEN TIB HAR SVARAT på {ident}")) == 1, "told once, however often it repeats"
