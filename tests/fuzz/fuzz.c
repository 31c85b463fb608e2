#include "fuzz.h"

#include <stdio.h>

#include "base/text.h"

void fuzz_fail(const char *file, int line, const char *condition, const char *format, ...)
{
    va_list args;
    fprintf(stderr, "%s:%d: does not hold: %s", file, line, condition);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    abort();
}

size_t fuzz_left(const struct fuzz_input *input)
{
    return (size_t)(input->end - input->at);
}

uint8_t fuzz_u8(struct fuzz_input *input)
{
    return input->at < input->end ? *input->at++ : 0;
}

uint64_t fuzz_number(struct fuzz_input *input, unsigned n_bytes)
{
    uint64_t number = 0;
    for (unsigned i = 0; i < n_bytes; i++)
        number |= (uint64_t)fuzz_u8(input) << (8 * i);
    return number;
}

const uint8_t *fuzz_bytes(struct fuzz_input *input, size_t max, size_t *ret_len)
{
    const uint8_t *bytes = input->at;
    *ret_len = fuzz_left(input) < max ? fuzz_left(input) : max;
    input->at += *ret_len;
    return bytes;
}

void fuzz_line(struct fuzz_input *input, struct buf *ret)
{
    const uint8_t *feed = fuzz_left(input) ? memchr(input->at, '\n', fuzz_left(input)) : NULL;
    size_t len = feed ? (size_t)(feed - input->at) : fuzz_left(input);
    buf_clear(ret);
    buf_add(ret, input->at, len);
    input->at = feed ? feed + 1 : input->end;
}

void fuzz_random(void *userdata, void *bytes, size_t len)
{
    uint64_t *state = userdata;
    for (size_t i = 0; i < len; i++) {
        *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        ((uint8_t *)bytes)[i] = (uint8_t)(*state >> 56);
    }
}

const struct config *fuzz_config(void)
{
    static struct config *config;
    if (config)
        return config;
    struct config_env env = {
        .directory = FUZZ_DIR "/plan", .preset_directory = FUZZ_PRESETS, .zoneinfo_directory = "/usr/share/zoneinfo", .now_usec = FUZZ_NOW_USEC,
    };
    CLEANUP(problems_free) struct problems *problems = problems_new();
    enum err err = config_load(&env, problems, &config);
    for (size_t i = 0; err != ERR_OK && i < problems_count(problems); i++)
        fprintf(stderr, "%s:%d: %s\n", problems_get(problems, i)->file, problems_get(problems, i)->line, problems_get(problems, i)->message);
    HOLDS(err == ERR_OK);
    return config;
}

bool fuzz_is_clean(const char *text, size_t len, bool block)
{
    if (!text_utf8_valid(text, len))
        return false;
    for (size_t i = 0; i < len; i++)
        if (((unsigned char)text[i] < 0x20 && !(block && text[i] == '\n')) || text[i] == 0x7f)
            return false;
    return true;
}

bool fuzz_is_number(const char *text)
{
    size_t digits = text[0] == '+' ? strspn(text + 1, "0123456789") : 0;
    return digits >= 4 && digits <= 15 && text[1 + digits] == '\0';
}
