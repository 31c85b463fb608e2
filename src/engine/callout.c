/* The ladder: steps, skips, repeats. Promise P2 lives here: whatever happens, a call-out that pages has its timer armed. */
#include <string.h>

#include "engine/drill.h"
#include "engine/internal.h"

/* The ladder of a group, of a person, and of a role whose roster is gone, is made up here: everybody at once, and again. */
struct resolved_ladder {
    const struct ladder_step *steps;
    size_t n_steps;
    int64_t repeat_usec;
    size_t n_at_once;                    /* steps whose targets are all called by the first one, in its way; 0: each has its own */
    struct ladder_step own;
};

enum callee callout_callee(const struct callout *callout)
{
    return callout->on_group ? CALLEE_GROUP : callout->on_person ? CALLEE_PERSON : CALLEE_ROLE;
}

/* A drill without `escalate` has its first step alone; one that waits for all calls everybody of the ladder in that. */
static void bound_ladder(const struct callout *callout, const struct roster *roster, struct resolved_ladder *ladder)
{
    if (!callout->incident->drill)
        return;
    if (!roster->drill_escalate)
        ladder->n_steps = 1;
    if (!drill_waits_for_all(callout))
        return;
    ladder->n_at_once = ladder->n_steps;
    ladder->n_steps = 1;
}

static void resolve_ladder(const struct engine *engine, const struct callout *callout, struct resolved_ladder *ret)
{
    const char *name = intern_text(engine->names, callout->role);
    const struct roster *roster = callout_callee(callout) == CALLEE_ROLE ? plan_roster(engine->plan, name) : NULL;
    const struct group *group = callout->on_group ? plan_group(engine->plan, name) : NULL;
    const struct person *person = callout->on_person ? plan_person(engine->plan, name) : NULL;
    *ret = (struct resolved_ladder){.repeat_usec = DEFAULT_REPEAT_USEC};
    if (roster) {
        const struct ladder *ladder = roster_ladder(roster, callout->severity);
        ret->steps = ladder->steps;
        ret->n_steps = ladder->n_steps;
        ret->repeat_usec = ladder->repeat_usec;
        bound_ladder(callout, roster, ret);
    } else if (person) {
        ret->own = (struct ladder_step){.target = {.kind = TARGET_PERSON, .person = person},
                                        .channels = engine->plan->channels_served};
        ret->steps = &ret->own;
        ret->n_steps = 1;
    } else if (group) {
        ret->own = (struct ladder_step){.target = {.kind = TARGET_GROUP, .group = group},
                                        .channels = engine->plan->channels_served};
        ret->steps = &ret->own;
        ret->n_steps = 1;
    }
}

/* A drill's last delay is cut where the drill ends; without `escalate` its first step's lasts until then. */
static void bound_by_drill(const struct engine *engine, const struct callout *callout, struct record *record)
{
    const struct roster *roster =
        callout_callee(callout) == CALLEE_ROLE ? plan_roster(engine->plan, intern_text(engine->names, callout->role)) : NULL;
    int64_t left = callout->ends_usec - engine->now.boot_usec;
    bool stays = roster && !roster->drill_escalate && !drill_waits_for_all(callout) && record->kind == RECORD_STEP_BEGUN;
    if (callout->ends_usec && (record->delay_usec > left || stays))
        record->delay_usec = left > 0 ? left : 0;
}

static void begin_turn(struct engine *engine, struct callout *callout, enum record_kind kind, uint32_t step, uint32_t round,
                       int64_t delay_usec, const char *why)
{
    struct record record = {
        .kind = kind,
        .incident = callout->incident->key,
        .callout = callout->number,
        .role = text_of(engine, callout->role),
        .step = step,
        .round = round,
        .delay_usec = delay_usec,
        .text = why,
        .drill = callout->incident->drill,
    };
    bound_by_drill(engine, callout, &record);
    record.due_usec = engine->now.wall_usec + record.delay_usec;
    emit_record(engine, &record);
}

/* ---- pages ---- */

static bool code_free_for(const struct engine *engine, uint32_t code, atom person)
{
    for (const struct recipient *other = map_get(&engine->codes, code); other; other = other->next_code)
        if (other->person == person)
            return false;
    return true;
}

/* Six digits that nobody has; where nearly all are taken, that this person has in no other open call-out. Two people may share
 * a phone, and so may their answers. If there is none even so, none: the link goes on working. */
