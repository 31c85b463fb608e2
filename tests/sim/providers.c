/* The gateways at the other end of http_client.h: they take a request or not, answer or not, and deliver or not. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "loop/http_client.h"

#define BUSY_USEC USEC_PER_MIN       /* how long one that is busy asks to be left alone */

struct transfer {
    struct transfer *next;
    uint64_t serial;
    unsigned gateway;
    enum provider_mode mode;
    transfer_cb *cb;
    void *userdata;
    char *to, *text;
    struct page_ref page;
    uint64_t number;                 /* of those that this gateway took: what it calls the message */
    bool taken;                      /* the provider has it: nothing calls it back */
};

static struct {
    struct {
        enum provider_mode mode;
        int64_t until_usec;
        bool faulty;                 /* until something gets through again */
        int64_t well_usec;           /* when that last was; 0: it has always been well */
        unsigned in_flight;
    } gateways[SIM_GATEWAYS];
    struct transfer *transfers;
    uint64_t serial;
    struct { struct page_ref *pages; uint64_t n; } numbered[SIM_GATEWAYS];
} providers;

void provider_set(unsigned gateway, enum provider_mode mode, int64_t until_usec)
{
    providers.gateways[gateway % SIM_GATEWAYS].mode = mode;
    providers.gateways[gateway % SIM_GATEWAYS].until_usec = until_usec;
    providers.gateways[gateway % SIM_GATEWAYS].faulty |= mode != PROVIDER_FINE;
}

void providers_mend(void)
{
    for (unsigned i = 0; i < SIM_GATEWAYS; i++)
        provider_set(i, PROVIDER_FINE, INT64_MAX);
}

bool provider_was_faulty(const char *gateway) { return providers.gateways[gateway[1] - '0'].faulty; }

bool provider_in_doubt(const char *gateway, int64_t since_usec)
{
    int64_t well_usec = providers.gateways[gateway[1] - '0'].well_usec;
    return provider_was_faulty(gateway) || (well_usec > 0 && well_usec + BUSY_USEC >= since_usec);
}

/* Something got through. */
static void note_well(unsigned gateway)
{
    if (!providers.gateways[gateway].faulty)
        return;
    if (sim_now() < providers.gateways[gateway].until_usec && providers.gateways[gateway].mode != PROVIDER_FINE)
        return;
    providers.gateways[gateway].faulty = false;
    providers.gateways[gateway].well_usec = sim_now();
}

unsigned provider_in_flight(const char *gateway) { return providers.gateways[gateway[1] - '0'].in_flight; }

static struct transfer *find(uint64_t serial)
{
    struct transfer *transfer = providers.transfers;
    while (transfer && transfer->serial != serial)
        transfer = transfer->next;
    return transfer;
}

static void remove_transfer(struct transfer *transfer)
{
    struct transfer **at = &providers.transfers;
    while (*at != transfer)
        at = &(*at)->next;
    *at = transfer->next;
    providers.gateways[transfer->gateway].in_flight--;
}

/* ---- what the provider does with it ---- */

struct parcel { struct page_ref page; char *to, *text; unsigned gateway; uint64_t serial, number; enum outcome outcome; };

static void receipt(void *userdata)
{
    const struct parcel *parcel = userdata;
    char gateway[] = {'g', (char)('0' + parcel->gateway), '\0'};
    char id[24];
    snprintf(id, sizeof(id), "%" PRIu64, parcel->number);
    bool by_id = !history_is_plain() && one_in(2, "by the provider's id", parcel->serial, 0);
    node_submit(&(struct event){.kind = EVENT_OUTCOME,
                                .outcome = {.page = by_id ? (struct page_ref){0} : parcel->page,
                                            .gateway = gateway,
                                            .provider_id = by_id ? id : NULL,
                                            .outcome = parcel->outcome,
                                            .reason = parcel->outcome == OUTCOME_DELIVERED ? NULL : "the phone is off"}});
}

bool provider_page(const char *gateway, const char *id, struct page_ref *ret)
{
    unsigned at = (unsigned)(gateway[1] - '0');
    uint64_t number = strtoull(id, NULL, 10);
    if (number >= providers.numbered[at].n)
        return false;
    *ret = providers.numbered[at].pages[number];
    return true;
}

size_t provider_names(const char *gateway, struct page_ref page)
{
    unsigned at = (unsigned)(gateway[1] - '0');
    size_t names = 0;
    for (uint64_t number = 0; number < providers.numbered[at].n; number++) {
        struct page_ref had = providers.numbered[at].pages[number];
        names += had.incident == page.incident && had.number == page.number && had.nonce == page.nonce;
    }
    return names;
}

