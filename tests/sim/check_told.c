/* What a source hears of its alarm: the truth when it leaves, every change of it, and that nobody answers no more often than once an
 * hour. And what administrators hear of their gateways: once, when checks begin to fail, and once when they get through again; and of
 * the disk: who heard that the log cannot be written hears that it can, also from another process. And what is heard from gateways:
 * a receipt is its own page's, and is believed. */
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "engine/internal.h"
#include "turn/replay.h"

static struct {
    int64_t stepped_usec;            /* when the clock was last set */
    struct { bool failed, alive; } gateways[SIM_GATEWAYS];       /* alive: said in this life */
    bool begun;                      /* it was decided to tell them that the disk is ill, and nothing else has left since */
    bool owed;                       /* that left */
    const struct m_page *received;   /* what this event says that somebody has; NULL: none, or it need not be believed */
} told;

/* ---- sources ---- */

static bool to_source(unsigned purpose)
{
    return purpose == PURPOSE_SOURCE_TAKEN || purpose == PURPOSE_SOURCE_UNANSWERED || purpose == PURPOSE_SOURCE_RELEASED;
}

/* P9: an hour apart, unless somebody had it in between, or the clock was set. */
static void see_unanswered(const struct m_incident *incident, const struct record *record)
{
    const struct m_page *last = NULL;
    for (const struct m_page *page = incident->pages; page; page = page->next)
        if (page->callout && page->callout->number == record->callout && to_source(page->purpose) &&
            strcmp(page->address, record->address) == 0)
            last = page;
    if (last && last->recalled && told.stepped_usec)
        return;      /* when that was, nobody can tell from a log */
    if (!last || last->purpose != PURPOSE_SOURCE_UNANSWERED || last->at_usec <= told.stepped_usec ||
        last->at_usec > sim_now() || last->at_usec <= last->callout->changed_usec)
        return;
    if (sim_now() - last->at_usec < SOURCE_AGAIN_USEC - USEC_PER_SEC)
        fail("P9", "%s is told twice within %ld s that nobody answers %lx", record->address,
             (long)((sim_now() - last->at_usec) / USEC_PER_SEC), (unsigned long)record->incident);
}

/* Who has it, or has it no longer: each address that the source has now hears of it in the same step. */
static void check_source_told(const struct effect_record *change, struct effects effects, size_t at, unsigned purpose)
{
    const struct m_incident *incident = model_incident(change->incident);
    const struct source *source = plan_source(&node_config()->plan, incident->source);
    size_t owed = 0, n = 0;
    for (size_t i = 0; source && i < source->n_notify; i++)
        owed += (node_config()->plan.channels_served & 1u << source->notify[i].channel) != 0;
    for (size_t i = at; i < effects.n; i++) {
        const struct effect_record *effect = &effects.list[i].record;
        struct record record;
        if (effects.list[i].kind == EFFECT_RECORD && effect->kind == RECORD_NOTICE_QUEUED && effect->incident == change->incident &&
            record_decode(effect->payload, effect->payload_len, RECORD_COLUMNS(effect), &record) == ERR_OK)
            n += record.purpose == purpose;
    }
    if (n != owed && !incident->wait_for_all)
        fail("P9", "%zu addresses of %s hear of a %s of %lx, and there are %zu", n, incident->source,
             record_event_name(change->kind), (unsigned long)change->incident, owed);
}

void told_wire(const struct m_page *page)
{
    bool taken = page->purpose == PURPOSE_SOURCE_TAKEN;
    bool of_disk = page->purpose == PURPOSE_RESTORED || page->purpose == PURPOSE_DEGRADED;
    if (of_disk && node_engine()->degraded != (page->purpose == PURPOSE_DEGRADED))
        fail("P12", "%s is told that the disk is %s, and that is not so", page->address,
             page->purpose == PURPOSE_DEGRADED ? "ill" : "well");
    if (page->purpose == PURPOSE_RESTORED)
        told.begun = told.owed = false;
    told.owed |= page->purpose == PURPOSE_DEGRADED;
    if (to_source(page->purpose) && page->callout->state != (taken ? M_ACKNOWLEDGED : M_PAGING))
        fail("P9", "the source of %lx is told %s, and that is not so", (unsigned long)page->ref.incident, purpose_name(page->purpose));
}

/* ---- gateways ---- */

bool told_admins_can_read(void)
{
    const struct plan *plan = &node_config()->plan;
    unsigned channels = 0;
    for (size_t i = 0; i < plan->n_admins; i++)
        channels |= targets_channels(node_engine(), plan->admins[i], plan->admin_channels);
    return (channels & (1u << CHANNEL_SMS | 1u << CHANNEL_EMAIL)) != 0;
}

static size_t number_of(const char *gateway) { return (size_t)(gateway[1] - '0') % SIM_GATEWAYS; }

static void check_news(const struct effect_record *effect, struct effects effects)
{
    struct record record;
    bool sent = false;
    if (record_decode(effect->payload, effect->payload_len, RECORD_COLUMNS(effect), &record) != ERR_OK)
        return;
    bool failed = record.news == NEWS_CHECK_FAILED, *before = &told.gateways[number_of(record.gateway)].failed;
    for (size_t i = 0; i < effects.n; i++)
        sent |= effects.list[i].kind == EFFECT_SEND;
    if (told_admins_can_read() && sent != (failed != *before))
        fail("P9", "%s %s, %s before, and the administrators are %s", record.gateway, failed ? "fails" : "is well",
             *before ? "failed" : "was well", sent ? "told" : "not told");
    *before = failed;
    told.gateways[number_of(record.gateway)].alive = true;
}

