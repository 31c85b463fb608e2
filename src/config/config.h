/* The configuration: INI files below one directory, read whole into an immutable value, or not at all. Every problem is
 * found in one go and handed to the caller as a list; errors mean that there is no configuration. What it says is
 * described in the README and in conf/. */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/mem.h"
#include "engine/plan.h"

enum problem_level { PROBLEM_NOTE, PROBLEM_WARNING, PROBLEM_ERROR };

struct problem {
    enum problem_level level;
    const char *file;        /* relative to the configuration directory */
    int line;                /* 0: the file as a whole */
    const char *message;     /* what is wrong and what to do; names the nearest known word where one is near */
    const char *line_text;   /* that line as it stands there, cleaned and cut; NULL: none, or one that may hold a secret */
};

struct problems;             /* ordered by file and line once config_load() returned */
struct problems *problems_new(void);
void problems_free(struct problems *problems);               /* accepts NULL */
DEFINE_CLEANUP(struct problems *, problems_free)
size_t problems_count(const struct problems *problems);
size_t problems_errors(const struct problems *problems);
const struct problem *problems_get(const struct problems *problems, size_t index);
/* "FILE:LINE: warning: MESSAGE", and the line it speaks of below it, if it is known: "    14 | 2026-W52 = bo.ek". Neither ends
 * with a line feed. */
struct buf;
void problem_add_text(struct buf *buf, const struct problem *problem);
bool problem_add_quote(struct buf *buf, const struct problem *problem);      /* false: there is none */
const char *problem_level_name(enum problem_level level);                    /* "warning", ... */
void problems_add(struct problems *problems, enum problem_level level, const char *file, int line,
                  const char *format, ...) PRINTF(5, 6);

enum gateway_type { GATEWAY_HTTP, GATEWAY_SMTP, GATEWAY_OUTBOX, GATEWAY_SPOOL };

enum signature { SIGNATURE_NONE, SIGNATURE_TWILIO };          /* how a provider signs its calls */

enum { CONFIG_MAX_HEADERS = 16, CONFIG_MAX_GATEWAYS = 32, CONFIG_MAX_LISTEN = 16, CONFIG_MAX_RATE = 10000 };

/* How a reply or receipt is read from what a provider sends. "field:NAME" of a form or query, or "json:path.to.it"; parsed by
 * gateways/. `url`, `body` and `headers` are templates: {to} {from} {text} {subject} {page} {receipt-url} {username} {password},
 * each encoded for where it stands (percent-encoded in the URL and in a form, escaped in JSON). Any other brace is the template's
 * own. */
struct gateway_http {        /* every string NULL where not given; secrets are resolved */
    const char *method;      /* "POST" by default */
    const char *url;
    const char *headers[CONFIG_MAX_HEADERS];
    size_t n_headers;
    const char *content_type;
    const char *body;        /* template */
    const char *accept;      /* "200-299" by default; codes and ranges, or /pattern/ in the reply, or both */
    const char *accept_later;    /* the same of a reply that refuses, but keeps the message and will send it on some day; NULL:
                                    none does */
    const char *message_id;      /* "json:path.to.it" or "/pattern/" of the reply to a sending */
    const char *reply_from, *reply_text;
    const char *reply_id;        /* what the provider calls a text, the same when it hands it over again */
    const char *receipt_id, *receipt_status;
    const char *receipt_delivered, *receipt_failed;   /* the values of receipt_status that mean it, with commas between */
    enum signature signature;
    const char *signature_key;   /* the password, if no other is given; NULL: none, and no signature holds */
    const char *balance_url;     /* template of {username} and {password}; fetched by GET with the same credentials. NULL: none
                                    is known */
    const char *balance;         /* "json:path.to.it" of what comes */
    const char *balance_unit;    /* "json:path.to.it", or the unit itself; NULL: none */
    unsigned balance_divisor;    /* that many make one of the unit */
    const char *hook_response;   /* the body of the answer to a provider's call, XML where it begins with "<"; NULL: empty */
};

/* How a gateway rings, what it answers its provider while the call lasts, and how it reads what the provider then tells.
 * VOICE_URL and VOICE_BODY are templates as above; VOICE_ASK and VOICE_SAY are what a call is answered with, for a question and
 * for a last word. Their placeholders: {text}, or {prompt}, its recording; {language}; and the addresses at which the provider
 * asks on: {ask-url} once somebody has picked up, {answer-url} with the digit, {end-url} when the call is over. The rest are
 * rules and lists of values. */
enum voice_key {
    VOICE_URL, VOICE_METHOD, VOICE_BODY, VOICE_CONTENT_TYPE, VOICE_ACCEPT, VOICE_CALL_ID,
    VOICE_REPLY_TYPE, VOICE_ASK, VOICE_SAY,
    VOICE_DIGIT, VOICE_STATUS, VOICE_COMPLETED, VOICE_BUSY, VOICE_NO_ANSWER, VOICE_FAILED, VOICE_ANSWERED_BY, VOICE_MACHINE,
    VOICE_KEYS
};

/* Recordings, for a provider that cannot read aloud. */
enum voice_prompt {
    PROMPT_ALARM, PROMPT_SHARP, PROMPT_DRILL, PROMPT_YES, PROMPT_NO, PROMPT_TAKEN, PROMPT_OVER, PROMPT_TEST,
    PROMPT_DRILL_YES, PROMPT_DRILL_NO, PROMPT_DRILL_TAKEN, PROMPT_DRILL_OVER,      /* as those without DRILL, and in that order */
    VOICE_PROMPTS
};

