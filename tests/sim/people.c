/* Sources that trigger and try again, and people who answer: by text, link, voice or through the API, twice, late, with wrong
 * codes. */
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "engine/drill.h"

enum { TRIES_MAX = 3, FLOOD_BYTES = 6000, FLOOD_TRIGGERS = 14000 };

struct sent_trigger {                /* what a source has said, and what it was told */
    char source[8], summary[40], dedup_key[16], idempotency_key[16];
    unsigned roles, tries;
    int severity;
    bool drill, promised;
    bool blind;                      /* it came while the log could not be read: whether it had come before, nobody knew */
    uint64_t incident;               /* once promised */
    size_t number;
    bool heard;                      /* an answer came to the last try */
};

struct asked {                       /* a request that waits */
    uint64_t request;
    struct sent_trigger *trigger;    /* NULL: something else */
    uint64_t need_seq;               /* the answer speaks of what is recorded until there */
    uint64_t incident;
    enum verdict verdict;
    bool decided, drill;
};

static struct {
    struct arrival *inbox;
    size_t n_inbox;
    struct sent_trigger **sent;
    size_t n_sent;
    struct asked *asked;
    size_t n_asked;
    uint64_t last_request;
    uint64_t *known;                 /* incidents that somebody outside has heard of */
    size_t n_known;
    uint64_t *drills;                /* that were answered 201 */
    size_t n_drills;
    unsigned letters;
} people;

/* ---- asking ---- */

static struct asked *ask(struct sent_trigger *trigger)
{
    people.asked = mem_realloc_array(people.asked, people.n_asked + 1, sizeof(*people.asked));
    struct asked *asked = &people.asked[people.n_asked++];
    *asked = (struct asked){.request = ++people.last_request, .trigger = trigger};
    return asked;
}

static struct asked *find_asked(uint64_t request)
{
    for (size_t i = 0; i < people.n_asked; i++)
        if (people.asked[i].request == request)
            return &people.asked[i];
    fail("P1", "an answer to nobody");
}

static void forget_asked(uint64_t request)
{
    struct asked *asked = find_asked(request);
    *asked = people.asked[--people.n_asked];
}

static bool submit(struct event *event, struct sent_trigger *trigger)
{
    struct asked *asked = ask(trigger);
    uint64_t request = event->request = asked->request;
    asked->drill = event->kind == EVENT_DRILL_START;
    if (node_submit(event))
        return true;
    forget_asked(request);
    return false;
}

static void know(uint64_t incident)
{
    for (size_t i = 0; i < people.n_known; i++)
        if (people.known[i] == incident)
            return;
    people.known = mem_realloc_array(people.known, people.n_known + 1, sizeof(*people.known));
    people.known[people.n_known++] = incident;
}

void client_decided(const struct effect_reply *reply)
{
    struct asked *asked = find_asked(reply->request);
    if (asked->decided)
        fail("P1", "request %lu is answered twice", (unsigned long)reply->request);
    asked->decided = true;
    asked->verdict = reply->verdict;
    asked->incident = reply->incident;
    asked->need_seq = engine_last_seq(node_engine());
    if (asked->trigger && !node_has_store())
        asked->trigger->blind = true;
}

static void try_again(void *userdata);

static void promised(struct sent_trigger *trigger, const struct asked *asked)
{
    const struct m_incident *incident = model_incident(asked->incident);
    if (asked->verdict > VERDICT_DONE)
        fail("P9", "a trigger is answered by verdict %d", asked->verdict);
    if (!incident || !model_has_text(incident, trigger->summary))
        fail("P9", "\"%s\" was answered, and %lx does not say it", trigger->summary, (unsigned long)asked->incident);
    const struct m_incident *before = trigger->promised ? model_incident(trigger->incident) : NULL;
    bool forgotten = before && before->settled;      /* closed for a day, by a clock that was set */
    bool known = before && !forgotten && !trigger->blind;
    if (known && before != incident && *trigger->idempotency_key && !*trigger->dedup_key)
        fail("P9", "\"%s\" came again under its key and became another incident", trigger->summary);
    trigger->promised = true;
    trigger->incident = asked->incident;
}

