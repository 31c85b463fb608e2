/* Pages on their way out: what was recorded is handed to the gateways once it is durable (P3), and a page waits for nobody but its
 * own gateway (P8); what is real goes first (P13); and what may be on the wire (P3, P4, P5, P15). */
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "loop/loop.h"

#define PATIENCE_USEC USEC_PER_SEC
enum { IMPATIENT_AT_ONCE = 200 };

struct refs { struct m_page **list; size_t n, cap; };
struct outside { uint64_t key; char text[48]; };

static struct {
    struct refs unsent;              /* recorded in this life, and not let out yet */
    struct refs untried;             /* handed to the gateways in this life, and not tried yet */
    struct outside *outside;         /* incidents that left the process, by their first text */
    size_t n_outside;
    size_t crowd;                    /* so many were untried at most, at this instant */
    int64_t crowd_usec;
} way;

static void add_ref(struct refs *refs, struct m_page *page)
{
    if (refs->n == refs->cap) {
        refs->cap = refs->cap ? 2 * refs->cap : 64;
        refs->list = mem_realloc_array(refs->list, refs->cap, sizeof(struct m_page *));
    }
    refs->list[refs->n++] = page;
}

static void remove_ref(struct refs *refs, const struct m_page *page)
{
    for (size_t i = 0; i < refs->n; i++)
        if (refs->list[i] == page) {
            memmove(&refs->list[i], &refs->list[i + 1], (--refs->n - i) * sizeof(struct m_page *));
            return;
        }
}

static bool is_wanted(const struct m_page *page)
{
    struct message_view view;
    return engine_message(node_engine(), page->ref, loop_wall_usec(), &view);
}

/* ---- what was recorded ---- */

/* What is not wanted while somebody has the call-out, or while nobody has it, or once the same was told later, the gateways
 * forget when its turn comes: it waits no longer. */
void way_let_go(const struct m_callout *callout)
{
    size_t kept = 0;
    for (size_t i = 0; i < way.untried.n; i++)
        if (way.untried.list[i]->callout != callout || is_wanted(way.untried.list[i]))
            way.untried.list[kept++] = way.untried.list[i];
    way.untried.n = kept;
}

void way_recorded(const struct record *record, struct m_page *page)
{
    if (record->kind == RECORD_PAGE_QUEUED || record->kind == RECORD_NOTICE_QUEUED)
        add_ref(&way.unsent, page);
    if (record->kind == RECORD_PAGE_FAILED && record->again && page) {      /* to the next gateway, once this is committed */
        page->handed_life = 0;
        remove_ref(&way.unsent, page);
        add_ref(&way.unsent, page);
    }
}

const char *way_known_outside(uint64_t incident)
{
    for (size_t i = 0; i < way.n_outside; i++)
        if (way.outside[i].key == incident)
            return way.outside[i].text;
    return NULL;
}

/* ---- what leaves ---- */

void check_handed(const struct effect_send *send, bool degraded)
{
    struct m_page *page = model_page(send->page);
    if (!page)
        fail("P3", "page %u is let out and was never recorded", send->page.number);
    if (!degraded && page->seq > disk_seq())
        fail("P3", "page %u of %lx is let out before it is committed", send->page.number, (unsigned long)send->page.incident);
    page->rank = send->rank;
    if (page->handed_life != node_life())
        page->handed_degraded = degraded;
    page->handed_usec = sim_now();
    remove_ref(&way.untried, page);
    if (send->n_leave_out == 0 && is_wanted(page))
        add_ref(&way.untried, page);
    page->handed_life = node_life();
    remove_ref(&way.unsent, page);
}

