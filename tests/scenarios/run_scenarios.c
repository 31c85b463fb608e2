/* Runs scenario files: commands, and behind each the lines that the engine must answer with. With --update it writes down what
 * came instead: read the difference before you commit it. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "scenario.h"

/* Splits in place at spaces; double quotes hold words together, also behind a name=. */
static void split(char *line, struct words *ret)
{
    char *to = line;
    ret->n = 0;
    while (*line && ret->n < WORDS_MAX) {
        bool quoted = false;
        while (*line == ' ')
            line++;
        if (!*line)
            break;
        ret->list[ret->n++] = to;
        for (; *line && (quoted || *line != ' '); line++) {
            if (*line == '"')
                quoted = !quoted;
            else
                *to++ = *line;
        }
        if (*line)
            line++;
        *to++ = '\0';
    }
}

const char *words_value(const struct words *words, const char *name)
{
    size_t len = strlen(name);
    for (size_t i = 1; i < words->n; i++)
        if (strncmp(words->list[i], name, len) == 0 && words->list[i][len] == '=')
            return words->list[i] + len + 1;
    return NULL;
}

bool words_have(const struct words *words, const char *word)
{
    for (size_t i = 1; i < words->n; i++)
        if (strcmp(words->list[i], word) == 0)
            return true;
    return false;
}

const char *words_at(const struct words *words, size_t index)
{
    return index < words->n ? words->list[index] : "";
}

/* 0000-0000: the house. */
static uint64_t incident_of(struct world *world, const char *id)
{
    uint64_t key = 0;
    if (strcmp(id, "0000-0000") != 0 && incident_from_id(id, 2026, &key) != ERR_OK)
        buf_printf(&world->error, "%s is no incident's id\n", id);
    return key;
}

int64_t words_duration(struct world *world, const char *text)
{
    int64_t usec = 0;
    if (text_to_duration(text, &usec) != ERR_OK)
        buf_printf(&world->error, "%s is no duration\n", text);
    return usec;
}

static void do_trigger(struct world *world, const struct words *words)
{
    const struct roster *roles[8];
    struct event event = {.kind = EVENT_TRIGGER, .request = 1};
    struct event_trigger *trigger = &event.trigger;
    enum severity severity;
    CLEANUP_FREE char *named = mem_strdup(words_value(words, "roles") ? words_value(words, "roles") : "");
    *trigger = (struct event_trigger){
        .source = words_at(words, 1),
        .summary = words_at(words, 2),
        .severity = -1,
        .roles = roles,
        .details = words_value(words, "details"),
        .location = words_value(words, "location"),
        .callback = words_value(words, "callback"),
        .dedup_key = words_value(words, "key"),
        .idempotency_key = words_value(words, "idem"),
        .drill = words_have(words, "drill"),
        .sensitive = words_have(words, "sensitive"),
    };
    if (words_value(words, "severity") && severity_from_name(words_value(words, "severity"), &severity))
        trigger->severity = (int)severity;
    for (char *role = strtok(named, ","); role; role = strtok(NULL, ","))
        roles[trigger->n_roles++] = plan_roster(&world->config->plan, role);
    world_step(world, &event);
}

static void do_answer(struct world *world, const struct words *words)
{
    const char *via = words_value(words, "via"), *minutes = words_value(words, "minutes"), *answer = words_at(words, 3);
    struct event event = {.kind = EVENT_ANSWER, .request = 1};
    event.answer = (struct event_answer){
        .incident = incident_of(world, words_at(words, 1)),
        .person = words_at(words, 2),
        .role = words_value(words, "role"),
        .answer = strcmp(answer, "yes") == 0 ? ANSWER_YES : strcmp(answer, "no") == 0 ? ANSWER_NO : ANSWER_ETA,
        .eta_minutes = minutes ? (uint32_t)atoi(minutes) : 0,
        .via = via && strcmp(via, "sms") == 0 ? VIA_SMS : via && strcmp(via, "web") == 0 ? VIA_WEB : VIA_API,
    };
    world_step(world, &event);
}

/* press 2026-0001 1 yes: somebody who was rung presses a key, and the page's number says who. */
static void do_press(struct world *world, const struct words *words)
{
    uint64_t key = incident_of(world, words_at(words, 1));
    uint32_t number = (uint32_t)atoi(words_at(words, 2));
    const struct message *message = world_message(world, key, number);
    world_step(world, &(struct event){.kind = EVENT_ANSWER, .request = 1, .answer = {
        .page = {key, number, message ? message->nonce : 0},
        .answer = strcmp(words_at(words, 3), "yes") == 0 ? ANSWER_YES : ANSWER_NO,
        .via = VIA_VOICE,
    }});
}