void client_replied(uint64_t request, bool degraded)
{
    struct asked asked = *find_asked(request);
    forget_asked(request);
    if (!asked.decided)
        fail("P1", "request %lu is answered before it was decided", (unsigned long)request);
    note("reply %lu: %d%s", (unsigned long)request, asked.verdict, degraded ? ", degraded" : "");
    if (!degraded && disk_seq() < asked.need_seq)
        fail("P1", "an answer was let out before record %lu was committed", (unsigned long)asked.need_seq);
    know(asked.incident);
    if (asked.drill && !degraded && (asked.verdict == VERDICT_OPENED || asked.verdict == VERDICT_PLANNED)) {
        people.drills = mem_realloc_array(people.drills, people.n_drills + 1, sizeof(*people.drills));
        people.drills[people.n_drills++] = asked.incident;
    }
    if (!asked.trigger)
        return;
    asked.trigger->heard = true;
    if (!degraded)
        promised(asked.trigger, &asked);
    else if (*asked.trigger->idempotency_key && ++asked.trigger->tries < TRIES_MAX)
        clock_call(sim_now() + 30 * USEC_PER_SEC, try_again, asked.trigger);
}

void client_lost_node(void)
{
    for (size_t i = 0; i < people.n_asked; i++) {
        struct sent_trigger *trigger = people.asked[i].trigger;
        if (trigger && *trigger->idempotency_key && ++trigger->tries < TRIES_MAX)
            clock_call(sim_now() + 20 * USEC_PER_SEC, try_again, trigger);
    }
    people.n_asked = 0;
}

size_t client_unanswered(void)
{
    size_t n = 0;
    for (size_t i = 0; i < people.n_asked; i++)
        n += people.asked[i].decided;
    return n;
}

void client_check_promises(void)
{
    for (size_t i = 0; i < people.n_drills; i++)
        if (!model_incident(people.drills[i]) && !model_planned(people.drills[i]))
            fail("P1", "the drill %lx was promised, and the log does not have it", (unsigned long)people.drills[i]);
    for (size_t i = 0; i < people.n_sent; i++) {
        const struct sent_trigger *trigger = people.sent[i];
        if (!trigger->promised)
            continue;
        const struct m_incident *incident = model_incident(trigger->incident);
        if (!incident || !model_has_text(incident, trigger->summary))
            fail("P1", "\"%s\" was promised, and the log does not have it", trigger->summary);
        if (!incident->settled && !engine_incident(node_engine(), trigger->incident))
            fail("P1", "\"%s\" was promised, and the engine has forgotten it", trigger->summary);
    }
}

/* ---- sources ---- */

static bool send_trigger(struct sent_trigger *trigger, const char *details)
{
    static const char *const roles[] = {"KIB", "TIB", "VAKT"};
    const struct roster *named[N_ELEMENTS(roles)];
    struct event event = {.kind = EVENT_TRIGGER,
                          .trigger = {.source = trigger->source,
                                      .summary = trigger->summary,
                                      .details = details,
                                      .severity = trigger->severity,
                                      .drill = trigger->drill,
                                      .roles = named,
                                      .dedup_key = *trigger->dedup_key ? trigger->dedup_key : NULL,
                                      .idempotency_key = *trigger->idempotency_key ? trigger->idempotency_key : NULL}};
    if (!node_alive())
        return false;
    for (size_t i = 0; i < N_ELEMENTS(roles); i++) {
        if (!(trigger->roles & 1u << i))
            continue;
        named[event.trigger.n_roles] = plan_roster(&node_config()->plan, roles[i]);
        if (!named[event.trigger.n_roles++])
            return true;     /* the API refuses a role that it does not know */
    }
    note("trigger %s: %s key=%s idem=%s%s", trigger->source, trigger->summary, trigger->dedup_key, trigger->idempotency_key,
         trigger->drill ? " drill" : "");
    trigger->heard = false;
    return submit(&event, trigger);
}

