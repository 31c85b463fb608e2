#include <config.h>

#include "api_fixture.h"

#include <openssl/sha.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/civil.h"
#include "base/text.h"
#include "loop/http_server.h"
#include "scratch.h"

/* ---- HTTP ---- */

struct http_exchange {
    struct reply *reply;
};

struct http_stream {
    struct reply *reply;
    http_stream_closed *closed;
    void *userdata;
    http_stream_drained *drained;
    void *drained_userdata;
};

static char *dup_or_null(const char *text)
{
    return text ? mem_strdup(text) : NULL;
}

void http_reply(struct http_exchange *exchange, const struct http_response *response)
{
    struct reply *reply = exchange->reply;
    ck_assert_int_eq(reply->n++, 0);
    reply->status = response->status;
    reply->content_type = dup_or_null(response->content_type);
    reply->location = dup_or_null(response->location);
    reply->allow = dup_or_null(response->allow);
    reply->retry_after = dup_or_null(response->retry_after);
    reply->etag = dup_or_null(response->etag);
    reply->no_store = response->no_store;
    buf_add(&reply->body, response->body, response->body_len);
    if (reply->content_type && strcmp(reply->content_type, "application/json") == 0) {
        json_error_t error;
        reply->json = json_loadb(buf_text(&reply->body), reply->body.len, JSON_REJECT_DUPLICATES, &error);
        ck_assert_msg(reply->json, "not JSON: %s: %s", error.text, buf_text(&reply->body));
    }
    free(exchange);
}

const char *http_exchange_header(struct http_exchange *exchange, const char *name)
{
    (void)exchange;
    (void)name;
    return NULL;
}

struct http_stream *http_stream_begin(struct http_exchange *exchange, http_stream_closed *closed, void *userdata)
{
    struct reply *reply = exchange->reply;
    free(exchange);
    ck_assert_int_eq(reply->n++, 0);
    reply->status = 200;
    reply->stream = NEW(struct http_stream);
    *reply->stream = (struct http_stream){ .reply = reply, .closed = closed, .userdata = userdata };
    return reply->stream;
}

void http_stream_send(struct http_stream *stream, const void *bytes, size_t len)
{
    buf_add(&stream->reply->body, bytes, len);
}

void http_stream_when_drained(struct http_stream *stream, http_stream_drained *drained, void *userdata)
{
    stream->drained = drained;
    stream->drained_userdata = userdata;
}

void fx_drain(struct fx *fx)
{
    for (size_t i = 0; i < fx->n_replies; i++) {
        struct http_stream *stream = fx->replies[i]->stream;
        http_stream_drained *drained = stream ? TAKE(stream->drained) : NULL;
        if (drained)
            drained(stream->drained_userdata);
    }
}

void http_stream_end(struct http_stream *stream)
{
    if (!stream)
        return;
    stream->reply->stream = NULL;
    free(stream);
}

void fx_hang_up(struct reply *reply)
{
    struct http_stream stream = *reply->stream;
    free(reply->stream);
    reply->stream = NULL;
    stream.closed(stream.userdata);
}

char *fx_streamed(struct reply *reply)
{
    char *text = mem_strdup(buf_text(&reply->body));
    buf_clear(&reply->body);
    return text;
}

/* ---- the store ---- */

enum { LOG_MAX = 100000, ASKED_MAX = 64 };

struct logged {
    uint64_t seq, incident;
    int64_t at_usec;
    uint8_t kind, mark;
    char *payload;
    size_t payload_len;
};

struct asked {
    enum { ASKED_READ, ASKED_LIST, ASKED_VERIFY } what;
    struct store_range range;
    enum store_listing listing;
    uint64_t after;
    size_t limit, committed;
    store_read_cb *read_cb;
    store_list_cb *list_cb;
    store_verify_cb *verify_cb;
    void *userdata;
};

struct store {
    struct logged *log;
    size_t n, committed;
    struct asked asked[ASKED_MAX];
    size_t n_asked;
};

static struct store the_store;

