/* What a report says, in rows: text and HTML show the same. */
#include "ctl/report.h"

#include <string.h>

#define SAY(swedish, english) report_say(report, (swedish), (english))

static void fact(struct table *table, const char *what, const struct buf *value)
{
    if (value->len == 0)
        return;
    table_row(table);
    table_cell(table, what);
    table_styled(table, STYLE_BOLD, buf_text(value));
}

static int number(const json_t *object, const char *key)
{
    return (int)json_number(object, key);
}

/* ---- one drill: how it went ---- */

static void add_share(const struct report *report, struct buf *buf, int part, int whole)
{
    buf_printf(buf, SAY("%d av %d", "%d of %d"), part, whole);
}

static void add_starter(const struct report *report, struct buf *buf)
{
    const json_t *drill = report->json;
    if (*json_text(drill, "schedule"))
        buf_printf(buf, SAY("schemat %s", "the schedule %s"), json_text(drill, "schedule"));
    else
        buf_add_text(buf, json_text(drill, *json_text(drill, "started_by") ? "started_by" : "source"));
    if (*json_text(drill, "planned_at")) {
        buf_add_text(buf, SAY("; planerad ", "; planned "));
        print_add_time(buf, json_text(drill, "planned_at"), TIME_SHORT);
    }
}

static void add_form(const struct report *report, struct buf *buf)
{
    buf_add_text(buf, json_flag(report->json, "dry_run") ? SAY("torrkörning: inget skickades", "dry run: nothing was sent")
                                                         : SAY("riktiga utskick", "real messages"));
    if (json_flag(report->json, "wait_for_all"))
        buf_add_text(buf, SAY("; alla skulle svara", "; everybody was to answer"));
}

static void add_answers(const struct report *report, struct buf *buf)
{
    CLEANUP_BUF struct buf missing = {0};
    bool people = json_flag(report->json, "wait_for_all");
    add_share(report, buf, number(report->json, "answered"), number(report->json, "of"));
    buf_add_text(buf,
                 people ? SAY(" personer har svarat", " people have answered") : SAY(" larm kvitterade", " alarms acknowledged"));
    report_add_names(&missing, json_object_get(report->json, "missing"));
    if (missing.len > 0)
        buf_printf(buf, SAY("; inte %s", "; not %s"), buf_text(&missing));
}

static const json_t *role_called(const struct report *report, size_t index)
{
    return json_array_get(json_object_get(report->json, "roles"), index);
}

static void add_called(const struct report *report, struct buf *buf)
{
    for (size_t i = 0; role_called(report, i); i++) {
        buf_printf(buf, "%s%s", i > 0 ? ", " : "", json_text(role_called(report, i), "role"));
        if (!*json_text(role_called(report, i), "taken_by"))
            continue;
        buf_printf(buf, SAY(" (kvitterat av %s ", " (acknowledged by %s "), json_text(role_called(report, i), "taken_by_name"));
        report_add_clock(buf, role_called(report, i), "taken_at");
        buf_add_char(buf, ')');
    }
}

static void add_first_answer(const struct report *report, struct buf *buf)
{
    report_add_span_of(report, buf, report->json, "first_answer_msec");
    if (buf->len == 0)
        buf_add_text(buf, SAY("inget ja kom", "no yes came"));
}

static void facts_of_one(const struct report *report, struct table *table)
{
    CLEANUP_BUF struct buf began = {0}, ended = {0}, starter = {0}, called = {0}, form = {0}, without = {0}, answers = {0},
                           reached = {0};
    CLEANUP_BUF struct buf first = {0};
    report_add_moment(&began, report->json, "opened_at");
    report_add_moment(&ended, report->json, "closed_at");
    buf_add_text(&ended, ended.len > 0 ? ", " : "");
    report_add_ending(report, &ended, report->json);
    add_starter(report, &starter);
    add_called(report, &called);
    add_form(report, &form);
    report_add_names(&without, json_object_get(report->json, "without"));
    add_answers(report, &answers);
    add_share(report, &reached, number(report->json, "persons_reached"), number(report->json, "persons_paged"));
    add_first_answer(report, &first);
    fact(table, SAY("Början", "Began"), &began);
    fact(table, SAY("Slut", "Ended"), &ended);
    fact(table, SAY("Startad av", "Started by"), &starter);
    fact(table, SAY("Larmade", "Called"), &called);
    fact(table, SAY("Form", "Form"), &form);
    fact(table, SAY("Bortkopplat", "Left out"), &without);
    fact(table, SAY("Svar", "Answers"), &answers);
    fact(table, SAY("Nådda personer", "People reached"), &reached);
    fact(table, SAY("Till första ja", "To the first yes"), &first);
}

