#include "config/slurp.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static enum err from_errno(int error)
{
    switch (error) {
    case ENOENT:
    case ENOTDIR:
        return ERR_NOT_FOUND;
    case EACCES:
    case EPERM:
        return ERR_DENIED;
    default:
        return ERR_IO;
    }
}

static enum err read_all(int fd, size_t max, struct buf *ret)
{
    for (;;) {
        char *room = buf_reserve(ret, 16384);
        ssize_t got = read(fd, room, 16384);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return from_errno(errno);
        if (got == 0)
            return ERR_OK;
        ret->len += (size_t)got;
        if (ret->len > max)
            return ERR_TOO_BIG;
    }
}

enum err slurp_file(const char *path, size_t max, struct buf *ret, bool *ret_others_read)
{
    /* Without O_NONBLOCK a pipe of that name would hold the daemon up. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return from_errno(errno);
    struct stat status;
    enum err err = ERR_OK;
    if (fstat(fd, &status) < 0)
        err = ERR_IO;
    else if (!S_ISREG(status.st_mode))
        err = ERR_UNSUPPORTED;
    else
        err = read_all(fd, max, ret);
    if (ret_others_read)
        *ret_others_read = err == ERR_OK && (status.st_mode & S_IROTH);
    close(fd);
    return err;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

enum err slurp_names(const char *directory, const char *suffix, char ***ret_names, size_t *ret_n)
{
    DIR *dir = opendir(directory);
    if (!dir)
        return from_errno(errno);
    char **names = NULL;
    size_t n = 0, cap = 0, suffix_len = strlen(suffix);
    enum err err = ERR_OK;
    const struct dirent *found;
    while ((found = readdir(dir)) != NULL) {
        size_t len = strlen(found->d_name);
        if (found->d_name[0] == '.' || len <= suffix_len || strcmp(found->d_name + len - suffix_len, suffix) != 0)
            continue;
        if (n == SLURP_MAX_NAMES) {
            err = ERR_TOO_BIG;
            break;
        }
        if (n == cap) {
            cap = cap ? cap * 2 : 16;
            names = mem_realloc_array(names, cap, sizeof *names);
        }
        names[n++] = mem_strndup(found->d_name, len - suffix_len);
    }
    closedir(dir);
    if (err) {
        slurp_names_free(names, n);
        return err;
    }
    if (n > 1)
        qsort(names, n, sizeof *names, compare_names);
    *ret_names = names;
    *ret_n = n;
    return ERR_OK;
}

void slurp_names_free(char **names, size_t n)
{
    for (size_t i = 0; i < n; i++)
        free(names[i]);
    free(names);
}
