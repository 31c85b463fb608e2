/* token new: 256 random bits for a source. Only the hash goes into the configuration. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/rand.h>

#include "base/text.h"
#include "ctl/ctl.h"
#include "ctl/print.h"

enum { TOKEN_BYTES = 32, SHA256_BYTES = 32 };

/* As the configuration wants the ids of sources. */
static bool is_source_id(const char *id)
{
    size_t len = strlen(id);
    return len >= 1 && len <= 64 && strspn(id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") == len;
}

static void print_token(const struct ctl *ctl, const char *source, const char *token, const char *hash)
{
    if (ctl->json) {
        json_t *object = json_pack("{ssssss}", "source", source, "token", token, "token-sha256", hash);
        json_dumpf(object, stdout, JSON_COMPACT);
        putchar('\n');
        json_decref(object);
        return;
    }
    printf("%s\n\ntoken-sha256 = %s\n", token, hash);
    fflush(stdout);
    fprintf(stderr, "\nThe first line is the token: give it to %s; it is not shown again.\n"
                    "The last goes into [source %s] in sources.ini; then: bereddctl reload\n", source, source);
}

int command_token_new(struct ctl *ctl, const struct args *args)
{
    const char *source = args_operand(args, 0);
    if (!is_source_id(source)) {
        ctl_complain("'%s' cannot name a source: use letters a to z, digits, and . _ -", source);
        return EXIT_USAGE;
    }
    uint8_t bytes[TOKEN_BYTES], hash[SHA256_BYTES];
    CLEANUP_BUF struct buf token = {0};
    CLEANUP_BUF struct buf hex = {0};
    if (RAND_bytes(bytes, sizeof bytes) != 1) {
        ctl_complain("the system gives no random bytes");
        return EXIT_REFUSED;
    }
    text_add_base64url(&token, bytes, sizeof bytes);
    if (EVP_Digest(token.data, token.len, hash, NULL, EVP_sha256(), NULL) != 1) {
        ctl_complain("OpenSSL cannot compute SHA-256");
        return EXIT_REFUSED;
    }
    text_add_hex(&hex, hash, sizeof hash);
    print_token(ctl, source, buf_text(&token), buf_text(&hex));
    return EXIT_DONE;
}
