/* Gateways that are spoken to over HTTP, as their presets and files say. */
#include <stdio.h>
#include <string.h>

#include "base/civil.h"
#include "base/gsm7.h"
#include "gateways/gateway.h"
#include "gateways/gateway_reply.h"
#include "gateways/gateway_template.h"
#include "gateways/gateway_voice.h"

/* What a message is handed in with, or a call ordered. */
struct order {
    char *method, *url, *content_type, *body;    /* templates but for the content type; url NULL: there is no such thing; body
                                                    NULL: none */
    bool basic;                      /* the credentials go into the Authorization header: no template names them */
    struct reply_rule rule;
    bool may_keep;
    struct reply_rule kept;          /* of what was not accepted, if it may be kept */
};

struct http_way {
    struct order text, call;
    char *headers[CONFIG_MAX_HEADERS];
    size_t n_headers;
    char *username, *password, *from, *ca_file, *receipt_base;
    struct gateway_voice voice;
    int64_t timeout_usec;
};

static void order_done(struct order *order)
{
    char *const strings[] = { order->method, order->url, order->content_type, order->body };
    for (size_t i = 0; i < N_ELEMENTS(strings); i++)
        free(strings[i]);
    reply_rule_done(&order->rule);
    reply_rule_done(&order->kept);
}

static void http_close(void *own)
{
    struct http_way *way = own;
    if (!way)
        return;
    for (size_t i = 0; i < way->n_headers; i++)
        free(way->headers[i]);
    char *const strings[] = { way->username, way->password, way->from, way->ca_file, way->receipt_base };
    for (size_t i = 0; i < N_ELEMENTS(strings); i++)
        free(strings[i]);
    order_done(&way->text);
    order_done(&way->call);
    voice_free_copy(&way->voice);
    free(way);
}

struct named { bool username, password; };

static void look_for_names(const char *template, struct named *named)
{
    named->username = named->username || (template && strstr(template, "{username}"));
    named->password = named->password || (template && strstr(template, "{password}"));
}

/* Where a template says where the credentials go, they go nowhere else. An account's name may well stand in the address, and the
 * password go into the header all the same. */
static bool uses_basic(const struct gateway *config, const struct order *order)
{
    struct named named = { 0 };
    bool own = false;
    look_for_names(order->url, &named);
    look_for_names(order->body, &named);
    for (size_t i = 0; i < config->http.n_headers; i++) {
        look_for_names(config->http.headers[i], &named);
        own = own || strncasecmp(config->http.headers[i], "Authorization:", 14) == 0;
    }
    return config->username && !own && !named.password && (!named.username || config->password);
}

static void copy_strings(struct http_way *way, const struct gateway *config)
{
    const struct gateway_http *http = &config->http;
    for (; way->n_headers < http->n_headers; way->n_headers++)
        way->headers[way->n_headers] = mem_strdup(http->headers[way->n_headers]);
    way->username = gateway_copy(config->username);
    way->password = gateway_copy(config->password);
    way->from = gateway_copy(config->from);
    way->ca_file = gateway_copy(config->ca_file);
    way->receipt_base = gateway_copy(config->receipt_base);
    voice_copy(&way->voice, &config->voice);
}

static void copy_order(struct order *order, const struct gateway *config, const char *method, const char *url,
                       const char *content_type, const char *body)
{
    order->method = mem_strdup(method ? method : "POST");
    order->url = gateway_copy(url);
    order->body = gateway_copy(body);
    order->content_type = gateway_copy(content_type);
    if (!order->content_type && order->body)
        order->content_type = mem_strdup("application/x-www-form-urlencoded");
    order->basic = uses_basic(config, order);
}

