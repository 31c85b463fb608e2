#include "certificate.h"

#include <assert.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void write_pem(const char *path, X509 *x509, EVP_PKEY *key)
{
    FILE *file = fopen(path, "w");
    int ok = x509 ? PEM_write_X509(file, x509) : PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL);
    assert(ok);
    fclose(file);
}

static X509 *make_x509(EVP_PKEY *key, const char *subject_alt_name)
{
    X509 *x509 = X509_new();
    X509_set_version(x509, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(x509), 1);
    X509_gmtime_adj(X509_getm_notBefore(x509), -86400);
    X509_gmtime_adj(X509_getm_notAfter(x509), 86400);
    X509_set_pubkey(x509, key);
    X509_NAME *name = X509_get_subject_name(x509);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"example.se", -1, -1, 0);
    X509_set_issuer_name(x509, name);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, subject_alt_name);
    assert(extension);
    X509_add_ext(x509, extension, -1);
    X509_EXTENSION_free(extension);
    int ok = X509_sign(x509, key, EVP_sha256());
    assert(ok);
    return x509;
}

void certificate_make(struct certificate *certificate, const char *subject_alt_name)
{
    snprintf(certificate->directory, sizeof(certificate->directory), "/tmp/certificate.XXXXXX");
    char *made = mkdtemp(certificate->directory);
    assert(made);
    snprintf(certificate->certificate_path, sizeof(certificate->certificate_path), "%s/cert.pem", certificate->directory);
    snprintf(certificate->key_path, sizeof(certificate->key_path), "%s/key.pem", certificate->directory);
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *x509 = make_x509(key, subject_alt_name);
    write_pem(certificate->certificate_path, x509, NULL);
    write_pem(certificate->key_path, NULL, key);
    X509_free(x509);
    EVP_PKEY_free(key);
}

void certificate_remove(struct certificate *certificate)
{
    unlink(certificate->certificate_path);
    unlink(certificate->key_path);
    rmdir(certificate->directory);
}
