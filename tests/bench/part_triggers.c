/* How many triggers are accepted in a second, each durable before its 201; and one incident to a hundred people. */
#include <stdio.h>

#include "floor.h"
#include "report.h"
#include "rig.h"

#define LOAD_NSEC  (4 * NSEC_PER_SEC)
#define WARM_NSEC  (NSEC_PER_SEC)
#define FLOOR_NSEC (NSEC_PER_SEC)
#define QUIET_NSEC (NSEC_PER_SEC / 2)

enum { FANOUTS = 10 };

struct load {
    double per_sec, pages_per_sec;
    uint64_t opened;
};

static struct load load(struct wire *wire, int port, const char *token, unsigned connections, int64_t nsec)
{
    wire_connect(wire, port, connections);
    struct wire_counts before = wire_counts(wire);
    int64_t begun = bench_nsec(), now = begun;
    for (; now - begun < nsec; now = bench_nsec()) {
        while (wire_trigger(wire, token, NULL))
            ;
        wire_turn(wire, 100);
    }
    struct wire_counts after = wire_counts(wire);
    double seconds = (double)(now - begun) / 1e9;
    while (wire_waiting(wire) > 0)
        wire_turn(wire, 100);
    wire_disconnect(wire);
    return (struct load){
        .per_sec = (double)(after.accepted - before.accepted) / seconds,
        .pages_per_sec = (double)(after.pages - before.pages) / seconds,
        .opened = after.opened - before.opened,
    };
}

static void wait_quiet(struct wire *wire)
{
    for (int64_t until = bench_nsec() + QUIET_NSEC; bench_nsec() < until;)
        wire_turn(wire, 20);
}

/* ---- triggers in a second ---- */

static void measure_floor(const struct bench *bench, unsigned connections, char *ret, size_t size)
{
    struct wire *wire = wire_new();
    struct floor floor = floor_start(bench, FLOOR_ANSWER, 0);
    struct load answered = load(wire, floor.port, RIG_TOKEN, connections, FLOOR_NSEC);
    floor_stop(&floor);
    wire_free(wire);
    double commits = floor_commits(bench, 4 * connections, FLOOR_NSEC) * connections;
    snprintf(ret, size, "evhttp %.0f, commits %.0f", answered.per_sec, commits);
}

static void load_at(struct bench *bench, const char *token, unsigned connections, const char *what, const char *goal)
{
    struct wire *wire = wire_new();
    struct rig rig;
    char floor[96];
    measure_floor(bench, connections, floor, sizeof(floor));
    rig_start(bench, wire, true, &rig);
    rig_wait_ready(&rig);
    load(wire, rig.port, token, connections, WARM_NSEC);         /* fills caches and maps, and is not counted */
    wait_quiet(wire);
    int64_t cpu = rig_cpu_nsec(&rig);
    struct load ours = load(wire, rig.port, token, connections, LOAD_NSEC);
    cpu = rig_cpu_nsec(&rig) - cpu;
    report_add(bench->report, what, goal, floor, "%.0f (%.0f µs of processor each), %.0f pages/s beside it", ours.per_sec,
               (double)cpu / 1e3 / (ours.per_sec * (double)LOAD_NSEC / 1e9), ours.pages_per_sec);
    if (wire_counts(wire).refused > 0)
        report_add(bench->report, "  refused", "0", "", "%llu", (unsigned long long)wire_counts(wire).refused);
    rig_stop(&rig);
    wire_free(wire);
}

void part_triggers(struct bench *bench)
{
    load_at(bench, RIG_TOKEN, 1, "durable triggers/s, 1 connection", "");
    load_at(bench, RIG_TOKEN, 16, "durable triggers/s, 16 connections", ">= 15,000");
    load_at(bench, RIG_TOKEN, 64, "durable triggers/s, 64 connections", ">= 30,000");
    load_at(bench, RIG_TOKEN_PLAIN, 16, "the same, bundled at 60/m, 16", "");
}

/* ---- one incident to a hundred people ---- */

static int64_t fan_out(struct wire *wire)
{
    struct wire_counts before = wire_counts(wire);
    int64_t begun = bench_nsec();
    wire_trigger(wire, RIG_TOKEN, "ALLA");
    while (wire_counts(wire).pages < before.pages + RIG_GROUP || wire_waiting(wire) > 0)
        wire_turn(wire, 1000);
    return wire_counts(wire).page_nsec - begun;
}

void part_fanout(struct bench *bench)
{
    struct wire *wire = wire_new();
    struct samples samples = {0};
    struct rig rig;
    rig_start(bench, wire, true, &rig);
    rig_wait_ready(&rig);
    wire_connect(wire, rig.port, 1);
    double first = (double)fan_out(wire) / 1e6;
    for (int i = 0; i < FANOUTS; i++) {
        wait_quiet(wire);
        samples_add(&samples, fan_out(wire));
    }
    report_add(bench->report, "one incident to 100 recipients", "<= 100 ms", "", "%.1f ms (median of %d; the very first %.1f, the slowest %.1f)",
               samples_msec(&samples, 0.5), FANOUTS, first, samples_msec(&samples, 1));
    rig_stop(&rig);
    wire_free(wire);
    samples_done(&samples);
}
