/* Measures each line of standard input, a text of UTF-8 in hexadecimal, as an SMS: "UCS2 UNITS SEGMENTS". */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/gsm7.h"
#include "base/mem.h"
#include "base/text.h"

static int measure_line(const char *line)
{
    size_t len = strlen(line) / 2;
    CLEANUP_FREE char *text = mem_alloc(len + 1);
    if (strlen(line) % 2 != 0 || text_from_hex(line, text, len) != ERR_OK)
        return EXIT_FAILURE;
    struct gsm7_size size = gsm7_measure(text, len);
    printf("%d %u %u\n", size.ucs2, size.units, size.segments);
    return EXIT_SUCCESS;
}

int main(void)
{
    CLEANUP_FREE char *line = NULL;
    size_t cap = 0;
    int code = EXIT_SUCCESS;
    while (code == EXIT_SUCCESS && getline(&line, &cap, stdin) > 0) {
        line[strcspn(line, "\n")] = '\0';
        code = measure_line(line);
    }
    return code;
}