/* Every gateway counts for itself, and so the same ids come from all. */
static void give_number(struct transfer *transfer)
{
    uint64_t n = providers.numbered[transfer->gateway].n++;
    struct page_ref **pages = &providers.numbered[transfer->gateway].pages;
    *pages = mem_realloc_array(*pages, n + 1, sizeof(**pages));
    (*pages)[n] = transfer->page;
    transfer->number = n;
}

static void arrive(void *userdata)
{
    const struct parcel *parcel = userdata;
    check_arrived(parcel->page);
    people_got(parcel->page, parcel->to, parcel->text);
}

static struct parcel *parcel_of(const struct transfer *transfer, enum outcome outcome)
{
    struct parcel *parcel = NEW(struct parcel);
    *parcel = (struct parcel){transfer->page, transfer->to, transfer->text, transfer->gateway, transfer->serial, transfer->number, outcome};
    return parcel;
}

/* Of these no receipt says that they were delivered: somebody presses a digit, or nobody does. */
static bool is_call(const struct transfer *transfer)
{
    const struct m_page *page = model_page(transfer->page);
    return !history_is_plain() && page && page->channel == CHANNEL_VOICE;
}

static void deliver(const struct transfer *transfer)
{
    int64_t after_usec = USEC_PER_SEC + (int64_t)(draw("delivery", transfer->serial, 1) % (15 * USEC_PER_SEC));
    if (transfer->mode == PROVIDER_LIES)
        return;
    if (transfer->mode == PROVIDER_LATE)
        after_usec = (int64_t)(draw("delivery", transfer->serial, 2) % (6 * USEC_PER_HOUR));
    if (transfer->mode == PROVIDER_BAD_RECEIPTS) {
        clock_call(sim_now() + after_usec, receipt, parcel_of(transfer, OUTCOME_UNDELIVERED));
        return;
    }
    clock_call(sim_now() + after_usec, arrive, parcel_of(transfer, OUTCOME_DELIVERED));
    if (transfer->mode == PROVIDER_DOUBLES)
        clock_call(sim_now() + 2 * after_usec, arrive, parcel_of(transfer, OUTCOME_DELIVERED));
    if (is_call(transfer)) {
        if (one_in(3, "hung up", transfer->serial, 0))
            clock_call(sim_now() + after_usec + USEC_PER_MIN, receipt, parcel_of(transfer, OUTCOME_UNANSWERED));
        return;
    }
    if (one_in(2, "receipt", transfer->serial, 0)) {
        int64_t later_usec = one_in(8, "receipt", transfer->serial, 1) ? 3 * USEC_PER_HOUR : 3 * USEC_PER_SEC;
        clock_call(sim_now() + after_usec + later_usec, receipt, parcel_of(transfer, OUTCOME_DELIVERED));
        if (transfer->mode == PROVIDER_DOUBLES)
            clock_call(sim_now() + after_usec + 2 * later_usec, receipt,
                       parcel_of(transfer, one_in(2, "receipt", transfer->serial, 2) ? OUTCOME_UNDELIVERED : OUTCOME_DELIVERED));
    }
}

static void end(struct transfer *transfer, const struct transfer_result *result)
{
    remove_transfer(transfer);
    transfer->cb(transfer->userdata, result);
    free(transfer);
}

static void end_well(struct transfer *transfer)
{
    char body[40];
    size_t len = (size_t)snprintf(body, sizeof(body), "id=%" PRIu64, transfer->number);
    end(transfer, &(struct transfer_result){.outcome = TRANSFER_DONE, .status = 200, .body = body, .body_len = len, .reason = ""});
}

static bool takes(enum provider_mode mode)
{
    return mode != PROVIDER_REFUSES && mode != PROVIDER_DOWN && mode != PROVIDER_HANGS && mode != PROVIDER_BUSY;
}

static void take(void *userdata)
{
    struct transfer *transfer = find((uintptr_t)userdata);
    if (!transfer || !takes(transfer->mode))
        return;
    transfer->taken = true;
    give_number(transfer);
    deliver(transfer);
}

