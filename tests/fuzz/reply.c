/* What people text back: the grammar, and the engine with two live incidents.
 *
 *  - The grammar's answer stays within its bounds, and is never YES where nothing of the text could mean it.
 *  - No text stops pages but a yes with the code of that call-out, from the telephone that was given it; or, since the plan allows it, a yes
 *    without a code from somebody who is paged by one call-out alone. Without a right code, nothing of any call-out changes at all.
 *  - Each call-out that pages waits for something (P2), after every text.
 *  - A code that is in force never stands in the log.
 *
 * A line is a text: the first character is who sends it, '0' to '9' the people of the plan in its order and their other numbers, else a
 * stranger. {N} in it stands for the code of recipient N (of the incidents' recipients in their order). A line of one character: one more
 * incident, of twelve. An empty line: five minutes pass, of 75 in all. More of either is more of the same, and slow. */
#include <stdio.h>

#include "base/civil.h"
#include "base/text.h"
#include "engine/reply.h"
#include "fuzz.h"

enum { LINES_MAX = 60, CALLOUTS_MAX = 16, RECIPIENTS_MAX = 64, TICKS_MAX = 1000, TRIGGERS_MAX = 12, PASSES_MAX = 15 };

struct seen {
    const struct callout *callout;
    enum callout_state state;
    int64_t due_usec;
    bool armed;
};

struct world {
    struct engine *engine;
    struct now now;
    uint64_t seed;
    const struct recipient *recipients[RECIPIENTS_MAX];
    size_t n_recipients;
    struct seen before[CALLOUTS_MAX];
    size_t n_before;
};

/* ---- the grammar ---- */

#define LETTERS_OF_ANSWERS "jaokyesn"

static bool has_word(const char *text, const char *word)
{
    size_t len = strlen(word);
    CLEANUP_BUF struct buf folded = {0};
    text_add_folded(&folded, text, strlen(text));
    for (const char *at = buf_text(&folded); (at = strstr(at, word)); at++) {
        const char *ends = word[0] >= '0' && word[0] <= '9' ? LETTERS_OF_ANSWERS : "0123456789";      /* a code and its word may stand together */
        bool begins = at == buf_text(&folded) || strchr(" \t\r\n.,;:!?\"'()", at[-1]) || strchr(ends, at[-1]);
        if (begins && (strchr(" \t\r\n.,;:!?\"'()", at[len]) || strchr(ends, at[len])))       /* its end, too */
            return true;
    }
    return false;
}

static bool says_yes(const char *text)
{
    return has_word(text, "ja") || has_word(text, "ok") || has_word(text, "yes");
}

static bool says_no(const char *text)
{
    return has_word(text, "nej") || has_word(text, "no") || has_word(text, "inte") || has_word(text, "ej");
}

static bool says_code(const char *text, uint32_t code)
{
    char digits[16];
    snprintf(digits, sizeof digits, "%06u", (unsigned)code);
    return has_word(text, digits);
}

static void check_grammar(const char *text)
{
    struct reply reply;
    reply_parse(text, &reply);
    HOLDS(reply.code <= 999999 && reply.minutes <= 999);
    HOLDS(memchr(reply.role, '\0', sizeof reply.role));
    HOLDS(reply.code == 0 || reply.code < 100000 || says_code(text, reply.code));
    HOLDS(reply.verb != REPLY_YES || ((says_yes(text) || reply.code) && !says_no(text)));
    HOLDS(reply.verb != REPLY_NO || (says_no(text) && !says_yes(text)));
    HOLDS(reply.minutes == 0 || reply.verb == REPLY_YES || reply.verb == REPLY_UNCLEAR);
    HOLDS(reply.verb != REPLY_CALL_IN || reply.role[0]);
}

/* ---- the world ---- */

static void find_recipients(struct world *world)
{
    const struct incident *incident;
    world->n_recipients = 0;
    for (size_t cursor = 0; (incident = engine_next_incident(world->engine, &cursor));)
        for (const struct callout *callout = incident->callouts; callout; callout = callout->next)
            for (const struct recipient *recipient = callout->recipients; recipient; recipient = recipient->next)
                if (world->n_recipients < RECIPIENTS_MAX)
                    world->recipients[world->n_recipients++] = recipient;
}

static void look(struct world *world)
{
    const struct incident *incident;
    world->n_before = 0;
    for (size_t cursor = 0; (incident = engine_next_incident(world->engine, &cursor));)
        for (const struct callout *callout = incident->callouts; callout; callout = callout->next)
            if (world->n_before < CALLOUTS_MAX)
                world->before[world->n_before++] =
                    (struct seen){callout, callout->state, callout->timer.due_usec, heap_armed(&callout->timer)};
}

static bool holds_code(const struct world *world, const char *text)
{
    for (size_t i = 0; i < world->n_recipients; i++)
        if (world->recipients[i]->code && says_code(text, world->recipients[i]->code))
            return true;
    return false;
}

static void check_effects(const struct world *world, const struct effects *effects)
{
    for (size_t i = 0; i < effects->n; i++) {
        const struct effect_record *effect = &effects->list[i].record;
        struct record record;
        if (effects->list[i].kind != EFFECT_RECORD)
            continue;
        HOLDS(record_decode(effect->payload, effect->payload_len, RECORD_COLUMNS(effect), &record) == ERR_OK);
        HOLDS(!record.text || !holds_code(world, record.text), "a code in the log: %s", record.text);
    }
}

static void step(struct world *world, struct event event)
{
    event.now = world->now;
    struct effects effects = engine_step(world->engine, &event);
    find_recipients(world);
    if (event.kind == EVENT_INBOUND)
        check_effects(world, &effects);
    const struct incident *incident;
    for (size_t cursor = 0; (incident = engine_next_incident(world->engine, &cursor));)
        for (const struct callout *callout = incident->callouts; callout; callout = callout->next)
            HOLDS(callout->state != CALLOUT_PAGING || heap_armed(&callout->timer), "P2");
}