/* An id that was given before the disk was known to be dead, and left the process after that, may be lost with it. */
static void leaves(const struct m_incident *incident)
{
    if (incident->seq > disk_seq() && !(incident->key & INCIDENT_DEGRADED))
        return;
    for (size_t i = 0; i < way.n_outside; i++)
        if (way.outside[i].key == incident->key)
            return;
    way.outside = mem_realloc_array(way.outside, way.n_outside + 1, sizeof(*way.outside));
    way.outside[way.n_outside].key = incident->key;
    snprintf(way.outside[way.n_outside++].text, sizeof(way.outside->text), "%s",
             incident->n_texts ? incident->texts[0] : "");
}

static bool serves(const struct m_page *page, const char *gateway)
{
    const struct config *config = node_config();
    if (page->gateway)
        return strcmp(page->gateway, gateway) == 0;
    for (size_t i = 0; i < config->n_channel_gateways[page->channel]; i++)
        if (strcmp(config->channel_gateways[page->channel][i]->name, gateway) == 0)
            return true;
    return false;
}

/* Whether it may go elsewhere, too. */
static bool has_other_way(const struct m_page *page, const char *gateway)
{
    const struct config *config = node_config();
    for (size_t i = 0; i < config->n_gateways; i++)
        if (strcmp(config->gateways[i].name, gateway) != 0 && serves(page, config->gateways[i].name))
            return true;
    return false;
}

static void check_page_text(const struct m_page *page, const char *text)
{
    const struct m_person *person = model_person(page->callout, page->person);
    char code[8];
    snprintf(code, sizeof(code), "%06u", person->code);
    if (page->channel == CHANNEL_SMS && person->code && !strstr(text, code))
        fail("P5", "a page to %s does not bear the code that counts", page->person);
}

/* An eighth of it is kept for first pages of critical alarms. */
static unsigned window_for(const struct m_page *page, const struct gateway *gateway)
{
    return page->rank == RANK_FIRST ? gateway->window : gateway->window - gateway->window / 8;
}

/* Of the gateways that may take it. */
struct places {
    bool some;                   /* one that is well has a place */
    bool each;                   /* all are well and have one: so has the one that it should go to */
    bool doubt;                  /* of one of them there was doubt while it waited */
};

static struct places places_for(const struct m_page *page)
{
    const struct config *config = node_config();
    const struct gateway *only = page->gateway ? config_gateway(config, page->gateway) : NULL;
    const struct gateway *const *list = page->gateway ? &only : config->channel_gateways[page->channel];
    size_t n = page->gateway ? only != NULL : config->n_channel_gateways[page->channel];
    struct places places = {.each = n > 0};
    for (size_t i = 0; i < n; i++) {
        bool full = provider_was_faulty(list[i]->name) || provider_in_flight(list[i]->name) >= window_for(page, list[i]);
        places.doubt |= provider_in_doubt(list[i]->name, page->handed_usec);
        places.some |= !full;
        places.each &= !full;
    }
    return places;
}

/* A gateway without a hook refuses a call before anything is on the wire, and says so in its next turn. */
static bool may_be_refused(const struct m_page *page)
{
    const struct config *config = node_config();
    for (size_t i = 0; i < config->n_gateways; i++)
        if (page->channel == CHANNEL_VOICE && !config->gateways[i].receipt_base && serves(page, config->gateways[i].name))
            return true;
    return false;
}

static void note_crowd(void)
{
    if (way.crowd_usec != sim_now() || way.crowd < way.untried.n)
        way.crowd = way.untried.n;
    way.crowd_usec = sim_now();
}

/* P13: what is real goes first; a page that waits for more than a second may take any place there is; once more a second, where
 * it first waited for a gateway that came into doubt. It leaves one that fails to what has no other. When hundreds lose their
 * patience in one instant, as after a suspend, the last of them look elsewhere after the first have gone. */
