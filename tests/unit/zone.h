/* The time zone of most tests. Its rules are those of the machine's tzdata. */
#ifndef TESTS_UNIT_ZONE_H
#define TESTS_UNIT_ZONE_H

#include <check.h>
#include <stdio.h>

#include "base/tz.h"

/* The caller's: tz_free(). */
static inline struct tz *zone_stockholm(void)
{
    static const char path[] = "/usr/share/zoneinfo/Europe/Stockholm";
    char bytes[65536];
    struct tz *zone = NULL;
    FILE *file = fopen(path, "rb");
    ck_assert_msg(file != NULL, "%s cannot be read; is tzdata installed?", path);
    size_t len = fread(bytes, 1, sizeof(bytes), file);
    fclose(file);
    ck_assert_int_eq(tz_parse(bytes, len, &zone), ERR_OK);
    return zone;
}

#endif
