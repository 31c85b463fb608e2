/* An HTTP server on a thread of its own, for tests that talk to it through sockets from the outside. */
#ifndef TESTS_SERVER_FIXTURE_H
#define TESTS_SERVER_FIXTURE_H

#include "loop/http_server.h"

/* The handler's paths:
 *   /echo    200, text: "METHOD path?query content-type:BODY"
 *   /peer    200, text: "ADDRESS local|remote plain|tls direct|proxied uid gid groups..."
 *   /header  200, text: the request's X-Test header, or "none"
 *   /big     200, a megabyte
 *   /html    200, a small page
 *   /none    204
 *   /hold    answered only by fixture_release()
 *   /stream  an event stream that begins with "data: hello\n\n"
 *   /flood   an event stream of 200 times 64 KiB, each when the one before has been taken, and then its end */
struct fixture;

extern const struct http_limits test_limits;         /* the defaults, but for more time; tests copy and tighten them */

struct fixture *fixture_start(const struct http_limits *limits);
void fixture_stop(struct fixture *fixture);          /* frees server and thread; what is held is answered after that */
int fixture_port(const struct fixture *fixture);     /* plain HTTP on 127.0.0.1 */

/* Runs a function on the loop's thread and waits for it. */
typedef void fixture_job(struct fixture *fixture, void *userdata);
void fixture_run(struct fixture *fixture, fixture_job *job, void *userdata);
struct http_server *fixture_server(struct fixture *fixture);       /* for jobs */

unsigned fixture_connections(struct fixture *fixture);
int fixture_requests(struct fixture *fixture);       /* how many the handler has seen */
void fixture_wait_held(struct fixture *fixture, int n);
void fixture_release(struct fixture *fixture);       /* answers all that is held with 200 "late" */
void fixture_wait_closed(struct fixture *fixture, int n);          /* until so many streams' `closed` were called */
void fixture_broadcast(struct fixture *fixture, const void *bytes, size_t len);    /* to all streams */
void fixture_end_streams(struct fixture *fixture);

#endif
