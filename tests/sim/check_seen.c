/* P5: a text that a gateway hands over again under its name counts once, also in the next process, as far as the log has the first. */
#include <stdlib.h>
#include <string.h>

#include "check.h"

/* The engine's name for a text, and whether the engine can know that it had it. */
struct text {
    struct text *next;
    char *id;                    /* the gateway's */
    char *name;                  /* in the records; NULL: it has left none */
    bool known;
};

static struct text *texts;
static struct text *current;     /* what this step is about; NULL: something else, or a text without a name */

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
    return current && current->known;
}

void seen_record(const struct record *record)
{
    if (!current || !record->reply_id)
        return;
    if (!current->name)
        current->name = mem_strdup(record->reply_id);
    current->known = true;
}

void seen_recalled(const struct record *record)
{
    for (struct text *text = record->reply_id ? texts : NULL; text; text = text->next)
        text->known |= text->name && strcmp(text->name, record->reply_id) == 0;
}

void seen_crashed(void)
{
    for (struct text *text = texts; text; text = text->next)
        text->known = false;
}
