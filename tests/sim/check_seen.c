/* P5: a text that a gateway hands over again under its name, within a day, counts once; also in the next process, as far as the log
 * has the first, and as its clock has that day. */
#include <string.h>

#include "check.h"
#include "loop/loop.h"

struct text {
    struct text *next;
    char *id;                    /* the gateway's */
    char *name;                  /* in the records; NULL: it has left none */
    int64_t until_usec;          /* boot: so long the engine can know that it had it; 0: it cannot */
};

static struct text *texts;
static struct text *current;     /* what this step is about; NULL: something else, or a text without a name */
static bool again;               /* and that was acted on before */

static struct text *text_of_id(const char *id)
{
    for (struct text *text = texts; text; text = text->next)
        if (strcmp(text->id, id) == 0)
            return text;
    struct text *text = NEW(struct text);
    *text = (struct text){.next = texts, .id = mem_strdup(id)};
    return texts = text;
}

bool seen_before(const struct event *event)
{
    bool named = event->kind == EVENT_INBOUND && event->inbound.id;
    current = named ? text_of_id(event->inbound.id) : NULL;
    return again = current && loop_boot_usec() < current->until_usec;
}

void seen_record(const struct record *record)
{
    if (again)
        fail("P5", "the text %s comes again, and leaves a %s", current->id, record_event_name(record->kind));
    if (!current || !record->reply_id)
        return;
    if (!current->name)
        current->name = mem_strdup(record->reply_id);
    current->until_usec = loop_boot_usec() + USEC_PER_DAY;
}

void seen_recalled(const struct record *record)
{
    int64_t left_usec = record->at_usec + USEC_PER_DAY - loop_wall_usec();
    for (struct text *text = record->reply_id && left_usec > 0 ? texts : NULL; text; text = text->next)
        if (text->name && strcmp(text->name, record->reply_id) == 0)
            text->until_usec = loop_boot_usec() + (left_usec < USEC_PER_DAY ? left_usec : USEC_PER_DAY);
}

void seen_crashed(void)
{
    for (struct text *text = texts; text; text = text->next)
        text->until_usec = 0;
}
