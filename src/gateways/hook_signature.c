#include "gateways/hook_signature.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/buf.h"

enum { PARAMETERS_MAX = 256, SHA1_BYTES = 20, SHA1_BASE64_LEN = 28 };

const char *hook_signature_header(const struct gateway *gateway)
{
    return gateway->http.signature == SIGNATURE_TWILIO ? "X-Twilio-Signature" : NULL;
}

/* ---- what is signed: the address, and then every parameter of the form, sorted, name and value ---- */

struct parameter {
    struct buf name, value;
};

struct parameters {
    struct parameter list[PARAMETERS_MAX];
    size_t n;
};

static int compare_bytes(const struct buf *a, const struct buf *b)
{
    size_t common = a->len < b->len ? a->len : b->len;
    int order = memcmp(buf_text(a), buf_text(b), common);
    return order ? order : (a->len > b->len) - (a->len < b->len);
}

static int compare_parameters(const void *a, const void *b)
{
    const struct parameter *one = a, *other = b;
    int order = compare_bytes(&one->name, &other->name);
    return order ? order : compare_bytes(&one->value, &other->value);
}

static bool read_parameters(const struct http_request *request, struct parameters *ret)
{
    const char *form = request->body, *end = form + request->body_len;
    while (form < end) {
        if (ret->n == PARAMETERS_MAX)
            return false;
        struct parameter *parameter = &ret->list[ret->n++];
        http_form_next(&form, end, &parameter->name, &parameter->value);
    }
    qsort(ret->list, ret->n, sizeof *ret->list, compare_parameters);
    return true;
}

static void parameters_done(struct parameters *parameters)
{
    for (size_t i = 0; i < parameters->n; i++) {
        buf_done(&parameters->list[i].name);
        buf_done(&parameters->list[i].value);
    }
}

/* Of equal pairs one is signed. */
static void add_parameters(struct buf *buf, const struct parameters *parameters)
{
    for (size_t i = 0; i < parameters->n; i++) {
        const struct parameter *parameter = &parameters->list[i];
        if (i > 0 && compare_parameters(parameter - 1, parameter) == 0)
            continue;
        buf_add(buf, buf_text(&parameter->name), parameter->name.len);
        buf_add(buf, buf_text(&parameter->value), parameter->value.len);
    }
}

/* The form's bytes; false for a body that is no form, or of more fields than any provider sends. */
static bool add_form(struct buf *buf, const struct http_request *request)
{
    if (request->body_len == 0)
        return true;
    if (strcmp(request->content_type, "application/x-www-form-urlencoded") != 0)
        return false;
    struct parameters *parameters = NEW(struct parameters);
    bool good = read_parameters(request, parameters);
    if (good)
        add_parameters(buf, parameters);
    parameters_done(parameters);
    free(parameters);
    return good;
}

/* ---- the address as the provider may have written it ---- */

enum port { PORT_AS_GIVEN, PORT_NONE, PORT_DEFAULT, PORT_WAYS };

/* The provider leaves the port out, or writes the default one in, for reasons of its own. */
static void add_address(struct buf *buf, const char *url, enum port way)
{
    const char *host = strstr(url, "://");
    assert(host);                    /* by the configuration */
    host += 3;
    const char *path = host + strcspn(host, "/");
    const char *bracket = memchr(host, ']', (size_t)(path - host));
    const char *from = bracket ? bracket : host;
    const char *colon = memchr(from, ':', (size_t)(path - from));
    const char *host_end = colon && way == PORT_NONE ? colon : path;
    buf_add(buf, url, (size_t)(host_end - url));
    if (way == PORT_DEFAULT && !colon)
        buf_add_text(buf, strncmp(url, "https:", 6) == 0 ? ":443" : ":80");
    buf_add_text(buf, path);
}

/* ---- checking ---- */

static bool equals(const char *key, const struct buf *signed_bytes, const char *signature)
{
    unsigned char digest[EVP_MAX_MD_SIZE], text[SHA1_BASE64_LEN + 1];
    unsigned digest_len = 0;
    if (!HMAC(EVP_sha1(), key, (int)strlen(key), (const unsigned char *)buf_text(signed_bytes), signed_bytes->len, digest,
              &digest_len))
        return false;
    assert(digest_len == SHA1_BYTES);
    EVP_EncodeBlock(text, digest, SHA1_BYTES);
    return strlen(signature) == SHA1_BASE64_LEN && CRYPTO_memcmp(text, signature, SHA1_BASE64_LEN) == 0;
}

static bool twilio_holds(const struct gateway *gateway, const char *hook, const struct http_request *request,
                         const char *signature)
{
    CLEANUP_BUF struct buf form = { 0 };
    CLEANUP_BUF struct buf whole = { 0 };
    if (!gateway->http.signature_key || !gateway->receipt_base || !add_form(&form, request))
        return false;
    bool holds = false;
    for (enum port way = 0; way < PORT_WAYS; way++) {
        buf_clear(&whole);
        add_address(&whole, gateway->receipt_base, way);
        buf_printf(&whole, "/%s%s%s", hook, request->query[0] ? "?" : "", request->query);
        buf_add(&whole, buf_text(&form), form.len);
        holds |= equals(gateway->http.signature_key, &whole, signature);
    }
    return holds;
}

bool hook_signature_holds(const struct gateway *gateway, const char *hook, const struct http_request *request,
                          const char *signature)
{
    switch (gateway->http.signature) {
    case SIGNATURE_NONE:
        return true;
    case SIGNATURE_TWILIO:
        return signature && twilio_holds(gateway, hook, request, signature);
    }
    return false;
}
