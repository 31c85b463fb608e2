/* A target's main where there is no libFuzzer: feeds it the files that are named, or those in corpus/TARGET and crashes/TARGET. */
#include <dirent.h>
#include <stdio.h>

#include "config/slurp.h"
#include "fuzz.h"

static size_t n_files;

static void feed(const char *path)
{
    CLEANUP_BUF struct buf bytes = {0};
    bool others_read;
    enum err err = slurp_file(path, SLURP_MAX_BYTES, &bytes, &others_read);
    HOLDS(err == ERR_OK, "%s: %s", path, err_text(err));
    /* a copy without a NUL behind it, so that a sanitizer sees a step too far */
    uint8_t *exact = malloc(bytes.len ? bytes.len : 1);
    HOLDS(exact);
    memcpy(exact, buf_text(&bytes), bytes.len);
    fprintf(stderr, "%s\n", path);
    LLVMFuzzerTestOneInput(exact, bytes.len);
    free(exact);
    n_files++;
}

static void feed_directory(const char *kind, const char *target)
{
    struct dirent **entries;
    CLEANUP_BUF struct buf directory = {0};
    buf_printf(&directory, FUZZ_DIR "/%s/%s", kind, target);
    int n = scandir(buf_text(&directory), &entries, NULL, alphasort);
    for (int i = 0; i < n; i++) {
        CLEANUP_BUF struct buf path = {0};
        buf_printf(&path, "%s/%s", buf_text(&directory), entries[i]->d_name);
        if (entries[i]->d_name[0] != '.')
            feed(buf_text(&path));
        free(entries[i]);
    }
    if (n >= 0)
        free(entries);
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        feed(argv[i]);
    if (argc < 2) {
        const char *target = strrchr(argv[0], '_');      /* fuzz_TARGET */
        HOLDS(target);
        feed_directory("corpus", target + 1);
        feed_directory("crashes", target + 1);
    }
    fprintf(stderr, "%zu files\n", n_files);
    return n_files > 0 ? 0 : 1;      /* a corpus that is not found is no success */
}