static void log_append(const struct effect_record *record)
{
    ck_assert_uint_lt(the_store.n, LOG_MAX);
    if (!the_store.log)
        the_store.log = mem_alloc(LOG_MAX * sizeof *the_store.log);
    the_store.log[the_store.n++] = (struct logged){
        .seq = record->seq,
        .incident = record->incident,
        .at_usec = record->at_usec,
        .kind = (uint8_t)record->kind,
        .mark = record->mark,
        .payload = mem_dup(record->payload, record->payload_len + 1),
        .payload_len = record->payload_len,
    };
}

void fx_have_store(struct fx *fx, bool have)
{
    api_set_store(fx->api, have ? &the_store : NULL);
}

void fx_store_forget(struct fx *fx)
{
    (void)fx;
    for (size_t i = 0; i < the_store.n; i++)
        free(the_store.log[i].payload);
    the_store.n = the_store.committed = 0;
}

void fx_store_redact(struct fx *fx, enum record_kind kind)
{
    (void)fx;
    for (size_t i = 0; i < the_store.n; i++) {
        if (the_store.log[i].kind != kind)
            continue;
        free(the_store.log[i].payload);
        the_store.log[i].payload = NULL;
        the_store.log[i].payload_len = 0;
    }
}

void store_read(struct store *store, struct store_range range, size_t limit, store_read_cb *cb, void *userdata)
{
    ck_assert_uint_ge(limit, 1);
    ck_assert_uint_le(limit, STORE_READ_MAX);
    ck_assert_uint_lt(store->n_asked, ASKED_MAX);
    store->asked[store->n_asked++] = (struct asked){
        .what = ASKED_READ, .range = range, .limit = limit, .committed = store->committed, .read_cb = cb, .userdata = userdata
    };
}

void store_list(struct store *store, enum store_listing listing, uint64_t after_seq, size_t limit, store_list_cb *cb,
                void *userdata)
{
    ck_assert_uint_lt(store->n_asked, ASKED_MAX);
    store->asked[store->n_asked++] = (struct asked){
        .what = ASKED_LIST, .listing = listing, .after = after_seq, .limit = limit, .list_cb = cb, .userdata = userdata };
}

void store_verify(struct store *store, store_verify_cb *cb, void *userdata)
{
    ck_assert_uint_lt(store->n_asked, ASKED_MAX);
    store->asked[store->n_asked++] = (struct asked){ .what = ASKED_VERIFY, .verify_cb = cb, .userdata = userdata };
}

static void answer_read(const struct asked *asked, bool fails, bool early)
{
    static struct store_record records[STORE_READ_MAX];
    size_t n = 0;
    for (size_t i = 0; i < (early ? asked->committed : the_store.committed) && n < asked->limit; i++) {
        const struct logged *logged = &the_store.log[i];
        if (logged->seq <= asked->range.after_seq || (asked->range.incident && asked->range.incident != logged->incident))
            continue;
        records[n++] = (struct store_record){ .seq = logged->seq,
                                              .at_usec = logged->at_usec,
                                              .incident = logged->incident,
                                              .kind = logged->kind,
                                              .mark = logged->mark,
                                              .payload = logged->payload,
                                              .payload_len = logged->payload_len };
    }
    asked->read_cb(asked->userdata, fails ? ERR_IO : ERR_OK, records, fails ? 0 : n);
}

static bool is_closed(uint64_t incident)
{
    for (size_t i = 0; i < the_store.committed; i++) {
        if (the_store.log[i].incident == incident && the_store.log[i].kind == RECORD_CLOSED)
            return true;
    }
    return false;
}

static void answer_list(const struct asked *asked, bool fails)
{
    static struct store_listed listed[STORE_READ_MAX];
    size_t n = 0;
    for (size_t i = 0; i < the_store.committed && n < asked->limit; i++) {
        const struct logged *logged = &the_store.log[i];
        if (logged->kind != RECORD_OPENED || logged->seq <= asked->after)
            continue;
        if (asked->listing != STORE_LIST_ALL && is_closed(logged->incident) != (asked->listing == STORE_LIST_CLOSED))
            continue;
        listed[n++] = (struct store_listed){ .incident = logged->incident, .first_seq = logged->seq };
    }
    asked->list_cb(asked->userdata, fails ? ERR_IO : ERR_OK, listed, fails ? 0 : n);
}

