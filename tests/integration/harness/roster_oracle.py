"""Who is on call, worked out from what the manual says and Python's own calendar and time zones. It shares nothing with the program: a
roster is plain data here, its INI file is written from that, and an instant is answered by looking at every entry. Slow and simple."""

import datetime
import functools
import zoneinfo

UTC = datetime.timezone.utc
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=UTC)
DAY = datetime.timedelta(days=1)
WEEK = datetime.timedelta(days=7)


# ---- holidays

@functools.lru_cache(maxsize=None)
def easter(year):
    """Clavius' tables as Knuth has them (The Art of Computer Programming 1, 1.3.2, exercise 14)."""
    golden = year % 19 + 1
    century = year // 100 + 1
    leap = 3 * century // 4 - 12
    moon = (8 * century + 5) // 25 - 5
    sunday = 5 * year // 4 - leap - 10
    epact = (11 * golden + 20 + moon - leap) % 30
    if epact == 24 or (epact == 25 and golden > 11):
        epact += 1
    full = 44 - epact
    if full < 21:
        full += 30
    full += 7 - (sunday + full) % 7
    return datetime.date(year, 3, 1) + (full - 1) * DAY


def first_saturday(date):
    while date.isoweekday() != 6:
        date += DAY
    return date


@functools.lru_cache(maxsize=None)
def red_days(year):
    """Lagen (1989:253) om allmänna helgdagar, without its Sundays."""
    fixed = [datetime.date(year, month, day) for month, day in ((1, 1), (1, 6), (5, 1), (6, 6), (12, 25), (12, 26))]
    moving = [easter(year) + days * DAY for days in (-2, 0, 1, 39, 49)]
    saturdays = [first_saturday(datetime.date(year, 6, 20)), first_saturday(datetime.date(year, 10, 31))]
    return frozenset(fixed + moving + saturdays)


def is_red(date):
    return date in red_days(date.year)


def is_off(date):
    """Red, or one of the three eves that are holidays in practice."""
    midsummer = first_saturday(datetime.date(date.year, 6, 20))
    return is_red(date) or (date.month, date.day) in ((12, 24), (12, 31)) or date == midsummer - DAY


def is_workday(date):
    return date.isoweekday() < 6 and not is_off(date)


# ---- local time

class Zone:
    def __init__(self, name):
        self.name = name
        self.info = zoneinfo.ZoneInfo(name)

    def local(self, second):
        """An instant, in seconds since 1970, as the clock on the wall shows it: naive."""
        return (EPOCH + datetime.timedelta(seconds=second)).astimezone(self.info).replace(tzinfo=None)

    def offset(self, second):
        return int((EPOCH + datetime.timedelta(seconds=second)).astimezone(self.info).utcoffset().total_seconds())

    def second(self, naive, end):
        """The first reading of an hour that comes twice for a beginning, the last for an end; a skipped hour is the instant after the gap."""
        readings = [int((naive.replace(fold=fold, tzinfo=self.info) - EPOCH).total_seconds()) for fold in (0, 1)]
        good = [second for second in readings if self.local(second) == naive]
        if good:
            return max(good) if end else min(good)
        low, high = min(readings), max(readings)      # the clocks jump between these two
        before = self.offset(low)
        while high - low > 1:
            middle = (low + high) // 2
            if self.offset(middle) == before:
                low = middle
            else:
                high = middle
        return high

    def changes(self, first, last):
        """Every clock change between two instants."""
        found = []
        for low in range(first, last, 86400):
            high = low + 86400
            if self.offset(low) == self.offset(high):
                continue
            a, b = low, high
            while b - a > 1:
                middle = (a + b) // 2
                if self.offset(middle) == self.offset(a):
                    a = middle
                else:
                    b = middle
            found.append(b)
        return found


# ---- rosters

class Who:
    """primary None: `*`. backups None: those of what lies below stay."""

    def __init__(self, primary, backups, whole_week=False):
        self.primary, self.backups = primary, backups
        self.whole_week = whole_week

    def text(self):
        words = [self.primary or "*"]
        if self.backups:
            words += self.backups
        elif self.backups == [] and not self.whole_week:
            words.append("-")
        return ", ".join(words)