/* {code:anna.berg} stands for the code that this person was last given. */
static void add_with_codes(struct buf *buf, const struct world *world, const char *text)
{
    const char *place = strstr(text, "{code:");
    const struct incident *incident;
    uint32_t code = 0;
    uint64_t seq = 0;
    if (!place) {
        buf_add_text(buf, text);
        return;
    }
    size_t len = strcspn(place + 6, "}");
    for (size_t cursor = 0; (incident = engine_next_incident(world->engine, &cursor));)
        for (const struct callout *callout = incident->callouts; callout; callout = callout->next)
            for (const struct recipient *recipient = callout->recipients; recipient; recipient = recipient->next) {
                const char *person = engine_text(world->engine, recipient->person);
                if (strlen(person) == len && strncmp(person, place + 6, len) == 0 && recipient->code &&
                    incident->first_seq >= seq) {
                    code = recipient->code;
                    seq = incident->first_seq;
                }
            }
    buf_add(buf, text, (size_t)(place - text));
    buf_printf(buf, "%06u%s", code, place + 6 + len + 1);
}

static void do_text(struct world *world, const struct words *words)
{
    CLEANUP_BUF struct buf text = {0};
    add_with_codes(&text, world, words_at(words, 2));
    world_step(world,
               &(struct event){.kind = EVENT_INBOUND,
                               .inbound = {.gateway = words_value(words, "gateway") ? words_value(words, "gateway") : "elks",
                                           .from = words_at(words, 1),
                                           .text = buf_text(&text),
                                           .id = words_value(words, "id")}});
}

/* outcome 2026-0001 1 sent gateway=elks id=s1; with 0 for the page it is known by its id */
static void do_outcome(struct world *world, const struct words *words)
{
    static const struct { const char *word; enum outcome outcome; } outcomes[] = {
        {"sent", OUTCOME_SENT}, {"delivered", OUTCOME_DELIVERED}, {"refused", OUTCOME_ATTEMPT_FAILED}, {"failed", OUTCOME_FAILED},
        {"unanswered", OUTCOME_UNANSWERED},
        {"undelivered", OUTCOME_UNDELIVERED},
    };
    uint64_t key = incident_of(world, words_at(words, 1));
    const struct message *message = world_message(world, key, (uint32_t)atoi(words_at(words, 2)));
    struct event event = {.kind = EVENT_OUTCOME};
    event.outcome = (struct event_outcome){
        .page = {key, (uint32_t)atoi(words_at(words, 2)), message ? message->nonce : 0},
        .gateway = words_value(words, "gateway") ? words_value(words, "gateway") : "elks",
        .provider_id = words_value(words, "id"),
        .reason = words_value(words, "reason"),
    };
    if (event.outcome.page.number == 0)
        event.outcome.page = (struct page_ref){0};
    for (size_t i = 0; i < N_ELEMENTS(outcomes); i++)
        if (strcmp(outcomes[i].word, words_at(words, 3)) == 0)
            event.outcome.outcome = outcomes[i].outcome;
    world_step(world, &event);
}

static void do_note(struct world *world, const struct words *words)
{
    world_step(world, &(struct event){.kind = EVENT_NOTE, .request = 1, .note = {
        .incident = incident_of(world, words_at(words, 1)), .text = words_at(words, 2), .actor = "rtj"}});
}

static void do_close(struct world *world, const struct words *words)
{
    world_step(world, &(struct event){.kind = EVENT_CLOSE, .request = 1, .close = {
        .incident = incident_of(world, words_at(words, 1)), .reason = words->n > 2 ? words_at(words, 2) : NULL, .actor = "rtj"}});
}

static void do_callout(struct world *world, const struct words *words)
{
    world_step(world, &(struct event){.kind = EVENT_CALLOUT, .request = 1, .callout = {
        .incident = incident_of(world, words_at(words, 1)), .roster = plan_roster(&world->config->plan, words_at(words, 2)),
        .group = plan_group(&world->config->plan, words_at(words, 2)), .actor = "rtj"}});
}