void report_facts(const struct report *report, struct table *table)
{
    CLEANUP_BUF struct buf n = {0}, dry = {0};
    if (!report->many) {
        facts_of_one(report, table);
        return;
    }
    buf_printf(&n, "%zu", json_array_size(json_object_get(report->json, "drills")));
    buf_printf(&dry, "%d", number(report->json, "dry_runs"));
    fact(table, SAY("Övningar", "Drills"), &n);
    fact(table, SAY("Varav torrkörningar (räknas inte nedan)", "Of which dry runs (not counted below)"), &dry);
}

/* ---- times ---- */

static void span_cell(const struct report *report, struct table *table, const json_t *object, const char *key)
{
    CLEANUP_BUF struct buf text = {0};
    report_add_span_of(report, &text, object, key);
    table_cell(table, buf_text(&text));
}

static void span_row(const struct report *report, struct table *table, const char *what, const char *key)
{
    const json_t *spread = json_object_get(report->json, key);
    table_row(table);
    table_cell(table, what);
    table_printf(table, STYLE_PLAIN, "%d", number(spread, "n"));
    span_cell(report, table, spread, "median_msec");
    span_cell(report, table, spread, "max_msec");
}

void report_spans(const struct report *report, struct table *table)
{
    const char *names[] = {SAY("TID", "TIME"), SAY("ANTAL", "COUNT"), "MEDIAN", SAY("LÄNGST", "LONGEST")};
    table_head(table, names, N_ELEMENTS(names));
    span_row(report, table, SAY("Utskick: från kö till skickat", "Message: from queued to sent"), "to_sent");
    span_row(report, table, SAY("Utskick: från kö till framme", "Message: from queued to delivered"), "to_delivered");
    span_row(report, table, SAY("Person: från första utskick till svar", "Person: from first message to answer"), "to_answer");
}

/* ---- people ---- */

static void add_held_back(const struct report *report, struct buf *buf, const json_t *person)
{
    buf_add_text(buf, SAY("bortkopplad i övningen; skulle ha larmats ", "left out by the drill; would have been paged "));
    report_add_clock(buf, person, "held_back_at");
}

static void add_answer(const struct report *report, struct buf *buf, const json_t *person)
{
    const char *answer = json_text(person, "answer");
    if (strcmp(answer, "yes") == 0)
        buf_add_text(buf, SAY("ja", "yes"));
    else if (strcmp(answer, "no") == 0)
        buf_add_text(buf, SAY("nej", "no"));
    else if (json_flag(person, "held_back"))
        add_held_back(report, buf, person);
    else if (*json_text(person, "taken_by"))
        buf_printf(buf, SAY("inget svar (%s tog larmet)", "no answer (%s took it)"), json_text(person, "taken_by_name"));
    else
        buf_add_text(buf, SAY("INGET SVAR", "NO ANSWER"));
    if (*json_text(person, "answered_by"))
        buf_printf(buf, SAY(" (genom %s)", " (through %s)"), json_text(person, "answered_by"));
}

static const char *answer_way(const struct report *report, const json_t *person)
{
    if (!*json_text(person, "answer") || *json_text(person, "answered_by"))
        return "";
    return *json_text(person, "answered_via") ? report_channel(report, json_text(person, "answered_via"))
                                              : SAY("länk eller kommando", "link or command");
}

