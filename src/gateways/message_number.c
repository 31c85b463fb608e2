#include "gateways/message_number.h"

/* Groups of digits behind the area code: "070-174 06 05". */
static void add_grouped(struct buf *buf, const char *national, size_t area, const char *groups)
{
    buf_add_char(buf, '0');
    buf_add(buf, national, area);
    buf_add_char(buf, '-');
    for (const char *at = national + area; *groups; groups++) {
        size_t len = (size_t)(*groups - '0');
        buf_add(buf, at, len);
        at += len;
        if (groups[1])
            buf_add_char(buf, ' ');
    }
}

void message_number_add(struct buf *buf, const char *e164)
{
    const char *national = strncmp(e164, "+46", 3) == 0 ? e164 + 3 : "";
    size_t len = strlen(national);
    if (len == 9 && national[0] == '7')
        add_grouped(buf, national, 2, "322");
    else if (len == 9 && national[0] == '8')
        add_grouped(buf, national, 1, "332");
    else if (len == 8 && national[0] == '8')
        add_grouped(buf, national, 1, "322");
    else
        buf_add_text(buf, e164);
}