static void answer_verify(const struct asked *asked, bool fails)
{
    struct store_verdict verdict = { .whole = true, .records = the_store.committed, .link = { 0xab } };
    asked->verify_cb(asked->userdata, fails ? ERR_IO : ERR_OK, &verdict);
}

void fx_store_answers(struct fx *fx)
{
    for (; the_store.n_asked > 0; fx->streams_wait ? (void)0 : fx_drain(fx)) {
        struct asked asked = the_store.asked[0];
        the_store.n_asked--;
        for (size_t i = 0; i < the_store.n_asked; i++)      /* no memmove: valgrind takes the checked one for a memcpy */
            the_store.asked[i] = the_store.asked[i + 1];
        switch (asked.what) {
        case ASKED_READ: answer_read(&asked, fx->store_fails, fx->store_reads_early); break;
        case ASKED_LIST: answer_list(&asked, fx->store_fails); break;
        case ASKED_VERIFY: answer_verify(&asked, fx->store_fails); break;
        }
    }
}

/* ---- dispatch ---- */

size_t dispatch_gateways(const struct dispatch *dispatch, struct dispatch_gateway *ret, size_t max)
{
    (void)dispatch;
    ck_assert_uint_ge(max, 1);
    ret[0] = (struct dispatch_gateway){
        .name = "elks", .state = GATEWAY_FAILING, .until_usec = 7000000, .in_flight = 2, .waiting = 4, .sent = 7, .failed = 1,
        .recent = 8, .recent_failed = 1, .last_success_usec = 1000000, .last_failure_usec = 2000000,
        .last_reason = "no answer to +46701740605" };
    return 1;
}

const struct message_texts *dispatch_texts(const struct dispatch *dispatch)
{
    (void)dispatch;
    return NULL;
}

size_t dispatch_queued(const struct dispatch *dispatch)
{
    (void)dispatch;
    return 3;
}

int64_t dispatch_oldest_usec(const struct dispatch *dispatch)
{
    (void)dispatch;
    return 0;
}

/* ---- the daemon ---- */

struct after { void (*cb)(void *userdata, bool degraded); void *userdata; };
static struct after afters[256];
static size_t n_afters;
static struct page_ref last_page;

static bool on_submit(void *userdata, const struct event *event)
{
    struct fx *fx = userdata;
    if (fx->refuse_submit)
        return false;
    struct effects effects = engine_step(fx->engine, event);
    for (size_t i = 0; i < effects.n; i++) {
        const struct effect *effect = &effects.list[i];
        switch (effect->kind) {
        case EFFECT_RECORD:
            log_append(&effect->record);
            break;
        case EFFECT_SEND:
            last_page = effect->send.page;
            break;
        case EFFECT_REPLY:
            api_verdict(fx->api, &effect->reply);
            ck_assert_uint_lt(fx->n_waiting, N_ELEMENTS(fx->waiting));
            fx->waiting[fx->n_waiting++] = effect->reply.request;
            break;
        }
    }
    return true;
}

static void publish(struct fx *fx, const struct logged *logged)
{
    struct record record;
    ck_assert_int_eq(record_decode(logged->payload, logged->payload_len, RECORD_COLUMNS(logged), &record), ERR_OK);
    api_publish(fx->api, &record);
}

void fx_commit(struct fx *fx)
{
    for (; !fx->degraded && the_store.committed < the_store.n; the_store.committed++)
        publish(fx, &the_store.log[the_store.committed]);
    while (fx->n_waiting > 0) {
        uint64_t request = fx->waiting[0];
        memmove(fx->waiting, fx->waiting + 1, --fx->n_waiting * sizeof request);
        api_release(fx->api, request, fx->degraded);
    }
    if (!fx->store_waits)
        fx_store_answers(fx);
    while (n_afters > 0) {
        struct after after = afters[--n_afters];
        after.cb(after.userdata, fx->degraded);
    }
}

static void on_after_commit(void *userdata, void (*cb)(void *cb_userdata, bool degraded), void *cb_userdata)
{
    (void)userdata;
    ck_assert_uint_lt(n_afters, N_ELEMENTS(afters));
    afters[n_afters++] = (struct after){ cb, cb_userdata };
}