struct gateway_voice {
    const char *key[VOICE_KEYS];     /* NULL: not given; without VOICE_URL it cannot ring */
    const char *prompt[LANGUAGE_EN + 1][VOICE_PROMPTS];      /* addresses; NULL: not given */
    int64_t ring_usec;               /* how long it rings; 30 s */
};

struct gateway {
    const char *name;
    enum gateway_type type;
    const char *preset;              /* NULL: none */
    unsigned channels;               /* 1u << channel: those of [channels] that list it */
    unsigned window;                 /* pages in flight; 128; GATEWAY_SPOOL: 4 */
    unsigned rate;                   /* messages in rate_usec, at most CONFIG_MAX_RATE; 0: as many as there are */
    int64_t rate_usec;
    int64_t timeout_usec;            /* 10 s; GATEWAY_SPOOL: 20 s */
    int64_t receipt_timeout_usec;    /* 0: no receipt is waited for */
    const char *username, *password; /* NULL: none */
    const char *from;                /* number or sender text; e-mail address; NULL: none */
    bool from_is_number;             /* the sender is no text (or none is given): replies by SMS can come back */
    const char *ca_file;             /* NULL: the system's */
    const char *hook_secret;         /* NULL: no hooks */
    const char *receipt_base;        /* public-url + /hooks/NAME/SECRET, or NULL: no receipts can come */
    struct gateway_http http;        /* GATEWAY_HTTP: the preset's values under the file's own. GATEWAY_OUTBOX: reply_* and
                                        receipt_* alone, fields `from` and `text`, `status` = delivered | failed unless said
                                        otherwise */
    struct gateway_voice voice;      /* GATEWAY_HTTP */
    const char *smtp_url;            /* GATEWAY_SMTP */
    int starttls;                    /* enum transfer_starttls of loop/http_client.h */
    const char *outbox_path;         /* GATEWAY_OUTBOX */
    bool outbox_private;             /* the file is its owner's alone */
    const char *spool_directory;     /* GATEWAY_SPOOL: of smstools3 */
    int64_t check_usec;              /* how often a message is sent to see whether it gets through; 0: never */
    const char *check_to;            /* a number or an e-mail address of one's own; NULL if it is not checked */
    enum channel check_channel;
    bool check_by_receipt;           /* it can tell that a message was delivered: to have taken it is not enough */
    bool has_balance_warning;
    int64_t balance_warning;         /* the administrators are told of less; in ten-thousandths of the unit */
    struct origin origin;
};

enum right { RIGHT_TRIGGER = 1, RIGHT_DRILL = 2, RIGHT_OPERATE = 4, RIGHT_ADMIN = 8, RIGHT_ALL = 15 };

struct token {                       /* one accepted token of a source */
    uint8_t sha256[32];
    const char *source;
    unsigned rights;                 /* enum right */
};

struct config_text {                 /* of [texts]: a template, and what it is for */
    const char *key;                 /* as it stands there: "page-sms", "page-sms.en" */
    const char *text;                /* clean; its lines are joined by line feeds */
    struct origin origin;
};

struct config {
    struct plan plan;
    const char *directory;
    const char *timezone;            /* the name of plan.tz */
    const char *socket_path;
    const char *state_directory;
    const char *public_url;          /* without a trailing slash; NULL: none */
    const char *listen[CONFIG_MAX_LISTEN];
    size_t n_listen;
    const char *tls_certificate, *tls_key;    /* NULL: plain */
    const char *trusted_proxies[CONFIG_MAX_LISTEN];
    size_t n_trusted_proxies;
    const struct token *tokens;
    size_t n_tokens;
    const struct gateway *gateways;  /* ordered by name */
    size_t n_gateways;
    const struct gateway *channel_gateways[CHANNEL_COUNT][CONFIG_MAX_GATEWAYS];   /* in the order in which they are tried */
    size_t n_channel_gateways[CHANNEL_COUNT];
    const struct config_text *texts; /* in the file's order */
    size_t n_texts;
    int64_t loaded_at_usec;          /* wall time handed to config_load */
};

struct config_env {
    const char *directory;
    const char *preset_directory;    /* $(pkgdatadir)/presets */
    const char *credentials_directory;   /* $CREDENTIALS_DIRECTORY, or NULL: DIRECTORY/credentials */
    const char *zoneinfo_directory;  /* /usr/share/zoneinfo */
    /* Judges the texts of what was read: gateways/, which renders them, knows how. NULL: nobody does. */
    void (*check_texts)(const struct config *config, struct problems *problems);
    enum err (*check_tls)(const char *certificate_path, const char *key_path);      /* a certificate and its key, or why not;
                                                                                       NULL: nobody looks */
    int64_t now_usec;                /* for "in the past" notes */
    int check_days;                  /* how far ahead holes in rosters are told; 0: 60 days */
    bool starting;                   /* there is none in force: a certificate that cannot be used keeps nobody from being
                                        paged, and is a warning */
    bool check_only;                 /* -t: what cannot be read for want of rights is "not checked", a warning. The
                                        configuration that comes of it may lack what stands there, so it must not be used */
};

/* Reads everything. ERR_OK: *ret is a configuration (free it with config_free), warnings may be in `problems`. ERR_CONFIG: *ret
 * is NULL and `problems` has at least one error. Files that change while they are read are at worst reported as errors. */
WARN_UNUSED enum err config_load(const struct config_env *env, struct problems *problems, struct config **ret);
void config_free(struct config *config);                     /* accepts NULL */
DEFINE_CLEANUP(struct config *, config_free)

const struct gateway *config_gateway(const struct config *config, const char *name);   /* NULL: not there */

#endif