static uint32_t mint_code(struct engine *engine, atom person)
{
    uint32_t own = 0;
    for (int tries = 0; tries < CODE_TRIES; tries++) {
        uint32_t code = 100000 + emit_random_u32(engine) % 900000;
        if (!map_get(&engine->codes, code))
            return code;
        if (code_free_for(engine, code, person))
            own = code;
    }
    return own;
}

/* Only a text shows a code: a locked number gets its new one with the next text. */
static bool locked(const struct engine *engine, const struct contact *contact)
{
    if (contact->channel != CHANNEL_SMS)
        return false;
    const struct correspondent *correspondent = map_get(&engine->correspondents, intern_find(engine->names, contact->address));
    return correspondent && correspondent->locked;
}

static void queue_page(struct engine *engine, struct callout *callout, const struct person *person,
                       const struct contact *contact)
{
    struct incident *incident = callout->incident;
    atom name = intern_add(engine->names, person->id);
    const struct recipient *recipient = find_recipient(callout, name);
    struct record record = {
        .kind = RECORD_PAGE_QUEUED,
        .incident = incident->key,
        .callout = callout->number,
        .role = text_of(engine, callout->role),
        .person = person->id,
        .channel = contact->channel + 1,
        .address = contact->address,
        .page = incident->last_page + 1,
        .nonce = emit_random_u32(engine),
        .purpose = PURPOSE_PAGE,
        .step = callout->step,
        .round = callout->round,
        .code = recipient ? recipient->code : 0,
        .drill = incident->drill,
    };
    if (record.code == 0 || locked(engine, contact))
        record.code = mint_code(engine, name);
    if (!recipient || !recipient->channels) {
        engine->random(engine->random_userdata, record.token, TOKEN_BYTES);
        record.has_token = true;
    }
    emit_record(engine, &record);
    emit_send(engine, find_message(incident, record.page), incident->key);
}

static void page_person(struct engine *engine, struct callout *callout, const struct person *person, unsigned channels)
{
    if (drill_holds_back(callout->incident, person->id)) {
        drill_hold_back(engine, callout, person->id);
        return;
    }
    for (size_t i = 0; i < person->n_contacts; i++)
        if (channels & 1u << person->contacts[i].channel)
            queue_page(engine, callout, person, &person->contacts[i]);
}

static void page_all(struct engine *engine, struct callout *callout, const struct targets *targets)
{
    for (size_t i = 0; i < targets->n; i++)
        page_person(engine, callout, targets->list[i].person, targets->list[i].channels);
    if (!callout->incident->drill)
        drill_yield_to(engine, callout->incident, targets);
}

/* ---- steps ---- */

/* Counted from 1. */
static void add_step(const struct engine *engine, const struct callout *callout, const struct resolved_ladder *ladder,
                     size_t step, struct targets *targets)
{
    targets_add_step(targets, engine, callout, &ladder->steps[step - 1]);
    for (size_t i = 1; i < ladder->n_at_once; i++) {
        struct ladder_step other = ladder->steps[i];
        other.channels = ladder->steps[0].channels;
        targets_add_step(targets, engine, callout, &other);
    }
}

void callout_add_all(const struct engine *engine, const struct callout *callout, struct targets *targets)
{
    struct resolved_ladder ladder;
    resolve_ladder(engine, callout, &ladder);
    for (size_t step = 1; step <= ladder.n_steps; step++)
        add_step(engine, callout, &ladder, step, targets);
}

/* Whom the step reaches now; if nobody, the reason. */
static const char *resolve_step(struct engine *engine, const struct callout *callout, const struct resolved_ladder *ladder,
                                size_t step, struct targets *ret)
{
    ret->n = 0;
    add_step(engine, callout, ladder, step, ret);
    if (ret->n == 0)
        return "nobody is on call for this step";
    targets_drop_declined(ret, engine, callout);
    if (ret->n == 0)
        return "everybody in this step has declined";
    targets_keep_reachable(ret, engine);
    return ret->n == 0 ? "nobody in this step has a usable channel" : NULL;
}

static int64_t delay_after(const struct resolved_ladder *ladder, size_t step)
{
    return step < ladder->n_steps ? ladder->steps[step].after_usec - ladder->steps[step - 1].after_usec : ladder->repeat_usec;
}

/* A drill that must stop, because something real pages the same people, has no further turn: it ends with this step of the engine. */
static bool stops(struct engine *engine, const struct callout *callout)
{
    if (callout->incident->drill)
        drill_yield_before(engine, callout->incident, callout);
    return callout->incident->yields_to != 0;
}

