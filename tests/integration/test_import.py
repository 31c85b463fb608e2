"""bereddctl roster import: shifts from a spreadsheet or a calendar, into a file of their own."""

import json

import pytest

VTIMEZONE = """BEGIN:VTIMEZONE
TZID:Jour
BEGIN:STANDARD
DTSTART:19701025T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:19700329T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
END:DAYLIGHT
END:VTIMEZONE
"""


@pytest.fixture(name="desk")
def desk_fixture(stopped, tmp_path):
    """An administrator's desk, with the configuration on disk and no daemon."""
    stopped.config.files["rosters/TIB.ini"] = """[roster]
role = TIB
handover = Mon 12:00
[rotation]
start = 2026-W01
order = anna.berg, bo.ek, cia.lund
[ladder]
step = 0m primary sms
repeat = 10m
"""
    stopped.config.write()
    return Desk(stopped, tmp_path)


class Desk:
    def __init__(self, beredd, directory):
        self.beredd, self.directory = beredd, directory
        self.rosters = beredd.config.directory / "rosters"

    def run(self, *arguments, code=0):
        result = self.beredd.ctl("roster", *arguments, "--config", str(self.beredd.config.directory))
        assert result.returncode == code, result.stdout + result.stderr
        return result

    def bring(self, data, *arguments, name="lista.csv", code=0, role="TIB"):
        path = self.directory / name
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return self.run("import", role, str(path), *arguments, code=code)

    def shifts(self, name="00-import-lista"):
        text = (self.rosters / "TIB.d" / f"{name}.ini").read_text()
        return [line.partition("=")[2].partition(" ;")[0].split("  ")[0:2] for line in text.splitlines() if line.startswith("shift")]

    def drop_ins(self):
        directory = self.rosters / "TIB.d"
        return sorted(path.name for path in directory.iterdir()) if directory.exists() else []


def calendar(*events, zone=""):
    text = "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//x//y//\n" + zone
    for number, event in enumerate(events):
        text += f"BEGIN:VEVENT\nUID:{number}@example.se\nDTSTAMP:20261122T030000Z\n{event}\nEND:VEVENT\n"
    return (text + "END:VCALENDAR\n").replace("\n", "\r\n")


# ---- spreadsheets

EXCEL = "Vecka;Namn;Ersättare\r\n2027-W10;Bo Ek;CIA.LUND\r\n2027-W11;\"Cia Lund\";\r\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_as_excel_writes_it(desk, encoding):
    result = desk.bring(EXCEL.encode(encoding), "--yes")
    assert "Bo Ek (backup Cia Lund) i stället för" in result.stdout and "TIB.d/00-import-lista.ini" in result.stdout
    assert desk.shifts() == [[" 2027-03-08 12:00 / 2027-03-15 12:00", "bo.ek, cia.lund"], [" 2027-03-15 12:00 / 2027-03-22 12:00", "cia.lund, -"]]
    assert "roster" not in desk.run("show", "TIB", "--from", "2027-03").stderr


def test_dry_run_writes_nothing(desk):
    result = desk.bring(EXCEL, "--dry-run")
    assert "v. 10 2027: Bo Ek (backup Cia Lund) i stället för" in result.stdout and "Nothing was written." in result.stdout
    assert desk.drop_ins() == []


def test_again_takes_the_place_of_what_it_brought(desk):
    desk.bring(EXCEL, "--yes")
    desk.bring(EXCEL.replace("2027-W11;\"Cia Lund\";\r\n", ""), "--yes")
    assert desk.drop_ins() == ["00-import-lista.ini"] and len(desk.shifts()) == 1
    assert "Nothing changes" in desk.bring(EXCEL.replace("2027-W11;\"Cia Lund\";\r\n", ""), "--yes").stdout
    desk.bring(EXCEL, "--yes", "--name", "egen")
    assert desk.drop_ins() == ["00-import-lista.ini", "egen.ini"]


def test_swap_by_hand_beats_it(desk):
    desk.bring(EXCEL, "--yes")
    desk.run("shift", "add", "TIB", "2027-03-08 12:00", "2027-03-15 12:00", "anna.berg", "--yes", code=0)
    simulated = desk.beredd.ctl("simulate", "--config", str(desk.beredd.config.directory), "--at", "2027-03-10 12:00")
    assert "on call: Anna Berg" in simulated.stdout
    listed = desk.run("shift", "list", "TIB").stdout
    assert "00-import-lista" in listed and "imported from lista.csv" in listed


def test_mistakes_write_nothing(desk):
    result = desk.bring("vecka;namn\r\n2027-W10;Bo Ekk\r\n2027-W54;Bo Ek\r\n", "--yes", code=1)
    assert "lista.csv:2: error: 'Bo Ekk' is nobody in people.ini; did you mean 'Bo Ek'?" in result.stderr
    assert "lista.csv:3: error: '2027-W54' is no week that exists" in result.stderr
    assert desk.drop_ins() == []
    assert "no role 'TIBB'" in desk.bring(EXCEL, code=1, role="TIBB").stderr
    assert "cannot read" in desk.run("import", "TIB", "/nonexistent.csv", code=1).stderr
    assert "cannot read" in desk.run("import", "TIB", "/dev/zero", code=1).stderr
    assert "the name 'a/b'" in desk.bring(EXCEL, "--name", "a/b", code=2).stderr