static enum err on_reload(void *userdata, bool install, struct problems *ret)
{
    struct fx *fx = userdata;
    (void)install;
    problems_add(ret, PROBLEM_WARNING, "beredd.ini", 3, "admins is empty");
    if (fx->reload_result == ERR_CONFIG)
        problems_add(ret, PROBLEM_ERROR, "rosters/TIB.ini", 7, "there is no person 'ana.berg'; did you mean 'anna.berg'?");
    return fx->reload_result;
}

static void on_status(void *userdata, struct api_status *ret)
{
    struct fx *fx = userdata;
    *ret = (struct api_status){ .degraded = fx->degraded, .degraded_reason = fx->degraded ? "the disk is full" : "",
                                .committed_seq = the_store.committed, .records_waiting = the_store.n - the_store.committed,
                                .started_wall_usec = fx->now.wall_usec };
}

static struct now on_now(void *userdata)
{
    return ((struct fx *)userdata)->now;
}

static void on_gateway(void *userdata, const char *name, struct api_gateway *ret)
{
    (void)userdata;
    *ret = (struct api_gateway){ .check_reason = "", .balance = "" };
    if (strcmp(name, "spare") == 0)
        *ret = (struct api_gateway){ .checked_usec = 5000000, .check_failed = true, .check_reason = "no receipt for +46701740605",
                                     .balance = "312.50 SEK", .balance_usec = 6000000, .balance_low = true };
}

static void on_schedule(void *userdata, const char *name, struct api_schedule *ret)
{
    (void)userdata;
    *ret = strcmp(name, "vecka") == 0 ? (struct api_schedule){ "2026-0001", 5000000, 1, 2 } : (struct api_schedule){ .id = "" };
}

static void on_exercise(void *userdata, const struct roster *roster, struct api_exercise *ret)
{
    (void)userdata;
    *ret = (struct api_exercise){ strcmp(roster->role, "TIB") == 0 ? 5000000 : 0, strcmp(roster->role, "KIB") == 0 };
}

static const struct api_ops ops = {
    on_submit, on_after_commit, on_reload, on_status, on_now, on_gateway, on_schedule, on_exercise,
};

void fx_event(struct fx *fx, const struct event *event)
{
    struct event stamped = *event;
    stamped.now = fx->now;
    ck_assert(on_submit(fx, &stamped));
    fx_commit(fx);
}

void fx_tick(struct fx *fx, int64_t usec)
{
    int64_t end = fx->now.boot_usec + usec;
    for (int i = 0; engine_deadline(fx->engine) <= end && i < 10000; i++) {
        int64_t due = engine_deadline(fx->engine);
        if (due > fx->now.boot_usec) {
            fx->now.wall_usec += due - fx->now.boot_usec;
            fx->now.boot_usec = due;
        }
        fx_event(fx, &(struct event){ .kind = EVENT_TICK });
    }
    fx->now.wall_usec += end - fx->now.boot_usec;
    fx->now.boot_usec = end;
}

void fx_outcome(struct fx *fx, enum outcome outcome, const char *reason)
{
    fx_event(fx, &(struct event){ .kind = EVENT_OUTCOME,
                                  .outcome = { .page = last_page, .outcome = outcome, .gateway = "elks", .reason = reason } });
}

struct page_ref fx_last_page(const struct fx *fx)
{
    (void)fx;
    return last_page;
}

/* ---- life ---- */

static void write_file(const struct fx *fx, const char *name, const char *text)
{
    CLEANUP_BUF struct buf path = { 0 };
    buf_printf(&path, "%s/%s", fx->dir, name);
    FILE *file = fopen(buf_text(&path), "we");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_ge(fputs(text, file), 0);
    ck_assert_int_eq(fclose(file), 0);
}

static void add_source(struct buf *buf, const char *id, const char *token, const char *rest)
{
    uint8_t hash[SHA256_DIGEST_LENGTH];
    SHA256((const unsigned char *)token, strlen(token), hash);
    buf_printf(buf, "[source %s]\ntoken-sha256 = ", id);
    text_add_hex(buf, hash, sizeof hash);
    buf_printf(buf, "\n%s\n", rest);
}

