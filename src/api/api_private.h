/* What the files of api/ share, and nobody else sees.
 *
 *   api.c           life, verdicts and releases        router.c       from method and path to handler, with its right
 *   auth.c          who asks                           request_table.c   who waits for a verdict
 *   body.c          JSON in                            json_writer.c, rendered.c   JSON out
 *   history.c       records from the store             incident_view.c   an incident as it is now
 *   incidents.c     triggers, and one; incident_list.c     actions.c      acknowledge, decline, note, close, call-outs
 *   timeline.c      a record, for people
 *   oncall.c, rosters.c, status.c, gateways.c          events.c       event streams
 *   drills.c        started, listed, stopped           drill_view.c   drills as JSON
 *   drill_reports.c     what they came to              drill_report_view.c   that as JSON
 *   hooks.c, hooks_voice.c   what providers call       people.c       the page for people, drawn by web/ */
#ifndef API_API_PRIVATE_H
#define API_API_PRIVATE_H

#include "api/api.h"
#include "api/auth.h"
#include "api/body.h"
#include "api/history.h"
#include "api/incident_view.h"
#include "api/rendered.h"
#include "api/request_table.h"
#include "api/words.h"

enum { CALL_PARAMS_MAX = 3, CALL_PARAM_BYTES = 256, CALL_BODY_MAX = 64 * 1024, SUGGESTIONS_MAX = 256, VERIFYING_MAX = 8 };

struct held;
struct listing;
struct reporting;
struct event_client;

struct api {
    const struct engine *engine;
    struct store *store;
    struct dispatch *dispatch;
    const struct api_ops *ops;
    void *userdata;
    const struct config *config;
    struct auth_groups groups;
    bool groups_known;
    struct auth_users users;
    struct request_table requests;
    struct history_reader reader;
    bool closing;
    struct listing *listings;        /* lists that the store is being asked for */
    struct reporting *reporting;     /* reports for which the store is being asked for its list */
    size_t n_reporting;              /* under way in all */
    struct http_exchange *verifying[VERIFYING_MAX];      /* who waits for the one verification under way */
    size_t n_verifying;
    struct held *held;               /* responses that wait for the commit of what they saw */
    struct event_client *clients;
};

/* One request on its way through a handler. */
struct call {
    struct api *api;
    struct http_exchange *exchange;
    const struct http_request *request;
    struct auth_caller caller;       /* source NULL: nobody asked who it is (public routes) */
    char params[CALL_PARAMS_MAX][CALL_PARAM_BYTES];      /* what stands for "*" in the route's path */
};

typedef void call_handler(struct call *call);

/* router.c */
void router_handle(struct call *call);

/* api.c: answering, each ends the call's exchange. */
void call_error(struct call *call, int status, const char *field, const char *format, ...) PRINTF(4, 5);
void call_busy(struct call *call);                                   /* 503: too much waits */
/* Sends when all that was decided so far is durable; takes over what is rendered. In degraded times it sends all the same. */
void api_hold(struct api *api, struct http_exchange *exchange, struct rendered *rendered);
/* A slot for the call's exchange, or NULL, and the call has been answered 503. */
struct slot *call_slot(struct call *call, enum slot_kind kind);
/* Fills in the time and who waits, and queues. False: too much waits; the slot is gone, its exchange is not yet answered. */
bool api_submit(struct api *api, struct slot *slot, struct event *event);
/* The same, and answers 503 where it fails. */
void call_submit(struct call *call, struct slot *slot, struct event *event);
struct now api_now(const struct api *api);
bool api_is_degraded(const struct api *api);

/* Reads the JSON body; false: the call has been answered. */
bool call_body(struct call *call, const struct body_field *fields, size_t n_fields, struct body *ret);
/* The incident that params[0] names; false: answered 404. */
bool call_incident(struct call *call, uint64_t *ret);
/* Query parameters, cleaned; false: not given. */
bool call_query(const struct call *call, const char *name, struct buf *ret);
bool call_may(const struct call *call, unsigned rights);
const char *call_actor(struct call *call);                           /* a source's id, or a Unix user */
/* A 404 that tells nothing of incidents that are somebody else's. */
void call_no_incident(struct call *call, uint64_t key);
bool call_may_see(const struct call *call, const struct engine *engine, const struct incident *incident);

/* incidents.c, incident_list.c */
call_handler incidents_trigger, incidents_show, incident_list;
void incident_list_end(struct api *api);
void incidents_trigger_verdict(struct api *api, struct slot *slot, const struct effect_reply *reply);
/* A role (of a roster or a group) as typed: 422 with the nearest is answered if there is none. */
const struct roster *call_roster(struct call *call, const char *typed, const char *field);

/* actions.c */
call_handler actions_acknowledge, actions_decline, actions_note, actions_close, actions_callouts;
void actions_verdict(struct api *api, struct slot *slot, const struct effect_reply *reply);
/* After the commit, or in its stead: the answer is sent. Takes the slot over. */
void actions_release(struct api *api, struct slot *slot, bool degraded);
/* The person that a body names, or whose login the caller has. NULL: answered 422 with the choices. */
const struct person *call_person(struct call *call, const char *typed, const struct incident *incident);

/* drills.c */
call_handler drills_start, drills_stop, drills_stop_all, drills_list;
void drills_verdict(struct api *api, struct slot *slot, const struct effect_reply *reply);

/* drill_reports.c */
call_handler drill_reports_show, drill_reports_list;
void drill_reports_end(struct api *api);

/* oncall.c, rosters.c, status.c, gateways.c */
call_handler oncall_show;
call_handler rosters_ics;
call_handler status_show, status_health, status_ready, status_check, status_reload;
call_handler gateways_list, gateways_test;
void gateways_test_verdict(struct api *api, struct slot *slot, const struct effect_reply *reply);
void gateways_add_json(struct json_writer *writer, const struct api *api);

/* verify.c */
call_handler verify_show;
void verify_end(struct api *api);

/* events.c */
call_handler events_stream;
void events_done(struct api *api);

/* hooks.c */
call_handler hooks_reply, hooks_receipt;
void hooks_verdict(struct api *api, struct slot *slot, const struct effect_reply *reply);
/* The gateway that a hook's address names, with its secret and signature. NULL: the call has been answered. */
const struct gateway *hooks_gateway(struct call *call, const char *hook);
void hooks_not_here(struct call *call);                              /* 404: there is nothing at this address */
void hooks_render_thanks(struct rendered *rendered, const struct gateway *gateway);

/* hooks_voice.c */
call_handler hooks_voice;
void hooks_voice_verdict(struct api *api, struct slot *slot, const struct effect_reply *reply);
void hooks_voice_unsaved(struct api *api, struct slot *slot);        /* drawn anew: the answer counts, and is not saved */

/* people.c */
call_handler people_show, people_answer;
void people_verdict(struct api *api, struct slot *slot, const struct effect_reply *reply);
/* After the commit, or in its stead: the page is drawn and sent. Takes the slot over. */
void people_release(struct slot *slot, bool degraded);
void people_end(struct slot *slot);                                  /* answers in a few words; the slot stays */

#endif
