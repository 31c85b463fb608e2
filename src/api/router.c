#include "api/api_private.h"

#include <string.h>

enum { PUBLIC = 0, ANYBODY = RIGHT_ALL };        /* of a route's rights: nobody is asked; every right will do */

struct route {
    enum http_method method;
    const char *path;        /* "*" stands for one segment */
    unsigned rights;         /* any one of them will do */
    bool json;               /* takes a JSON body */
    call_handler *handler;
};

static const struct route routes[] = {
    { HTTP_POST, "/v1/incidents", RIGHT_TRIGGER, true, incidents_trigger },
    { HTTP_GET, "/v1/incidents", RIGHT_TRIGGER | RIGHT_OPERATE, false, incident_list },
    { HTTP_GET, "/v1/incidents/*", RIGHT_TRIGGER | RIGHT_OPERATE, false, incidents_show },
    { HTTP_POST, "/v1/incidents/*/acknowledge", RIGHT_OPERATE, true, actions_acknowledge },
    { HTTP_POST, "/v1/incidents/*/decline", RIGHT_OPERATE, true, actions_decline },
    { HTTP_POST, "/v1/incidents/*/note", RIGHT_TRIGGER | RIGHT_OPERATE, true, actions_note },
    { HTTP_POST, "/v1/incidents/*/close", RIGHT_TRIGGER | RIGHT_OPERATE, true, actions_close },
    { HTTP_POST, "/v1/incidents/*/callouts", RIGHT_OPERATE, true, actions_callouts },
    { HTTP_POST, "/v1/drills", RIGHT_DRILL | RIGHT_ADMIN, true, drills_start },
    { HTTP_GET, "/v1/drills", RIGHT_OPERATE | RIGHT_ADMIN | RIGHT_TRIGGER, false, drills_list },
    { HTTP_GET, "/v1/drills/report", RIGHT_OPERATE | RIGHT_ADMIN, false, drill_reports_list },
    { HTTP_GET, "/v1/drills/*/report", RIGHT_OPERATE | RIGHT_ADMIN, false, drill_reports_show },
    { HTTP_POST, "/v1/drills/stop", RIGHT_DRILL | RIGHT_ADMIN, true, drills_stop_all },
    { HTTP_POST, "/v1/drills/*/stop", RIGHT_DRILL | RIGHT_ADMIN, true, drills_stop },
    { HTTP_GET, "/v1/oncall", RIGHT_OPERATE, false, oncall_show },
    { HTTP_GET, "/v1/status", RIGHT_OPERATE | RIGHT_ADMIN, false, status_show },
    { HTTP_GET, "/v1/events", RIGHT_OPERATE, false, events_stream },
    { HTTP_GET, "/v1/rosters/*", ANYBODY, false, rosters_ics },
    { HTTP_POST, "/v1/check", RIGHT_ADMIN, true, status_check },
    { HTTP_POST, "/v1/reload", RIGHT_ADMIN, true, status_reload },
    { HTTP_GET, "/v1/verify", RIGHT_ADMIN, false, verify_show },
    { HTTP_GET, "/v1/gateways", RIGHT_OPERATE | RIGHT_ADMIN, false, gateways_list },
    { HTTP_POST, "/v1/gateways/*/test", RIGHT_ADMIN, true, gateways_test },
    { HTTP_GET, "/healthz", PUBLIC, false, status_health },
    { HTTP_GET, "/readyz", PUBLIC, false, status_ready },
    { HTTP_GET, "/a/*", PUBLIC, false, people_show },
    { HTTP_POST, "/a/*", PUBLIC, false, people_answer },
    { HTTP_GET, "/hooks/*/*/reply", PUBLIC, false, hooks_reply },
    { HTTP_POST, "/hooks/*/*/reply", PUBLIC, false, hooks_reply },
    { HTTP_GET, "/hooks/*/*/receipt", PUBLIC, false, hooks_receipt },
    { HTTP_POST, "/hooks/*/*/receipt", PUBLIC, false, hooks_receipt },
    { HTTP_GET, "/hooks/*/*/voice", PUBLIC, false, hooks_voice },
    { HTTP_POST, "/hooks/*/*/voice", PUBLIC, false, hooks_voice },
};

