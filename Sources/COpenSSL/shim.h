#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <string.h>

// Functions that need callbacks, pointers that must not move, or macros, and so cannot be written in Swift.

/// Keeps OpenSSL from reading the machine's openssl.cnf, so that the server behaves alike on all machines, and from
/// cleaning up at exit while other threads still use it.
static inline void openssl_begin(void) {
    OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_ATEXIT, NULL);
}

/// A context that computes an HMAC with a key, for EVP_MAC_update. NULL if there is not enough memory.
static inline EVP_MAC_CTX *hmac_new(const unsigned char *key, size_t length, const char *name) {
    openssl_begin();
    EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    EVP_MAC_CTX *context = EVP_MAC_CTX_new(mac);
    EVP_MAC_free(mac);
    char digest[16];
    strncpy(digest, name, sizeof digest - 1);
    digest[sizeof digest - 1] = 0;
    const OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_end(),
    };
    if (context && !EVP_MAC_init(context, key, length, parameters)) {
        EVP_MAC_CTX_free(context);
        return NULL;
    }
    return context;
}

/// Decides whether to trust the other end. An end with this program's own certificate is trusted under any name; any
/// other certificate must lead to a trusted authority and contain the right name.
static int ssl_verify(X509_STORE_CTX *store, void *unused) {
    (void)unused;
    SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
    X509 *own = ssl ? SSL_get_certificate(ssl) : NULL;
    X509 *shown = X509_STORE_CTX_get0_cert(store);
    if (own && shown && X509_cmp(own, shown) == 0) {
        X509_STORE_CTX_set_error(store, X509_V_OK);
        return 1;
    }
    return X509_verify_cert(store);
}

/// The settings of connections, for either end. NULL if there is not enough memory.
///
/// Connections are few and last long, so sessions are not kept for resumption.
static inline SSL_CTX *ssl_context_new(void) {
    openssl_begin();
    SSL_CTX *context = SSL_CTX_new(TLS_method());
    if (!context) return NULL;
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION);
    SSL_CTX_set_num_tickets(context, 0);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_cert_verify_callback(context, ssl_verify, NULL);
    return context;
}

struct ssl_password {
    /// May be NULL.
    const char *text;
    int was_missed;
};

static int ssl_give_password(char *buffer, int size, int writing, void *data) {
    (void)writing;
    struct ssl_password *password = data;
    // Without this function OpenSSL would prompt on the terminal.
    size_t length = password && password->text ? strlen(password->text) : 0;
    if (password && !password->text) password->was_missed = 1;
    if (length == 0 || size < 0 || length > (size_t)size) return -1;
    memcpy(buffer, password->text, length);
    return (int)length;
}

/// Loads a private key from a PEM file, with its password or NULL. Returns 1 for success, -1 if a password is missing.
static inline int ssl_context_use_key(SSL_CTX *context, const char *path, const char *text) {
    struct ssl_password password = {text, 0};
    SSL_CTX_set_default_passwd_cb(context, ssl_give_password);
    SSL_CTX_set_default_passwd_cb_userdata(context, &password);
    int status = SSL_CTX_use_PrivateKey_file(context, path, SSL_FILETYPE_PEM);
    SSL_CTX_set_default_passwd_cb_userdata(context, NULL);
    return status == 1 ? 1 : password.was_missed ? -1 : 0;
}

/// Finds the number of days until the certificate expires, negative once it has expired. Returns 0 for failure.
static inline int ssl_context_days_left(const SSL_CTX *context, int *days) {
    X509 *certificate = SSL_CTX_get0_certificate(context);
    int seconds = 0;
    if (!certificate || !ASN1_TIME_diff(days, &seconds, NULL, X509_get0_notAfter(certificate))) return 0;
    if (*days == 0 && seconds < 0) *days = -1;
    return 1;
}

/// Expects the server with this name or address and accepts no other.
static inline int ssl_expect(SSL *ssl, const char *host) {
    if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host)) return 1;
    ERR_clear_error();
    SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    return SSL_set_tlsext_host_name(ssl, host) && SSL_set1_host(ssl, host);
}

/// Whether an error means that a key was read, but does not belong to the certificate.
static inline int openssl_is_other_key(unsigned long error) {
    return ERR_GET_LIB(error) == ERR_LIB_X509
        && (ERR_GET_REASON(error) == X509_R_KEY_VALUES_MISMATCH || ERR_GET_REASON(error) == X509_R_KEY_TYPE_MISMATCH);
}
