/* What the daemon holds and does while nothing happens, and while 100,000 call-outs are open. */
#include <stdio.h>

#include "report.h"
#include "rig.h"

enum { CALLOUTS = 100000, CONNECTIONS = 64, IDLE_SECONDS = 5 };

static void report_memory(struct bench *bench, const char *what, const char *goal, const struct rig *rig)
{
    struct rig_memory memory = rig_memory(rig);
    report_add(bench->report, what, goal, "", "%.1f MB anonymous, %.1f MB in all (%.1f of it pages of files: program and libraries)",
               (double)memory.anon_kb / 1024, (double)memory.rss_kb / 1024, (double)memory.file_kb / 1024);
}

void part_idle(struct bench *bench)
{
    struct wire *wire = wire_new();
    struct rig rig;
    rig_start(bench, wire, true, &rig);
    rig_wait_ready(&rig);
    bench_sleep(2 * NSEC_PER_SEC);
    uint64_t switches = rig_switches(&rig);
    bench_sleep(IDLE_SECONDS * NSEC_PER_SEC);
    switches = rig_switches(&rig) - switches;
    report_add(bench->report, "idle wake-ups, watchdog off", "0", "", "%llu in %d s (context switches of all threads)", (unsigned long long)switches,
               IDLE_SECONDS);
    report_memory(bench, "resident memory, idle", "<= 8 MB", &rig);
    rig_stop(&rig);
    wire_free(wire);
}

void part_memory(struct bench *bench)
{
    struct wire *wire = wire_new();
    struct rig rig;
    rig_start(bench, wire, true, &rig);
    rig_wait_ready(&rig);
    wire_connect(wire, rig.port, CONNECTIONS);
    for (unsigned sent = 0; sent < CALLOUTS;) {
        for (; sent < CALLOUTS && wire_trigger(wire, RIG_TOKEN, NULL); sent++)
            ;
        wire_turn(wire, 100);
    }
    while (wire_waiting(wire) > 0 || wire_counts(wire).pages < CALLOUTS)
        wire_turn(wire, 100);
    wire_disconnect(wire);
    bench_sleep(NSEC_PER_SEC);
    if (wire_counts(wire).opened != CALLOUTS)
        report_add(bench->report, "  opened", "100000", "", "%llu", (unsigned long long)wire_counts(wire).opened);
    report_memory(bench, "resident memory, 100,000 open call-outs", "<= 64 MB", &rig);
    rig_stop(&rig);
    wire_free(wire);
}
