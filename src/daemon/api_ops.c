#include "daemon/daemon_internal.h"

static bool op_submit(void *userdata, const struct event *event)
{
    return turn_submit(((struct daemon *)userdata)->pager->turn, event);
}

static void op_after_commit(void *userdata, void (*cb)(void *cb_userdata, bool degraded), void *cb_userdata)
{
    turn_after_commit(((struct daemon *)userdata)->pager->turn, cb, cb_userdata);
}

static enum err op_reload(void *userdata, bool install, struct problems *ret)
{
    return daemon_read_config(userdata, install, ret);
}

static void op_status(void *userdata, struct api_status *ret)
{
    struct daemon *daemon = userdata;
    struct turn_status turn = turn_status(daemon->pager->turn);
    *ret = (struct api_status){
        .degraded = turn.degraded,
        .degraded_reason = turn.reason,
        .committed_seq = turn.committed_seq,
        .records_waiting = turn.waiting_records,
        .started_wall_usec = daemon->started_usec,
        .config_loaded_wall_usec = daemon->config->loaded_at_usec,
        .journal_lost = journal_lost(daemon->journal),
    };
}

static struct now op_now(void *userdata)
{
    (void)userdata;
    return (struct now){loop_boot_usec(), loop_wall_usec()};
}

static void op_gateway(void *userdata, const char *name, struct api_gateway *ret)
{
    struct daemon *daemon = userdata;
    struct gateway_watch_state state = gateway_watch_state(lookout_gateways(daemon->pager->lookout), name);
    *ret = (struct api_gateway){
        .checked_usec = state.checked_usec,
        .check_failed = state.failed,
        .check_reason = state.reason,
        .balance_low = state.balance_low,
    };
    ret->balance = balances_text(daemon->balances, name, &ret->balance_usec);
}

static void op_schedule(void *userdata, const char *name, struct api_schedule *ret)
{
    struct drill_watch_last last = drill_watch_last(lookout_drills(((struct daemon *)userdata)->pager->lookout), name);
    *ret = (struct api_schedule){last.id, last.ended_usec, last.answered, last.total};
}

static void op_exercise(void *userdata, const struct roster *roster, struct api_exercise *ret)
{
    const struct drill_watch *drills = lookout_drills(((struct daemon *)userdata)->pager->lookout);
    struct drill_watch_role role = drill_watch_role(drills, roster, loop_wall_usec());
    *ret = (struct api_exercise){role.succeeded_usec, role.overdue};
}

const struct api_ops daemon_api_ops = {
    op_submit, op_after_commit, op_reload, op_status, op_now, op_gateway, op_schedule, op_exercise,
};
