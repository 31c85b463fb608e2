/* libcurl's multi interface on the loop. In curl's callbacks nothing of curl is called but curl_multi_assign(): they only make
 * and free events, and set a timer. What has finished is collected after each action, and told of after that, so that a
 * callback may start and cancel transfers as it likes. */
#include "loop/http_client.h"

#include <assert.h>

#include "base/civil.h"
#include "loop/http_client_internal.h"

enum { GRACE_USEC = 50000 };        /* curl knows better what it was that took so long, so it goes first */

static void collect_done(struct http_client *client)
{
    CURLMsg *message;
    int left;
    while ((message = curl_multi_info_read(client->multi, &left))) {
        if (message->msg != CURLMSG_DONE)
            continue;
        struct transfer *transfer;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&transfer);
        transfer->code = message->data.result;          /* the message dies with the removal */
        if (transfer->is_mail && transfer->code == CURLE_OK)
            mail_dialogue_begin(transfer);              /* connected: curl keeps the connection as long as its handle stays */
        else
            transfer_remove(transfer);
    }
}

void transfer_remove(struct transfer *transfer)
{
    struct http_client *client = transfer->client;
    mail_dialogue_free(TAKE(transfer->dialogue));
    loop_timer_clear(transfer->timer);
    curl_multi_remove_handle(client->multi, transfer->easy);
    transfer->is_done = true;
    TAILQ_REMOVE(&client->running, transfer, link);
    TAILQ_INSERT_TAIL(&client->done, transfer, link);
}

void http_client_tell(struct http_client *client)
{
    struct transfer *transfer;
    while ((transfer = TAILQ_FIRST(&client->done))) {
        TAILQ_REMOVE(&client->done, transfer, link);
        transfer_tell(transfer);
        transfer_free(transfer);
    }
}

static void act(struct http_client *client, curl_socket_t fd, int what)
{
    int running;
    CURLMcode code = curl_multi_socket_action(client->multi, fd, what, &running);
    assert(code == CURLM_OK);
    collect_done(client);
    http_client_tell(client);
}

static void socket_ready(evutil_socket_t fd, short what, void *userdata)
{
    act(userdata, fd, (what & EV_READ ? CURL_CSELECT_IN : 0) | (what & EV_WRITE ? CURL_CSELECT_OUT : 0));
}

static void time_is_up(void *userdata)
{
    act(userdata, CURL_SOCKET_TIMEOUT, 0);
}

static int watch_socket(CURL *easy, curl_socket_t fd, int what, void *userdata, void *event)
{
    (void)easy;
    struct http_client *client = userdata;
    if (event)
        event_free(event);
    short wanted = (short)((what & CURL_POLL_IN ? EV_READ : 0) | (what & CURL_POLL_OUT ? EV_WRITE : 0));
    if (what == CURL_POLL_REMOVE)
        wanted = 0;
    curl_multi_assign(client->multi, fd, wanted ? loop_event_new(client->loop, fd, wanted, socket_ready, client) : NULL);
    return 0;
}

static int set_timer(CURLM *multi, long timeout_msec, void *userdata)
{
    (void)multi;
    struct http_client *client = userdata;
    if (timeout_msec < 0)
        loop_timer_clear(client->timer);
    else
        loop_timer_set(client->timer, timeout_msec ? loop_boot_usec() + timeout_msec * USEC_PER_MSEC : 0);
    return 0;
}

/* curl makes some thirty allocations a transfer; glibc's calloc() goes past the cache of small pieces. */
static void *allocate(size_t n, size_t size)
{
    size_t total;
    return __builtin_mul_overflow(n, size, &total) ? NULL : mem_alloc(total);
}

enum err http_client_new(struct loop *loop, struct http_client **ret)
{
    if (curl_global_init_mem(CURL_GLOBAL_DEFAULT, malloc, free, realloc, strdup, allocate) != CURLE_OK)
        return ERR_IO;
    struct http_client *client = NEW(struct http_client);
    client->loop = loop;
    client->timer = loop_timer_new(loop, time_is_up, client);
    TAILQ_INIT(&client->running);
    TAILQ_INIT(&client->done);
    client->multi = curl_multi_init();
    assert(client->multi);
    curl_multi_setopt(client->multi, CURLMOPT_SOCKETFUNCTION, watch_socket);
    curl_multi_setopt(client->multi, CURLMOPT_SOCKETDATA, client);
    curl_multi_setopt(client->multi, CURLMOPT_TIMERFUNCTION, set_timer);
    curl_multi_setopt(client->multi, CURLMOPT_TIMERDATA, client);
    curl_multi_setopt(client->multi, CURLMOPT_MAXCONNECTS, (long)MAX_IDLE_CONNECTIONS);
    *ret = client;
    return ERR_OK;
}

void http_client_free(struct http_client *client)
{
    if (!client)
        return;
    struct transfer *transfer;
    while ((transfer = TAILQ_FIRST(&client->running)) || (transfer = TAILQ_FIRST(&client->done)))
        transfer_cancel(transfer);
    curl_multi_cleanup(client->multi);
    loop_timer_free(client->timer);
    free(client);
    curl_global_cleanup();
}

/* curl's own timeout is computed in two places that do not quite agree: its timer can go off a moment before it thinks the
 * time is up, and is not set again then. */
static void ran_out_of_time(void *userdata)
{
    struct transfer *transfer = userdata;
    struct http_client *client = transfer->client;
    if (transfer->dialogue) {
        mail_dialogue_time_out(transfer);
    } else {
        transfer->code = CURLE_OPERATION_TIMEDOUT;
        transfer_remove(transfer);
    }
    http_client_tell(client);
}

static void start(struct transfer *transfer, struct transfer **ret)
{
    struct http_client *client = transfer->client;
    transfer->timer = loop_timer_new(client->loop, ran_out_of_time, transfer);
    transfer->due_usec = loop_boot_usec() + transfer->timeout_usec;
    loop_timer_set(transfer->timer, transfer->due_usec + GRACE_USEC);
    TAILQ_INSERT_TAIL(&client->running, transfer, link);
    CURLMcode code = curl_multi_add_handle(client->multi, transfer->easy);
    assert(code == CURLM_OK);
    if (ret)
        *ret = transfer;
}

enum err http_client_start(struct http_client *client, const struct transfer_http *http, transfer_cb *cb, void *userdata,
                           struct transfer **ret)
{
    struct transfer *transfer = transfer_new(client, cb, userdata);
    enum err err = transfer_set_http(transfer, http);
    if (err)
        transfer_free(transfer);
    else
        start(transfer, ret);
    return err;
}

enum err http_client_start_mail(struct http_client *client, const struct transfer_mail *mail, transfer_cb *cb, void *userdata,
                                struct transfer **ret)
{
    struct transfer *transfer = transfer_new(client, cb, userdata);
    enum err err = transfer_set_mail(transfer, mail);
    if (err)
        transfer_free(transfer);
    else
        start(transfer, ret);
    return err;
}

void transfer_cancel(struct transfer *transfer)
{
    if (!transfer)
        return;
    if (!transfer->is_done)
        transfer_remove(transfer);
    TAILQ_REMOVE(&transfer->client->done, transfer, link);
    transfer_free(transfer);
}
