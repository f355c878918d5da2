internal import COpenSSL
internal import Pickle

/// The HMAC annotation, by which both ends know that the other one has the key.
enum Signature {
    static let id = "HMAC"
    /// How many bytes SHA-1 gives.
    private static let byteCount = 20

    /// HMAC-SHA1 over the payload as it is sent, then the other annotations' bytes in the order of their ids.
    ///
    /// Empty, which nobody takes for a signature, should there be no memory for it.
    static func sign(_ payload: [Bytes], _ annotations: Annotations, key: [UInt8]) -> [UInt8] {
        guard let context = unsafe hmac_sha1_new(key, key.count) else { return [] }
        defer { unsafe EVP_MAC_CTX_free(context) }
        for part in payload { unsafe part.withUnsafeBytes { unsafe update(context, $0) } }
        for chunk in annotations.chunks.sorted(by: { $0.id < $1.id }) where chunk.id != id {
            unsafe chunk.bytes.withUnsafeBytes { unsafe update(context, $0) }
        }
        return unsafe [UInt8](unsafeUninitializedCapacity: byteCount) { target, count in
            guard unsafe EVP_MAC_final(context, target.baseAddress, &count, byteCount) == 1 else { return count = 0 }
        }
    }

    static func isValid(
        _ signature: [UInt8],
        of payload: [Bytes],
        _ annotations: Annotations,
        key: [UInt8]
    ) -> Bool {
        let expected = sign(payload, annotations, key: key)
        guard expected.count == byteCount, signature.count == byteCount else { return false }
        // Takes the same time wherever the first difference is.
        return unsafe CRYPTO_memcmp(expected, signature, byteCount) == 0
    }

    @unsafe private static func update(_ context: OpaquePointer, _ bytes: UnsafeRawBufferPointer) {
        unsafe EVP_MAC_update(context, bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count)
    }
}
