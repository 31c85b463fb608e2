#include "config.h"      /* nftw, mkdtemp */

#include "ctl/staging.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "ctl/ctl.h"

enum { MAX_ENTRIES = 20000, MAX_DEPTH = 8 };

struct staging {
    char *directory;
    struct buf path;
    bool kept;
};

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *where)
{
    (void)status;
    (void)where;
    (void)(kind == FTW_DP || kind == FTW_D ? rmdir(path) : unlink(path));
    return 0;
}

void staging_free(struct staging *staging)
{
    if (!staging)
        return;
    if (!staging->kept && staging->directory)
        (void)nftw(staging->directory, remove_one, MAX_DEPTH, FTW_DEPTH | FTW_PHYS);
    free(staging->directory);
    buf_done(&staging->path);
    free(staging);
}

void staging_keep(struct staging *staging)
{
    staging->kept = true;
}

const char *staging_directory(const struct staging *staging)
{
    return staging->directory;
}

const char *staging_path(struct staging *staging, const char *file)
{
    buf_clear(&staging->path);
    buf_printf(&staging->path, "%s/%s", staging->directory, file);
    return buf_text(&staging->path);
}

/* Links to every entry of a directory but the one that is to be a directory of its own here. */
static bool link_entries(const char *from, const char *to, const char *except)
{
    DIR *dir = opendir(from);
    bool good = dir != NULL;
    int n = 0;
    for (const struct dirent *entry; good && (entry = readdir(dir));) {
        CLEANUP_BUF struct buf target = {0};
        CLEANUP_BUF struct buf name = {0};
        if (entry->d_name[0] == '.' || strcmp(entry->d_name, except) == 0)
            continue;
        buf_printf(&target, "%s/%s", from, entry->d_name);
        buf_printf(&name, "%s/%s", to, entry->d_name);
        good = ++n <= MAX_ENTRIES && symlink(buf_text(&target), buf_text(&name)) == 0;
    }
    if (!good)
        ctl_complain("cannot look at %s: %s", from, n > MAX_ENTRIES ? "it has too many files" : strerror(errno));
    if (dir)
        closedir(dir);
    return good;
}

/* One level: links to what stands there, and a directory for what will be changed below. */
static bool stage_level(const char *from, const char *to, const char *own)
{
    CLEANUP_BUF struct buf path = {0};
    if (!link_entries(from, to, own))
        return false;
    if (!*own)
        return true;
    buf_printf(&path, "%s/%s", to, own);
    if (mkdir(buf_text(&path), 0700) == 0)
        return true;
    ctl_complain("cannot make %s: %s", buf_text(&path), strerror(errno));
    return false;
}

static bool stage(struct staging *staging, const char *root, const char *role)
{
    CLEANUP_BUF struct buf rosters = {0};
    CLEANUP_BUF struct buf drop_ins = {0};
    CLEANUP_BUF struct buf own = {0};
    CLEANUP_BUF struct buf to = {0};
    buf_printf(&rosters, "%s/rosters", root);
    buf_printf(&own, "%s.d", role);
    buf_printf(&drop_ins, "%s/%s", buf_text(&rosters), buf_text(&own));
    if (!stage_level(root, staging->directory, "rosters") ||
        !stage_level(buf_text(&rosters), staging_path(staging, "rosters"), buf_text(&own)))
        return false;
    buf_printf(&to, "%s/%s", staging_path(staging, "rosters"), buf_text(&own));
    return access(buf_text(&drop_ins), F_OK) != 0 || stage_level(buf_text(&drop_ins), buf_text(&to), "");
}

struct staging *staging_new(const char *config_directory, const char *role)
{
    const char *temporary = getenv("TMPDIR");
    CLEANUP_FREE char *root = realpath(config_directory, NULL);
    CLEANUP(staging_free) struct staging *staging = NEW(struct staging);
    CLEANUP_BUF struct buf template = {0};
    if (!root) {
        ctl_complain("cannot look at %s: %s", config_directory, strerror(errno));
        return NULL;
    }
    buf_printf(&template, "%s/bereddctl-XXXXXX", temporary && *temporary ? temporary : "/tmp");
    if (!mkdtemp(template.data)) {
        ctl_complain("cannot make %s: %s", buf_text(&template), strerror(errno));
        return NULL;
    }
    staging->directory = buf_take(&template);
    return stage(staging, root, role) ? TAKE(staging) : NULL;
}

bool staging_write(struct staging *staging, const char *file, const char *text, size_t len)
{
    const char *path = staging_path(staging, file);
    (void)unlink(path);      /* the link; what it leads to stays */
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    bool good = fd >= 0;
    for (size_t done = 0; good && done < len;) {
        ssize_t n = write(fd, text + done, len - done);
        good = n > 0 || (n < 0 && errno == EINTR);
        done += n > 0 ? (size_t)n : 0;
    }
    if (!good)
        ctl_complain("cannot write %s: %s", path, strerror(errno));
    if (fd >= 0)
        good = close(fd) == 0 && good;
    return good;
}

bool staging_remove(struct staging *staging, const char *file)
{
    const char *path = staging_path(staging, file);
    if (unlink(path) == 0)
        return true;
    ctl_complain("cannot remove %s: %s", path, strerror(errno));
    return false;
}
