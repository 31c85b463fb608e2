/* Whether the administrators are owed a word: some process told them that the log cannot be written, and none has told them since
 * that it can. Pure: what the log says of it. */
#ifndef WATCH_DISK_WORD_H
#define WATCH_DISK_WORD_H

#include <stdbool.h>

#include "engine/record.h"

struct disk_word {
    bool known;                  /* the newest record that speaks of it has been seen */
    bool owed;
};

/* At start: the log's records of the house, the newest first. Others are passed over. A word that was meant to go, and that no
 * gateway took as far as the log knows, is still owed. */
void disk_word_recall(struct disk_word *word, const struct record *record);

#endif