static void try_again(void *userdata)
{
    struct sent_trigger *trigger = userdata;
    if (!trigger->heard || !trigger->promised)
        if (!send_trigger(trigger, NULL) && ++trigger->tries < TRIES_MAX)
            clock_call(sim_now() + 30 * USEC_PER_SEC, try_again, trigger);
}

static struct sent_trigger *new_trigger(const struct action *action)
{
    static const char *const sources[] = {"rtj", "rtj", "larm", "local"};
    struct sent_trigger *trigger = NEW(struct sent_trigger);
    trigger->number = people.n_sent;
    people.sent = mem_realloc_array(people.sent, people.n_sent + 1, sizeof(struct sent_trigger *));
    people.sent[people.n_sent++] = trigger;
    strcpy(trigger->source, sources[action->a % N_ELEMENTS(sources)]);
    snprintf(trigger->summary, sizeof(trigger->summary), "Larm %u", action->d);
    if (action->b % 3 == 0)
        snprintf(trigger->dedup_key, sizeof(trigger->dedup_key), "K%u", action->c % 4);
    if (action->b % 2 == 0)
        snprintf(trigger->idempotency_key, sizeof(trigger->idempotency_key), "I%u", action->d);
    trigger->severity = (int)(action->c / 8 % (SEVERITY_COUNT + 1)) - 1;
    trigger->roles = action->c / 64 % 4 == 0 ? action->c / 256 % 8 : 0;
    trigger->drill = action->b / 8 % 6 == 0;
    return trigger;
}

static struct sent_trigger *old_trigger(uint32_t a)
{
    return people.n_sent ? people.sent[people.n_sent - 1 - a % (people.n_sent < 8 ? people.n_sent : 8)] : NULL;
}

static void update(const struct action *action)
{
    const struct sent_trigger *before = old_trigger(action->a);
    if (!before || !*before->dedup_key)
        return;
    struct sent_trigger *trigger = new_trigger(action);
    strcpy(trigger->source, before->source);
    strcpy(trigger->dedup_key, before->dedup_key);
    trigger->drill = before->drill;
    if (action->b % 5 == 0)
        strcpy(trigger->summary, before->summary);
    send_trigger(trigger, NULL);
}

/* Many at once, and more than a source may: they become one bundle. */
static void burst(const struct action *action)
{
    for (uint32_t i = 0; i < 3 + action->c % 12; i++) {
        struct action one = *action;
        one.b = 1 + (action->b / 48 % 6 ? 8 : 0);
        one.d = action->d * 1000 + i;
        send_trigger(new_trigger(&one), NULL);
    }
}

/* P15: while nothing can be written, a storm is turned away before it fills the memory. */
static void flood(const struct action *action)
{
    CLEANUP_FREE char *details = mem_alloc(FLOOD_BYTES + 1);
    memset(details, 'x', FLOOD_BYTES);
    if (!node_alive() || !node_status().degraded)
        return;
    struct sent_trigger *trigger = new_trigger(action);
    trigger->roles = 0;      /* of a role that no roster has nothing would be taken */
    for (unsigned i = 0; i < FLOOD_TRIGGERS && node_alive(); i++) {
        snprintf(trigger->summary, sizeof(trigger->summary), "Storm %u %u", action->d, i);
        trigger->idempotency_key[0] = trigger->dedup_key[0] = '\0';
        if (!send_trigger(trigger, details))
            return;
        node_run();
    }
    if (node_alive() && node_status().degraded)
        fail("P15", "%u triggers wait for the disk, and more are taken", FLOOD_TRIGGERS);
}

/* ---- people ---- */

