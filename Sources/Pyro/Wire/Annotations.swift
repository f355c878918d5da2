/// What travels beside a payload: chunks of bytes, each with an id of four ASCII characters.
struct Annotations: Sendable, Equatable {
    private(set) var chunks: [(id: String, bytes: [UInt8])] = []

    static func == (left: Annotations, right: Annotations) -> Bool {
        left.chunks.elementsEqual(right.chunks) { $0.id == $1.id && $0.bytes == $1.bytes }
    }

    var isEmpty: Bool { chunks.isEmpty }
    var byteCount: Int { chunks.reduce(0) { $0 + 6 + $1.bytes.count } }

    /// Of several with one id the last one counts, as in Python's dictionary.
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
    /// Cuts an annotation area into its chunks, which must fill it.
    init(_ area: ArraySlice<UInt8>) throws(MessageError) {
        var rest = area
        // An area has room for ten thousand chunks, so that none is looked for along the others.
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