static void check_order(const struct m_page *page, const char *gateway)
{
    note_crowd();
    if (way.crowd > IMPATIENT_AT_ONCE)
        return;
    for (size_t i = 0; i < way.untried.n && page->incident->drill; i++) {
        const struct m_page *other = way.untried.list[i];
        if (other->incident->drill || other->purpose != PURPOSE_PAGE || other->tried_life == node_life())
            continue;
        if (!serves(other, gateway) || may_be_refused(other))
            continue;
        if (sim_now() - other->handed_usec <= (places_for(other).doubt ? 2 : 1) * PATIENCE_USEC + USEC_PER_MSEC)
            continue;
        if (provider_was_faulty(gateway) && has_other_way(other, gateway))
            continue;
        if (is_wanted(other))
            fail("P13", "a drill is paged while page %u of a real alarm has waited %lld ms for %s", other->ref.number,
                 (long long)((sim_now() - other->handed_usec) / USEC_PER_MSEC), gateway);
    }
}

void check_wire(struct page_ref ref, const char *to, const char *subject, const char *text, const char *gateway)
{
    struct m_page *page = model_page(ref);
    const struct gateway *config = config_gateway(node_config(), gateway);
    if (!page || page->handed_life != node_life())
        fail("P3", "page %u of %lx is on the wire, and was never let out", ref.number, (unsigned long)ref.incident);
    if (page->seq > disk_seq() && !page->handed_degraded)
        fail("P3", "page %u of %lx is on the wire before it is committed", ref.number, (unsigned long)ref.incident);
    if (page->purpose == PURPOSE_PAGE && (page->callout->state != M_PAGING || page->incident->closed))
        fail("P4", "%s is paged for a call-out of %lx that has ended", page->person, (unsigned long)ref.incident);
    if (strcmp(page->address, to) != 0 || !serves(page, gateway))
        fail("P3", "page %u goes to %s by %s", ref.number, to, gateway);
    drill_wire(page, subject, text, gateway);
    told_wire(page);
    if (config && provider_in_flight(gateway) >= window_for(page, config))
        fail("P15", "%s has more in flight than its window", gateway);
    if (page->purpose == PURPOSE_PAGE)
        check_page_text(page, text);
    check_order(page, gateway);
    page->tried_life = node_life();
    page->wired++;
    remove_ref(&way.untried, page);
    if (!page->incident->house)
        leaves(page->incident);
}

void check_arrived(struct page_ref ref)
{
    struct m_page *page = model_page(ref);
    if (!page || page->purpose != PURPOSE_PAGE)
        return;
    page->callout->got_usec = sim_now();
    model_person(page->callout, page->person)->got_usec = sim_now();
}

/* ---- at rest ---- */

static void check_unsent(bool degraded)
{
    for (size_t i = 0; i < way.unsent.n; i++) {
        const struct m_page *page = way.unsent.list[i];
        if (degraded)
            fail("P12", "page %u of %lx waits for the disk", page->ref.number, (unsigned long)page->ref.incident);
        if (page->seq <= disk_seq())
            fail("P3", "page %u of %lx is committed, and is not let out", page->ref.number, (unsigned long)page->ref.incident);
    }
}

/* P8: a page that finds no place within a second takes the first place anywhere. Once more a second, where it first waited for a
 * gateway that came into doubt. */
static void check_untried(void)
{
    size_t kept = 0;
    for (size_t i = 0; i < way.untried.n; i++) {
        struct m_page *page = way.untried.list[i];
        if (page->tried_life == node_life())
            continue;
        struct places places = places_for(page);
        bool late = sim_now() - page->handed_usec > (places.doubt ? 2 : 1) * PATIENCE_USEC + USEC_PER_MSEC;
        if (late ? places.some : places.each) {
            if (is_wanted(page))
                fail("P8", "page %u of %lx has waited for %ld ms, and there is a place for it", page->ref.number,
                     (unsigned long)page->ref.incident, (long)((sim_now() - page->handed_usec) / USEC_PER_MSEC));
            continue;      /* not wanted: its place was not asked for */
        }
        way.untried.list[kept++] = page;
    }
    way.untried.n = kept;
}

void way_rest(bool degraded)
{
    check_unsent(degraded);
    check_untried();
}

void way_crashed(void)
{
    way.unsent.n = way.untried.n = 0;
}
