#include "daemon/drain.h"

#include "base/civil.h"
#include "base/mem.h"

#define LIMIT_USEC (3 * USEC_PER_SEC)
#define LOOK_USEC  (20 * USEC_PER_MSEC)

struct drain {
    struct loop *loop;
    drain_quiet *quiet;
    void *userdata;
    struct loop_timer *look;
    int64_t until_usec;              /* boot; 0: it has not begun */
};

static void on_look(void *userdata)
{
    struct drain *drain = userdata;
    if (drain->quiet(drain->userdata) || loop_boot_usec() >= drain->until_usec)
        loop_stop(drain->loop);
    else
        loop_timer_set(drain->look, loop_boot_usec() + LOOK_USEC);
}

struct drain *drain_new(struct loop *loop, drain_quiet *quiet, void *userdata)
{
    struct drain *drain = NEW(struct drain);
    drain->loop = loop;
    drain->quiet = quiet;
    drain->userdata = userdata;
    drain->look = loop_timer_new(loop, on_look, drain);
    return drain;
}

void drain_free(struct drain *drain)
{
    if (!drain)
        return;
    loop_timer_free(drain->look);
    free(drain);
}

bool drain_begin(struct drain *drain)
{
    if (drain->until_usec) {
        loop_stop(drain->loop);
        return false;
    }
    drain->until_usec = loop_boot_usec() + LIMIT_USEC;
    loop_timer_set(drain->look, loop_boot_usec());
    return true;
}
