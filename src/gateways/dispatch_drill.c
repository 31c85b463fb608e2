/* Where drills leave the way of real alarms, and the only place: a gateway that is played to be lost refuses, and of a dry run
 * nothing leaves by a real gateway. It stands directly before the wire, and asks the engine's state, so that whatever brought a
 * page here, a retry, a notice or a restart, it comes by. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "engine/drill.h"
#include "gateways/dispatch_internal.h"

bool dispatch_drill_refuses(const struct message_view *view, const struct lane *lane, const char **ret_reason)
{
    *ret_reason = NULL;
    if (drill_lists(view->without, "gateway", lane->name))
        *ret_reason = DRILL_LEFT_OUT;
    else if (view->dry_run && view->degraded)
        *ret_reason = "a dry run needs a disk that takes writes";      /* and the loop must not wait for one that hangs */
    return *ret_reason != NULL;
}

/* Never fails: where the file cannot be written the attempt does. */
struct gateway_way *dispatch_drill_way(const struct dispatch *dispatch, const struct message_view *view)
{
    CLEANUP_BUF struct buf path = { 0 };
    buf_printf(&path, "%s/drills", dispatch->config->state_directory);
    (void)mkdir(buf_text(&path), 0700);
    buf_add_char(&path, '/');
    incident_add_id(&path, view->incident);
    buf_add_text(&path, ".jsonl");
    const struct gateway outbox = {
        .name = DISPATCH_DRY_RUN, .type = GATEWAY_OUTBOX, .outbox_path = buf_text(&path), .outbox_private = true,
    };
    return gateway_open(&outbox);
}