/* What was told in this life stands; of what the log says, the last. */
void told_recalled(const struct record *record)
{
    if (record->kind == RECORD_GATEWAY_STATE && !told.gateways[number_of(record->gateway)].alive)
        told.gateways[number_of(record->gateway)].failed = record->news == NEWS_CHECK_FAILED;
}

void told_crashed(void)
{
    memset(told.gateways, 0, sizeof(told.gateways));
}

void told_settled(void)
{
    if (told.owed)
        fail("P12", "the administrators heard that the disk was ill, and not that it is well");
    for (size_t i = 0; i < node_config()->n_gateways; i++)
        if (node_config()->gateways[i].check_usec && node_gateway_failed(node_config()->gateways[i].name))
            fail("P9", "%s has been well for a day, and its checks say that it fails", node_config()->gateways[i].name);
}

/* ---- the disk ---- */

/* What the log says, read forwards: the word of the end has not gone, or no gateway took it. */
static bool log_says_owed(bool *ret_ill)
{
    bool ill = false, unheard = false;
    for (uint64_t seq = 1; seq <= disk_seq(); seq++) {
        const struct store_record *stored = disk_record(seq);
        struct record record;
        if (stored->incident != 0 || stored_read(stored, &record) != ERR_OK)
            continue;
        ill = record.kind == RECORD_DEGRADED || (ill && record.kind != RECORD_RESTORED);
        if (record.purpose == PURPOSE_RESTORED && record.kind != RECORD_PAGE_FAILED)
            unheard = record.kind == RECORD_NOTICE_QUEUED;
    }
    *ret_ill = ill;
    return ill || unheard;
}

static void check_restored(const struct event *event, struct effects effects)
{
    bool sent = false, ill;
    for (size_t i = 0; i < effects.n; i++)
        sent |= effects.list[i].kind == EFFECT_SEND;
    if (sent && event->trouble.earlier && !told.begun && !log_says_owed(&ill))
        fail("P12", "the administrators are told that the disk is well, and never heard that it was not");
    told.owed &= sent && told_admins_can_read();     /* who has no channel cannot be told, or whose gateway cannot ring */
}

/* What was kept in memory is lost with it; of what is not in the log either nobody can know. */
void told_rebooted(void)
{
    bool ill;
    if (!log_says_owed(&ill) || !ill)
        told.owed = false;
}

/* ---- receipts ---- */

/* P9: of a page that this gateway took, and that the engine remembers, it is believed that it came. What it has had more
 * than once has several names, of which the engine need not know all. */
void told_before(const struct event *event)
{
    const struct event_outcome *receipt = &event->outcome;
    told.received = NULL;
    if (event->kind != EVENT_OUTCOME || receipt->outcome != OUTCOME_DELIVERED)
        return;
    struct page_ref ref = receipt->page;
    bool by_name = ref.number == 0;
    if (by_name && !provider_page(receipt->gateway, receipt->provider_id, &ref))
        return;
    const struct m_page *page = model_page(ref);
    if (!page || page->purpose != PURPOSE_PAGE || page->state != M_SENT || !engine_page(node_engine(), ref))
        return;
    if (page->sent_by && strcmp(page->sent_by, receipt->gateway) == 0 && (!by_name || provider_names(receipt->gateway, ref) == 1))
        told.received = page;
}

static void check_received(void)
{
    if (told.received && told.received->state != M_DELIVERED)
        fail("P9", "page %u of %lx has come, says %s, and nobody believes it", told.received->ref.number,
             (unsigned long)told.received->ref.incident, told.received->sent_by);
}

/* ---- all ---- */

void told_record(const struct event *event, const struct record *record)
{
    struct page_ref page;
    if (record->kind == RECORD_NOTICE_QUEUED && record->purpose == PURPOSE_SOURCE_UNANSWERED)
        see_unanswered(model_incident(record->incident), record);
    if (event->kind != EVENT_OUTCOME || event->outcome.page.number || !event->outcome.provider_id || !record->page)
        return;
    if (record->kind == RECORD_PAGE_QUEUED || record->kind == RECORD_NOTICE_QUEUED)
        return;
    if (!provider_page(event->outcome.gateway, event->outcome.provider_id, &page) || page.incident != record->incident ||
        page.number != record->page)
        fail("P5", "a receipt for %s of %s is taken for page %u of %lx", event->outcome.provider_id, event->outcome.gateway,
             record->page, (unsigned long)record->incident);
}

void told_after(const struct event *event, struct effects effects)
{
    check_received();
    for (size_t i = 0; i < effects.n; i++) {
        const struct effect_record *effect = &effects.list[i].record;
        if (effects.list[i].kind != EFFECT_RECORD)
            continue;
        if (effect->kind == RECORD_ACKNOWLEDGED)
            check_source_told(effect, effects, i, PURPOSE_SOURCE_TAKEN);
        if (effect->kind == RECORD_RELEASED)
            check_source_told(effect, effects, i, PURPOSE_SOURCE_RELEASED);
        if (effect->kind == RECORD_GATEWAY_STATE)
            check_news(effect, effects);
        told.begun |= effect->kind == RECORD_DEGRADED;
        if (effect->kind == RECORD_RESTORED)
            check_restored(event, effects);
    }
}

void told_clock_stepped(void)
{
    told.stepped_usec = sim_now();
}
