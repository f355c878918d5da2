#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>

/// A context for the HMAC-SHA1 of data with a key, to be fed by EVP_MAC_update; NULL if there is no memory for it.
///
/// In C, since the parameters point to texts that must stay where they are.
static inline EVP_MAC_CTX *hmac_sha1_new(const unsigned char *key, size_t length) {
    EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    EVP_MAC_CTX *context = EVP_MAC_CTX_new(mac);
    EVP_MAC_free(mac);
    char digest[] = "SHA1";
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
