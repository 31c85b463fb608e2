/* HTTP gateways: what a provider answers, and what of ours goes into a template.
 *
 *  - A reply that is accepted has a status that the rule accepts, and an id if one is asked for; one that is not has a reason that is clean.
 *  - A value in a template reads back as it was, and changes nothing around it: in a form, in JSON, in XML, in a header.
 *  - Whatever a provider says over HTTP, one request is made and the transfer ends once; a status is one that was said, and Retry-After is
 *    at most a day.
 *
 * First byte: the rule. Two bytes: the status. The rest: the body, and the value. Where the first byte is 'a' or more: what a provider
 * says over HTTP. */
#include <config.h>      /* _GNU_SOURCE, for memmem() */

#include <jansson.h>

#include "base/text.h"
#include "fuzz.h"
#include "gateways/gateway_reply.h"
#include "gateways/gateway_template.h"
#include "gateways/json_path.h"
#include "loop/http.h"
#include "wire.h"

enum { ID_MAX = 128 };

/* ---- replies ---- */

static const struct { const char *accept, *message_id; } rules[] = {
    {"200-299", "json:id"}, {"201", "json:sid"}, {"202 /^0:/", NULL}, {"200-299", NULL}, {"200, 202", "json:messages.0.id"},
    {"/^OK/", "/id=([0-9a-f]+)/"}, {"200-499", "/[a-z]{1,3}(x|y)*/"}, {"200", "a.b.0.1.c"},
};

static void judge(size_t which, long status, const struct buf *body)
{
    struct reply_rule rule = {0};
    CLEANUP_BUF struct buf reason = {0}, id = {0};
    struct transfer_result result = {.outcome = TRANSFER_DONE, .status = status, .body = buf_text(body), .body_len = body->len, .reason = ""};
    HOLDS(reply_rule_parse(&rule, rules[which].accept, rules[which].message_id, &reason) == ERR_OK);
    bool accepted = reply_rule_accepts(&rule, &result, &id, &reason);
    HOLDS(!accepted || ((status < 300 || status >= 400) && status >= 200 && status < 500));
    HOLDS(!accepted || !rules[which].message_id || id.len > 0);
    HOLDS(id.len <= ID_MAX && fuzz_is_clean(buf_text(&id), id.len, false));
    HOLDS(accepted || (reason.len > 0 && fuzz_is_clean(buf_text(&reason), reason.len, false)));
    reply_rule_done(&rule);
}

static void read_rule(const char *text)
{
    struct reply_rule rule = {0};
    CLEANUP_BUF struct buf reason = {0};
    if (strchr(text, '/'))       /* patterns are the administrator's own */
        return;
    enum err err = reply_rule_parse(&rule, text, text, &reason);
    HOLDS(err == ERR_OK || (err == ERR_SYNTAX && reason.len > 0));
    HOLDS(err != ERR_OK || (rule.n_ranges > 0 && rule.n_ranges <= REPLY_MAX_RANGES));
    reply_rule_done(&rule);
}

/* ---- templates ---- */

static void in_form(const char *value, const struct template_values *values)
{
    CLEANUP_BUF struct buf form = {0}, back = {0};
    HOLDS(template_render("to={to}&text={text}&end=1", TEMPLATE_FORM, values, &form) == ERR_OK);
    HOLDS(http_form_value(buf_text(&form), form.len, "text", &back) && strcmp(buf_text(&back), value) == 0, "%s", buf_text(&form));
    HOLDS(http_form_value(buf_text(&form), form.len, "end", &back) && strcmp(buf_text(&back), "1") == 0);
}

static void in_json(const char *value, const struct template_values *values)
{
    CLEANUP_BUF struct buf json = {0};
    HOLDS(template_render("{\"to\": \"{to}\", \"text\": \"{text}\"}", TEMPLATE_JSON, values, &json) == ERR_OK);
    json_t *root = json_loadb(buf_text(&json), json.len, JSON_REJECT_DUPLICATES, NULL);
    const char *text = json_string_value(json_object_get(root, "text"));
    HOLDS(json_object_size(root) == 2 && text && strcmp(text, value) == 0, "%s", buf_text(&json));
    json_decref(root);
}

