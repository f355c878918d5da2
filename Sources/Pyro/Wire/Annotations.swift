internal import COpenSSL
internal import Pickle

/// Chunks of bytes that accompany a payload, each with an id of four ASCII characters.
struct Annotations: Sendable, Equatable {
    private(set) var chunks: [(id: String, bytes: [UInt8])] = []

    static func == (left: Annotations, right: Annotations) -> Bool {
        left.chunks.elementsEqual(right.chunks) { $0.id == $1.id && $0.bytes == $1.bytes }
    }

    var isEmpty: Bool { chunks.isEmpty }
    var byteCount: Int { chunks.reduce(0) { $0 + 6 + $1.bytes.count } }

    /// If an id occurs more than once, the last chunk counts, as in Python's dictionary.
    subscript(id: String) -> [UInt8]? {
        get { chunks.last { $0.id == id }?.bytes }
        set {
            chunks.removeAll { $0.id == id }
            if let newValue { chunks.append((id, newValue)) }
        }
    }

    var bytes: [UInt8] {
        chunks.flatMap { chunk in
            Array(chunk.id.utf8) + [UInt8(chunk.bytes.count >> 8), UInt8(chunk.bytes.count & 0xFF)] + chunk.bytes
        }
    }
}

extension Annotations {
    /// Splits an annotation area into its chunks, which must fill it.
    init(_ area: ArraySlice<UInt8>) throws(MessageError) {
        var rest = area
        // An area has room for ten thousand chunks: a linear search for each would be slow.
        var places: [String: Int] = [:]
        while !rest.isEmpty {
            guard rest.count >= 6 else { throw .badAnnotations }
            let (id, first) = (rest.prefix(4), rest.startIndex)
            let length = Int(rest[first + 4]) << 8 | Int(rest[first + 5])
            rest = rest.dropFirst(6)
            guard id.allSatisfy({ $0 < 0x80 }), length <= rest.count else { throw .badAnnotations }
            let chunk = (id: String(decoding: id, as: UTF8.self), bytes: Array(rest.prefix(length)))
            rest = rest.dropFirst(length)
            if let place = places[chunk.id] {
                chunks[place] = chunk
            } else {
                places[chunk.id] = chunks.count
                chunks.append(chunk)
            }
        }
    }
}

/// The HMAC annotation, which proves that the other end has the key.
enum Signature {
    static let id = "HMAC"
    /// The length of a SHA-1 digest.
    private static let byteCount = 20

    /// The HMAC-SHA1 of the payload as it is sent, followed by the bytes of the other annotations in the order of ids.
    ///
    /// Empty, which is never a valid signature, if there is not enough memory.
    static func sign(_ payload: [Bytes], _ annotations: Annotations, key: [UInt8]) -> [UInt8] {
        guard let context = unsafe hmac_new(key, key.count, "SHA1") else { return [] }
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