/* Begins this step, or the first after it that reaches somebody (P7). False: the ladder ran out; the repeat is pending. */
static bool begin_step(struct engine *engine, struct callout *callout, size_t step)
{
    struct resolved_ladder ladder;
    struct targets targets = {0};
    const char *why = NULL;
    if (stops(engine, callout))
        return true;
    resolve_ladder(engine, callout, &ladder);
    for (; step <= ladder.n_steps; step++) {
        why = resolve_step(engine, callout, &ladder, step, &targets);
        if (!why)
            break;
        begin_turn(engine, callout, RECORD_STEP_SKIPPED, (uint32_t)step, 0, step < ladder.n_steps ? 0 : ladder.repeat_usec, why);
    }
    if (ladder.n_steps == 0)
        begin_turn(engine, callout, RECORD_STEP_SKIPPED, 0, 0, ladder.repeat_usec, "no roster of this name is in force");
    if (step > ladder.n_steps) {
        targets_done(&targets);
        return false;
    }
    begin_turn(engine, callout, RECORD_STEP_BEGUN, (uint32_t)step, 0, delay_after(&ladder, step), NULL);
    page_all(engine, callout, &targets);
    targets_done(&targets);
    return true;
}

static void begin_repeat(struct engine *engine, struct callout *callout)
{
    struct resolved_ladder ladder;
    struct targets targets = {0};
    if (stops(engine, callout))
        return;
    resolve_ladder(engine, callout, &ladder);
    /* Where everybody's answer is waited for, a no is one. */
    for (int with_declined = 0; with_declined <= !drill_waits_for_all(callout) && targets.n == 0; with_declined++) {
        targets_add_paged(&targets, engine, callout);
        callout_add_all(engine, callout, &targets);
        if (!with_declined)
            targets_drop_declined(&targets, engine, callout);
        targets_keep_reachable(&targets, engine);
    }
    begin_turn(engine, callout, RECORD_REPEAT_BEGUN, callout->step, callout->round + 1, ladder.repeat_usec,
               targets.n == 0 ? "nobody can be reached" : NULL);
    page_all(engine, callout, &targets);
    if (targets.n == 0)
        notice_admins(engine, callout, PURPOSE_UNREACHED);
    notice_source_unanswered(engine, callout);
    targets_done(&targets);
}

static size_t ladder_len(const struct engine *engine, const struct callout *callout)
{
    struct resolved_ladder ladder;
    resolve_ladder(engine, callout, &ladder);
    return ladder.n_steps;
}

static void tell_if_unreached(struct engine *engine, struct callout *callout, bool begun)
{
    if (!begun && !callout->recipients)
        notice_admins(engine, callout, PURPOSE_UNREACHED);
}

static int64_t drill_limit(const struct incident *incident, const struct roster *roster)
{
    if (incident->terms && incident->terms->limit_usec > 0)
        return incident->terms->limit_usec;
    return roster ? roster->drill_deadline_usec : DEFAULT_DRILL_USEC;
}

/* Paging begins at once, or at the first step's own time. */
void callout_start(struct engine *engine, struct incident *incident, const char *role, enum callee callee, enum severity severity)
{
    const struct roster *roster = callee == CALLEE_ROLE ? plan_roster(engine->plan, role) : NULL;
    const struct ladder *ladder = roster ? roster_ladder(roster, severity) : NULL;
    struct record record = {
        .kind = RECORD_CALLOUT_STARTED,
        .incident = incident->key,
        .callout = incident->last_callout + 1,
        .role = role,
        .on_group = callee == CALLEE_GROUP,
        .on_person = callee == CALLEE_PERSON,
        .severity = (uint8_t)severity + 1,
        .delay_usec = ladder ? ladder->steps[0].after_usec : 0,
        .drill = incident->drill,
    };
    record.due_usec = engine->now.wall_usec + record.delay_usec;
    if (incident->drill)
        record.end_usec = engine->now.wall_usec + drill_limit(incident, roster);
    emit_record(engine, &record);
    struct callout *callout = find_callout(incident, record.callout);
    if (record.delay_usec == 0)
        tell_if_unreached(engine, callout, begin_step(engine, callout, 1));
}

void callout_again(struct engine *engine, struct callout *callout)
{
    struct incident *incident = callout->incident;
    callout_start(engine, incident, intern_text(engine->names, callout->role), callout_callee(callout), incident->severity);
    if (!find_recipient(find_latest_callout(incident, callout->role), callout->acknowledged_by))
        notice_updates(engine, callout);      /* who works on it hears of it, too */
}

