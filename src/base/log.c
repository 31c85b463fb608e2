#include "base/log.h"

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/text.h"

static struct {
    pthread_mutex_t lock;
    log_sink *sink;
    void *userdata;
} output = {.lock = PTHREAD_MUTEX_INITIALIZER};
static atomic_int max_priority = LOG_PRIO_NOTICE;

void log_set_sink(log_sink *sink, void *userdata)
{
    pthread_mutex_lock(&output.lock);
    output.sink = sink;
    output.userdata = userdata;
    pthread_mutex_unlock(&output.lock);
}

void log_set_max(enum log_priority priority)
{
    atomic_store(&max_priority, (int)priority);
}

/* One write for the whole line, so that the lines of several processes do not mix. Nobody can be told if it fails. */
static void write_stderr(enum log_priority priority, const char *message)
{
    CLEANUP_BUF struct buf line = {0};
    if (!isatty(STDERR_FILENO)) {
        buf_add_char(&line, '<');
        buf_add_u64(&line, priority);
        buf_add_char(&line, '>');
    }
    buf_add_text(&line, message);
    buf_add_char(&line, '\n');
    const char *at = line.data;
    for (size_t left = line.len; left > 0;) {
        ssize_t written = write(STDERR_FILENO, at, left);
        if (written < 0 && errno != EINTR)
            return;
        if (written > 0) {
            at += written;
            left -= (size_t)written;
        }
    }
}

/* A message may quote what somebody sent us; it stays one line. */
static PRINTF(2, 0) void add_message(struct buf *message, const char *format, va_list args)
{
    CLEANUP_BUF struct buf raw = {0};
    buf_vprintf(&raw, format, args);
    text_add_clean_line(message, buf_text(&raw), raw.len);
}

void log_print(enum log_priority priority, const char *format, ...)
{
    if ((int)priority > atomic_load(&max_priority))
        return;
    int saved_errno = errno;
    CLEANUP_BUF struct buf message = {0};
    va_list args;
    va_start(args, format);
    add_message(&message, format, args);
    va_end(args);
    pthread_mutex_lock(&output.lock);
    if (output.sink)
        output.sink(output.userdata, priority, buf_text(&message));
    else
        write_stderr(priority, buf_text(&message));
    pthread_mutex_unlock(&output.lock);
    errno = saved_errno;
}