void people_got(struct page_ref page, const char *to, const char *text)
{
    people.inbox = mem_realloc_array(people.inbox, people.n_inbox + 1, sizeof(*people.inbox));
    people.inbox[people.n_inbox++] = (struct arrival){page, to, text, sim_now()};
}

static uint32_t code_in(const char *text)
{
    unsigned code = 0;
    const char *at = strstr(text, "JA ");
    at = at ? at + 3 : strstr(text, "YES ");
    if (at && *at == 'Y')
        at += 4;
    if (at && sscanf(at, "%6u", &code) == 1)
        return code;
    return 0;
}

static bool link_in(const char *text, uint64_t *ret_incident, uint8_t *ret_token)
{
    char token[TOKEN_TEXT_LEN + 1] = "";
    const char *at = strstr(text, "/a/");
    if (at)
        strncpy(token, at + 3, TOKEN_TEXT_LEN);
    return at && token_from_text(token, ret_incident, ret_token) == ERR_OK;
}

struct letter { char from[24], text[64], id[16]; };      /* id: what the gateway calls it; "": nothing */

static void hand_over(const struct letter *letter)
{
    note("text %s from %s: %s", letter->id, letter->from, letter->text);
    submit(&(struct event){.kind = EVENT_INBOUND,
                           .inbound = {.gateway = "g0",
                                       .from = letter->from,
                                       .text = letter->text,
                                       .id = *letter->id ? letter->id : NULL}}, NULL);
}

static void hand_over_again(void *userdata) { hand_over(userdata); }

/* Most gateways name a text, and hand it over again if they were not answered in time, or for no reason. */
static void text_back(const char *from, const char *text)
{
    static const int64_t laters_sec[] = {0, 2, 30, 600, 7200};
    struct letter *letter = NEW(struct letter);
    unsigned number = ++people.letters;
    snprintf(letter->from, sizeof(letter->from), "%s", from);
    snprintf(letter->text, sizeof(letter->text), "%s", text);
    bool named = history_is_of_a_kind() && !one_in(4, "text", number, 0);
    if (named)
        snprintf(letter->id, sizeof(letter->id), "T%u", number);
    hand_over(letter);
    for (uint64_t i = 1; named && i < 3; i++)
        if (one_in(3, "text", number, i))
            clock_call(sim_now() + laters_sec[draw("text", number, 4 + i) % N_ELEMENTS(laters_sec)] * USEC_PER_SEC, hand_over_again,
                       letter);
}

/* As api/ and web/ do: the link finds its recipient; what it does not find is 404. */
static void open_link(const struct arrival *arrival, enum answer answer, enum answer_via via)
{
    uint64_t key;
    uint8_t token[TOKEN_BYTES];
    if (!node_alive() || !link_in(arrival->text, &key, token))
        return;
    const struct recipient *recipient = engine_recipient(node_engine(), key, token);
    const struct m_page *page = model_page(arrival->page);
    if (!recipient && page && !page->incident->closed)
        fail("P5", "the link of page %u leads nowhere", page->ref.number);
    if (!recipient)
        return;
    const char *person = engine_text(node_engine(), recipient->person);
    if (page && page->callout && (recipient->callout->number != page->callout->number || strcmp(person, page->person) != 0))
        fail("P5", "the link of page %u leads to another call-out or person", page->ref.number);
    note("link of %s: %d", person, answer);
    submit(&(struct event){.kind = EVENT_ANSWER,
                           .answer = {.incident = key,
                                      .callout = recipient->callout->number,
                                      .person = person,
                                      .answer = answer,
                                      .eta_minutes = answer == ANSWER_ETA ? 30 : 0,
                                      .via = via}},
           NULL);
}