static void write_configuration(struct fx *fx)
{
    CLEANUP_BUF struct buf sources = { 0 }, rosters = { 0 }, gateways = { 0 };
    buf_printf(&rosters, "%s/rosters", fx->dir);
    buf_printf(&gateways, "%s/gateways", fx->dir);
    ck_assert_int_eq(mkdir(buf_text(&rosters), 0700), 0);
    ck_assert_int_eq(mkdir(buf_text(&gateways), 0700), 0);
    write_file(
        fx, "beredd.ini",
        "[daemon]\norganisation = Botkyrka kommun\ntimezone = Europe/Stockholm\nadmins = anna.berg\nadmin-channels = sms\n"
        "socket = /run/beredd-that-is-not-there.sock\n"
        "[http]\nlisten = 127.0.0.1:0\npublic-url = https://larm.example.se\n[channels]\nsms = elks, spare\nemail = mail\n");
    write_file(fx, "people.ini",
               "[person anna.berg]\nname = Anna Berg\nsms = +46701740605\nemail = anna@example.se\nlogin = root\n"
               "[person bo.ek]\nname = Bo <Ek>\nsms = +46701740606\n"
               "[person cia.lund]\nname = Cia Lund\nsms = +46701740607\nlanguage = en\n"
               "[person dan.mejl]\nname = Dan Mejl\nemail = dan@example.se\n");
    write_file(fx, "groups.ini", "[group krisledning]\ntitle = Krisledningsstaben\nmembers = bo.ek, cia.lund\n");
    write_file(
        fx, "rosters/TIB.ini",
        "[roster]\nrole = TIB\ntitle = Tjänsteperson i beredskap\n[rotation]\nstart = 2026-W40\norder = anna.berg, "
        "bo.ek\nbackups = 1\n"
        "[ladder]\nstep = 0m everyone sms\nstep = 5m group:krisledning sms\nrepeat = 10m\n");
    write_file(
        fx, "rosters/KIB.ini",
        "[roster]\nrole = KIB\ntitle = Kommunikatör i beredskap\ncall = on-request\n[rotation]\nstart = 2026-W40\norder = "
        "cia.lund\n"
        "[ladder]\nstep = 0m primary sms\nrepeat = 10m\n");
    write_file(
        fx, "gateways/elks.ini",
        "[gateway elks]\ntype = http\nurl = http://127.0.0.1:9/\nbody = to={to}&message={text}\ncontent-type = "
        "application/x-www-form-urlencoded\n"
        "from = +46701740692\nreply-from = field:from\nreply-text = field:message\n"
        "receipt-id = field:id\nreceipt-status = field:status\nreceipt-delivered = delivered\nreceipt-failed = "
        "failed\nhook-secret = hemlig-hemlig-hemlig\n");
    write_file(fx, "gateways/spare.ini", "[gateway spare]\ntype = outbox\nfile = /tmp/spare\ncheck = 24h\ncheck-to = +46701740699\n");
    write_file(fx, "gateways/mail.ini",
               "[gateway mail]\ntype = smtp\nurl = smtp://127.0.0.1:9\nfrom = larm@example.se\nstarttls = no\n");
    add_source(&sources, "rtj", AS_RTJ, "title = Södertörns brandförsvarsförbund\nlimit = 1000/m");
    add_source(&sources, "sos", AS_SOS, "title = SOS <Alarm>\nroles = TIB\ncallback = 08-123 45 67");
    add_source(&sources, "exercise", AS_EXERCISE, "title = Övning\nrights = trigger, drill");
    add_source(&sources, "panel", AS_PANEL, "title = Panel\nrights = operate");
    add_source(&sources, "robot", AS_ROBOT, "title = Robot\nrights = admin");
    write_file(fx, "sources.ini", buf_text(&sources));
}

static void load_configuration(struct fx *fx)
{
    struct config_env env = { .directory = fx->dir, .preset_directory = fx->dir, .zoneinfo_directory = "/usr/share/zoneinfo",
                              .now_usec = fx->now.wall_usec };
    CLEANUP(problems_free) struct problems *problems = problems_new();
    enum err err = config_load(&env, problems, &fx->config);
    for (size_t i = 0; err != ERR_OK && i < problems_count(problems); i++) {
        const struct problem *problem = problems_get(problems, i);
        fprintf(stderr, "%s:%d: %s\n", problem->file, problem->line, problem->message);
    }
    ck_assert_int_eq(err, ERR_OK);
}