class Roster:
    def __init__(self, role, zone):
        self.role, self.zone = role, zone
        self.handover = (0, 12, 0)                 # weekday, hour, minute
        self.before = self.next_workday = False
        self.weeks = []                            # (first Monday, last Monday, Who), in the file's order
        self.shifts = {}                           # file name, "" for the roster's own: [(from, to, Who)], naive times
        self.rotation = None                       # (first Monday, order, backups)
        self.hours = None                          # ([(weekdays, from minute, to minute)], weekends, holidays)
        self.otherwise = None                      # ("role", Roster), ("person", id), ("group", id)
        self.begins = {}
        self.spans = None

    # -- as the manual has it

    def week_begin(self, monday):
        if monday not in self.begins:
            weekday, hour, minute = self.handover
            day = monday + weekday * DAY - (WEEK if self.before else 0 * DAY)
            while self.next_workday and not is_workday(day):
                day += DAY
            self.begins[monday] = self.zone.second(datetime.datetime.combine(day, datetime.time(hour, minute)), False)
        return self.begins[monday]

    def duty_monday(self, second):
        local = self.zone.local(second).date()
        monday = local - local.weekday() * DAY + 2 * WEEK
        while self.week_begin(monday) > second:
            monday -= WEEK
        return monday

    def resolved_shifts(self):
        """In the order in which they are asked: drop-ins first, the later beginning, the later file and line."""
        if self.spans is None:
            entries = []
            for number, name in enumerate(sorted(self.shifts)):
                for line, (start, end, who) in enumerate(self.shifts[name]):
                    span = self.zone.second(start, False), self.zone.second(end, True)
                    entries.append(((name != "", span[0], number, line), span, who))
            self.spans = [(span, who) for _, span, who in sorted(entries, key=lambda entry: entry[0], reverse=True)]
        return self.spans

    def holds(self, second):
        if self.hours is None:
            return True
        windows, weekends, holidays = self.hours
        local = self.zone.local(second)
        minute = local.hour * 60 + local.minute
        if (weekends and local.isoweekday() > 5) or (holidays and is_off(local.date())):
            return True
        for weekdays, first, last in windows:
            if local.weekday() not in weekdays:
                continue
            if first <= minute < last if first < last else minute < last or minute >= first:
                return True
        return False

    def own(self, second):
        asked = [who for (start, end), who in self.resolved_shifts() if start <= second < end]
        monday = self.duty_monday(second)
        weeks = [(first, line, who) for line, (first, last, who) in enumerate(self.weeks) if first <= monday <= last]
        asked += [who for _, _, who in sorted(weeks, key=lambda week: week[:2], reverse=True)]
        if self.rotation and monday >= self.rotation[0]:
            start, order, backups = self.rotation
            turn = (monday - start).days // 7
            ring = [order[(turn + i) % len(order)] for i in range(backups + 1)]
            asked.append(Who(ring[0], ring[1:]))
        primary = next((who.primary for who in asked if who.primary), None)
        behind = next((who.backups for who in asked if who.backups is not None), [])
        kept = []
        for one in behind:
            if one != primary and one not in kept:
                kept.append(one)
        return "+".join([primary or "-"] + kept)

    def on_call(self, second):
        if self.holds(second):
            return self.own(second)
        if self.otherwise is None:
            return "-"
        kind, target = self.otherwise
        return target.on_call(second) if kind == "role" else target if kind == "person" else "group:" + target

    # -- as a file

    def ini(self):
        weekday, hour, minute = self.handover
        lines = ["[roster]", f"role = {self.role}", f"handover = {DAYS[weekday]} {hour:02}:{minute:02}"]
        lines += ["week-starts = before"] if self.before else []
        lines += ["handover-holiday = next-workday"] if self.next_workday else []
        if self.hours is not None:
            lines.append("hours = " + ",\n  ".join(self.hours_words()))
        if self.otherwise is not None:
            kind, target = self.otherwise
            lines.append(f"otherwise = {kind}:{target.role if kind == 'role' else target}")
        if self.rotation:
            start, order, backups = self.rotation
            lines += ["[rotation]", f"start = {week_name(start)}", f"order = {', '.join(order)}", f"backups = {backups}"]
        lines += ["[weeks]"] if self.weeks else []
        for first, last, who in self.weeks:
            name = week_name(first) if first == last else f"{week_name(first)}..{week_name(last)}"
            lines.append(f"{name} = {who.text()}")
        return "\n".join(lines + self.shift_lines("") + ["[ladder]", "step = 0m primary sms", "repeat = 10m", ""])

    def shift_lines(self, name):
        lines = ["[shifts]"] if self.shifts.get(name) else []
        return lines + [f"shift = {start:%Y-%m-%d %H:%M} / {end:%Y-%m-%dT%H:%M}  {who.text()}" for start, end, who in self.shifts.get(name, [])]

    def hours_words(self):
        windows, weekends, holidays = self.hours
        words = []
        for weekdays, first, last in windows:
            span = f"{first // 60:02}:{first % 60:02}-{last // 60:02}:{last % 60:02}"
            words += [f"{DAYS[day]} {span}" for day in sorted(weekdays)]
        return words + ["weekends"] * weekends + ["holidays"] * holidays

    def write(self, directory):
        (directory / f"{self.role}.ini").write_text(self.ini())
        for name in self.shifts:
            if name:
                (directory / f"{self.role}.d").mkdir(exist_ok=True)
                (directory / f"{self.role}.d" / f"{name}.ini").write_text("\n".join(self.shift_lines(name)) + "\n")

    def edges(self):
        """Instants at which something changes, from its shifts and the weeks that were looked at."""
        return sorted({second for span, _ in self.resolved_shifts() for second in span} | set(self.begins.values()))


DAYS = ["Mon", "Tue", "ons", "Thu", "Fri", "lör", "Sun"]


def week_name(monday):
    year, week, _ = monday.isocalendar()
    return f"{year}-W{week:02}"

