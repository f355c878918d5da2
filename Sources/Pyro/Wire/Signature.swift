internal import Crypto
internal import Pickle

/// The HMAC annotation, by which both ends know that the other one has the key.
enum Signature {
    static let id = "HMAC"

    /// HMAC-SHA1 over the payload as it is sent, then the other annotations' bytes in the order of their ids.
    static func sign(_ payload: [Bytes], _ annotations: Annotations, key: [UInt8]) -> [UInt8] {
        Array(hmac(payload, annotations, key).finalize())
    }

    static func isValid(
        _ signature: [UInt8],
        of payload: [Bytes],
        _ annotations: Annotations,
        key: [UInt8]
    ) -> Bool {
        let expected = hmac(payload, annotations, key).finalize()
        // The comparison of Crypto's takes the same time wherever the first difference is.
        return expected == signature
    }

    private static func hmac(
        _ payload: [Bytes],
        _ annotations: Annotations,
        _ key: [UInt8]
    ) -> HMAC<Insecure.SHA1> {
        var hmac = HMAC<Insecure.SHA1>(key: SymmetricKey(data: key))
        for part in payload { unsafe part.withUnsafeBytes { unsafe hmac.update(data: $0) } }
        for chunk in annotations.chunks.sorted(by: { $0.id < $1.id }) where chunk.id != id {
            hmac.update(data: chunk.bytes)
        }
        return hmac
    }
}
