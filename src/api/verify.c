/* GET /v1/verify: is the log whole? One verification at a time; who asks meanwhile gets the same answer. */
#include "api/api_private.h"

#include "base/text.h"

static void send_all(struct api *api, int status, const struct store_verdict *verdict)
{
    while (api->n_verifying > 0) {
        struct http_exchange *exchange = api->verifying[--api->n_verifying];
        struct rendered rendered = { 0 };
        if (status == 200) {
            CLEANUP_BUF struct buf head = { 0 };
            text_add_hex(&head, verdict->link, sizeof verdict->link);
            struct json_writer writer = rendered_begin(&rendered, 200);
            jw_bool(&writer, "whole", verdict->whole);
            jw_u64(&writer, "records", verdict->records);
            jw_u64(&writer, "redacted", verdict->redacted);
            jw_u64(&writer, "first_bad_seq", verdict->first_bad_seq);
            jw_text(&writer, "head", buf_text(&head));
            rendered_end(&writer);
        } else {
            rendered_error(&rendered, status, NULL, "the store does not answer: the log cannot be verified now");
        }
        rendered_send(&rendered, exchange);
    }
}

static void on_verified(void *userdata, enum err err, const struct store_verdict *verdict)
{
    send_all(userdata, err == ERR_OK ? 200 : 503, verdict);
}

void verify_show(struct call *call)
{
    struct api *api = call->api;
    if (!api->store || api->n_verifying == VERIFYING_MAX) {
        call_error(call, 503, NULL, "the log cannot be verified now");
        return;
    }
    api->verifying[api->n_verifying++] = call->exchange;
    if (api->n_verifying == 1)
        store_verify(api->store, on_verified, api);
}

void verify_end(struct api *api)
{
    send_all(api, 503, NULL);
}