static void answer_text(const struct arrival *arrival, const struct action *action)
{
    static const char *const forms[] = {"JA %06u", "%06u", "ja %06u 45", "%06u ok", "NEJ %06u", "kan inte %06u", "KIB %06u"};
    static const char *const nonsense[] = {"JA", "STOP", "Vem är det?", "ok tack", "NEJ"};
    uint32_t code = code_in(arrival->text), form = action->c % 20;
    char text[64];
    if (form >= 17 || code == 0) {
        text_back(arrival->to, nonsense[action->c / 20 % N_ELEMENTS(nonsense)]);
        return;
    }
    const char *from = arrival->to;
    if (form >= 14) {
        static const char *const others[] = {"+46701740610", "+46701740611", "+46701740630", "+46701740699"};
        from = others[action->c / 20 % N_ELEMENTS(others)];
    } else if (form >= 11) {
        code = 100000 + (code + 1 + action->c / 20) % 900000;
    }
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    snprintf(text, sizeof(text), forms[form < 8 ? action->c / 40 % 4 : form < 11 ? 4 + action->c / 40 % 3 : 0], code);
#pragma GCC diagnostic pop
    text_back(from, text);
}

static void digit(struct page_ref page, enum answer answer)
{
    note("digit: %s to page %u of %lx", answer == ANSWER_YES ? "yes" : "no", page.number, (unsigned long)page.incident);
    submit(&(struct event){.kind = EVENT_ANSWER, .answer = {.page = page, .via = VIA_VOICE, .answer = answer}}, NULL);
}

static void same_digit(void *userdata)
{
    const struct page_ref *page = userdata;
    digit(*page, ANSWER_YES);
}

/* As the hook does: the call names its page. A provider may say it twice, at once or hours later, when whoever answered has taken
 * it back long ago. */
static void press_digit(const struct arrival *arrival, const struct action *action)
{
    static const int64_t laters_sec[] = {0, 20, 600, 7200};
    const struct m_page *page = model_page(arrival->page);
    enum answer answer = action->c % 4 ? ANSWER_YES : ANSWER_NO;
    digit(arrival->page, answer);
    if (answer == ANSWER_YES && page && action->c / 16 % 4 == 0)
        submit(&(struct event){.kind = EVENT_ANSWER, .answer = {.incident = page->ref.incident, .callout = page->callout->number,
            .person = page->person, .actor = "local", .answer = ANSWER_NO, .via = VIA_API}}, NULL);
    if (answer == ANSWER_YES && action->c / 4 % 4 == 0)
        clock_call(sim_now() + laters_sec[action->c / 64 % N_ELEMENTS(laters_sec)] * USEC_PER_SEC, same_digit,
                   mem_dup(&arrival->page, sizeof(arrival->page)));
}

static bool is_call(const struct arrival *arrival)
{
    const struct m_page *page = model_page(arrival->page);
    return !history_is_plain() && page && page->channel == CHANNEL_VOICE && page->purpose == PURPOSE_PAGE;
}

/* Now and then it is taken back at once: what goes out meanwhile has met both answers. */
static void say_yes(const struct arrival *arrival, enum answer_via via, uint32_t pick)
{
    open_link(arrival, ANSWER_YES, via);
    if (!history_is_plain() && pick % 4 == 0)
        open_link(arrival, ANSWER_NO, via);
}

static const struct arrival *pick_arrival(const struct action *action)
{
    if (people.n_inbox == 0)
        return NULL;
    size_t among = action->b % 4 && people.n_inbox > 6 ? 6 : people.n_inbox;
    return &people.inbox[people.n_inbox - 1 - action->a % among];
}

static void answer(const struct action *action)
{
    const struct arrival *arrival = pick_arrival(action);
    if (!arrival)
        return;
    bool phone = arrival->to[0] == '+';
    unsigned how = action->b / 4 % 10;
    if (is_call(arrival))
        press_digit(arrival, action);
    else if (phone && how < 6)
        answer_text(arrival, action);
    else if (how < 8)
        say_yes(arrival, how == 7 ? VIA_VOICE : VIA_WEB, action->c);
    else
        open_link(arrival, how == 8 ? ANSWER_NO : ANSWER_ETA, VIA_WEB);
}

