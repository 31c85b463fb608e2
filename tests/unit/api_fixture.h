/* The API without a network, a disk or a gateway: a request goes in as a struct, the response comes out as one. Behind it are
 * the real engine and a real configuration; HTTP, store and dispatch are doubles that do what their headers say, and can be
 * told to fail. */
#ifndef TESTS_UNIT_API_FIXTURE_H
#define TESTS_UNIT_API_FIXTURE_H

#include <check.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "api/api.h"
#include "base/buf.h"
#include "engine/engine.h"
#include "engine/record.h"

/* Tokens of the sources in the configuration; AS_LOCAL is root on the local socket. */
#define AS_NOBODY ""
#define AS_LOCAL "local"
#define AS_RTJ "token-of-rtj"                  /* trigger */
#define AS_SOS "token-of-sos"                  /* trigger, TIB alone; callback of its own */
#define AS_EXERCISE "token-of-exercise"        /* trigger, drill */
#define AS_PANEL "token-of-panel"              /* operate */
#define AS_ROBOT "token-of-robot"              /* admin */

enum { REPLY_STREAMS_MAX = 8 };

struct reply {               /* of one request */
    int n;                   /* responses; 0: not yet answered */
    int status;
    char *content_type, *location, *allow, *retry_after, *etag;
    bool no_store;
    struct buf body;
    json_t *json;            /* NULL: the body is no JSON */
    /* of an event stream */
    struct http_stream *stream;
};

struct fx {
    char dir[64];
    struct config *config;
    struct engine *engine;
    struct api *api;
    struct now now;
    struct http_peer peer;       /* of requests as AS_LOCAL */
    bool refuse_submit, degraded;
    enum err reload_result;
    /* what hangs: the store keeps its answers until fx_store_answers() */
    bool store_waits, store_fails;
    bool store_reads_early;      /* it gives what it had when it was asked */
    bool streams_wait;           /* nobody reads what is streamed */
    bool local_with_token;       /* requests with a token, too, come over the local socket, from root */
    struct reply *replies[4096];
    size_t n_replies;
    uint64_t waiting[256];       /* requests whose verdict waits for the commit */
    size_t n_waiting;
};

struct fx *fx_new(void);
void fx_free(struct fx *fx);
void fx_restart(struct fx *fx);      /* as if new, with the same configuration: all that came of requests is gone */

struct request {             /* zeroed fields are absent */
    enum http_method method;
    const char *path;        /* with a query behind "?" */
    const char *body;
    size_t body_len;         /* 0: strlen(body) */
    const char *type;        /* NULL: application/json where there is a body */
    const char *as;
    const char *idempotency_key, *last_event_id, *if_none_match;
};

/* Hands in the request, lets everything be committed, and gives the response, which must have come. Lives as long as the
 * fixture. */
const struct reply *fx_get(struct fx *fx, const char *path, const char *as);
const struct reply *fx_post(struct fx *fx, const char *path, const char *body, const char *as);
const struct reply *fx_form(struct fx *fx, const char *path, const char *form);
const struct reply *fx_do(struct fx *fx, struct request request);
struct reply *fx_send(struct fx *fx, struct request request);        /* without the commit */
void fx_commit(struct fx *fx);                                       /* or, if fx->degraded, what comes in its stead */
void fx_store_answers(struct fx *fx);
void fx_have_store(struct fx *fx, bool have);
void fx_store_forget(struct fx *fx);                                 /* the log is empty from now on */

void fx_store_redact(struct fx *fx, enum record_kind kind);         /* the payloads of all of this kind are gone */

/* An event that is not the API's, decided and committed. */
void fx_event(struct fx *fx, const struct event *event);
void fx_tick(struct fx *fx, int64_t usec);                           /* time passes; every deadline on the way is met */
void fx_outcome(struct fx *fx, enum outcome outcome, const char *reason);   /* of the last page that was to be sent */
struct page_ref fx_last_page(const struct fx *fx);

/* Opens an incident by rtj and gives its id; free() it. */
char *fx_open(struct fx *fx, const char *json);
/* The link's token of a person in an incident's call-out number `callout`; free() it. */
char *fx_token(struct fx *fx, const char *id, uint32_t callout, const char *person);
uint64_t fx_key(const char *id);

/* A value of the response's JSON: fx_text(reply, "callouts.0.role"). */
const json_t *fx_at(const struct reply *reply, const char *path);
const char *fx_text(const struct reply *reply, const char *path);    /* "(null)" where there is null, "(none)" where nothing is */
size_t fx_count(const struct reply *reply, const char *path);

/* The text that a stream has been sent so far; cleared by the call. */
char *fx_streamed(struct reply *reply);
void fx_hang_up(struct reply *reply);
void fx_drain(struct fx *fx);                                        /* the peers of all streams read */

#define assert_status(reply, expected) \
    ck_assert_msg((reply)->status == (expected), "status %d, not %d: %s", (reply)->status, (expected), buf_text(&(reply)->body))
#define assert_text(reply, path, expected) ck_assert_str_eq(fx_text((reply), (path)), (expected))
#define assert_has(reply, part) \
    ck_assert_msg(strstr(buf_text(&(reply)->body), (part)), "no \"%s\" in: %s", (part), buf_text(&(reply)->body))
#define assert_has_not(reply, part) \
    ck_assert_msg(!strstr(buf_text(&(reply)->body), (part)), "\"%s\" in: %s", (part), buf_text(&(reply)->body))
/* A refusal: its status, and the field it names ("" for none). */
void assert_refused(const struct reply *reply, int status, const char *field);

#endif
