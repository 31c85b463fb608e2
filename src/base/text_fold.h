/* Case folding of single characters, for the text_*.c files. */
#ifndef BASE_TEXT_FOLD_H
#define BASE_TEXT_FOLD_H

#include <stdint.h>

/* Unicode's simple case folding (CaseFolding.txt, status C and S) for U+0000..017F, but for the micro sign, which stays. */
uint32_t text_fold(uint32_t character);

#endif
