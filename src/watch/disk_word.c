#include "watch/disk_word.h"

void disk_word_recall(struct disk_word *word, const struct record *record)
{
    bool of_the_end = record->purpose == PURPOSE_RESTORED;
    bool begun = record->kind == RECORD_DEGRADED, unheard = record->kind == RECORD_NOTICE_QUEUED && of_the_end;
    bool over = record->kind == RECORD_RESTORED || (record->kind == RECORD_NOTICE_SENT && of_the_end);
    if (word->known || record->incident != 0 || !(begun || unheard || over))
        return;
    word->known = true;
    word->owed = !over;
}
