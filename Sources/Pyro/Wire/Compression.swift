internal import CZlib
internal import Pickle

/// Payloads as zlib streams.
enum Compression {
    /// Payloads shorter than this are sent as they are, as Pyro does.
    private static let threshold = 200

    /// The payload compressed, or nil if it does not get shorter.
    static func deflated(_ payload: Segments) -> Segments? {
        guard payload.byteCount >= threshold else { return nil }
        let source = payload.joined()
        var length = uLong(source.count)
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: source.count) { target, count in
            let status = unsafe compress(target.baseAddress, &length, source, uLong(source.count))
            count = status == Z_OK ? Int(length) : 0
        }
        guard !bytes.isEmpty, bytes.count < source.count else { return nil }
        var deflated = Segments()
        deflated.append(Bytes(bytes))
        return deflated
    }

    /// The bytes inflated, or nil if they are no whole zlib stream or grow beyond the limit.
    static func inflated(_ bytes: ArraySlice<UInt8>, limit: Int) -> [UInt8]? {
        // What a stream grows to is not said in front, so the room grows with it.
        var room = min(limit, max(bytes.count * 4, 4096))
        while true {
            let (status, result) = attempt(bytes, room: room)
            switch status {
            case Z_OK: return result
            case Z_BUF_ERROR where room < limit: room = min(limit, room * 4)
            default: return nil
            }
        }
    }

    private static func attempt(_ bytes: ArraySlice<UInt8>, room: Int) -> (status: Int32, [UInt8]) {
        var status = Z_DATA_ERROR
        let result = unsafe [UInt8](unsafeUninitializedCapacity: room) { target, count in
            unsafe bytes.withUnsafeBufferPointer { source in
                var (length, taken) = (uLong(room), uLong(source.count))
                status = unsafe uncompress2(target.baseAddress, &length, source.baseAddress, &taken)
                count = status == Z_OK ? Int(length) : 0
                if status == Z_OK, Int(taken) != source.count { status = Z_DATA_ERROR }
            }
        }
        return (status, result)
    }
}