static void in_xml(const struct template_values *values)
{
    CLEANUP_BUF struct buf xml = {0};
    HOLDS(template_render("<a b=\"{text}\">{text}</a>", TEMPLATE_XML, values, &xml) == ERR_OK);
    size_t open = 0, quotes = 0;
    for (size_t i = 0; i < xml.len; i++) {
        open += xml.data[i] == '<';
        quotes += xml.data[i] == '"';
    }
    HOLDS(open == 2 && quotes == 2, "%s", buf_text(&xml));
}

static void in_header(const struct template_values *values)
{
    CLEANUP_BUF struct buf header = {0};
    if (template_render("X-Text: {text}", TEMPLATE_HEADER, values, &header) == ERR_OK)
        for (size_t i = 0; i < header.len; i++)
            HOLDS((unsigned char)header.data[i] >= 0x20 && header.data[i] != 0x7f);
}

static void in_any(const char *template, const struct template_values *values)
{
    for (int place = TEMPLATE_ADDRESS; place <= TEMPLATE_HEADER; place++) {
        CLEANUP_BUF struct buf text = {0};
        enum err err = template_render(template, (enum template_place)place, values, &text);
        HOLDS(err == ERR_OK || (err == ERR_SYNTAX && place == TEMPLATE_HEADER));
    }
    (void)template_place_of_body(template);
}

/* ---- what is said over HTTP ---- */

static int count(const struct buf *text, const char *word)
{
    int n = 0;
    for (const char *at = buf_text(text); (at = strstr(at, word)); at++)
        n++;
    return n;
}

static void talk(const struct fuzz_input *input)
{
    static const char *const headers[] = {"X-Test: 1"};
    const struct transfer_http http = {
        .method = "POST", .url = "http://192.0.2.1/send", .headers = headers, .n_headers = 1, .content_type = "application/json",
        .body = "{}", .body_len = 2, .timeout_usec = INT64_C(60000000),
    };
    const struct wire *wire = wire_http(&http, input->at, fuzz_left(input));
    CLEANUP_BUF struct buf status = {0};
    buf_printf(&status, "%03ld", wire->status);
    HOLDS(count(&wire->heard, "HTTP/1.1\r\n") == 1 && count(&wire->heard, "\r\n\r\n{}") == 1, "%s", buf_text(&wire->heard));
    HOLDS(wire->outcome != TRANSFER_NOT_SENT, "it was");
    bool was_said = wire->status > 0 && memmem(buf_text(&wire->said), wire->said.len, status.data, status.len);
    HOLDS(wire->outcome != TRANSFER_DONE || was_said, "%ld that was never said", wire->status);
    HOLDS(wire->body.len <= wire->said.len && wire->body.len <= 65536);
    HOLDS(wire->retry_after_usec == 0 || memmem(buf_text(&wire->said), wire->said.len, ":", 1));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct fuzz_input input = {bytes, bytes + len};
    CLEANUP_BUF struct buf body = {0}, clean = {0};
    uint8_t first = fuzz_u8(&input);
    if (first >= 'a') {
        talk(&input);
        return 0;
    }
    size_t which = first % N_ELEMENTS(rules);
    long status = (long)fuzz_number(&input, 2) % 700;
    buf_add(&body, input.at, fuzz_left(&input));
    judge(which, status, &body);
    read_rule(buf_text(&body));
    text_add_clean_block(&clean, buf_text(&body), body.len);
    struct template_values values = {.to = "+46701740605", .text = buf_text(&clean)};
    in_form(buf_text(&clean), &values);
    in_json(buf_text(&clean), &values);
    in_xml(&values);
    in_header(&values);
    in_any(buf_text(&body), &values);
    return 0;
}
