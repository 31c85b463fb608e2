"""The gateways' sections of the README, and the examples that are installed, as an administrator would take them over: each is clean for -t."""

import re
import subprocess

import pytest

from harness.daemon import BUILD, TOP

SPOOL = "/var/spool/sms"


def name_of(section):
    return re.search(r"\[gateway (\w+)\]", section).group(1)


def sections():
    """Each [gateway NAME] of the README, and of the examples, with what they leave commented out."""
    readme = re.findall(r"(?m)^    (\[gateway \w+\]\n(?:    .*\n)+)", (TOP / "README.md").read_text())
    assert len(readme) >= 10
    for n, text in enumerate(readme):
        text = re.sub(r"(?m)^    ", "", text)
        yield pytest.param(text, id=f"README-{n}-{name_of(text)}")
    for path in sorted((TOP / "conf" / "gateways").glob("*.ini.example")):
        yield pytest.param(re.sub(r"(?m)^[#;] ?(?=[a-z-]+ *= | +&)", "", path.read_text()), id=path.name)


def check(directory, files):
    for name, text in files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o600)
    done = subprocess.run([BUILD / "beredd", "-c", directory, "-t"], capture_output=True, text=True, check=False,
                          env={"BEREDD_PRESETS": str(TOP / "conf" / "presets")})
    return done.returncode, done.stdout


def around(gateways, channels):
    """What these gateways need around them."""
    secrets = {f"credentials/{name}": "not-to-be-guessed-0" for text in gateways.values() for name in re.findall(r"credential:([\w-]+)", text)}
    return secrets | {f"gateways/{name}.ini": text for name, text in gateways.items()} | {
        "beredd.ini": "[daemon]\norganisation = Exempelby kommun\nadmins = anna.berg\n[http]\npublic-url = https://larm.example.se\n"
                      f"[channels]\n{channels}",
        "people.ini": "[person anna.berg]\nname = Anna Berg\nsms = +46701740605\nvoice = +46701740605\nemail = anna.berg@example.se\n",
        "rosters/TIB.ini": "[roster]\nrole = TIB\ntitle = Tjänsteperson i beredskap\n[rotation]\nstart = 2026-W01\norder = anna.berg\n"
                           "[ladder]\nstep = 0m primary sms, voice\nstep = 2m primary voice, email\nrepeat = 10m\n"}


@pytest.fixture(name="spool")
def spool_fixture(tmp_path):
    for name in ("outgoing", "checked", "sent", "failed", "incoming"):
        (tmp_path / "spool" / name).mkdir(parents=True)
    return str(tmp_path / "spool")


@pytest.mark.parametrize("section", sections())
def test_each_gateway_is_clean(tmp_path, spool, section):
    name = name_of(section)
    gateways = {name: section.replace(SPOOL, spool), "rest": f"[gateway rest]\ntype = outbox\nfile = {tmp_path}/outbox.jsonl\n"}
    kind = re.search(r"(?m)^type *= (\w+)", section).group(1)
    rings = "prompt-" in section or "ring-time" in section
    serves = {"sms": kind != "smtp", "voice": rings, "email": kind in ("smtp", "outbox")}
    channels = "".join(f"{channel} = {name if here else 'rest'}\n" for channel, here in serves.items())
    if all(serves.values()):
        del gateways["rest"]
    status, said = check(tmp_path / "etc", around(gateways, channels))
    if "from         = Exempelby" in section:           # which says so itself
        said = re.sub(".*the sender 'Exempelby' is text, not a number.*\n", "", said)
    assert (status, said) == (0, "")


def test_two_providers_and_a_modem_together(tmp_path, spool):
    by_name = {name_of(section): section.replace(SPOOL, spool) for section in (param.values[0] for param in sections())}
    gateways = {name: by_name[name] for name in ("elks", "twilio", "modem", "mail")}
    assert check(tmp_path / "etc", around(gateways, "sms = elks, twilio, modem\nvoice = twilio, elks\nemail = mail\n")) == (0, "")