static void seeded(void *userdata, void *bytes, size_t len)
{
    uint64_t *state = userdata;
    for (size_t i = 0; i < len; i++) {
        *state = *state * 6364136223846793005u + 1442695040888963407u;
        ((uint8_t *)bytes)[i] = (uint8_t)(*state >> 56);
    }
}

static uint64_t seed;

static void begin(struct fx *fx)
{
    n_afters = 0;
    seed = 42;
    fx->now.wall_usec = fx->config->loaded_at_usec;
    fx->now.boot_usec = 1000 * USEC_PER_SEC;
    fx->engine = engine_new(&fx->config->plan, seeded, &seed);
    fx->api = api_new(fx->engine, &the_store, NULL, &ops, fx);
    api_set_config(fx->api, fx->config);
}

struct fx *fx_new(void)
{
    struct fx *fx = NEW(struct fx);
    scratch_make(fx->dir, sizeof fx->dir, "check_api");
    ck_assert_int_eq(text_from_rfc3339("2026-11-22T02:12:00Z", &fx->now.wall_usec), ERR_OK);    /* 03:12 in Stockholm */
    write_configuration(fx);
    load_configuration(fx);
    memset(&the_store, 0, sizeof the_store);
    begin(fx);
    return fx;
}

static void remove_directory(const struct fx *fx)
{
    CLEANUP_BUF struct buf command = { 0 };
    static const char *const names[] = { "beredd.ini",        "people.ini",      "groups.ini",        "sources.ini",
                                         "rosters/TIB.ini",   "rosters/KIB.ini", "gateways/elks.ini", "gateways/spare.ini",
                                         "gateways/mail.ini", "rosters",         "gateways",          "" };
    for (size_t i = 0; i < N_ELEMENTS(names); i++) {
        buf_clear(&command);
        buf_printf(&command, "%s/%s", fx->dir, names[i]);
        ck_assert_int_eq(remove(buf_text(&command)), 0);
    }
}

static void end(struct fx *fx)
{
    api_free(fx->api);
    for (size_t i = 0; i < fx->n_replies; i++) {
        struct reply *reply = fx->replies[i];
        ck_assert_msg(reply->n == 1, "request %zu got %d responses", i, reply->n);
        ck_assert_ptr_null(reply->stream);
        free(reply->content_type);
        free(reply->location);
        free(reply->allow);
        free(reply->retry_after);
        free(reply->etag);
        buf_done(&reply->body);
        json_decref(reply->json);
        free(reply);
    }
    fx->n_replies = fx->n_waiting = 0;
    engine_free(fx->engine);
    fx_store_forget(fx);
    the_store.n_asked = 0;
}

void fx_restart(struct fx *fx)
{
    end(fx);
    begin(fx);
}

void fx_free(struct fx *fx)
{
    end(fx);
    config_free(fx->config);
    free(the_store.log);
    memset(&the_store, 0, sizeof the_store);
    remove_directory(fx);
    free(fx);
}

/* ---- requests ---- */

struct reply *fx_send(struct fx *fx, struct request request)
{
    struct reply *reply = NEW(struct reply);
    ck_assert_uint_lt(fx->n_replies, N_ELEMENTS(fx->replies));
    fx->replies[fx->n_replies++] = reply;
    struct http_exchange *exchange = NEW(struct http_exchange);
    exchange->reply = reply;
    CLEANUP_BUF struct buf path = { 0 }, authorization = { 0 };
    const char *query = strchr(request.path, '?');
    buf_add(&path, request.path, query ? (size_t)(query - request.path) : strlen(request.path));
    struct http_peer peer = { .address = "127.0.0.1" };
    if (request.as == NULL || strcmp(request.as, AS_LOCAL) == 0)
        peer = fx->peer.local ? fx->peer : (struct http_peer){ .local = true, .address = "local" };
    else if (*request.as)
        peer.local = fx->local_with_token;
    if (request.as && *request.as && strcmp(request.as, AS_LOCAL) != 0)
        buf_printf(&authorization, "Bearer %s", request.as);
    const char *body = request.body ? request.body : "";
    struct http_request http = {
        .method = request.method,
        .path = buf_text(&path),
        .query = query ? query + 1 : "",
        .body = body,
        .body_len = request.body_len ? request.body_len : strlen(body),
        .content_type = request.type   ? request.type
                        : request.body ? "application/json"
                                       : "",
        .authorization = buf_text(&authorization),
        .idempotency_key = request.idempotency_key ? request.idempotency_key : "",
        .last_event_id = request.last_event_id ? request.last_event_id : "",
        .accept_language = "",
        .accept = "",
        .if_none_match = request.if_none_match ? request.if_none_match : "",
        .peer = &peer,
    };
    api_handle(fx->api, exchange, &http);
    return reply;
}