static uint64_t pick_incident(uint32_t a)
{
    if (people.n_known == 0)
        return incident_key(2026, 9999);
    return people.known[people.n_known - 1 - a % (people.n_known < 5 ? people.n_known : 5)];
}

static void api_answer(const struct action *action)
{
    static const char *const roles[] = {NULL, NULL, "TIB", "KIB", "VAKT"};
    static const enum answer answers[] = {ANSWER_YES, ANSWER_YES, ANSWER_NO, ANSWER_ETA};
    const char *person = person_name_of_number(action->c);
    uint64_t incident = pick_incident(action->a);
    if (!node_alive() || !plan_person(&node_config()->plan, person))
        return;
    note("api: %s answers for %lx", person, (unsigned long)incident);
    struct event event = {.kind = EVENT_ANSWER,
                          .answer = {.incident = incident,
                                     .role = roles[action->b % N_ELEMENTS(roles)],
                                     .person = person,
                                     .actor = "local",
                                     .answer = answers[action->c / 8 % N_ELEMENTS(answers)],
                                     .eta_minutes = action->c / 64 % 60,
                                     .via = VIA_API}};
    submit(&event, NULL);
    if (history_is_plain() || event.answer.answer != ANSWER_YES || action->c / 4096 % 2)
        return;
    event.answer.answer = ANSWER_NO;      /* a mistake, taken back at once */
    submit(&event, NULL);
}

static void call_in(const struct action *action)
{
    static const char *const roles[] = {"KIB", "TIB", "VAKT"};
    struct event event = {.kind = EVENT_CALLOUT, .callout = {.incident = pick_incident(action->a), .actor = "local"}};
    if (!node_alive())
        return;
    if (action->b % 3)
        event.callout.roster = plan_roster(&node_config()->plan, roles[action->c % 3]);
    else
        event.callout.group = &node_config()->plan.groups[action->c % node_config()->plan.n_groups];
    if (event.callout.roster || event.callout.group)
        submit(&event, NULL);
}

/* ---- drills ---- */

/* A name of that kind that is in the configuration; false: there is none. */
static bool add_callee(struct buf *list, uint32_t pick)
{
    static const char *const roles[] = {"KIB", "TIB", "VAKT"};
    const struct plan *plan = &node_config()->plan;
    const char *role = roles[pick / 8 % N_ELEMENTS(roles)], *person = person_name_of_number(pick / 8);
    if (pick % 8 == 0)
        drill_add_name(list, DRILL_ALL_ROLES, "");
    else if (pick % 8 < 5 && plan_roster(plan, role))
        drill_add_name(list, "role", role);
    else if (pick % 8 == 5)
        drill_add_name(list, "group", plan->groups[pick / 8 % plan->n_groups].id);
    else if (plan_person(plan, person))
        drill_add_name(list, "person", person);
    return list->len > 0;
}

static void start_drill(const struct action *action)
{
    static const int64_t withins_sec[] = {0, 0, 0, 60, 1800, 7200}, limits_min[] = {0, 0, 5, 20};
    CLEANUP_BUF struct buf targets = {0}, without = {0};
    if (!node_alive() || !add_callee(&targets, action->a))
        return;
    if (action->a / 1024 % 3 == 0)
        add_callee(&targets, action->a / 4096);
    if (action->b % 5 == 0)
        drill_add_name(&without, "gateway", (const char *[]){"g0", "g1", "g2", "g3"}[action->b / 8 % SIM_GATEWAYS]);
    if (action->b % 4 == 0 && plan_person(&node_config()->plan, person_name_of_number(action->b / 64)))
        drill_add_name(&without, "person", person_name_of_number(action->b / 64));
    struct event event = {.kind = EVENT_DRILL_START,
                          .drill = {.source = action->c % 3 ? "local" : "rtj",
                                    .actor = "local",
                                    .summary = "Brand i skola",
                                    .targets = buf_text(&targets),
                                    .without = without.len ? buf_text(&without) : NULL,
                                    .within_usec = withins_sec[action->c / 4 % N_ELEMENTS(withins_sec)] * USEC_PER_SEC,
                                    .limit_usec = limits_min[action->c / 32 % N_ELEMENTS(limits_min)] * USEC_PER_MIN,
                                    .wait_for_all = action->c / 128 % 3 == 0,
                                    .dry_run = action->c / 512 % 4 == 0}};
    note("drill of %s without %s within %ld s%s%s", buf_text(&targets), buf_text(&without),
         (long)(event.drill.within_usec / USEC_PER_SEC), event.drill.wait_for_all ? ", of all" : "",
         event.drill.dry_run ? ", dry" : "");
    submit(&event, NULL);
}

