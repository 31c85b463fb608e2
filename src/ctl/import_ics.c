#include "ctl/import_ics.h"

#include <string.h>

#include <libical/ical.h>

#include "base/text.h"

enum { EVENTS_MAX = IMPORT_MAX_SHIFTS, ATTENDEES_MAX = 1 + ROSTER_MAX_BACKUPS };

/* ---- times ---- */

static struct civil civil_of(struct icaltimetype time)
{
    return (struct civil){.year = time.year, .month = time.month, .day = time.day, .hour = time.hour, .minute = time.minute,
                          .second = time.second};
}

/* The zone that a property names; "" for none. */
static const char *zone_name(const icalproperty *property)
{
    const icalparameter *parameter = icalproperty_get_first_parameter((icalproperty *)property, ICAL_TZID_PARAMETER);
    const char *name = parameter ? icalparameter_get_tzid(parameter) : NULL;
    return name ? name : "";
}

/* false: the file does not say what zone it means. */
static bool to_utc(const struct roster_import *import, struct icaltimetype time, const char *zone, enum tz_edge edge,
                   int64_t *ret_usec)
{
    struct civil local = civil_of(time);
    if (time.is_date) {
        local.hour = import->roster->handover_minute / 60;
        local.minute = import->roster->handover_minute % 60;
        local.second = 0;
    }
    if (!civil_valid(&local) || local.year < 1983 || local.year > 8000)
        return false;
    if (icaltime_is_utc(time) && !time.is_date)
        *ret_usec = civil_to_sec(&local) * USEC_PER_SEC;
    else if (time.is_date || !*zone)
        *ret_usec = tz_from_local(import->plan->tz, &local, edge);
    else if (time.zone)
        *ret_usec = (int64_t)icaltime_as_timet_with_zone(time, time.zone) * USEC_PER_SEC;
    else
        return false;
    return true;
}

static struct icaltimetype end_of(icalcomponent *event, struct icaltimetype from)
{
    icalproperty *end = icalcomponent_get_first_property(event, ICAL_DTEND_PROPERTY);
    if (end || icalcomponent_get_first_property(event, ICAL_DURATION_PROPERTY))
        return icalcomponent_get_dtend(event);
    if (from.is_date)
        icaltime_adjust(&from, 1, 0, 0, 0);      /* RFC 5545, 3.6.1: a day */
    return from;
}

static bool read_times(struct roster_import *import, icalcomponent *event, struct import_shift *ret)
{
    icalproperty *start = icalcomponent_get_first_property(event, ICAL_DTSTART_PROPERTY);
    icalproperty *end = icalcomponent_get_first_property(event, ICAL_DTEND_PROPERTY);
    struct icaltimetype from = icalcomponent_get_dtstart(event), to = end_of(event, from);
    if (!start || icaltime_is_null_time(from) || icaltime_is_null_time(to)) {
        roster_import_problem(import, ret->line, true, "it has no beginning or no end");
        return false;
    }
    const char *zone = zone_name(start), *end_zone = end ? zone_name(end) : zone;
    if (to_utc(import, from, zone, TZ_BEGIN, &ret->from_usec) && to_utc(import, to, end_zone, TZ_END, &ret->to_usec))
        return true;
    roster_import_problem(import, ret->line, true,
                          "its times cannot be told: a date is wrong, or the file does not hold the zone '%s'", zone);
    return false;
}

/* ---- people ---- */

/* An export's own properties. */
static const char *own_property(icalcomponent *event, const char *name)
{
    for (icalproperty *property = icalcomponent_get_first_property(event, ICAL_X_PROPERTY); property;
         property = icalcomponent_get_next_property(event, ICAL_X_PROPERTY)) {
        const char *found = icalproperty_get_x_name(property);
        if (found && strcasecmp(found, name) == 0)
            return icalproperty_get_x(property) ? icalproperty_get_x(property) : "";
    }
    return NULL;
}

static const struct person *person_by_mail(const struct plan *plan, const char *address)
{
    for (size_t i = 0; i < plan->n_persons; i++)
        for (size_t k = 0; k < plan->persons[i].n_contacts; k++) {
            const struct contact *contact = &plan->persons[i].contacts[k];
            if (contact->channel == CHANNEL_EMAIL && strcasecmp(contact->address, address) == 0)
                return &plan->persons[i];
        }
    return NULL;
}

static const struct person *person_by_name(const struct plan *plan, const char *name)
{
    const struct person *found = NULL;
    for (size_t i = 0; i < plan->n_persons; i++) {
        if (!text_equal_fold(plan->persons[i].name, name))
            continue;
        if (found)
            return NULL;
        found = &plan->persons[i];
    }
    return found;
}

static const struct person *attendee(const struct plan *plan, icalproperty *property)
{
    const char *address = icalproperty_get_attendee(property);
    icalparameter *parameter = icalproperty_get_first_parameter(property, ICAL_CN_PARAMETER);
    const char *name = parameter ? icalparameter_get_cn(parameter) : NULL;
    const struct person *person = NULL;
    if (address && strncasecmp(address, "mailto:", 7) == 0)
        person = person_by_mail(plan, address + 7);
    return person || !name ? person : person_by_name(plan, name);
}