static void person_row(const struct report *report, struct table *table, const json_t *person)
{
    CLEANUP_BUF struct buf first = {0}, answer = {0}, at = {0};
    bool silent = !*json_text(person, "answer") && !json_flag(person, "held_back");
    report_add_clock(&first, person, "paged_at");
    add_answer(report, &answer, person);
    report_add_clock(&at, person, "answered_at");
    table_row(table);
    table_styled(table, STYLE_BOLD, report_name(person));
    table_cell(table, buf_text(&first));
    table_printf(table, STYLE_PLAIN, "%d", number(person, "pages"));
    span_cell(report, table, json_object_get(person, "to_sent"), "median_msec");
    span_cell(report, table, json_object_get(person, "to_delivered"), "median_msec");
    table_styled(table, silent ? STYLE_WARNING : STYLE_PLAIN, buf_text(&answer));
    table_cell(table, buf_text(&at));
    span_cell(report, table, person, "to_answer_msec");
    table_cell(table, answer_way(report, person));
}

void report_people(const struct report *report, struct table *table)
{
    const char *names[] = {SAY("PERSON", "PERSON"),           SAY("LARMAD", "PAGED"),   SAY("UTSKICK", "MESSAGES"),
                           SAY("SKICKAT EFTER", "SENT AFTER"), SAY("FRAMME EFTER", "DELIVERED AFTER"), SAY("SVAR", "ANSWER"),
                           SAY("SVARADE", "ANSWERED"),         SAY("EFTER", "AFTER"),    SAY("GENOM", "BY")};
    size_t i;
    const json_t *person;
    table_head(table, names, N_ELEMENTS(names));
    json_array_foreach(json_object_get(report->json, "people"), i, person)
        person_row(report, table, person);
}

/* ---- pages ---- */

/* "elks tog inte emot (…); second tog emot": only if there is more to tell than that one gateway took it. */
static void add_way(const struct report *report, struct buf *buf, const json_t *attempts)
{
    size_t i;
    const json_t *attempt;
    if (json_array_size(attempts) == 1 && strcmp(json_text(json_array_get(attempts, 0), "result"), "taken") == 0)
        return;
    json_array_foreach(attempts, i, attempt) {
        const char *result = json_text(attempt, "result"), *reason = json_text(attempt, "reason");
        bool told = *reason && strcmp(result, "left-out") != 0;
        buf_printf(buf, "%s%s%s%s", i > 0 ? "; " : "", json_text(attempt, "gateway"), *json_text(attempt, "gateway") ? " " : "",
                   report_result(report, result));
        if (told)
            buf_printf(buf, " (%s)", reason);
    }
}

static void add_step(const struct report *report, struct buf *buf, const json_t *page)
{
    buf_printf(buf, "%d", number(page, "step"));
    if (number(page, "round") > 0)
        buf_printf(buf, SAY(", varv %d", ", round %d"), number(page, "round"));
}

static void page_row(const struct report *report, struct table *table, const json_t *page)
{
    CLEANUP_BUF struct buf queued = {0}, sent = {0}, delivered = {0}, step = {0}, way = {0};
    bool failed = strcmp(json_text(page, "state"), "failed") == 0;
    report_add_clock(&queued, page, "queued_at");
    report_add_clock(&sent, page, "sent_at");
    report_add_clock(&delivered, page, "delivered_at");
    add_step(report, &step, page);
    add_way(report, &way, json_object_get(page, "attempts"));
    table_row(table);
    table_cell(table, buf_text(&queued));
    table_styled(table, STYLE_BOLD, report_name(page));
    table_cell(table, json_text(page, "role"));
    table_cell(table, buf_text(&step));
    table_cell(table, report_channel(report, json_text(page, "channel")));
    table_cell(table, json_text(page, "gateway"));
    table_cell(table, buf_text(&sent));
    table_cell(table, buf_text(&delivered));
    table_styled(table, failed ? STYLE_BAD : STYLE_PLAIN, report_state(report, json_text(page, "state")));
    table_cell(table, buf_text(&way));
}

