#include "api/auth.h"

#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include "base/text.h"

enum { TOKEN_TEXT_MAX = 512 };

/* ---- tokens ---- */

/* All tokens are compared, whichever fits: the time it takes tells nothing. */
static const struct token *find_token(const struct config *config, const char *text, size_t len)
{
    uint8_t hash[SHA256_DIGEST_LENGTH];
    SHA256((const unsigned char *)text, len, hash);
    const struct token *found = NULL;
    for (size_t i = 0; i < config->n_tokens; i++) {
        if (CRYPTO_memcmp(config->tokens[i].sha256, hash, sizeof hash) == 0)
            found = &config->tokens[i];
    }
    return found;
}

static bool accept_token(const struct config *config, const char *text, struct auth_caller *ret)
{
    size_t len = strlen(text);
    if (len == 0 || len > TOKEN_TEXT_MAX)
        return false;
    const struct token *token = find_token(config, text, len);
    if (!token)
        return false;
    *ret = (struct auth_caller){ .source = token->source, .rights = token->rights };
    return true;
}

static bool check_header(const struct config *config, const char *authorization, struct auth_caller *ret)
{
    if (strncasecmp(authorization, "Bearer ", 7) != 0)
        return false;
    const char *text = authorization + 7;
    while (*text == ' ')
        text++;
    return accept_token(config, text, ret);
}

bool auth_check_query(const struct config *config, const struct http_request *request, struct auth_caller *ret)
{
    CLEANUP_BUF struct buf text = { 0 };
    return http_form_value(request->query, strlen(request->query), "token", &text) && accept_token(config, buf_text(&text), ret);
}

/* ---- peers on the local socket ---- */

void auth_groups_read(const char *socket_path, struct auth_groups *ret)
{
    ret->n = 0;
    ret->gids[ret->n++] = getegid();
    struct stat found;
    if (socket_path && stat(socket_path, &found) == 0 && S_ISSOCK(found.st_mode))
        ret->gids[ret->n++] = found.st_gid;
}

static bool in_groups(const struct http_peer *peer, const struct auth_groups *groups)
{
    for (size_t i = 0; i < groups->n; i++) {
        if (peer->gid == groups->gids[i])
            return true;
        for (size_t k = 0; k < peer->n_groups; k++) {
            if (peer->groups[k] == groups->gids[i])
                return true;
        }
    }
    return false;
}

bool auth_check(const struct config *config, const struct auth_groups *groups, const struct http_request *request,
                struct auth_caller *ret)
{
    if (request->authorization[0])
        return check_header(config, request->authorization, ret);
    const struct http_peer *peer = request->peer;
    if (!peer->local || (peer->uid != 0 && !in_groups(peer, groups)))
        return false;
    *ret = (struct auth_caller){ .source = "local", .rights = RIGHT_ALL, .local = true, .uid = peer->uid };
    return true;
}

/* ---- Unix names ---- */

static bool name_from_file(uid_t uid, char *ret, size_t size)
{
    FILE *file = fopen("/etc/passwd", "re");
    if (!file)
        return false;
    bool found = false;
    struct passwd entry, *result;
    char strings[2048];
    while (!found && fgetpwent_r(file, &entry, strings, sizeof strings, &result) == 0) {
        if (entry.pw_uid == uid) {
            snprintf(ret, size, "%s", entry.pw_name);
            found = true;
        }
    }
    fclose(file);
    return found;
}

static bool name_from_nsswitch(uid_t uid, char *ret, size_t size)
{
    struct passwd entry, *result = NULL;
    char strings[4096];
    if (getpwuid_r(uid, &entry, strings, sizeof strings, &result) != 0 || !result)
        return false;
    snprintf(ret, size, "%s", entry.pw_name);
    return true;
}

const char *auth_user(struct auth_users *users, uid_t uid)
{
    for (size_t i = 0; i < users->n; i++) {
        if (users->known[i].uid == uid)
            return users->known[i].name;
    }
    if (users->n == AUTH_USERS_MAX)
        users->n = 0;
    char *name = users->known[users->n].name;
    users->known[users->n].uid = uid;
    if (!name_from_file(uid, name, AUTH_USER_BYTES) && !name_from_nsswitch(uid, name, AUTH_USER_BYTES))
        snprintf(name, AUTH_USER_BYTES, "uid %lu", (unsigned long)uid);
    users->n++;
    return name;
}

/* ---- secrets in addresses ---- */

bool auth_secret_equal(const char *given, const char *secret)
{
    uint8_t a[SHA256_DIGEST_LENGTH], b[SHA256_DIGEST_LENGTH];
    SHA256((const unsigned char *)given, strlen(given), a);
    SHA256((const unsigned char *)secret, strlen(secret), b);
    return CRYPTO_memcmp(a, b, sizeof a) == 0;
}