def test_hostile_files(desk):
    for data in (b"", b"\x00" * 100, b"\xff\xfe" + "vecka;namn".encode("utf-16-le"), b"PK\x03\x04xx", b'"' * 100000, b";" * 100000, b"\n" * 5_000_000,
                 b"vecka;namn\n" + b"2027-W10;" + b"x" * 100000, "vecka;namn\n2027-W10;\x1b[31mBo Ek".encode(), b"BEGIN:VCALENDAR",
                 b"BEGIN:VCALENDAR\r\n" + b"BEGIN:VEVENT\r\n" * 3000, calendar("DTSTART:99999999T999999Z\nDTEND:20270101T000000Z\nSUMMARY:Bo Ek").encode(),
                 calendar("SUMMARY:Bo Ek").encode(), calendar("DTSTART:20270301T110000Z\nDURATION:-P1D\nSUMMARY:Bo Ek").encode(),
                 calendar().encode()):
        result = desk.bring(data, "--yes", code=1)
        assert "error:" in result.stderr or "cannot read" in result.stderr, data[:40]
        assert "\x1b" not in result.stderr
    assert desk.drop_ins() == []


# ---- calendars

def test_times_of_every_kind(desk):
    """UTC; the file's own zone, after a clock change; floating, which is local; whole days, which begin and end at the handover."""
    desk.bring(calendar("DTSTART:20270301T110000Z\nDTEND:20270308T110000Z\nSUMMARY:TIB: Bo Ek (ersättare Cia Lund)",
                        "DTSTART;TZID=Jour:20270405T120000\nDTEND;TZID=Jour:20270412T120000\nSUMMARY:Cia Lund",
                        "DTSTART:20270412T120000\nDURATION:P1D\nSUMMARY:Anna Berg har jour",
                        "DTSTART;VALUE=DATE:20270419\nDTEND;VALUE=DATE:20270426\nSUMMARY:jour bo.ek",
                        "DTSTART;VALUE=DATE:20270426\nSUMMARY:Bo Ek", zone=VTIMEZONE), "--yes", name="jour.ics")
    assert desk.shifts("00-import-jour") == [
        [" 2027-03-01 12:00 / 2027-03-08 12:00", "bo.ek, cia.lund"], [" 2027-04-05 12:00 / 2027-04-12 12:00", "cia.lund"],
        [" 2027-04-12 12:00 / 2027-04-13 12:00", "anna.berg"], [" 2027-04-19 12:00 / 2027-04-26 12:00", "bo.ek"],
        [" 2027-04-26 12:00 / 2027-04-27 12:00", "bo.ek"]]


def test_who(desk):
    """Attendees before the summary; rooms are nobody; what is cancelled is passed over."""
    when = "DTSTART:20270301T110000Z\nDTEND:20270308T110000Z\n"
    desk.bring(calendar(when + "SUMMARY:Jour\nATTENDEE;CN=Jourrum:mailto:rum@example.se\nATTENDEE:mailto:Bo.Ek@example.se\nATTENDEE;CN=Anna Berg:mailto:a@example.se",
                        when + "SUMMARY:Cia Lund\nSTATUS:CANCELLED"), "--yes", name="jour.ics")
    assert desk.shifts("00-import-jour") == [[" 2027-03-01 12:00 / 2027-03-08 12:00", "bo.ek, anna.berg"]]


@pytest.mark.parametrize("event, said", [
    ("DTSTART:20270301T110000Z\nDTEND:20270302T110000Z\nRRULE:FREQ=WEEKLY\nSUMMARY:Bo Ek", "it recurs"),
    ("DTSTART:20270301T110000Z\nDTEND:20270302T110000Z\nRDATE:20270401T110000Z\nSUMMARY:Bo Ek", "it recurs"),
    ("DTSTART;TZID=Nowhere:20270301T110000\nDTEND;TZID=Nowhere:20270302T110000\nSUMMARY:Bo Ek", "does not hold the zone 'Nowhere'"),
    ("DTSTART:20270301T110000Z\nDTEND:20270302T110000Z\nSUMMARY:Boo Ek", "did you mean 'Bo Ek'"),
    ("DTSTART:20270301T110000Z\nDTEND:20270302T110000Z", "it names nobody"),
    ("DTSTART:20270302T110000Z\nDTEND:20270301T110000Z\nSUMMARY:Bo Ek", "it ends before it begins"),
])
def test_events_that_are_refused(desk, event, said):
    result = desk.bring(calendar("DTSTART:20270201T110000Z\nDTEND:20270202T110000Z\nSUMMARY:Bo Ek", event), "--yes", name="jour.ics", code=1)
    assert "jour.ics: event 2: error: " in result.stderr and said in result.stderr and desk.drop_ins() == []


def test_what_was_exported_comes_back(desk):
    """Exported, the roster emptied, imported: the calendar is the one it was."""
    config = desk.beredd.config
    exported = desk.run("export", "TIB", "--from", "2027-01-11", "--to", "2027-05-30").stdout
    before = desk.run("show", "TIB", "--from", "2027-01-12", "--to", "2027-05-30").stdout
    config.files["rosters/TIB.ini"] = config.files["rosters/TIB.ini"].replace("start = 2026-W01", "start = 2040-W01")
    config.write()
    desk.bring(exported, "--yes", name="tib.ics")
    assert desk.run("show", "TIB", "--from", "2027-01-12", "--to", "2027-05-30").stdout == before


def test_running_daemon_takes_it_into_use(desk):
    beredd = desk.beredd.start()
    path = desk.directory / "nu.csv"
    path.write_text("från;till;namn\n2020-01-01 00:00;2021-01-01 00:00;Bo Ek\n2026-01-01;2028-12-01;Cia Lund\n")
    result = beredd.ctl("roster", "import", "tib", str(path), "--config", str(beredd.config.directory), "--yes", "--json")
    assert result.returncode == 0, result.stderr
    answer = json.loads(result.stdout)
    assert answer["in_force"] and answer["written"] and answer["id"] == "00-import-nu"
    assert beredd.get("/v1/oncall?role=TIB&at=2027-01-01T00:00:00Z").json["oncall"][0]["primary"] == "cia.lund"