void report_pages(const struct report *report, struct table *table)
{
    const char *names[] = {SAY("I KÖ", "QUEUED"),         SAY("PERSON", "PERSON"),    SAY("ROLL", "ROLE"),
                           SAY("STEG", "STEP"),           SAY("SÄTT", "BY"),          SAY("LARMVÄG", "GATEWAY"),
                           SAY("SKICKAT", "SENT"),        SAY("FRAMME", "DELIVERED"), SAY("LÄGE", "STATE"),
                           SAY("VÄGEN DIT", "ON THE WAY")};
    size_t i;
    const json_t *page;
    table_head(table, names, N_ELEMENTS(names));
    json_array_foreach(json_object_get(report->json, "pages"), i, page)
        page_row(report, table, page);
}

/* ---- gateways ---- */

static void count_cell(struct table *table, const json_t *object, const char *key, enum style style)
{
    int n = number(object, key);
    table_printf(table, n > 0 ? style : STYLE_PLAIN, "%d", n);
}

void report_gateways(const struct report *report, struct table *table)
{
    const char *names[] = {SAY("LARMVÄG", "GATEWAY"),         SAY("TOG EMOT", "TOOK"),
                           SAY("FRAMME", "DELIVERED"),        SAY("TOG INTE EMOT", "REFUSED"),
                           SAY("INGET SVAR", "NO PICKUP"),    SAY("KOM INTE FRAM", "NOT DELIVERED"),
                           SAY("INGET KVITTO", "NO RECEIPT"), SAY("BORTKOPPLAD", "LEFT OUT")};
    size_t i;
    const json_t *gateway;
    table_head(table, names, N_ELEMENTS(names));
    json_array_foreach(json_object_get(report->json, "gateways"), i, gateway) {
        table_row(table);
        table_styled(table, STYLE_BOLD, json_text(gateway, "gateway"));
        count_cell(table, gateway, "taken", STYLE_PLAIN);
        count_cell(table, gateway, "delivered", STYLE_PLAIN);
        count_cell(table, gateway, "refused", STYLE_BAD);
        count_cell(table, gateway, "unanswered", STYLE_WARNING);
        count_cell(table, gateway, "never", STYLE_BAD);
        count_cell(table, gateway, "no_receipt", STYLE_WARNING);
        count_cell(table, gateway, "left_out", STYLE_PLAIN);
    }
}

/* ---- many drills ---- */

static void drill_row(const struct report *report, struct table *table, const json_t *drill)
{
    CLEANUP_BUF struct buf at = {0}, roles = {0}, answered = {0}, reached = {0}, how = {0}, without = {0};
    print_add_time(&at, json_text(drill, "opened_at"), TIME_SHORT);
    report_add_names(&roles, json_object_get(drill, "roles"));
    add_share(report, &answered, number(drill, "answered"), number(drill, "of"));
    add_share(report, &reached, number(drill, "persons_reached"), number(drill, "persons_paged"));
    report_add_ending(report, &how, drill);
    if (json_flag(drill, "dry_run"))
        buf_add_text(&how, SAY("; torrkörning", "; dry run"));
    report_add_names(&without, json_object_get(drill, "without"));
    if (without.len > 0)
        buf_printf(&how, SAY("; utan %s", "; without %s"), buf_text(&without));
    table_row(table);
    table_styled(table, STYLE_BOLD, json_text(drill, "id"));
    table_cell(table, buf_text(&at));
    table_cell(table, buf_text(&roles));
    span_cell(report, table, drill, "first_answer_msec");
    table_cell(table, buf_text(&answered));
    table_cell(table, buf_text(&reached));
    table_cell(table, buf_text(&how));
    table_cell(table, json_text(drill, "summary"));
}

void report_drills(const struct report *report, const json_t *drills, struct table *table)
{
    const char *names[] = {"ID",
                           SAY("BÖRJAN", "BEGAN"),
                           SAY("ROLLER", "ROLES"),
                           SAY("FÖRSTA JA EFTER", "FIRST YES AFTER"),
                           SAY("SVARAT", "ANSWERED"),
                           SAY("NÅDDA", "REACHED"),
                           SAY("SLUT", "END"),
                           SAY("SCENARIO", "SCENARIO")};
    size_t i;
    const json_t *drill;
    table_head(table, names, N_ELEMENTS(names));
    json_array_foreach(drills, i, drill)
        drill_row(report, table, drill);
}

