/* A self-signed certificate made on the spot, and the directory it lives in. */
#ifndef TESTS_CERTIFICATE_H
#define TESTS_CERTIFICATE_H

struct certificate {
    char directory[64];
    char certificate_path[96];
    char key_path[96];
};

void certificate_make(struct certificate *certificate, const char *subject_alt_name);      /* "IP:127.0.0.1", "DNS:example.se" */
void certificate_remove(struct certificate *certificate);

#endif
