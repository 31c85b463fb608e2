/* P14: an incident alive, and the same one from the records alone. Every field that the engine keeps of it is compared where it
 * stands: this runs after every step, so nothing is written down unless something differs. */
#include <string.h>

#include "check.h"
#include "engine/internal.h"
#include "scenario.h"

/* Names have other numbers in another engine. Which of them stand for the same text is remembered. */
static struct {
    unsigned life;
    atom *there;                     /* by the number of the one that is alive; 0: not known yet */
    size_t n;
} names;

static bool same_name(atom live, atom shadow)
{
    if (names.life != node_life()) {
        names.life = node_life();
        if (names.n > 0)
            memset(names.there, 0, names.n * sizeof(atom));
    }
    if (live == 0 || shadow == 0)
        return live == shadow;
    if (live < names.n && names.there[live] == shadow)
        return true;
    if (strcmp(engine_text(node_engine(), live), engine_text(node_shadow(), shadow)) != 0)
        return false;
    if (live >= names.n) {
        size_t n = 2 * (size_t)live + 64;
        names.there = mem_realloc_array(names.there, n, sizeof(atom));
        memset(names.there + names.n, 0, (n - names.n) * sizeof(atom));
        names.n = n;
    }
    names.there[live] = shadow;
    return true;
}

static bool same_text(const char *a, const char *b) { return a == b || (a && b && strcmp(a, b) == 0); }

static bool same_timer(const struct heap_node *a, const struct heap_node *b)
{
    return heap_armed(a) == heap_armed(b) && (!heap_armed(a) || a->due_usec == b->due_usec);
}

static bool same_recipient(const struct recipient *a, const struct recipient *b)
{
    for (size_t i = 0; i < RECIPIENT_PHONES; i++)
        if (!same_name(a->phones[i], b->phones[i]))
            return false;
    return same_name(a->person, b->person) && a->code == b->code && memcmp(a->token, b->token, TOKEN_BYTES) == 0 &&
           a->confirmed_usec == b->confirmed_usec && a->held_turn == b->held_turn && a->channels == b->channels &&
           a->declined == b->declined && a->held_back == b->held_back;
}

static bool same_callout(const struct callout *a, const struct callout *b)
{
    const struct recipient *one = a->recipients, *other = b->recipients;
    for (; one && other && same_recipient(one, other); one = one->next)
        other = other->next;
    return !one && !other && a->number == b->number && same_name(a->role, b->role) && a->state == b->state &&
           a->step == b->step && a->round == b->round && a->turn == b->turn && a->severity == b->severity && a->started_usec == b->started_usec &&
           a->due_usec == b->due_usec && a->ends_usec == b->ends_usec && same_name(a->acknowledged_by, b->acknowledged_by) &&
           a->acknowledged_usec == b->acknowledged_usec && a->noticed_usec == b->noticed_usec &&
           a->released_sec == b->released_sec && a->eta_minutes == b->eta_minutes && a->put_off == b->put_off &&
           a->on_group == b->on_group && a->on_person == b->on_person &&
           same_timer(&a->timer, &b->timer);
}

static bool same_trail(const struct message *a, const struct message *b)
{
    const struct trail *one = trail_of(node_engine(), a), *other = trail_of(node_shadow(), b);
    if (!one || !other)
        return one == other;
    for (size_t i = 0; i < one->n; i++)
        if (one->n != other->n || !same_name(one->gateway[i], other->gateway[i]) || one->receipt[i] != other->receipt[i])
            return false;
    return one->n == other->n && one->wait_sec == other->wait_sec && same_timer(&one->timer, &other->timer);
}

static bool same_message(const struct message *a, const struct message *b)
{
    bool called = !a->recipient || (b->recipient && same_name(a->recipient->person, b->recipient->person));
    return a->number == b->number && a->nonce == b->nonce && a->state == b->state && same_name(a->person, b->person) &&
           same_name(a->address, b->address) && same_name(a->gateway, b->gateway) && a->turn == b->turn && a->count == b->count &&
           a->channel == b->channel && a->purpose == b->purpose && a->repeat == b->repeat && a->asks_again == b->asks_again &&
           a->unanswered == b->unanswered && a->has_trail == b->has_trail && called && !a->recipient == !b->recipient &&
           (a->callout ? a->callout->number : 0) == (b->callout ? b->callout->number : 0) && (!a->has_trail || same_trail(a, b));
}

static bool same_terms(const struct drill *a, const struct drill *b)
{
    if (!a || !b)
        return a == b;
    return a->key == b->key && same_text(a->targets, b->targets) && same_text(a->without, b->without) &&
           same_text(a->summary, b->summary) && same_text(a->missing, b->missing) && a->answered == b->answered &&
           a->total == b->total &&
           same_name(a->source, b->source) && same_name(a->starter, b->starter) && same_name(a->schedule, b->schedule) &&
           same_name(a->role, b->role) && a->limit_usec == b->limit_usec && a->planned_usec == b->planned_usec &&
           a->due_usec == b->due_usec && a->end_usec == b->end_usec && a->begins_usec == b->begins_usec &&
           a->wait_for_all == b->wait_for_all && a->dry_run == b->dry_run;
}

static bool same_head(const struct incident *a, const struct incident *b)
{
    return a->key == b->key && same_text(incident_summary(a), incident_summary(b)) &&
           same_text(incident_location(a), incident_location(b)) &&
           same_text(incident_callback(a), incident_callback(b)) && same_text(incident_dedup_key(a), incident_dedup_key(b)) &&
           a->opened_usec == b->opened_usec && a->closed_usec == b->closed_usec && a->updated_usec == b->updated_usec &&
           a->settle_usec == b->settle_usec && a->first_seq == b->first_seq && a->dedup_hash == b->dedup_hash &&
           a->body_hash == b->body_hash && a->last_page == b->last_page && a->last_callout == b->last_callout &&
           same_name(a->source, b->source) && same_name(a->closed_by, b->closed_by) && a->severity == b->severity &&
           a->drill == b->drill &&
           a->sensitive == b->sensitive && a->bundle == b->bundle && a->aborted == b->aborted && same_terms(a->terms, b->terms);
}

static bool same(const struct incident *a, const struct incident *b)
{
    const struct callout *callout = a->callouts, *other = b->callouts;
    const struct message *message = a->messages, *another = b->messages;
    for (; callout && other && same_callout(callout, other); callout = callout->next)
        other = other->next;
    for (; message && another && same_message(message, another); message = message->next)
        another = another->next;
    return !callout && !other && !message && !another && same_head(a, b);
}

/* The first line of their texts that differs. */
static _Noreturn void tell(const struct incident *live, const struct incident *shadow)
{
    CLEANUP_BUF struct buf a = {0}, b = {0};
    if (live)
        lines_add_incident(&a, node_engine(), live);
    if (shadow)
        lines_add_incident(&b, node_shadow(), shadow);
    const char *is = buf_text(&a), *was = buf_text(&b);
    while (*is && strncmp(is, was, strcspn(is, "\n") + 1) == 0) {
        was += strcspn(is, "\n") + 1;
        is += strcspn(is, "\n") + 1;
    }
    fail("P14", "alive: %.*s; from the records: %.*s", (int)strcspn(is, "\n"), is, (int)strcspn(was, "\n"), was);
}

void check_same(const struct incident *live, const struct incident *shadow)
{
    if (live && shadow ? !same(live, shadow) : live != shadow)
        tell(live, shadow);
}
