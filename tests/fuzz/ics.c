/* A roster in a calendar, as libical reads it: see import.h for what must hold. */
#include "ctl/import_ics.h"
#include "fuzz.h"
#include "import.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    CLEANUP_BUF struct buf text = {0};
    CLEANUP_IMPORT struct roster_import import;
    import_begin(&import);
    buf_add(&text, bytes, len);
    import_ics(&import, &text);
    import_check(&import);
    return 0;
}
