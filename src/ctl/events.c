#include "ctl/events.h"

#include <string.h>

void events_reset(struct events *events)
{
    buf_clear(&events->line);
    buf_clear(&events->data);
    events->has_data = events->too_big = events->after_cr = false;
}

void events_done(struct events *events)
{
    buf_done(&events->line);
    buf_done(&events->data);
}

/* An empty line ends an event. */
static bool dispatch(struct events *events)
{
    bool wanted = true;
    if (events->has_data && !events->too_big)
        wanted = events->cb(events->userdata, buf_text(&events->data), events->data.len);
    buf_clear(&events->data);
    events->has_data = events->too_big = false;
    return wanted;
}

static void take_data(struct events *events, const char *value)
{
    if (events->has_data)
        buf_add_char(&events->data, '\n');
    buf_add_text(&events->data, value);
    events->has_data = true;
}

/* Names of events, ids and comments are not needed: the JSON says it all. */
static bool take_line(struct events *events)
{
    const char *line = buf_text(&events->line);
    if (!*line)
        return dispatch(events);
    if (strncmp(line, "data:", 5) == 0)
        take_data(events, line + 5 + (line[5] == ' '));
    buf_clear(&events->line);
    return true;
}

bool events_feed(struct events *events, const char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        bool lf_of_crlf = bytes[i] == '\n' && events->after_cr;
        events->after_cr = bytes[i] == '\r';
        if (lf_of_crlf)
            continue;
        if (bytes[i] == '\n' || bytes[i] == '\r') {
            if (!take_line(events))
                return false;
        } else if (events->line.len + events->data.len >= EVENTS_MAX_BYTES) {
            events->too_big = true;
        } else {
            buf_add_char(&events->line, bytes[i]);
        }
    }
    return true;
}
