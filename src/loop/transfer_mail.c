/* Options of a mail: one message, one recipient. */
#include <assert.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/civil.h"
#include "loop/http_client_internal.h"
#include "loop/mail_message.h"

/* curl says QUIT when it gives a connection up, and then blocks until the server answers, for two minutes if need be. So each
 * mail has a connection of its own, whose sockets are known here, and they are shut down once QUIT has been written: the wait
 * ends at once. */
static curl_socket_t open_socket(void *userdata, curlsocktype purpose, struct curl_sockaddr *address)
{
    (void)purpose;
    struct transfer *transfer = userdata;
    if (transfer->n_sockets == N_ELEMENTS(transfer->sockets))
        return CURL_SOCKET_BAD;
    int fd = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
    if (fd < 0)
        return CURL_SOCKET_BAD;
    transfer->sockets[transfer->n_sockets++] = fd;
    return fd;
}

static int close_socket(void *userdata, curl_socket_t fd)
{
    struct transfer *transfer = userdata;
    for (size_t i = 0; i < transfer->n_sockets; i++)
        if (transfer->sockets[i] == fd)
            transfer->sockets[i--] = transfer->sockets[--transfer->n_sockets];
    return close(fd);
}

static int after_quit(CURL *easy, curl_infotype type, char *bytes, size_t len, void *userdata)
{
    (void)easy;
    struct transfer *transfer = userdata;
    if (type != CURLINFO_HEADER_OUT || len < 4 || memcmp(bytes, "QUIT", 4))
        return 0;
    for (size_t i = 0; i < transfer->n_sockets; i++)
        shutdown(transfer->sockets[i], SHUT_RDWR);
    return 0;
}

static void own_connection(struct transfer *transfer)
{
    SET(transfer->easy, CURLOPT_FRESH_CONNECT, 1L);
    SET(transfer->easy, CURLOPT_FORBID_REUSE, 1L);
    SET(transfer->easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    SET(transfer->easy, CURLOPT_OPENSOCKETDATA, transfer);
    SET(transfer->easy, CURLOPT_CLOSESOCKETFUNCTION, close_socket);
    SET(transfer->easy, CURLOPT_CLOSESOCKETDATA, transfer);
    SET(transfer->easy, CURLOPT_DEBUGFUNCTION, after_quit);
    SET(transfer->easy, CURLOPT_DEBUGDATA, transfer);
    SET(transfer->easy, CURLOPT_VERBOSE, 1L);               /* or the function above is not called */
}

static size_t give_message(char *room, size_t size, size_t n, void *userdata)
{
    struct transfer *transfer = userdata;
    size_t len = transfer->upload.len - transfer->uploaded;
    if (len > size * n)
        len = size * n;
    memcpy(room, transfer->upload.data + transfer->uploaded, len);
    transfer->uploaded += len;
    return len;
}

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

static void set_envelope(struct transfer *transfer, const struct transfer_mail *mail)
{
    transfer_add_line(transfer, mail->to);
    SET(transfer->easy, CURLOPT_MAIL_FROM, mail->from);
    SET(transfer->easy, CURLOPT_MAIL_RCPT, transfer->lines);
    SET(transfer->easy, CURLOPT_UPLOAD, 1L);
    SET(transfer->easy, CURLOPT_READFUNCTION, give_message);
    SET(transfer->easy, CURLOPT_READDATA, transfer);
    SET(transfer->easy, CURLOPT_INFILESIZE_LARGE, (curl_off_t)transfer->upload.len);
}

enum err transfer_set_mail(struct transfer *transfer, const struct transfer_mail *mail)
{
    transfer->is_mail = true;
    enum err err = is_clean(mail) ? mail_message_add(&transfer->upload, mail) : ERR_SYNTAX;
    if (err)
        return err;
    SET(transfer->easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    SET(transfer->easy, CURLOPT_URL, mail->url);
    if (mail->username) {
        SET(transfer->easy, CURLOPT_USERNAME, mail->username);
        SET(transfer->easy, CURLOPT_PASSWORD, mail->password ? mail->password : "");
    }
    SET(transfer->easy, CURLOPT_USE_SSL, use_ssl(mail->starttls));
    own_connection(transfer);
    SET(transfer->easy, CURLOPT_TIMEOUT_MS, (long)(mail->timeout_usec / USEC_PER_MSEC + 1));
    /* Who accepts that STARTTLS is missing cannot ask more of the certificate than of no certificate, unless a CA is named. */
    bool verify = mail->starttls != TRANSFER_STARTTLS_OPPORTUNISTIC || mail->ca_file || transfer_scheme_is(mail->url, "smtps");
    transfer_set_tls(transfer, mail->ca_file, verify);
    set_envelope(transfer, mail);
    return ERR_OK;
}
