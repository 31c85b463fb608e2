/* One transfer: what HTTP and mail have in common, and what its end means. */
#include <assert.h>

#include "base/civil.h"
#include "base/text.h"
#include "loop/http_client_internal.h"

bool transfer_text_clean(const char *text)
{
    for (; text && *text; text++)
        if ((unsigned char)*text < ' ' || *text == 0x7f)
            return false;
    return true;
}

bool transfer_scheme_is(const char *url, const char *scheme)
{
    size_t len = strlen(scheme);
    return !evutil_ascii_strncasecmp(url, scheme, len) && !strncmp(url + len, "://", 3) && url[len + 3];
}

static size_t take_reply(char *bytes, size_t size, size_t n, void *userdata)
{
    struct transfer *transfer = userdata;
    size_t len = size * n;
    size_t room = MAX_REPLY_BYTES - transfer->reply.len;
    transfer->cut = len > room;
    buf_add(&transfer->reply, bytes, transfer->cut ? room : len);
    return transfer->cut ? CURL_WRITEFUNC_ERROR : len;
}

static bool begins_head(const char *line, size_t len)
{
    return len >= 5 && !evutil_ascii_strncasecmp(line, "HTTP/", 5);
}

/* "HTTP/1.1 200", "HTTP/2 200". Of a first line that it does not understand, curl makes a status of 200, or of 0. */
static bool has_status(const char *line, size_t len)
{
    static const char digits[] = "0123456789";
    CLEANUP_BUF struct buf text = {0};
    buf_add(&text, line, len);
    const char *at = buf_text(&text) + 5;
    size_t major = strspn(at, digits), minor = at[major] == '.' ? 1 + strspn(at + major + 1, digits) : 0;
    at += major + minor;
    bool has_version = !memcmp(line, "HTTP/", 5) && major == 1 && (minor == 0 || minor == 2);
    return has_version && *at == ' ' && strspn(at + strspn(at, " "), digits) == 3;
}

static size_t take_head(char *bytes, size_t size, size_t n, void *userdata)
{
    struct transfer *transfer = userdata;
    transfer->head_len += size * n;
    bool is_first = begins_head(bytes, size * n);
    if (is_first)
        transfer->head_done = false;                    /* the head of an interim reply ended before */
    else if (*bytes == '\r' || *bytes == '\n')
        transfer->head_done = true;
    bool ok = transfer->head_len <= MAX_REPLY_HEAD_BYTES && (!is_first || has_status(bytes, size * n));
    return ok ? size * n : CURL_WRITEFUNC_ERROR;
}

struct transfer *transfer_new(struct http_client *client, transfer_cb *cb, void *userdata)
{
    struct transfer *transfer = NEW(struct transfer);
    transfer->client = client;
    transfer->cb = cb;
    transfer->userdata = userdata;
    /* A new one each time: in a second transfer on a handle, curl before 8.0 reads and frees a header of the first where the head
     * begins with a folded line. What is worth keeping, connections and names, is the multi handle's. */
    CURL *easy = transfer->easy = curl_easy_init();
    assert(easy);
    SET(easy, CURLOPT_PRIVATE, transfer);
    SET(easy, CURLOPT_ERRORBUFFER, transfer->error);
    SET(easy, CURLOPT_WRITEFUNCTION, take_reply);
    SET(easy, CURLOPT_WRITEDATA, transfer);
    SET(easy, CURLOPT_HEADERFUNCTION, take_head);
    SET(easy, CURLOPT_HEADERDATA, transfer);
    SET(easy, CURLOPT_NOSIGNAL, 1L);
    SET(easy, CURLOPT_QUICK_EXIT, 1L);          /* else a dead name server's thread is waited for, and the loop with it */
    SET(easy, CURLOPT_PROXY, "");               /* not the environment's */
    SET(easy, CURLOPT_FOLLOWLOCATION, 0L);
    SET(easy, CURLOPT_TCP_NODELAY, 1L);
    return transfer;
}

void transfer_free(struct transfer *transfer)
{
    curl_easy_cleanup(transfer->easy);
    loop_timer_free(transfer->timer);
    curl_slist_free_all(transfer->lines);
    buf_done(&transfer->reply);
    buf_done(&transfer->message);
    buf_done(&transfer->mail_reason);
    free(transfer->mail_from);
    free(transfer->mail_to);
    free(transfer);
}

void transfer_add_line(struct transfer *transfer, const char *line)
{
    struct curl_slist *lines = curl_slist_append(transfer->lines, line);
    assert(lines);
    transfer->lines = lines;
}