/* One segment of the path into the next parameter; false: empty, or longer than any name. */
static bool take_param(const char **path, char *ret)
{
    size_t len = strcspn(*path, "/");
    if (len == 0 || len >= CALL_PARAM_BYTES)
        return false;
    memcpy(ret, *path, len);
    ret[len] = '\0';
    *path += len;
    return true;
}

static bool match(const char *pattern, const char *path, char params[][CALL_PARAM_BYTES])
{
    size_t n = 0;
    while (*pattern) {
        if (*pattern == '*') {
            if (n == CALL_PARAMS_MAX || !take_param(&path, params[n++]))
                return false;
            pattern++;
        } else if (*pattern++ != *path++) {
            return false;
        }
    }
    return *path == '\0';
}

/* The route, or NULL; *ret_methods: those that the path takes, as 1u << method. */
static const struct route *find_route(struct call *call, unsigned *ret_methods)
{
    *ret_methods = 0;
    for (size_t i = 0; i < N_ELEMENTS(routes); i++) {
        if (!match(routes[i].path, call->request->path, call->params))
            continue;
        if (routes[i].method == call->request->method)
            return &routes[i];
        *ret_methods |= 1u << routes[i].method;
    }
    return NULL;
}

static void refuse_method(struct call *call, unsigned methods)
{
    struct rendered rendered = { 0 };
    bool get = methods & 1u << HTTP_GET, post = methods & 1u << HTTP_POST;
    const char *allow = get && post ? "GET, HEAD, POST" : get ? "GET, HEAD" : "POST";
    rendered_error(&rendered, 405, NULL, "this takes %s", allow);
    rendered.allow = allow;
    rendered_send(&rendered, call->exchange);
}

static bool is_public(const char *path)
{
    return strcmp(path, "/healthz") == 0 || strcmp(path, "/readyz") == 0 || strncmp(path, "/a/", 3) == 0 ||
           strncmp(path, "/hooks/", 7) == 0;
}

/* A calendar programme cannot set a header: the feed takes its token from the address. */
static bool is_feed(const char *path)
{
    return strncmp(path, "/v1/rosters/", 12) == 0;
}

static bool authenticate(struct call *call)
{
    struct api *api = call->api;
    const struct http_request *request = call->request;
    if (is_public(request->path))
        return true;
    if (!api->groups_known) {
        auth_groups_read(api->config->socket_path, &api->groups);
        api->groups_known = true;
    }
    if (auth_check(api->config, &api->groups, request, &call->caller))
        return true;
    if (is_feed(request->path) && !request->authorization[0] && auth_check_query(api->config, request, &call->caller))
        return true;
    call_error(call, 401, NULL, "%s", request->authorization[0] ? "this token is not known here"
                                                                : "a token is needed: Authorization: Bearer TOKEN");
    return false;
}

static bool accept_body(struct call *call, const struct route *route)
{
    const struct http_request *request = call->request;
    if (request->body_len > CALL_BODY_MAX) {
        call_error(call, 413, NULL, "the body is too large: %zu bytes, at most %d", request->body_len, CALL_BODY_MAX);
        return false;
    }
    if (route->json && request->body_len > 0 && request->content_type[0] &&
        strcmp(request->content_type, "application/json") != 0) {
        call_error(call, 415, NULL, "the body must be JSON: send Content-Type: application/json");
        return false;
    }
    return true;
}

void router_handle(struct call *call)
{
    if (!authenticate(call))
        return;
    unsigned methods;
    const struct route *route = find_route(call, &methods);
    if (!route && methods == 0) {
        call_error(call, 404, NULL, "there is nothing at this address");
        return;
    }
    if (!route) {
        refuse_method(call, methods);
        return;
    }
    if (route->rights != PUBLIC && !call_may(call, route->rights)) {
        call_error(call, 403, NULL, "the source %s has no right to do this", call->caller.source);
        return;
    }
    if (accept_body(call, route))
        route->handler(call);
}