static enum err http_open(const struct gateway *config, void **ret, struct buf *ret_reason)
{
    const struct gateway_http *http = &config->http;
    const char *const *key = config->voice.key;
    struct http_way *way = NEW(struct http_way);
    copy_strings(way, config);
    copy_order(&way->text, config, http->method, http->url, http->content_type, http->body);
    copy_order(&way->call, config, key[VOICE_METHOD], key[VOICE_URL], key[VOICE_CONTENT_TYPE], key[VOICE_BODY]);
    way->timeout_usec = config->timeout_usec;
    enum err err = reply_rule_parse(&way->text.rule, http->accept, http->message_id, ret_reason);
    way->text.may_keep = http->accept_later != NULL;
    if (!err && way->text.may_keep)
        err = reply_rule_parse(&way->text.kept, http->accept_later, NULL, ret_reason);
    if (!err)
        err = reply_rule_parse(&way->call.rule, key[VOICE_ACCEPT], key[VOICE_CALL_ID], ret_reason);
    if (!err && !way->text.url && !way->call.url) {
        buf_add_text(ret_reason, "the gateway has no url");
        err = ERR_SYNTAX;
    }
    if (err)
        http_close(TAKE(way));
    *ret = way;
    return err;
}

/* ---- an attempt ---- */

/* 429, or 503 with a time: it can, but not now. */
static int64_t asked_to_wait_usec(const struct transfer_result *result)
{
    if (result->status == 429)
        return result->retry_after_usec > 0 ? result->retry_after_usec : USEC_PER_SEC;
    return result->status == 503 ? result->retry_after_usec : 0;
}

/* A number that nobody has, a text that it does not like. Credentials, an address that is wrong and an account without money are
 * not the page's, nor is a success that is none by its body: that may be another's page, as of a guest network. */
static bool is_about_the_page(long status)
{
    static const long gateways_own[] = { 401, 402, 403, 404, 405, 407, 408 };
    for (size_t i = 0; i < N_ELEMENTS(gateways_own); i++) {
        if (status == gateways_own[i])
            return false;
    }
    return status >= 400 && status < 500;
}

/* What the provider keeps may go out hours later, which is no page, and must not go out once for each time that it was asked. */
static bool is_kept(const struct order *order, const struct transfer_result *result)
{
    CLEANUP_BUF struct buf ignored = { 0 };
    return order->may_keep && reply_rule_accepts(&order->kept, result, &ignored, &ignored);
}

static void refuse(struct gateway_attempt *attempt, const struct order *order, const struct transfer_result *result,
                   const char *reason)
{
    bool kept = is_kept(order, result);
    gateway_end(attempt, &(struct gateway_result){
        .reason = kept ? "it keeps the message, and cannot send it now" : reason,
        .page_refused = is_about_the_page(result->status),
        .kept = kept,
        .retry_after_usec = asked_to_wait_usec(result),
    });
}

static void finish(struct gateway_attempt *attempt, const struct order *order, const struct transfer_result *result)
{
    CLEANUP_BUF struct buf id = { 0 };
    CLEANUP_BUF struct buf reason = { 0 };
    if (result->outcome != TRANSFER_DONE)
        gateway_end_failed(attempt, result->reason);
    else if (reply_rule_accepts(&order->rule, result, &id, &reason))
        gateway_end(attempt, &(struct gateway_result){ .accepted = true, .provider_id = id.len > 0 ? buf_text(&id) : NULL });
    else
        refuse(attempt, order, result, buf_text(&reason));
}

static void text_done(void *userdata, const struct transfer_result *result)
{
    finish(userdata, &((const struct http_way *)gateway_own(userdata))->text, result);
}

static void call_done(void *userdata, const struct transfer_result *result)
{
    finish(userdata, &((const struct http_way *)gateway_own(userdata))->call, result);
}

struct rendered {
    struct buf method, url, body, receipt_url;
    struct buf headers[CONFIG_MAX_HEADERS];
    struct voice_values voice;
};

static void rendered_done(struct rendered *rendered)
{
    struct buf *const bufs[] = { &rendered->method, &rendered->url, &rendered->body, &rendered->receipt_url };
    for (size_t i = 0; i < N_ELEMENTS(bufs); i++)
        buf_done(bufs[i]);
    for (size_t i = 0; i < CONFIG_MAX_HEADERS; i++)
        buf_done(&rendered->headers[i]);
    voice_values_done(&rendered->voice);
}