/* The connect timeout is what curl divides among a name's addresses. */
void transfer_set_timeout(struct transfer *transfer, int64_t timeout_usec)
{
    transfer->timeout_usec = timeout_usec;
    SET(transfer->easy, CURLOPT_TIMEOUT_MS, (long)(timeout_usec / USEC_PER_MSEC + 1));
    SET(transfer->easy, CURLOPT_CONNECTTIMEOUT_MS, (long)(timeout_usec / USEC_PER_MSEC + 1));
}

void transfer_set_tls(struct transfer *transfer, const char *ca_file, bool verify)
{
    SET(transfer->easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    SET(transfer->easy, CURLOPT_SSL_VERIFYPEER, verify ? 1L : 0L);
    SET(transfer->easy, CURLOPT_SSL_VERIFYHOST, verify ? 2L : 0L);
    if (ca_file)
        SET(transfer->easy, CURLOPT_CAINFO, ca_file);
    /* curl reads the system's certificates for every connection, 30 ms each, unless they come from a file alone: then it keeps
     * them. So the directory that says the same is left out where there is a file. */
    if (ca_file || curl_version_info(CURLVERSION_NOW)->cainfo)
        SET(transfer->easy, CURLOPT_CAPATH, NULL);
    SET(transfer->easy, CURLOPT_CA_CACHE_TIMEOUT, 3600L);       /* a renewed one counts within the hour */
}

/* --- The result --- */

/* Whether a whole request can have reached the other side is seen from what was written to the socket, and from nothing
 * else: the same code ends a transfer before and after. curl adds up over its own retries, too. A reply whose head breaks off
 * is a success to curl. */
static enum transfer_outcome http_outcome(const struct transfer *transfer)
{
    long request_size = 0;
    curl_easy_getinfo(transfer->easy, CURLINFO_REQUEST_SIZE, &request_size);
    if (transfer->head_done && (transfer->code == CURLE_OK || (transfer->code == CURLE_WRITE_ERROR && transfer->cut)))
        return TRANSFER_DONE;
    return request_size == 0 ? TRANSFER_NOT_SENT : TRANSFER_UNKNOWN;
}

/* Where curl could not even connect and log in. The server's refusal is a whole reply, at whatever step it comes. */
static void conclude_unconnected_mail(struct transfer *transfer, long status)
{
    bool refused = status >= 400 && status < 600;
    transfer->mail_outcome = refused ? TRANSFER_DONE : TRANSFER_NOT_SENT;
    transfer->mail_status = refused ? (int)status : 0;
}

static int64_t retry_after_usec(const struct transfer *transfer)
{
    curl_off_t seconds = 0;
    curl_easy_getinfo(transfer->easy, CURLINFO_RETRY_AFTER, &seconds);
    if (seconds <= 0)
        return 0;
    return seconds < USEC_PER_DAY / USEC_PER_SEC ? seconds * USEC_PER_SEC : USEC_PER_DAY;
}

static void add_reason(struct buf *buf, const struct transfer *transfer, const struct transfer_result *result)
{
    if (transfer->mail_reason.len) {
        text_add_clean_line(buf, transfer->mail_reason.data, transfer->mail_reason.len);
    } else if (result->outcome == TRANSFER_DONE) {
        buf_add_text(buf, transfer->is_mail ? "the mail server answered " : "status ");
        buf_add_u64(buf, (uint64_t)result->status);
    } else if (transfer->code == CURLE_OK) {
        buf_add_text(buf, "the connection ended within the head of the reply");
    } else {
        const char *text = transfer->error[0] ? transfer->error : curl_easy_strerror(transfer->code);
        text_add_clean_line(buf, text, strlen(text));
    }
    buf_cut(buf, text_utf8_cut(buf_text(buf), buf->len, 200));
}

void transfer_tell(struct transfer *transfer)
{
    long status = 0;
    curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
    if (transfer->is_mail && transfer->code != CURLE_OK)
        conclude_unconnected_mail(transfer, status);
    struct transfer_result result = {
        .outcome = transfer->is_mail ? transfer->mail_outcome : http_outcome(transfer),
        .status = transfer->is_mail ? transfer->mail_status : status,
        .body = transfer->is_mail ? "" : buf_text(&transfer->reply),
        .body_len = transfer->is_mail ? 0 : transfer->reply.len,
        .cut = transfer->cut,
        .retry_after_usec = retry_after_usec(transfer),
    };
    CLEANUP_BUF struct buf reason = {0};
    add_reason(&reason, transfer, &result);
    result.reason = buf_text(&reason);
    transfer->cb(transfer->userdata, &result);
}