static void answer(void *userdata)
{
    struct transfer *transfer = find((uintptr_t)userdata);
    if (!transfer)
        return;
    if (is_verbose())
        note("answer %lu by g%u", (unsigned long)transfer->serial, transfer->gateway);
    if (!takes(transfer->mode) || transfer->mode == PROVIDER_ANSWER_LOST)
        providers.gateways[transfer->gateway].faulty = true;      /* it began before what got through meanwhile */
    switch (transfer->mode) {
    case PROVIDER_REFUSES:
        end(transfer, &(struct transfer_result){.outcome = TRANSFER_DONE, .status = 500, .body = "", .reason = ""});
        break;
    case PROVIDER_BUSY:
        end(transfer, &(struct transfer_result){.outcome = TRANSFER_DONE, .status = 429, .body = "", .reason = "",
                                                .retry_after_usec = BUSY_USEC});
        break;
    case PROVIDER_DOWN:
        end(transfer, &(struct transfer_result){.outcome = TRANSFER_NOT_SENT, .body = "", .reason = "no connection"});
        break;
    case PROVIDER_HANGS:
    case PROVIDER_ANSWER_LOST:
        end(transfer, &(struct transfer_result){.outcome = TRANSFER_UNKNOWN, .body = "", .reason = "no answer in time"});
        break;
    default:
        note_well(transfer->gateway);
        end_well(transfer);
        break;
    }
}

/* ---- the client ---- */

static int64_t answer_usec(const struct transfer *transfer, int64_t timeout_usec)
{
    int64_t quick_usec = 20 * USEC_PER_MSEC + (int64_t)(draw("answer", transfer->serial, 0) % 300) * USEC_PER_MSEC;
    if (transfer->mode == PROVIDER_HANGS || transfer->mode == PROVIDER_ANSWER_LOST)
        return timeout_usec;
    return transfer->mode == PROVIDER_SLOW ? quick_usec * 25 : quick_usec;
}

static char *line(const char **at)
{
    size_t len = strcspn(*at, "\n");
    char *text = mem_strndup(*at, len);
    *at += len + ((*at)[len] != '\0');
    return text;
}

enum err http_client_start(struct http_client *client, const struct transfer_http *http, transfer_cb *cb, void *userdata,
                           struct transfer **ret)
{
    (void)client;
    CLEANUP_FREE char *body = mem_strndup(http->body, http->body_len);
    const char *at = body;
    CLEANUP_FREE char *id = line(&at);
    struct transfer *transfer = *ret = NEW(struct transfer);
    char gateway[] = {'g', http->url[8], '\0'};
    transfer->gateway = (unsigned)(gateway[1] - '0');
    transfer->to = line(&at);
    CLEANUP_FREE char *subject = history_is_plain() ? NULL : line(&at);
    transfer->text = mem_strdup(at);
    transfer->serial = ++providers.serial;
    transfer->cb = cb;
    transfer->userdata = userdata;
    if (sim_now() < providers.gateways[transfer->gateway].until_usec)
        transfer->mode = providers.gateways[transfer->gateway].mode;
    if (page_from_id(id, &transfer->page) != ERR_OK)
        fail("P3", "\"%s\" is no page's id", id);
    if (node_effect())
        check_wire(transfer->page, transfer->to, subject, transfer->text, gateway);
    note_bytes(body, strlen(body));
    if (is_verbose())
        note("wire %lu: %s to %s by %s: %s", (unsigned long)transfer->serial, id, transfer->to, gateway, transfer->text);
    transfer->next = providers.transfers;
    providers.transfers = transfer;
    providers.gateways[transfer->gateway].in_flight++;
    int64_t after_usec = answer_usec(transfer, http->timeout_usec);
    if (!node_alive())
        return ERR_OK;       /* it never left */
    clock_call(sim_now() + after_usec / 2, take, (void *)(uintptr_t)transfer->serial);
    clock_call(sim_now() + after_usec, answer, (void *)(uintptr_t)transfer->serial);
    return ERR_OK;
}

/* The process that waits for the answer is gone. What has left it may arrive all the same. */
void transfer_cancel(struct transfer *transfer)
{
    if (!transfer)
        return;
    remove_transfer(transfer);
    if (!transfer->taken && takes(transfer->mode) && one_in(2, "it had left", transfer->serial, 0)) {
        give_number(transfer);
        deliver(transfer);
    }
    free(transfer);
}

/* Mail goes through HTTP gateways here. */
enum err http_client_start_mail(struct http_client *client, const struct transfer_mail *mail, transfer_cb *cb, void *userdata,
                                struct transfer **ret)
{
    (void)client;
    (void)mail;
    (void)cb;
    (void)userdata;
    (void)ret;
    abort();
}
