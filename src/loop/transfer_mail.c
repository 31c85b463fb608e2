/* Options of a mail: one message, one recipient. */
#include <assert.h>

#include "loop/http_client_internal.h"
#include "loop/mail_message.h"

static bool is_clean(const struct transfer_mail *mail)
{
    return (transfer_scheme_is(mail->url, "smtp") || transfer_scheme_is(mail->url, "smtps")) && transfer_text_clean(mail->url)
           && transfer_text_clean(mail->username) && transfer_text_clean(mail->password) && transfer_text_clean(mail->ca_file);
}

static long use_ssl(enum transfer_starttls starttls)
{
    switch (starttls) {
    case TRANSFER_STARTTLS_OPPORTUNISTIC: return CURLUSESSL_TRY;
    case TRANSFER_STARTTLS_NO:            return CURLUSESSL_NONE;
    default:                              return CURLUSESSL_ALL;
    }
}

enum err transfer_set_mail(struct transfer *transfer, const struct transfer_mail *mail)
{
    transfer->is_mail = true;
    enum err err = is_clean(mail) ? mail_message_add(&transfer->message, mail) : ERR_SYNTAX;
    if (err)
        return err;
    transfer->mail_from = mem_strdup(mail->from);
    transfer->mail_to = mem_strdup(mail->to);
    /* curl connects, greets, starts TLS and logs in. The mail itself is mail_dialogue.c's: curl would wait for the answer to the
     * message inside one call, and the loop with it; and a transfer that is removed half way would end its message as if it
     * were whole. */
    SET(transfer->easy, CURLOPT_CONNECT_ONLY, 1L);
    SET(transfer->easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    SET(transfer->easy, CURLOPT_URL, mail->url);
    if (mail->username) {
        SET(transfer->easy, CURLOPT_USERNAME, mail->username);
        SET(transfer->easy, CURLOPT_PASSWORD, mail->password ? mail->password : "");
    }
    SET(transfer->easy, CURLOPT_USE_SSL, use_ssl(mail->starttls));
    transfer_set_timeout(transfer, mail->timeout_usec);
    /* Who accepts that STARTTLS is missing cannot ask more of the certificate than of no certificate, unless a CA is named. */
    bool verify = mail->starttls != TRANSFER_STARTTLS_OPPORTUNISTIC || mail->ca_file || transfer_scheme_is(mail->url, "smtps");
    transfer_set_tls(transfer, mail->ca_file, verify);
    return ERR_OK;
}
