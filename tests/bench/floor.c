#include <config.h>      /* _GNU_SOURCE */

#include "floor.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <netinet/in.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LINE_ROW_BYTES = 300, ROW_BYTES = 200, ANSWER_BYTES = 560 };

/* ---- commits ---- */

static sqlite3 *open_db(const struct bench *bench, const char *name)
{
    CLEANUP_FREE char *path = bench_path(bench, name);
    sqlite3 *db = NULL;
    unlink(path);
    int rc = sqlite3_open(path, &db);
    rc = rc == SQLITE_OK ? sqlite3_exec(db, "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                                            "PRAGMA wal_autocheckpoint = 0; CREATE TABLE log(seq INTEGER PRIMARY KEY, payload BLOB) STRICT;",
                                        NULL, NULL, NULL) : rc;
    if (rc != SQLITE_OK)
        bench_die("the floor's database: %s", sqlite3_errmsg(db));
    return db;
}

static sqlite3_stmt *prepare(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK)
        bench_die("the floor's database: %s", sqlite3_errmsg(db));
    return statement;
}

struct committer {
    sqlite3 *db;
    sqlite3_stmt *begin, *insert, *commit;
};

static struct committer committer_new(const struct bench *bench, const char *name)
{
    struct committer c = {.db = open_db(bench, name)};
    c.begin = prepare(c.db, "BEGIN IMMEDIATE");
    c.insert = prepare(c.db, "INSERT INTO log(payload) VALUES (?1)");
    c.commit = prepare(c.db, "COMMIT");
    return c;
}

static void committer_done(struct committer *c)
{
    sqlite3_finalize(c->begin);
    sqlite3_finalize(c->insert);
    sqlite3_finalize(c->commit);
    sqlite3_close(c->db);
}

static void run(sqlite3_stmt *statement)
{
    if (sqlite3_step(statement) != SQLITE_DONE)
        bench_die("the floor cannot commit");
    sqlite3_reset(statement);
}

static void commit_rows(const struct committer *c, unsigned rows, int bytes)
{
    static const char payload[LINE_ROW_BYTES];
    run(c->begin);
    for (unsigned i = 0; i < rows; i++) {
        sqlite3_bind_blob(c->insert, 1, payload, bytes, SQLITE_STATIC);
        run(c->insert);
    }
    run(c->commit);
}

double floor_commits(const struct bench *bench, unsigned rows, int64_t nsec)
{
    struct committer c = committer_new(bench, "floor.db");
    int64_t begun = bench_nsec(), now = begun;
    uint64_t commits = 0;
    for (; now - begun < nsec; now = bench_nsec(), commits++)
        commit_rows(&c, rows, ROW_BYTES);
    committer_done(&c);
    return (double)commits * 1e9 / (double)(now - begun);
}

/* ---- servers ---- */

struct server {
    struct event_base *base;
    struct committer committer;
    struct evhttp_connection *sink;      /* NULL: FLOOR_ANSWER */
};

static void posted(struct evhttp_request *request, void *userdata)
{
    (void)request;
    (void)userdata;
}

static void post(struct server *server)
{
    static const char body[] = "to=%2B46846500400&from=%2B46701740699&text=LARM+TIB+03%3A12%3A+Brand+i+skola%2C+Tumba";
    struct evhttp_request *request = evhttp_request_new(posted, NULL);
    struct evkeyvalq *headers = evhttp_request_get_output_headers(request);
    evhttp_add_header(headers, "Host", "127.0.0.1");
    evhttp_add_header(headers, "Content-Type", "application/x-www-form-urlencoded");
    evbuffer_add(evhttp_request_get_output_buffer(request), body, sizeof(body) - 1);
    evhttp_make_request(server->sink, request, EVHTTP_REQ_POST, "/send");
}

static void answer(struct evhttp_request *request, void *userdata)
{
    static const char body[ANSWER_BYTES];
    struct server *server = userdata;
    if (server->sink) {
        commit_rows(&server->committer, 1, LINE_ROW_BYTES);
        post(server);
    }
    evhttp_add_header(evhttp_request_get_output_headers(request), "Content-Type", "application/json");
    evbuffer_add(evhttp_request_get_output_buffer(request), body, sizeof(body));
    evhttp_send_reply(request, 201, NULL, NULL);
}

static _Noreturn void serve(const struct bench *bench, enum floor_kind kind, int sink_port, int port_pipe)
{
    struct server server = {.base = event_base_new()};
    struct sockaddr_in address;
    socklen_t len = sizeof(address);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (kind == FLOOR_LINE) {
        server.committer = committer_new(bench, "floor-line.db");
        server.sink = evhttp_connection_base_new(server.base, NULL, "127.0.0.1", (uint16_t)sink_port);
    }
    struct evhttp *http = evhttp_new(server.base);
    evhttp_set_gencb(http, answer, &server);
    struct evhttp_bound_socket *bound = evhttp_bind_socket_with_handle(http, "127.0.0.1", 0);
    if (!bound || getsockname(evhttp_bound_socket_get_fd(bound), (struct sockaddr *)&address, &len) != 0)
        _exit(1);
    int port = ntohs(address.sin_port);
    if (write(port_pipe, &port, sizeof(port)) != sizeof(port))
        _exit(1);
    event_base_dispatch(server.base);
    _exit(0);
}

struct floor floor_start(const struct bench *bench, enum floor_kind kind, int sink_port)
{
    struct floor floor = {0};
    int ends[2];
    if (pipe(ends) != 0 || (floor.pid = fork()) < 0)
        bench_die("cannot start the floor: %s", strerror(errno));
    if (floor.pid == 0)
        serve(bench, kind, sink_port, ends[1]);
    close(ends[1]);
    if (read(ends[0], &floor.port, sizeof(floor.port)) != sizeof(floor.port))
        bench_die("the floor did not start");
    close(ends[0]);
    return floor;
}

void floor_stop(struct floor *floor)
{
    kill(floor->pid, SIGKILL);
    waitpid(floor->pid, NULL, 0);
    *floor = (struct floor){0};
}
