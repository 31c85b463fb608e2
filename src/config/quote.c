/* The lines that problems speak of, for those who look at a terminal. */
#include "base/buf.h"
#include "base/text.h"
#include "config/load.h"
#include "config/slurp.h"

enum { MAX_QUOTE = 160 };

/* Gateways' and sources' files hold passwords and tokens, which are not shown. */
static bool may_quote(const char *file)
{
    return strncmp(file, "rosters/", 8) == 0 || strcmp(file, "groups.ini") == 0 || strcmp(file, "people.ini") == 0;
}

struct cursor {                  /* where one file has been read to: problems come in the order of their lines */
    const char *file;
    struct buf bytes;
    size_t at;
    int line;                    /* that begins there, from 1 */
};

static void open_file(struct cursor *cursor, const char *directory, const char *file)
{
    CLEANUP_BUF struct buf path = { 0 };
    buf_printf(&path, "%s/%s", directory, file);
    buf_clear(&cursor->bytes);
    cursor->file = file;
    cursor->at = 0;
    cursor->line = 1;
    if (slurp_file(buf_text(&path), SLURP_MAX_BYTES, &cursor->bytes, NULL) != ERR_OK)
        buf_clear(&cursor->bytes);
}

static size_t line_len(const struct cursor *cursor)
{
    const char *text = buf_text(&cursor->bytes) + cursor->at;
    const char *feed = memchr(text, '\n', cursor->bytes.len - cursor->at);
    return feed ? (size_t)(feed - text) : cursor->bytes.len - cursor->at;
}

static void add_line(struct cursor *cursor, int line, struct buf *ret)
{
    while (cursor->line < line && cursor->at < cursor->bytes.len) {
        cursor->at += line_len(cursor);
        cursor->at += cursor->at < cursor->bytes.len;
        cursor->line++;
    }
    if (cursor->line == line && cursor->at < cursor->bytes.len)
        text_add_clean_line(ret, buf_text(&cursor->bytes) + cursor->at, line_len(cursor));
    buf_cut(ret, text_utf8_cut(buf_text(ret), ret->len, MAX_QUOTE));
}

void problems_quote(struct problems *problems, const char *directory)
{
    struct cursor cursor = { 0 };
    for (size_t i = 0; i < problems_count(problems); i++) {
        const struct problem *problem = problems_get(problems, i);
        CLEANUP_BUF struct buf line = { 0 };
        if (problem->line <= 0 || !may_quote(problem->file))
            continue;
        if (!cursor.file || strcmp(cursor.file, problem->file) != 0)
            open_file(&cursor, directory, problem->file);
        add_line(&cursor, problem->line, &line);
        bool header = line.len > 0 && line.data[0] == '[';      /* says nothing that the message does not */
        if (line.len > 0 && !header)
            problems_set_line_text(problems, i, buf_text(&line));
    }
    buf_done(&cursor.bytes);
}
