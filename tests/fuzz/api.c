/* The API over plain requests, with the real engine behind it: routing, rights, JSON bodies, forms, pages for people, hooks.
 *
 *  - Each request is answered once, JSON that is JSON, and never 500 (the fixture sees to the first two).
 *  - What only looks changes nothing: GET, HEAD and OPTIONS acknowledge nothing and record nothing, but for a provider's hook (P6).
 *  - Who is nobody changes nothing but by a link with its token, or a hook with its secret.
 *  - A trigger that is answered 2xx is in the log (P1). What the engine was given is clean text.
 *
 * Requests stand between lines "--". The first line of each: METHOD WHO PATH TYPE [IDEMPOTENCY-KEY]; the rest is the body. {id} and {token} in
 * the path stand for the latest incident and a link to it. "WAIT" as a method: as many minutes pass as WHO says. */
#include <stdio.h>

#include "base/civil.h"
#include "../unit/api_fixture.h"
#include "fuzz.h"

enum { REQUESTS_MAX = 40, WORDS = 5 };

static struct fx *fx;

static void stop(void)
{
    fx_free(fx);
}

/* ---- reading a request ---- */

struct words {
    char *list[WORDS];
    size_t n;
};

static void split(char *line, struct words *ret)
{
    char *rest = line;
    for (ret->n = 0; ret->n < WORDS;) {
        char *word = strsep(&rest, " ");
        ret->list[ret->n++] = word ? word : line + strlen(line);
    }
}

static enum http_method method_of(const char *name)
{
    static const char *const names[] = {"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"};
    for (size_t i = 0; i < N_ELEMENTS(names); i++)
        if (strcmp(name, names[i]) == 0)
            return i == HTTP_HEAD ? HTTP_GET : (enum http_method)i;
    return HTTP_OTHER;
}

static const char *caller_of(const char *name)
{
    static const struct { const char *name, *as; } callers[] = {
        {"local", AS_LOCAL}, {"rtj", AS_RTJ}, {"sos", AS_SOS}, {"exercise", AS_EXERCISE}, {"panel", AS_PANEL}, {"robot", AS_ROBOT},
    };
    for (size_t i = 0; i < N_ELEMENTS(callers); i++)
        if (strcmp(name, callers[i].name) == 0)
            return callers[i].as;
    return AS_NOBODY;
}

static const struct incident *latest(void)
{
    const struct incident *incident, *found = NULL;
    for (size_t cursor = 0; (incident = engine_next_incident(fx->engine, &cursor));)
        if (!found || found->key < incident->key)
            found = incident;
    return found;
}

static void add_token(struct buf *buf, const struct incident *incident)
{
    for (const struct callout *callout = incident->callouts; callout; callout = callout->next)
        for (const struct recipient *recipient = callout->recipients; recipient; recipient = recipient->next) {
            token_add_text(buf, incident->key, recipient->token);
            return;
        }
}

static void add_path(struct buf *buf, const char *path)
{
    const struct incident *incident = latest();
    buf_add_text(buf, *path == '/' ? "" : "/");
    while (*path) {
        if (incident && strncmp(path, "{id}", 4) == 0) {
            incident_add_id(buf, incident->key);
            path += 4;
        } else if (incident && strncmp(path, "{token}", 7) == 0) {
            add_token(buf, incident);
            path += 7;
        } else {
            buf_add_char(buf, *path++);
        }
    }
}

/* ---- what must hold ---- */

/* Whether this caller may change something: a right of a source's, a link, a hook. */
static bool may_change(enum http_method method, const char *as, const char *path)
{
    bool hook = strncmp(path, "/hooks/elks/hemlig-hemlig-hemlig/", 33) == 0;
    if (method == HTTP_GET)
        return hook;
    return method == HTTP_POST && (*as || hook || strncmp(path, "/a/", 3) == 0);
}

static void check_clean(void)
{
    const struct incident *incident;
    for (size_t cursor = 0; (incident = engine_next_incident(fx->engine, &cursor));) {
        const char *summary = incident_summary(incident);
        HOLDS(*summary && fuzz_is_clean(summary, strlen(summary), false), "%s", summary);
    }
}

static void check_answer(const struct request *request, const struct reply *reply, uint64_t seq_before)
{
    uint64_t seq = engine_last_seq(fx->engine);
    HOLDS(reply->status >= 200 && reply->status < 600 && reply->status != 500, "%d to %s", reply->status, request->path);
    HOLDS(seq == seq_before || may_change(request->method, request->as, request->path), "%s", request->path);
    HOLDS(seq == seq_before || reply->status != 401, "%s", request->path);
    if (request->method == HTTP_POST && strcmp(request->path, "/v1/incidents") == 0 && reply->status == 201)
        HOLDS(seq > seq_before && reply->location, "P1");
    check_clean();
}

static void do_request(char *line, const struct buf *body)
{
    struct words words;
    split(line, &words);
    if (strcmp(words.list[0], "WAIT") == 0) {
        fx_tick(fx, (int64_t)(strtoul(words.list[1], NULL, 10) % 2000) * USEC_PER_MIN);
        return;
    }
    CLEANUP_BUF struct buf path = {0};
    add_path(&path, words.list[2]);
    struct request request = {
        .method = method_of(words.list[0]), .as = caller_of(words.list[1]), .path = buf_text(&path), .type = words.list[3],
        .body = buf_text(body), .body_len = body->len, .idempotency_key = words.list[4],
    };
    uint64_t seq = engine_last_seq(fx->engine);
    const struct reply *reply = fx_send(fx, request);
    fx_commit(fx);
    fx_commit(fx);
    if (reply->n == 0)       /* the test of a gateway, answered when the gateway has */
        fx_outcome(fx, OUTCOME_SENT, NULL);
    HOLDS(reply->n == 1, "no answer to %s", request.path);
    check_answer(&request, reply, seq);
}

static void hang_up(void)
{
    for (size_t i = 0; i < fx->n_replies; i++)
        if (fx->replies[i]->stream)
            fx_hang_up(fx->replies[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct fuzz_input input = {bytes, bytes + len};
    CLEANUP_BUF struct buf line = {0}, head = {0}, body = {0};
    if (!fx) {
        fx = fx_new();
        (void)atexit(stop);
    } else {
        fx_restart(fx);
    }
    for (int requests = 0; requests < REQUESTS_MAX && fuzz_left(&input) > 0; requests++) {
        fuzz_line(&input, &head);
        buf_clear(&body);
        while (fuzz_left(&input) > 0) {
            fuzz_line(&input, &line);
            if (strcmp(buf_text(&line), "--") == 0)
                break;
            buf_add_text(&body, body.len ? "\n" : "");
            buf_add(&body, buf_text(&line), line.len);
        }
        buf_add_char(&head, '\0');
        do_request(head.data, &body);
    }
    hang_up();
    return 0;
}