static enum err render(const struct http_way *way, const struct order *order, const struct gateway_message *message,
                       struct rendered *rendered)
{
    if (way->receipt_base)
        buf_printf(&rendered->receipt_url, "%s/receipt?page=%s", way->receipt_base, message->page);
    struct template_values values = {
        .to = message->view->to,
        .from = way->from,
        .text = buf_text(&message->text->text),
        .subject = buf_text(&message->text->subject),
        .coding = gsm7_measure(buf_text(&message->text->text), message->text->text.len).ucs2 ? "2" : "0",
        .page = message->page,
        .receipt_url = buf_text(&rendered->receipt_url),
        .username = way->username,
        .password = way->password,
    };
    if (order == &way->call) {
        const struct voice_call call = {
            .voice = &way->voice, .base = way->receipt_base, .page = message->page, .from = way->from, .view = message->view,
            .text = values.text, .stage = voice_first_stage(message->view), .asked = 1 };
        voice_fill(&rendered->voice, &call, &values);
    }
    enum err err = template_render(order->url, TEMPLATE_ADDRESS, &values, &rendered->url);
    if (!err)
        err = template_render(order->method, TEMPLATE_HEADER, &values, &rendered->method);
    if (!err && order->body)
        err = template_render(order->body, template_place_of_body(order->content_type), &values, &rendered->body);
    for (size_t i = 0; i < way->n_headers && !err; i++)
        err = template_render(way->headers[i], TEMPLATE_HEADER, &values, &rendered->headers[i]);
    return err;
}

static enum err begin(const struct http_way *way, const struct order *order, struct http_client *client,
                      const struct rendered *rendered, struct gateway_attempt *attempt)
{
    const char *headers[CONFIG_MAX_HEADERS];
    for (size_t i = 0; i < way->n_headers; i++)
        headers[i] = buf_text(&rendered->headers[i]);
    const struct transfer_http http = {
        .method = buf_text(&rendered->method),
        .url = buf_text(&rendered->url),
        .username = order->basic ? way->username : NULL,
        .password = order->basic ? way->password : NULL,
        .headers = headers,
        .n_headers = way->n_headers,
        .content_type = order->body ? order->content_type : NULL,
        .body = order->body ? buf_text(&rendered->body) : NULL,
        .body_len = rendered->body.len,
        .ca_file = way->ca_file,
        .timeout_usec = way->timeout_usec,
    };
    return http_client_start(client, &http, order == &way->call ? call_done : text_done, attempt, &attempt->transfer);
}

/* NULL: it can take this message. */
static const char *why_not(const struct http_way *way, const struct order *order, const struct message_view *view)
{
    if (!order->url)
        return order == &way->call ? "this gateway cannot ring" : "the gateway has no url";
    if (order != &way->call)
        return NULL;
    return way->receipt_base ? voice_unfit(&way->voice, view) : "a call needs a hook-secret and a public-url";
}

static void http_start(void *own, struct http_client *client, const struct gateway_message *message,
                       struct gateway_attempt *attempt)
{
    const struct http_way *way = own;
    const struct order *order = message->view->channel == CHANNEL_VOICE ? &way->call : &way->text;
    const char *unfit = why_not(way, order, message->view);
    if (unfit) {
        gateway_end(attempt, &(struct gateway_result){ .reason = unfit, .page_refused = true });
        return;
    }
    struct rendered rendered = { 0 };
    enum err err = render(way, order, message, &rendered);
    if (!err)
        err = begin(way, order, client, &rendered, attempt);
    rendered_done(&rendered);
    if (err)
        gateway_end_failed(attempt, "the request would hold control characters, or an address that is no HTTP address");
}

const struct gateway_kind gateway_http_kind = { .open = http_open, .close = http_close, .start = http_start };