static void stop_drill(uint64_t drill)
{
    note("stop drill %lx", (unsigned long)drill);
    submit(&(struct event){.kind = EVENT_DRILL_STOP, .drill_stop = {.drill = drill, .actor = "local"}}, NULL);
}

static void stop_some_drill(uint32_t pick)
{
    size_t n = people.n_drills < 4 ? people.n_drills : 4;
    stop_drill(n && pick % 4 ? people.drills[people.n_drills - 1 - pick / 4 % n] : 0);
}

static void close_incident(uint64_t incident)
{
    note("close %lx", (unsigned long)incident);
    submit(&(struct event){.kind = EVENT_CLOSE, .close = {.incident = incident, .actor = "local"}}, NULL);
}

void people_act(const struct action *action)
{
    struct sent_trigger *before;
    switch (action->act) {
    case ACT_TRIGGER:
        send_trigger(new_trigger(action), NULL);
        break;
    case ACT_UPDATE:
        update(action);
        break;
    case ACT_RETRY:
        before = old_trigger(action->a);
        if (before)
            send_trigger(before, NULL);
        break;
    case ACT_BURST:
        burst(action);
        break;
    case ACT_DRILL:
        start_drill(action);
        break;
    case ACT_DRILL_STOP:
        stop_some_drill(action->a);
        break;
    case ACT_FLOOD:
        flood(action);
        break;
    case ACT_ANSWER:
        answer(action);
        break;
    case ACT_API:
        api_answer(action);
        break;
    case ACT_CALL_IN:
        call_in(action);
        break;
    case ACT_NOTE:
        submit(&(struct event){.kind = EVENT_NOTE,
                               .note = {.incident = pick_incident(action->a), .text = "Anteckning", .actor = "local"}},
               NULL);
        break;
    case ACT_CLOSE:
        close_incident(pick_incident(action->a));
        break;
    case ACT_TEST:
        submit(&(struct event){.kind = EVENT_GATEWAY_TEST, .gateway_test = {.gateway = action->a % 2 ? "g0" : "g1",
            .person = person_name_of_number(action->c), .channel = action->b % CHANNEL_COUNT, .actor = "local"}}, NULL);
        break;
    default:
        text_back("+46701740698", "JA 123456");
        break;
    }
}

void people_answer_all(void)
{
    for (struct m_incident *incident = model_incidents(); incident; incident = incident->next)
        for (struct m_callout *callout = incident->callouts; callout && !incident->closed; callout = callout->next)
            if (callout->state == M_PAGING && callout->persons)
                submit(&(struct event){.kind = EVENT_ANSWER, .answer = {.incident = incident->key, .callout = callout->number,
                    .person = callout->persons->id, .answer = ANSWER_YES, .via = VIA_API}}, NULL);
}

void people_close_all(void)
{
    if (model_planned_drills())
        stop_drill(0);
    for (struct m_incident *incident = model_incidents(); incident; incident = incident->next)
        if (incident->key && !incident->closed)
            close_incident(incident->key);
}
