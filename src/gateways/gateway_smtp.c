/* Mail, one recipient a transfer: with several, one that is refused would take the others down with it. */
#include <string.h>

#include "gateways/gateway.h"

struct smtp_way {
    char *url, *username, *password, *from, *ca_file;
    const char *domain;              /* of from, for ids; points into it */
    enum transfer_starttls starttls;
    int64_t timeout_usec;
};

static void smtp_close(void *own)
{
    struct smtp_way *way = own;
    if (!way)
        return;
    free(way->url);
    free(way->username);
    free(way->password);
    free(way->from);
    free(way->ca_file);
    free(way);
}

static enum err smtp_open(const struct gateway *config, void **ret, struct buf *ret_reason)
{
    if (!config->smtp_url || !config->from || !strchr(config->from, '@')) {
        buf_add_text(ret_reason, "the gateway needs 'url' and an e-mail address as 'from'");
        return ERR_SYNTAX;
    }
    struct smtp_way *way = NEW(struct smtp_way);
    way->url = gateway_copy(config->smtp_url);
    way->username = gateway_copy(config->username);
    way->password = gateway_copy(config->password);
    way->from = gateway_copy(config->from);
    way->ca_file = gateway_copy(config->ca_file);
    way->domain = strrchr(way->from, '@') + 1;
    way->starttls = (enum transfer_starttls)config->starttls;
    way->timeout_usec = config->timeout_usec;
    *ret = way;
    return ERR_OK;
}

/* A mailbox that is not there, full or busy, or a mail that is not liked (RFC 5321, 4.2.3); the rest is the server's own
 * trouble. */
static bool is_about_the_page(long status)
{
    return (status >= 450 && status <= 452) || (status >= 550 && status <= 554);
}

static void smtp_done(void *userdata, const struct transfer_result *result)
{
    struct gateway_attempt *attempt = userdata;
    if (result->outcome == TRANSFER_DONE && result->status >= 200 && result->status < 300)
        gateway_end(attempt, &(struct gateway_result){ .accepted = true });
    else
        gateway_end(attempt, &(struct gateway_result){
            .reason = result->reason && *result->reason ? result->reason : "the mail server refused it",
            .page_refused = result->outcome == TRANSFER_DONE && is_about_the_page(result->status),
        });
}

/* ---- headers ---- */

enum { MAX_HEADERS = 8 };

struct headers {
    struct buf line[MAX_HEADERS];
    size_t n;
};

static struct buf *add_header(struct headers *headers, const char *text)
{
    struct buf *line = &headers->line[headers->n++];
    buf_add_text(line, text);
    return line;
}

/* The same page has the same Message-ID however often it is sent, so that a reader sees a duplicate once; mails about one
 * incident refer to one id that nothing has, which is how they come to stand together. */
static void add_headers(const struct smtp_way *way, const struct gateway_message *message, struct headers *headers)
{
    buf_printf(add_header(headers, "Message-ID: "), "<%s@%s>", message->page, way->domain);
    if (message->view->incident != 0) {
        struct buf *references = add_header(headers, "References: <");
        incident_add_id(references, message->view->incident);
        buf_printf(references, "@%s>", way->domain);
    }
    add_header(headers, "Auto-Submitted: auto-generated");
    add_header(headers, "X-Auto-Response-Suppress: DR, RN, NRN, OOF, AutoReply");      /* what bounces may come back */
    if (message_is_urgent(message->view)) {
        add_header(headers, "X-Priority: 1 (Highest)");
        add_header(headers, "Importance: high");
    }
}

static enum err begin(const struct smtp_way *way, struct http_client *client, const struct gateway_message *message,
                      const struct headers *headers, struct gateway_attempt *attempt)
{
    const char *lines[MAX_HEADERS];
    for (size_t i = 0; i < headers->n; i++)
        lines[i] = buf_text(&headers->line[i]);
    const struct transfer_mail mail = {
        .url = way->url,
        .username = way->username,
        .password = way->password,
        .starttls = way->starttls,
        .ca_file = way->ca_file,
        .from = way->from,
        .from_name = message->view->organisation && *message->view->organisation ? message->view->organisation : NULL,
        .to = message->view->to,
        .subject = buf_text(&message->text->subject),
        .headers = lines,
        .n_headers = headers->n,
        .text = buf_text(&message->text->text),
        .html = message->text->html.len > 0 ? buf_text(&message->text->html) : NULL,
        .date_sec = message->wall_usec / USEC_PER_SEC,
        .timeout_usec = way->timeout_usec,
    };
    return http_client_start_mail(client, &mail, smtp_done, attempt, &attempt->transfer);
}

static void smtp_start(void *own, struct http_client *client, const struct gateway_message *message,
                       struct gateway_attempt *attempt)
{
    struct headers headers = { 0 };
    add_headers(own, message, &headers);
    enum err err = begin(own, client, message, &headers, attempt);
    for (size_t i = 0; i < headers.n; i++)
        buf_done(&headers.line[i]);
    if (err)
        gateway_end_failed(attempt, "an address or a header of the mail holds characters that mail does not allow");
}

const struct gateway_kind gateway_smtp_kind = { .open = smtp_open, .close = smtp_close, .start = smtp_start };