static void pass(struct world *world, int64_t usec)
{
    int64_t end_usec = world->now.boot_usec + usec;
    for (int ticks = 0; engine_deadline(world->engine) <= end_usec; ticks++) {
        HOLDS(ticks < TICKS_MAX, "P7: it spins");
        int64_t due_usec = engine_deadline(world->engine);
        if (due_usec > world->now.boot_usec) {
            world->now.wall_usec += due_usec - world->now.boot_usec;
            world->now.boot_usec = due_usec;
        }
        step(world, (struct event){.kind = EVENT_TICK});
    }
    world->now.wall_usec += end_usec - world->now.boot_usec;
    world->now.boot_usec = end_usec;
}

/* ---- texts ---- */

static const char *number_of(char who)
{
    static const char *const numbers[] = {
        "+46701740605", "+46701740606", "+46701740607", "+46701740609", "+46701740608",
    };
    return who >= '0' && who < '0' + (char)N_ELEMENTS(numbers) ? numbers[who - '0'] : "+46701740666";
}

static void add_text(const struct world *world, const char *line, struct buf *ret)
{
    for (; *line; line++) {
        size_t digits = line[0] == '{' ? strspn(line + 1, "0123456789") : 0;
        if (digits == 0 || digits > 2 || line[1 + digits] != '}' || world->n_recipients == 0) {
            buf_add_char(ret, *line);
            continue;
        }
        buf_printf(ret, "%06u", (unsigned)world->recipients[strtoul(line + 1, NULL, 10) % world->n_recipients]->code);
        line += digits + 1;
    }
}

static bool has_number(const struct world *world, const struct recipient *recipient, const char *number)
{
    const struct person *person = plan_person(engine_plan(world->engine), engine_text(world->engine, recipient->person));
    for (size_t i = 0; person && i < person->n_contacts; i++)
        if (strcmp(person->contacts[i].address, number) == 0)
            return true;
    for (size_t i = 0; i < RECIPIENT_PHONES; i++)
        if (recipient->phones[i] && strcmp(engine_text(world->engine, recipient->phones[i]), number) == 0)
            return true;
    return false;
}

/* Whether somebody with this number was given a code of this call-out that stands in the text. */
static bool right_code(const struct world *world, const struct callout *callout, const char *number, const char *text)
{
    for (const struct recipient *recipient = callout->recipients; recipient; recipient = recipient->next)
        if (recipient->code && has_number(world, recipient, number) && says_code(text, recipient->code))
            return true;
    return false;
}

static bool bare_answer(const struct world *world, const char *number, const char *text)
{
    size_t n = 0;
    for (size_t i = 0; i < world->n_before; i++)
        for (const struct recipient *recipient = world->before[i].callout->recipients; recipient; recipient = recipient->next)
            n += world->before[i].state == CALLOUT_PAGING && has_number(world, recipient, number);
    return n == 1 && (says_yes(text) || says_no(text));
}

static void check_callouts(const struct world *world, const char *number, const char *text, bool bare)
{
    for (size_t i = 0; i < world->n_before; i++) {
        const struct seen *before = &world->before[i];
        const struct callout *callout = before->callout;
        bool right = right_code(world, callout, number, text);
        if (callout->state != before->state) {
            HOLDS(callout->state != CALLOUT_CANCELLED);
            HOLDS(right || bare, "from %s: %s", number, text);
            HOLDS(callout->state != CALLOUT_ACKNOWLEDGED || !says_no(text), "a no stopped pages: %s", text);
        }
        if (!right && !bare)
            HOLDS(callout->timer.due_usec == before->due_usec && heap_armed(&callout->timer) == before->armed, "%s", text);
    }
}

static void send_text(struct world *world, const struct buf *line)
{
    CLEANUP_BUF struct buf raw = {0}, text = {0};
    const char *number = number_of(buf_text(line)[0]);
    add_text(world, buf_text(line) + 1, &raw);
    text_add_clean_block(&text, buf_text(&raw), raw.len);       /* as the hooks do */
    check_grammar(buf_text(&text));
    look(world);
    bool bare = bare_answer(world, number, buf_text(&text));
    step(world, (struct event){.kind = EVENT_INBOUND, .inbound = {.gateway = "try", .from = number, .text = buf_text(&text)}});
    check_callouts(world, number, buf_text(&text), bare);
}

static void trigger(struct world *world, const char *summary)
{
    step(world, (struct event){.kind = EVENT_TRIGGER, .trigger = {.source = "local", .summary = summary, .severity = -1}});
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct fuzz_input input = {bytes, bytes + len};
    CLEANUP_BUF struct buf line = {0};
    struct world world = {.seed = 1, .now = {.boot_usec = 1000 * USEC_PER_SEC, .wall_usec = FUZZ_NOW_USEC}};
    world.engine = engine_new(&fuzz_config()->plan, fuzz_random, &world.seed);
    trigger(&world, "Brand");
    int triggers = 1, passes = 0;
    for (int lines = 0; fuzz_left(&input) > 0 && lines < LINES_MAX; lines++) {
        fuzz_line(&input, &line);
        if (line.len > 1)
            send_text(&world, &line);
        else if (line.len == 1 && triggers++ < TRIGGERS_MAX)
            trigger(&world, "Översvämning");
        else if (line.len == 0 && passes++ < PASSES_MAX)
            pass(&world, 5 * USEC_PER_MIN);
    }
    pass(&world, 10 * USEC_PER_MIN);
    engine_free(world.engine);
    return 0;
}