/* Whoever of those invited is in people.ini; rooms and mailing lists are not. */
static bool read_attendees(const struct roster_import *import, icalcomponent *event, struct import_shift *ret)
{
    size_t n = 0;
    for (icalproperty *property = icalcomponent_get_first_property(event, ICAL_ATTENDEE_PROPERTY); property && n < ATTENDEES_MAX;
         property = icalcomponent_get_next_property(event, ICAL_ATTENDEE_PROPERTY)) {
        const struct person *person = attendee(import->plan, property);
        if (!person)
            continue;
        if (n++ == 0)
            ret->primary = person;
        else
            ret->backups[ret->n_backups++] = person;
    }
    ret->keep_backups = n == 1;
    return n > 0;
}

/* false: problems say why, or that it is left out. */
static bool read_exported(struct roster_import *import, icalcomponent *event, struct import_shift *ret)
{
    const char *primary = own_property(event, "X-BEREDD-PRIMARY"), *backups = own_property(event, "X-BEREDD-BACKUPS");
    const struct person *named[1];
    size_t n = 0;
    if (!primary && !backups) {
        roster_import_problem(import, ret->line, false, "nobody has it: it stays as the roster has it");
        return false;
    }
    if (primary && !roster_import_people(import, ret->line, primary, named, 1, &n))
        return false;
    ret->primary = n ? named[0] : NULL;
    return !backups || roster_import_people(import, ret->line, backups, ret->backups, ROSTER_MAX_BACKUPS, &ret->n_backups);
}

static bool read_who(struct roster_import *import, icalcomponent *event, struct import_shift *ret)
{
    CLEANUP_BUF struct buf summary = {0};
    if (own_property(event, "X-BEREDD-ROLE"))
        return read_exported(import, event, ret);
    if (read_attendees(import, event, ret))
        return true;
    const char *text = icalcomponent_get_summary(event);
    text_add_clean_line(&summary, text ? text : "", text ? strlen(text) : 0);
    if (summary.len > 0)
        return roster_import_summary(import, ret->line, buf_text(&summary), ret);
    roster_import_problem(import, ret->line, true, "it names nobody");
    return false;
}

/* ---- events ---- */

static bool recurs(icalcomponent *event)
{
    static const icalproperty_kind kinds[] = {ICAL_RRULE_PROPERTY, ICAL_RDATE_PROPERTY, ICAL_RECURRENCEID_PROPERTY};
    for (size_t i = 0; i < N_ELEMENTS(kinds); i++)
        if (icalcomponent_get_first_property(event, kinds[i]))
            return true;
    return false;
}

static bool is_cancelled(icalcomponent *event)
{
    return icalcomponent_get_status(event) == ICAL_STATUS_CANCELLED;
}

static void read_event(struct roster_import *import, icalcomponent *event, int number)
{
    struct import_shift shift = {.line = number};
    if (is_cancelled(event))
        return;
    if (recurs(event)) {
        roster_import_problem(import, number, true, "it recurs: export the events one by one, or use [rotation]");
        return;
    }
    bool when = read_times(import, event, &shift), who = read_who(import, event, &shift);
    if (when && who)
        roster_import_add(import, &shift);
}

static void read_calendar(struct roster_import *import, icalcomponent *calendar)
{
    int number = 0;
    for (icalcomponent *event = icalcomponent_get_first_component(calendar, ICAL_VEVENT_COMPONENT);
         event && import->n_problems < IMPORT_MAX_PROBLEMS; event = icalcomponent_get_next_component(calendar, ICAL_VEVENT_COMPONENT)) {
        if (++number > EVENTS_MAX) {
            roster_import_problem(import, number, true, "more than %d events", EVENTS_MAX);
            return;
        }
        read_event(import, event, number);
    }
    if (number == 0)
        roster_import_problem(import, 0, true, "there is no event in it");
    else if (import->n_shifts == 0 && import->n_errors == 0)
        roster_import_problem(import, 0, true, "there is no event in it that names somebody");
}

void import_ics(struct roster_import *import, const struct buf *text)
{
    if (text->len > IMPORT_ICS_MAX_BYTES || !text_utf8_valid(buf_text(text), text->len) ||
        memchr(buf_text(text), '\0', text->len)) {
        roster_import_problem(import, 0, true, "it is no calendar in UTF-8 of at most 4 MB");
        return;
    }
    icalerror_set_errors_are_fatal(false);       /* what is in a stranger's file must not end the program */
    icalcomponent *calendar = icalparser_parse_string(buf_text(text));
    if (calendar && icalcomponent_isa(calendar) == ICAL_VCALENDAR_COMPONENT)
        read_calendar(import, calendar);
    else
        roster_import_problem(import, 0, true, "it is no iCalendar file");
    if (calendar)
        icalcomponent_free(calendar);
    icalmemory_free_ring();
}
