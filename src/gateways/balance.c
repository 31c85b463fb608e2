#include "gateways/balance.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/civil.h"
#include "base/log.h"
#include "base/text.h"
#include "gateways/gateway_template.h"
#include "gateways/json_path.h"

#define FETCH_AGAIN_USEC  (6 * USEC_PER_HOUR)
#define FETCH_FAILED_USEC (15 * USEC_PER_MIN)

enum { TEN_THOUSANDTHS = 10000, UNIT_BYTES_MAX = 16 };

struct account {
    struct balances *balances;
    char *gateway, *url, *username, *password, *ca_file;
    char *path, *unit;               /* unit NULL: none */
    unsigned divisor;
    bool warns;
    int64_t warning, timeout_usec;
    struct transfer *transfer;       /* NULL: none under way */
    struct loop_timer *timer;
    struct buf text;
    int64_t fetched_usec;            /* wall; 0: never */
    bool complained;                 /* of what came last */
};

struct balances {
    struct loop *loop;
    struct http_client *client;
    balance_told *told;
    void *userdata;
    struct account *accounts[CONFIG_MAX_GATEWAYS];
    size_t n;
};

/* ---- one account ---- */

static void account_free(struct account *account)
{
    transfer_cancel(account->transfer);
    loop_timer_free(account->timer);
    char *const strings[] = { account->gateway, account->url, account->username, account->password, account->ca_file,
                              account->path, account->unit };
    for (size_t i = 0; i < N_ELEMENTS(strings); i++)
        free(strings[i]);
    buf_done(&account->text);
    free(account);
}

static const char *without_scheme(const char *path)
{
    return strncmp(path, "json:", 5) == 0 ? path + 5 : path;
}

static void add_unit(const struct account *account, const struct transfer_result *result, struct buf *ret)
{
    CLEANUP_BUF struct buf unit = { 0 };
    if (!account->unit)
        return;
    if (strncmp(account->unit, "json:", 5) != 0)
        buf_add_text(&unit, account->unit);
    else if (!json_path_text(result->body, result->body_len, without_scheme(account->unit), &unit))
        return;
    buf_add_char(ret, ' ');
    text_add_clean_line(ret, buf_text(&unit), text_utf8_cut(buf_text(&unit), unit.len, UNIT_BYTES_MAX));
}

/* In ten-thousandths. False: there is none, and *ret_problem says why. */
static bool read_amount(const struct account *account, const struct transfer_result *result, int64_t *ret,
                        struct buf *ret_problem)
{
    CLEANUP_BUF struct buf text = { 0 };
    if (result->outcome != TRANSFER_DONE)
        buf_add_text(ret_problem, result->reason ? result->reason : "no answer");
    else if (result->status != 200)
        buf_printf(ret_problem, "HTTP %ld", result->status);
    else if (!json_path_text(result->body, result->body_len, without_scheme(account->path), &text)
             || text_to_decimal(buf_text(&text), ret) != ERR_OK)
        buf_printf(ret_problem, "the reply has no number at %s", account->path);
    else
        *ret /= (int64_t)account->divisor;
    return ret_problem->len == 0;
}

/* Once, until one comes again: whoever relies on being warned must hear that nobody can. */
static void complain(struct account *account, const char *problem)
{
    if (!account->complained)
        log_warning("gateway %s: its balance is not known: %s", account->gateway, problem);
    account->complained = true;
}

static void add_amount(struct buf *buf, int64_t amount)
{
    int64_t size = amount < 0 ? -amount : amount;
    buf_printf(buf, "%s%lld.%02lld", amount < 0 ? "-" : "", (long long)(size / TEN_THOUSANDTHS),
               (long long)(size % TEN_THOUSANDTHS / (TEN_THOUSANDTHS / 100)));
}

static void fetched(void *userdata, const struct transfer_result *result)
{
    struct account *account = userdata;
    CLEANUP_BUF struct buf problem = { 0 };
    int64_t amount;
    account->transfer = NULL;
    if (!read_amount(account, result, &amount, &problem)) {
        complain(account, buf_text(&problem));
        loop_timer_set(account->timer, loop_boot_usec() + FETCH_FAILED_USEC);
        return;
    }
    account->complained = false;
    loop_timer_set(account->timer, loop_boot_usec() + FETCH_AGAIN_USEC);
    buf_clear(&account->text);
    add_amount(&account->text, amount);
    add_unit(account, result, &account->text);
    account->fetched_usec = loop_wall_usec();
    account->balances->told(account->balances->userdata, account->gateway, buf_text(&account->text),
                            account->warns && amount < account->warning);
}

static void fetch(void *userdata)
{
    struct account *account = userdata;
    CLEANUP_BUF struct buf url = { 0 };
    bool in_url = strstr(account->url, "{password}") != NULL;
    const struct template_values values = { .username = account->username, .password = account->password };
    enum err err = template_render(account->url, TEMPLATE_ADDRESS, &values, &url);
    const struct transfer_http http = {
        .method = "GET",
        .url = buf_text(&url),
        .username = in_url ? NULL : account->username,
        .password = in_url ? NULL : account->password,
        .ca_file = account->ca_file,
        .timeout_usec = account->timeout_usec,
    };
    if (!err)
        err = http_client_start(account->balances->client, &http, fetched, account, &account->transfer);
    if (err) {
        complain(account, "its address is none that can be asked");
        loop_timer_set(account->timer, loop_boot_usec() + FETCH_FAILED_USEC);
    }
}

static char *copy(const char *text)
{
    return text ? mem_strdup(text) : NULL;
}

static struct account *account_new(struct balances *balances, const struct gateway *gateway)
{
    struct account *account = NEW(struct account);
    account->balances = balances;
    account->gateway = mem_strdup(gateway->name);
    account->url = mem_strdup(gateway->http.balance_url);
    account->username = copy(gateway->username);
    account->password = copy(gateway->password);
    account->ca_file = copy(gateway->ca_file);
    account->path = mem_strdup(gateway->http.balance);
    account->unit = copy(gateway->http.balance_unit);
    account->divisor = gateway->http.balance_divisor;
    account->warns = gateway->has_balance_warning;
    account->warning = gateway->balance_warning;
    account->timeout_usec = gateway->timeout_usec;
    account->timer = loop_timer_new(balances->loop, fetch, account);
    loop_timer_set(account->timer, 0);
    return account;
}

/* ---- all ---- */

struct balances *balances_new(struct loop *loop, struct http_client *client, balance_told *told, void *userdata)
{
    struct balances *balances = NEW(struct balances);
    *balances = (struct balances){ .loop = loop, .client = client, .told = told, .userdata = userdata };
    return balances;
}

static void forget_all(struct balances *balances)
{
    while (balances->n > 0)
        account_free(balances->accounts[--balances->n]);
}

void balances_free(struct balances *balances)
{
    if (!balances)
        return;
    forget_all(balances);
    free(balances);
}

void balances_configure(struct balances *balances, const struct config *config)
{
    forget_all(balances);
    for (size_t i = 0; i < config->n_gateways; i++)
        if (config->gateways[i].http.balance_url)
            balances->accounts[balances->n++] = account_new(balances, &config->gateways[i]);
}

const char *balances_text(const struct balances *balances, const char *gateway, int64_t *ret_usec)
{
    for (size_t i = 0; i < balances->n; i++) {
        const struct account *account = balances->accounts[i];
        *ret_usec = account->fetched_usec;
        if (strcmp(account->gateway, gateway) == 0)
            return buf_text(&account->text);
    }
    *ret_usec = 0;
    return "";
}