void report_roles(const struct report *report, struct table *table)
{
    const char *names[] = {SAY("ROLL", "ROLE"),
                           SAY("ÖVNINGAR", "DRILLS"),
                           SAY("KVITTERADE", "ACKNOWLEDGED"),
                           SAY("NÅDDA", "REACHED"),
                           SAY("FÖRSTA JA, MEDIAN", "FIRST YES, MEDIAN"),
                           SAY("LÄNGST", "LONGEST")};
    size_t i;
    const json_t *role;
    table_head(table, names, N_ELEMENTS(names));
    json_array_foreach(json_object_get(report->json, "roles"), i, role) {
        CLEANUP_BUF struct buf reached = {0};
        add_share(report, &reached, number(role, "persons_reached"), number(role, "persons_paged"));
        table_row(table);
        table_styled(table, STYLE_BOLD, json_text(role, "role"));
        table_printf(table, STYLE_PLAIN, "%d", number(role, "drills"));
        table_printf(table, STYLE_PLAIN, "%d", number(role, "answered"));
        table_cell(table, buf_text(&reached));
        span_cell(report, table, json_object_get(role, "first_answer"), "median_msec");
        span_cell(report, table, json_object_get(role, "first_answer"), "max_msec");
    }
}

/* ---- remarks ---- */

static int damaged(const struct report *report)
{
    size_t i;
    const json_t *drill;
    int n = number(report->json, "damaged_records");
    json_array_foreach(json_object_get(report->json, "drills"), i, drill)
        n += number(drill, "damaged_records");
    return n;
}

/* Each person and gateway that was left out, and whether something came in their stead. */
static void add_left_out(const struct report *report, struct buf *buf)
{
    size_t i;
    const json_t *gateway, *page;
    json_array_foreach(json_object_get(report->json, "gateways"), i, gateway) {
        const char *name = json_text(gateway, "gateway");
        size_t k, n = 0, taken = 0;
        json_array_foreach(json_object_get(report->json, "pages"), k, page) {
            size_t a;
            const json_t *attempt;
            bool out = false;
            json_array_foreach(json_object_get(page, "attempts"), a, attempt)
                out |= strcmp(json_text(attempt, "result"), "left-out") == 0 && strcmp(json_text(attempt, "gateway"), name) == 0;
            n += out;
            taken += out && *json_text(page, "gateway");
        }
        if (n > 0)
            buf_printf(buf,
                       SAY("Larmvägen %s var bortkopplad i övningen: %zu av %zu utskick togs emot av en annan.\n",
                           "The gateway %s was left out by the drill: %zu of %zu messages were taken by another.\n"),
                       name, taken, n);
    }
    json_array_foreach(json_object_get(report->json, "people"), i, page)
        if (json_flag(page, "held_back"))
            buf_printf(buf, SAY("%s larmades inte: övningen spelade att personen inte svarar.\n",
                                "%s was not paged: the drill played that this person does not answer.\n"), report_name(page));
}

void report_add_remarks(const struct report *report, struct buf *buf)
{
    if (!report->many && json_flag(report->json, "dry_run"))
        buf_add_text(buf, SAY("Torrkörning: inget skickades och ingen kunde svara. Tiderna säger inget om larmvägarna.\n",
                              "A dry run: nothing was sent, and nobody could answer. The times tell nothing of the gateways.\n"));
    if (!report->many)
        add_left_out(report, buf);
    if (damaged(report) > 0)
        buf_printf(buf,
                   SAY("%d poster i loggen gick inte att läsa och saknas här.\n",
                       "%d records of the log could not be read, and are missing here.\n"),
                   damaged(report));
    if (json_flag(report->json, "cut"))
        buf_add_text(buf, SAY("Allt fick inte plats: det finns fler poster eller övningar än vad som visas.\n",
                              "Not everything found room: there are more records or drills than are shown.\n"));
}
