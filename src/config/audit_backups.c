/* Somebody who is primary and backup at once is no backup. */
#include "config/audit_private.h"

struct below {                   /* a roster without the shifts that are looked at: what they stand upon */
    struct roster week;
    struct roster without_drop_ins;
};

static void make_below(const struct audit_run *run, const struct roster *own, struct below *ret)
{
    struct duty_shift *shifts = arena_alloc(run->arena, (own->n_shifts + 1) * sizeof *shifts);
    size_t n = 0;
    for (size_t i = 0; i < own->n_shifts; i++)
        if (!own->shifts[i].drop_in)
            shifts[n++] = own->shifts[i];
    ret->week = ret->without_drop_ins = *own;
    ret->week.n_shifts = 0;
    ret->without_drop_ins.shifts = shifts;
    ret->without_drop_ins.n_shifts = n;
}

static void tell(const struct audit_run *run, const struct roster *roster, const struct duty_shift *shift,
                 const struct person *person,
                 bool was_backup)
{
    CLEANUP_BUF struct buf span = { 0 };
    audit_add_span(&span, run, roster, (struct span){ shift->from_usec, shift->to_usec });
    if (was_backup)
        audit_warn(run, shift->origin,
                   "%s is the only backup and becomes primary, so there is no backup %s; write '%s, NAME', or '%s, -' if that is meant",
                   person->id, buf_text(&span), person->id, person->id);
    else
        audit_warn(run, shift->origin, "%s is primary already and cannot be the backup %s; name somebody else", person->id,
                   buf_text(&span));
}

static void check_shift(const struct audit_run *run, const struct roster *roster, const struct below *below,
                        const struct duty_shift *shift)
{
    const struct duty *duty = &shift->duty;
    struct on_call then;
    int64_t at = shift->from_usec > run->now_usec ? shift->from_usec : run->now_usec;
    roster_on_call(shift->drop_in ? &below->without_drop_ins : &below->week, run->plan->tz, at, &then);
    if (duty->keep_backups && duty->primary && then.n_backups == 1 && then.backups[0] == duty->primary)
        tell(run, roster, shift, duty->primary, true);
    for (size_t i = 0; !duty->primary && i < duty->n_backups; i++)
        if (duty->backups[i] == then.primary)
            tell(run, roster, shift, then.primary, false);
}

static void check_rotation(const struct audit_run *run, const struct rotation *rotation)
{
    for (size_t i = 0; i < rotation->n_order; i++)
        for (size_t back = 1; back <= rotation->backups && back < rotation->n_order; back++)
            if (rotation->order[i] == rotation->order[(i + back) % rotation->n_order]) {
                audit_warn(run, rotation->origin,
                           "the turn comes to %s while %s is the backup: that week lacks one; name each person once in 'order'",
                           rotation->order[i]->id, rotation->order[i]->id);
                return;
            }
}

void audit_backups(const struct audit_run *run, size_t index)
{
    const struct roster *roster = &run->plan->rosters[index], *own = &run->own[index];
    struct below below;
    make_below(run, own, &below);
    for (size_t i = 0; i < own->n_shifts; i++)
        check_shift(run, roster, &below, &own->shifts[i]);
    if (own->rotation.present)
        check_rotation(run, &own->rotation);
}