const struct reply *fx_do(struct fx *fx, struct request request)
{
    struct reply *reply = fx_send(fx, request);
    for (int i = 0; i < 2000 && (reply->n == 0 || n_afters > 0 || fx->n_waiting > 0); i++)
        fx_commit(fx);
    ck_assert_msg(reply->n == 1, "no response to %s", request.path);
    return reply;
}

const struct reply *fx_get(struct fx *fx, const char *path, const char *as)
{
    return fx_do(fx, (struct request){ .method = HTTP_GET, .path = path, .as = as });
}

const struct reply *fx_post(struct fx *fx, const char *path, const char *body, const char *as)
{
    return fx_do(fx, (struct request){ .method = HTTP_POST, .path = path, .body = body, .as = as });
}

const struct reply *fx_form(struct fx *fx, const char *path, const char *form)
{
    return fx_do(
        fx, (struct request){
                .method = HTTP_POST, .path = path, .body = form, .as = AS_NOBODY, .type = "application/x-www-form-urlencoded" });
}

char *fx_open(struct fx *fx, const char *json)
{
    const struct reply *reply = fx_post(fx, "/v1/incidents", json, AS_RTJ);
    assert_status(reply, 201);
    return mem_strdup(fx_text(reply, "id"));
}

uint64_t fx_key(const char *id)
{
    uint64_t key;
    ck_assert_int_eq(incident_from_id(id, 2026, &key), ERR_OK);
    return key;
}

char *fx_token(struct fx *fx, const char *id, uint32_t number, const char *person)
{
    uint64_t key = fx_key(id);
    const struct incident *incident = engine_incident(fx->engine, key);
    ck_assert_ptr_nonnull(incident);
    for (const struct callout *callout = incident->callouts; callout; callout = callout->next) {
        for (const struct recipient *recipient = callout->recipients; recipient; recipient = recipient->next) {
            if (callout->number == number && strcmp(engine_text(fx->engine, recipient->person), person) == 0) {
                struct buf token = { 0 };
                token_add_text(&token, key, recipient->token);
                return buf_take(&token);
            }
        }
    }
    ck_abort_msg("%s is no recipient", person);
}

/* ---- responses ---- */

const json_t *fx_at(const struct reply *reply, const char *path)
{
    const json_t *at = reply->json;
    while (at && *path) {
        size_t len = strcspn(path, ".");
        CLEANUP_FREE char *key = mem_strndup(path, len);
        at = json_is_array(at) ? json_array_get(at, strtoul(key, NULL, 10)) : json_object_get(at, key);
        path += len + (path[len] == '.');
    }
    return at;
}

const char *fx_text(const struct reply *reply, const char *path)
{
    const json_t *at = fx_at(reply, path);
    if (!at)
        return "(none)";
    if (json_is_null(at))
        return "(null)";
    ck_assert_msg(json_is_string(at), "%s is no text: %s", path, buf_text(&reply->body));
    return json_string_value(at);
}

size_t fx_count(const struct reply *reply, const char *path)
{
    const json_t *at = fx_at(reply, path);
    ck_assert_msg(json_is_array(at), "%s is no list: %s", path, buf_text(&reply->body));
    return json_array_size(at);
}

void assert_refused(const struct reply *reply, int status, const char *field)
{
    assert_status(reply, status);
    ck_assert_msg(json_is_string(fx_at(reply, "error")), "no error in: %s", buf_text(&reply->body));
    ck_assert_msg(strcmp(fx_text(reply, "field"), *field ? field : "(none)") == 0, "not about \"%s\": %s", field,
                  buf_text(&reply->body));
}
