/* Trigger -> first page: from before the trigger is written until the page's request has come to the sink. */
#include <stdio.h>

#include "floor.h"
#include "report.h"
#include "rig.h"

/* The floor and the daemon take turns, so that a busy moment of the machine hits both. */
enum { ROUNDS = 8, TRIGGERS_A_ROUND = 400, WARM_TRIGGERS = 100 };
#define BETWEEN_NSEC (2 * NSEC_PER_MSEC)

struct way {                         /* what is timed: the floor, or the daemon */
    struct wire *wire;
    int port;
    struct samples samples;
};

static void time_one(struct way *way)
{
    struct wire_counts before = wire_counts(way->wire), now = before;
    int64_t begun = bench_nsec(), page = 0;
    wire_trigger(way->wire, RIG_TOKEN, NULL);
    while (page == 0 || wire_waiting(way->wire) > 0) {
        wire_turn(way->wire, 1000);
        now = wire_counts(way->wire);
        page = page == 0 && now.pages > before.pages ? now.page_nsec : page;
    }
    samples_add(&way->samples, page - begun);
}

static void time_round(struct way *way, unsigned n, int64_t between_nsec)
{
    wire_connect(way->wire, way->port, 1);
    for (unsigned i = 0; i < n; i++) {
        time_one(way);
        if (between_nsec)
            bench_sleep(between_nsec);
    }
    wire_disconnect(way->wire);
}

static void report_latency(struct bench *bench, const char *when, bool goals, struct samples *floor, struct samples *ours)
{
    static const struct { double quantile; const char *name, *goal; } rows[] = {
        {0.5, "p50", "<= 0.6 ms"}, {0.99, "p99", "<= 1.5 ms"}, {0.999, "p99.9", "<= 5 ms"},
    };
    for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
        char what[96], least[32];
        snprintf(what, sizeof(what), "trigger -> first page, %s, %s", when, rows[i].name);
        snprintf(least, sizeof(least), "%.2f ms", samples_msec(floor, rows[i].quantile));
        report_add(bench->report, what, goals ? rows[i].goal : "", least, "%.2f ms", samples_msec(ours, rows[i].quantile));
    }
}

static void time_both(struct bench *bench, struct way *floor, struct way *ours, const char *when, int64_t between_nsec)
{
    for (int i = 0; i < ROUNDS; i++) {
        time_round(floor, TRIGGERS_A_ROUND, between_nsec);
        time_round(ours, TRIGGERS_A_ROUND, between_nsec);
    }
    report_latency(bench, when, between_nsec > 0, &floor->samples, &ours->samples);
    samples_done(&floor->samples);
    samples_done(&ours->samples);
}

static void warm(struct way *way)
{
    time_round(way, WARM_TRIGGERS, 0);
    samples_done(&way->samples);
}

void part_latency(struct bench *bench)
{
    struct way floor = {.wire = wire_new()}, ours = {.wire = wire_new()};
    struct floor server = floor_start(bench, FLOOR_LINE, wire_sink_port(floor.wire));
    struct rig rig;
    rig_start(bench, ours.wire, true, &rig);
    rig_wait_ready(&rig);
    floor.port = server.port;
    ours.port = rig.port;
    warm(&floor);
    warm(&ours);
    time_both(bench, &floor, &ours, "2 ms apart", BETWEEN_NSEC);
    time_both(bench, &floor, &ours, "back to back", 0);
    rig_stop(&rig);
    floor_stop(&server);
    wire_free(floor.wire);
    wire_free(ours.wire);
}
