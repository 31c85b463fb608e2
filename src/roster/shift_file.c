#include "roster/shift_file.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/text.h"

enum { NAME_MAX_BYTES = 64, STEM_BYTES = 15, NUMBER_MAX = 99, WHY_MAX_BYTES = 400 };

static void add_local(struct buf *buf, const struct tz *tz, int64_t at_usec, const char *between, const char *in_clock)
{
    struct civil local;
    tz_to_local(tz, at_usec, &local);
    buf_printf(buf, "%04d-%02d-%02d%s%02d%s%02d", local.year, local.month, local.day, between, local.hour, in_clock,
               local.minute);
}

/* One more than the highest number that a name with this beginning has. */
static int next_number(const char *stem, const char *const *taken, size_t n_taken)
{
    int highest = 0;
    for (size_t i = 0; i < n_taken; i++) {
        if (strncmp(taken[i], stem, STEM_BYTES) != 0 || taken[i][STEM_BYTES] != '-')
            continue;
        int number = (int)strtol(taken[i] + STEM_BYTES + 1, NULL, 10);
        highest = number > highest && number <= NUMBER_MAX ? number : highest;
    }
    return highest < NUMBER_MAX ? highest + 1 : NUMBER_MAX;
}

void shift_file_add_name(struct buf *buf, const struct shift_file *shift, const struct tz *tz, const char *const *taken,
                         size_t n_taken)
{
    CLEANUP_BUF struct buf name = { 0 };
    add_local(&name, tz, shift->from_usec, "T", "");
    buf_printf(&name, "-%02d-%s", next_number(buf_text(&name), taken, n_taken), shift->person->id);
    buf_add(buf, buf_text(&name), text_utf8_cut(buf_text(&name), name.len, NAME_MAX_BYTES));
}

static void add_comment(struct buf *buf, const char *key, const char *text)
{
    CLEANUP_BUF struct buf clean = { 0 };
    text_add_clean_line(&clean, text, strlen(text));
    buf_printf(buf, "# %-4s ", key);
    buf_add(buf, buf_text(&clean), text_utf8_cut(buf_text(&clean), clean.len, WHY_MAX_BYTES));
    buf_add_char(buf, '\n');
}

void shift_file_add_text(struct buf *buf, const struct shift_file *shift, const struct tz *tz)
{
    CLEANUP_BUF struct buf at = { 0 };
    add_local(&at, tz, shift->written_usec, " ", ":");
    buf_add_text(buf, "# Written by `bereddctl roster shift add`; `bereddctl roster shift remove` takes it away.\n");
    add_comment(buf, "by:", shift->login);
    add_comment(buf, "at:", buf_text(&at));
    if (shift->why)
        add_comment(buf, "why:", shift->why);
    buf_add_text(buf, "[shifts]\nshift = ");
    add_local(buf, tz, shift->from_usec, " ", ":");
    buf_add_text(buf, " / ");
    add_local(buf, tz, shift->to_usec, " ", ":");
    buf_printf(buf, "  %s%s", shift->as_backup ? "*, " : "", shift->person->id);
    if (shift->backup || shift->no_backup)
        buf_printf(buf, ", %s", shift->no_backup ? "-" : shift->backup->id);
    buf_add_char(buf, '\n');
}

void shift_file_add_comment(struct buf *buf, const char *text, const char *key)
{
    size_t key_len = strlen(key);
    for (const char *line = text; line[0] == '#'; line++) {
        size_t len = strcspn(line, "\n");
        const char *at = line + 1 + strspn(line + 1, " ");
        if (strncmp(at, key, key_len) == 0 && at[key_len] == ':') {
            at += key_len + 1;
            text_add_clean_line(buf, at, at < line + len ? (size_t)(line + len - at) : 0);
            return;
        }
        line += len;
        if (!*line)
            return;
    }
}

/* As the configuration wants the names of files, so that what it would refuse is not asked for. */
const char *shift_file_bad_name(const char *name)
{
    if (!*name)
        return "is empty";
    if (strlen(name) > NAME_MAX_BYTES)
        return "is longer than 64 bytes";
    if (name[0] == '.' || name[0] == '-')
        return "begins with '.' or '-'";
    for (const char *c = name; *c; c++) {
        unsigned char u = (unsigned char)*c;
        if (u == '/' || u <= 0x20 || u == 0x7f)
            return "holds a character that no such name has";
    }
    return text_utf8_valid(name, strlen(name)) ? NULL : "is no UTF-8";
}