static void do_test(struct world *world, const struct words *words)
{
    world_step(world, &(struct event){.kind = EVENT_GATEWAY_TEST, .request = 7, .gateway_test = {
        .gateway = words_at(words, 1), .channel = CHANNEL_SMS, .person = words_at(words, 2)}});
}

/* drill start TARGETS [summary=S] [without=LIST] [within=4h] [limit=1h] [schedule=NAME] [by=LOGIN] [all] [dry] | drill stop [ID]
 * */
static void do_drill(struct world *world, const struct words *words)
{
    const char *by = words_value(words, "by"), *within = words_value(words, "within"), *limit = words_value(words, "limit");
    struct event event = {.request = 1};
    if (strcmp(words_at(words, 1), "stop") == 0) {
        event.kind = EVENT_DRILL_STOP;
        event.drill_stop = (struct event_drill_stop){words->n > 2 ? incident_of(world, words_at(words, 2)) : 0, by ? by : "chef"};
    } else {
        event.kind = EVENT_DRILL_START;
        event.drill = (struct event_drill){
            .source = "local",
            .actor = by ? by : "chef",
            .summary = words_value(words, "summary") ? words_value(words, "summary") : "Larmprov",
            .targets = words_at(words, 2),
            .without = words_value(words, "without"),
            .schedule = words_value(words, "schedule"),
            .limit_usec = limit ? words_duration(world, limit) : 0,
            .within_usec = within ? words_duration(world, within) : 0,
            .wait_for_all = words_have(words, "all"),
            .dry_run = words_have(words, "dry"),
        };
    }
    world_step(world, &event);
}

static void do_wait(struct world *world, const struct words *words)
{
    world_wait(world, words_duration(world, words_at(words, 1)));
}

static void do_crash(struct world *world, const struct words *words)
{
    world_crash(world, words_duration(world, words_at(words, 1)));
}

/* clock +1h, clock -1h: somebody sets the wall clock. */
static void do_clock(struct world *world, const struct words *words)
{
    int64_t usec = words_duration(world, words_at(words, 1) + 1);
    world->now.wall_usec += words_at(words, 1)[0] == '-' ? -usec : usec;
    world_step(world, &(struct event){.kind = EVENT_CLOCK_STEPPED});
}

static void do_trouble(struct world *world, const struct words *words)
{
    enum event_kind kind = strcmp(words_at(words, 0), "degraded") == 0 ? EVENT_DEGRADED : EVENT_RESTORED;
    world_step(world,
               &(struct event){.kind = kind,
                               .trouble = {.reason = words_at(words, 1), .earlier = strcmp(words_at(words, 1), "earlier") == 0}});
}

/* at 2026-12-24 08:00: local time of the plan in force. */
static void do_at(struct world *world, const struct words *words)
{
    struct civil local = {0};
    if (sscanf(words_at(words, 1), "%d-%d-%d", &local.year, &local.month, &local.day) != 3 ||
        sscanf(words_at(words, 2), "%d:%d", &local.hour, &local.minute) != 2) {
        buf_add_text(&world->error, "at YYYY-MM-DD HH:MM\n");
        return;
    }
    world->now.wall_usec = tz_from_local(world->config->plan.tz, &local, TZ_BEGIN);
}

static void do_plan(struct world *world, const struct words *words)
{
    world_load(world, words_at(words, 1));
}

/* message 2026-0001 3: what the page or notice would say if it were sent now, or that it is not wanted any more. */
static void do_message(struct world *world, const struct words *words)
{
    uint64_t key = incident_of(world, words_at(words, 1));
    uint32_t number = (uint32_t)atoi(words_at(words, 2));
    const struct message *message = world_message(world, key, number);
    struct message_view view;
    if (!message) {
        buf_add_text(&world->out, "message forgotten\n");
    } else if (!engine_message(world->engine, (struct page_ref){key, number, message->nonce}, world->now.wall_usec, &view)) {
        buf_add_text(&world->out, "message not wanted\n");
    } else {
        lines_add_view(&world->out, &view);
    }
}

static void do_state(struct world *world, const struct words *words)
{
    (void)words;
    lines_add_state(&world->out, world->engine);
}