void callout_tell_updates(struct engine *engine, struct callout *callout)
{
    if (!notice_updates(engine, callout))
        callout_again(engine, callout);
}

void callout_restart(struct engine *engine, struct callout *callout)
{
    tell_if_unreached(engine, callout, begin_step(engine, callout, 1));
}

void callout_next_step(struct engine *engine, struct callout *callout, bool now)
{
    bool on_ladder = callout->round == 0 && callout->step < ladder_len(engine, callout);
    if (on_ladder && begin_step(engine, callout, callout->step + 1u))
        return;
    if (now)
        begin_repeat(engine, callout);
}

void callout_timer(struct engine *engine, struct callout *callout)
{
    if (callout->ends_usec && callout->ends_usec <= engine->now.boot_usec) {
        incident_close(engine, callout->incident, DRILL_ENDED_DEADLINE, NULL);
    } else if (callout->state == CALLOUT_ACKNOWLEDGED) {
        callout_tell_updates(engine, callout);
    } else if (callout->round == 0 && (callout->step == 0 || callout->step < ladder_len(engine, callout))) {
        tell_if_unreached(engine, callout, begin_step(engine, callout, callout->step + 1u));
    } else {
        begin_repeat(engine, callout);
    }
}

/* ---- when a step turns out to reach nobody ---- */

static bool is_open(const struct engine *engine, const struct message *message, bool for_certain)
{
    if (for_certain)
        return message_may_arrive(engine, message);
    return message->state != MESSAGE_FAILED && !message_in_doubt(engine, message);
}

/* Nothing is to be hoped for; or, `for_certain`, nothing at all: what is only in doubt may arrive yet. */
static bool gave_up(const struct engine *engine, const struct callout *callout, const struct recipient *recipient, bool for_certain)
{
    if (recipient->declined)
        return true;
    for (const struct message *message = callout->incident->messages; message; message = message->next)
        if (message->recipient == recipient && message->purpose == PURPOSE_PAGE && message->turn == callout->turn &&
            is_open(engine, message, for_certain))
            return false;
    return true;
}

static bool paged_this_turn(const struct callout *callout, const struct recipient *recipient)
{
    for (const struct message *message = callout->incident->messages; message; message = message->next)
        if (message->recipient == recipient && message->purpose == PURPOSE_PAGE && message->turn == callout->turn)
            return true;
    return false;
}

/* Nobody whom this step paged can be waited for: all of them declined, or nothing got through to them. Who is played not to
 * answer is waited for. */
static bool step_is_void(const struct engine *engine, const struct callout *callout)
{
    for (const struct recipient *recipient = callout->recipients; recipient; recipient = recipient->next)
        if ((recipient->held_back && recipient->held_turn == callout->turn && !recipient->declined) ||
            (paged_this_turn(callout, recipient) && !gave_up(engine, callout, recipient, true)))
            return false;
    return true;
}

/* The step is over before its time; what follows the last step is a repeat, and that waits its interval (P7). */
static void move_on_if_void(struct engine *engine, struct callout *callout)
{
    assert(callout->state == CALLOUT_PAGING);
    if (callout->step > 0 && callout->round == 0 && step_is_void(engine, callout))
        callout_next_step(engine, callout, false);
}

static bool tried_this_turn(const struct engine *engine, const struct callout *callout, const struct contact *contact)
{
    atom address = intern_find(engine->names, contact->address);
    for (const struct message *message = callout->incident->messages; message; message = message->next)
        if (message->callout == callout && message->turn == callout->turn && message->address == address &&
            message->channel == contact->channel)
            return true;
    return false;
}

/* Every page to this person in this step has failed: their other contact points, all at once. */
static void try_other_contacts(struct engine *engine, struct callout *callout, const struct person *person)
{
    for (size_t i = 0; i < person->n_contacts; i++) {
        const struct contact *contact = &person->contacts[i];
        bool served = engine->plan->channels_served & 1u << contact->channel;
        if (served && !tried_this_turn(engine, callout, contact))
            queue_page(engine, callout, person, contact);
    }
}

void callout_page_failed(struct engine *engine, struct callout *callout, const struct recipient *recipient)
{
    const struct person *person = find_person(engine, recipient->person);
    if (recipient->declined || !gave_up(engine, callout, recipient, false))
        return;
    if (stops(engine, callout))
        return;
    if (person)
        try_other_contacts(engine, callout, person);
    move_on_if_void(engine, callout);
}

void callout_declined(struct engine *engine, struct callout *callout)
{
    move_on_if_void(engine, callout);
}
