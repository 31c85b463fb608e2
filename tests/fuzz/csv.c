/* A roster in a table, as a spreadsheet writes it: see import.h for what must hold. */
#include "fuzz.h"
#include "import.h"

static void check_table(const struct csv *csv)
{
    HOLDS(csv->n <= CSV_MAX_ROWS);
    for (size_t i = 0; i < csv->n; i++) {
        HOLDS(csv->rows[i].n <= CSV_MAX_FIELDS && csv->rows[i].line >= 1);
        for (size_t k = 0; k < csv->rows[i].n; k++)
            HOLDS(fuzz_is_clean(csv->rows[i].fields[k], strlen(csv->rows[i].fields[k]), false), "%s", csv->rows[i].fields[k]);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    CLEANUP(csv_free) struct csv *csv = NULL;
    CLEANUP_IMPORT struct roster_import import;
    int line = -1;
    const char *why = NULL;
    import_begin(&import);
    if (csv_parse(bytes, len, &csv, &line, &why) != ERR_OK) {
        HOLDS(!csv && line >= 0 && why && *why);
        return 0;
    }
    check_table(csv);
    roster_import_csv(&import, csv);
    import_check(&import);
    return 0;
}
