/* What the daemon's watches see, told to the engine: changes of duty and gaps ahead, checks of gateways, drills that a schedule
 * begins or that are
 * owed. */
#include <stdlib.h>
#include <string.h>

#include "base/civil.h"
#include "scenario.h"

/* in=2d: that long from now; ever: never. */
static int64_t time_of(struct world *world, const struct words *words, const char *name)
{
    const char *text = words_value(words, name);
    if (!text)
        return world->now.wall_usec;
    return strcmp(text, "ever") == 0 ? INT64_MAX : world->now.wall_usec + words_duration(world, text);
}

static void expect(struct world *world, const void *found, const char *name)
{
    if (!found)
        buf_printf(&world->error, "the plan has no %s\n", name);
}

static const struct roster *roster_of(struct world *world, const struct words *words)
{
    const struct roster *roster = plan_roster(&world->config->plan, words_at(words, 1));
    expect(world, roster, words_at(words, 1));
    return roster;
}

static const char *somebody(const char *name)
{
    return *name && strcmp(name, "-") != 0 ? name : NULL;
}

/* duty ROLE PERSON [before=PERSON] [until=7d|ever] [quiet]; "-" for nobody */
void do_duty(struct world *world, const struct words *words)
{
    const struct roster *roster = roster_of(world, words);
    if (!roster)
        return;
    world_step(world, &(struct event){.kind = EVENT_DUTY,
                                      .duty = {.roster = roster,
                                               .person = somebody(words_at(words, 2)),
                                               .before = words_value(words, "before"),
                                               .from_usec = world->now.wall_usec,
                                               .until_usec = time_of(world, words, "until"),
                                               .tell = !words_have(words, "quiet")}});
}

/* gap ROLE from=2d until=3d|ever */
void do_gap(struct world *world, const struct words *words)
{
    const struct roster *roster = roster_of(world, words);
    if (!roster)
        return;
    world_step(world, &(struct event){.kind = EVENT_GAP, .gap = {
        .roster = roster, .from_usec = time_of(world, words, "from"), .until_usec = time_of(world, words, "until"), .count = 1}});
}

/* check GATEWAY ADDRESS */
void do_check(struct world *world, const struct words *words)
{
    world_step(world, &(struct event){.kind = EVENT_GATEWAY_CHECK,
                                      .gateway_check = {.gateway = words_at(words, 1),
                                                        .channel = strchr(words_at(words, 2), '@') ? CHANNEL_EMAIL : CHANNEL_SMS,
                                                        .address = words_at(words, 2)}});
}

/* news GATEWAY check-good|check-failed|balance-low|balance-good [reason=R] [quiet] */
void do_news(struct world *world, const struct words *words)
{
    static const char *const names[] = {"", "check-good", "check-failed", "balance-low", "balance-good"};
    enum gateway_news news = NEWS_NONE;
    for (size_t i = 1; i < N_ELEMENTS(names); i++)
        if (strcmp(names[i], words_at(words, 2)) == 0)
            news = (enum gateway_news)i;
    world_step(world, &(struct event){.kind = EVENT_GATEWAY_NEWS,
                                      .gateway_news = {.gateway = words_at(words, 1),
                                                       .news = news,
                                                       .reason = words_value(words, "reason"),
                                                       .tell = !words_have(words, "quiet")}});
}

/* schedule NAME watched|due|missed [role=R person=P] [begins=1h] [end=4h] [count=N] */
void do_schedule(struct world *world, const struct words *words)
{
    const char *name = words_at(words, 1), *news = words_at(words, 2), *count = words_value(words, "count");
    const struct schedule *schedule = plan_schedule(&world->config->plan, name);
    expect(world, schedule, name);
    if (!schedule)
        return;
    world_step(world, &(struct event){.kind = EVENT_SCHEDULE,
                                      .schedule = {.schedule = schedule,
                                                   .news = strcmp(news, "due") == 0      ? SCHEDULE_DUE
                                                           : strcmp(news, "missed") == 0 ? SCHEDULE_MISSED
                                                                                         : SCHEDULE_WATCHED,
                                                   .role = words_value(words, "role"),
                                                   .person = words_value(words, "person"),
                                                   .occurrence_usec = world->now.wall_usec,
                                                   .begins_usec = time_of(world, words, "begins"),
                                                   .end_usec = time_of(world, words, "end"),
                                                   .count = count ? (uint32_t)atoi(count) : 1}});
}

/* overdue ROLE [quiet]: for 45 days; quiet: they are counted from now on */
void do_overdue(struct world *world, const struct words *words)
{
    const struct roster *roster = roster_of(world, words);
    if (!roster)
        return;
    world_step(world, &(struct event){.kind = EVENT_DRILL_OVERDUE, .drill_overdue = {
        .roster = roster, .since_usec = world->now.wall_usec - 45 * USEC_PER_DAY, .tell = !words_have(words, "quiet")}});
}