static void run_command(struct world *world, char *line)
{
    static const struct { const char *word; void (*function)(struct world *, const struct words *);
    } commands[] = {
        {"plan", do_plan},       {"at", do_at},           {"trigger", do_trigger},  {"answer", do_answer},
        {"press", do_press},     {"text", do_text},       {"outcome", do_outcome},  {"note", do_note},
        {"close", do_close},     {"callout", do_callout}, {"test", do_test},        {"wait", do_wait},
        {"crash", do_crash},     {"clock", do_clock},     {"degraded", do_trouble}, {"restored", do_trouble},
        {"state", do_state},     {"drill", do_drill},     {"message", do_message},  {"duty", do_duty},
        {"gap", do_gap},         {"check", do_check},     {"news", do_news},        {"schedule", do_schedule},
        {"overdue", do_overdue},
    };
    struct words words;
    split(line, &words);
    for (size_t i = 0; i < N_ELEMENTS(commands); i++) {
        if (strcmp(commands[i].word, words_at(&words, 0)) == 0) {
            commands[i].function(world, &words);
            return;
        }
    }
    buf_printf(&world->error, "no such command: %s\n", words_at(&words, 0));
}

static void add_quoted_lines(struct buf *buf, const struct buf *out)
{
    const char *at = buf_text(out);
    while (*at) {
        size_t len = strcspn(at, "\n");
        buf_add_text(buf, "> ");
        buf_add(buf, at, len);
        buf_add_char(buf, '\n');
        at += len + (at[len] == '\n');
    }
}

/* The file as it should read: its commands and comments, and behind each command what came. */
static bool play(FILE *file, const char *plans, bool damage, struct buf *as_it_is, struct buf *as_it_came)
{
    struct world world;
    char *line = NULL;
    size_t size = 0;
    ssize_t len;
    world_init(&world, plans);
    while ((len = getline(&line, &size, file)) >= 0 && world.error.len == 0) {
        buf_add(as_it_is, line, (size_t)len);
        if (line[0] == '>')
            continue;
        buf_add(as_it_came, line, (size_t)len);
        line[strcspn(line, "\n")] = '\0';
        if (line[0] == '#' || line[0] == '\0')
            continue;
        buf_clear(&world.out);
        run_command(&world, line);
        add_quoted_lines(as_it_came, &world.out);
    }
    if (damage && world.error.len == 0)
        damage_log(&world);
    bool good = world.error.len == 0;
    if (!good)
        fprintf(stderr, "%s", buf_text(&world.error));
    free(line);
    world_done(&world);
    return good;
}

static void print_first_difference(const char *path, const char *expected, const char *came)
{
    int line = 1;
    while (*expected && strcspn(expected, "\n") == strcspn(came, "\n") && strncmp(expected, came, strcspn(expected, "\n")) == 0) {
        expected += strcspn(expected, "\n") + 1;
        came += strcspn(came, "\n") + 1;
        line++;
    }
    fprintf(stderr, "%s:%d:\n  expected: %.*s\n  came:     %.*s\n", path, line, (int)strcspn(expected, "\n"), expected,
            (int)strcspn(came, "\n"), came);
}

static bool run_file(const char *path, const char *plans, bool update, bool damage)
{
    CLEANUP_BUF struct buf as_it_is = {0}, as_it_came = {0};
    FILE *file = fopen(path, "re");
    if (!file) {
        perror(path);
        return false;
    }
    bool good = play(file, plans, damage, &as_it_is, &as_it_came);
    fclose(file);
    if (!good) {
        fprintf(stderr, "%s: stopped after:\n%s\n", path, buf_text(&as_it_came));
        return false;
    }
    if (strcmp(buf_text(&as_it_is), buf_text(&as_it_came)) == 0)
        return true;
    if (!update) {
        print_first_difference(path, buf_text(&as_it_is), buf_text(&as_it_came));
        return false;
    }
    file = fopen(path, "we");
    bool written = file && fputs(buf_text(&as_it_came), file) >= 0;
    return file && fclose(file) == 0 && written;
}

int main(int argc, char **argv)
{
    const char *plans = getenv("SCENARIO_PLANS");
    bool update = argc > 1 && strcmp(argv[1], "--update") == 0, damage = argc > 1 && strcmp(argv[1], "--damage") == 0;
    int failed = 0, files = 0;
    for (int i = update || damage ? 2 : 1; i < argc; i++, files++) {
        bool good = run_file(argv[i], plans ? plans : "plans", update, damage);
        printf("%s %s\n", good ? "ok  " : "FAIL", argv[i]);
        failed += !good;
    }
    printf("%d scenarios passed, %d failed\n", files - failed, failed);
    return files == 0 || failed > 0;
}
