package import Pickle

/// A record of the protocol of `docs/frames-wire.md`: its kinds, its head, and what clients send.
package enum FrameRecord {
    package enum Kind: UInt16 {
        case welcome = 1
        case refused, frame, value, failure, retire, state, counts, end
        case subscribe = 65
        case give, ping, unsubscribe
    }

    package static let version = 1
    package static let headLength = 16
    /// The most bytes of a record from a client.
    package static let longest = 64 << 10
    private static let magic = Array("MFRM".utf8)

    /// A head, which leaves room for the whole header.
    package static func begin(_ kind: Kind, headerLength: Int = headLength, extraLength: Int) -> [UInt8] {
        var bytes = [UInt8]()
        bytes.reserveCapacity(headerLength)
        bytes += magic
        bytes.append(little: UInt16(version))
        bytes.append(little: kind.rawValue)
        bytes.append(little: UInt32(headerLength))
        bytes.append(little: UInt32(clamping: extraLength))
        return bytes
    }

    /// A record without header fields of its own.
    package static func plain(_ kind: Kind, _ value: PythonValue) -> (header: [UInt8], extra: [UInt8]) {
        let extra = json(value)
        return (begin(kind, extraLength: extra.count), extra)
    }

    package static func json(_ value: PythonValue) -> [UInt8] {
        // All that is sent this way can be written.
        Array(((try? SerializerID.json.text(of: value)) ?? "null").utf8)
    }

    // MARK: Reading

    /// The head of a record from a client.
    package struct Head: Equatable {
        let kind: UInt16
        let headerLength, extraLength: Int

        package var length: Int { headerLength + extraLength }

        package init(_ bytes: ArraySlice<UInt8>) throws(FrameRefusal) {
            guard bytes.count >= FrameRecord.headLength, bytes.starts(with: FrameRecord.magic) else {
                throw FrameRefusal(.malformed, "this is not a record of the frame protocol")
            }
            let start = bytes.startIndex
            let version = bytes.little(UInt16.self, at: start + 4)
            guard version == FrameRecord.version else {
                throw FrameRefusal(
                    .version,
                    "version \(version) is not known; this server speaks \(FrameRecord.version)"
                )
            }
            kind = bytes.little(UInt16.self, at: start + 6)
            headerLength = Int(bytes.little(UInt32.self, at: start + 8))
            extraLength = Int(bytes.little(UInt32.self, at: start + 12))
            guard headerLength >= FrameRecord.headLength, headerLength <= 4096, length <= FrameRecord.longest else {
                throw FrameRefusal(.malformed, "a record of \(headerLength) and \(extraLength) bytes")
            }
        }
    }

    /// What a client sends.
    package enum Request: Equatable {
        case subscribe(PythonValue)
        case give(credit: Int, slots: [UInt32])
        case ping
        case unsubscribe

        /// Reads one whole record.
        package init(_ bytes: ArraySlice<UInt8>) throws(FrameRefusal) {
            let head = try Head(bytes)
            guard bytes.count == head.length else {
                throw FrameRefusal(.malformed, "\(bytes.count) bytes of a record of \(head.length)")
            }
            let extra = bytes.dropFirst(head.headerLength)
            switch Kind(rawValue: head.kind) {
            case .subscribe:
                do { self = .subscribe(try SerializerID.json.value(of: extra)) } catch {
                    throw FrameRefusal(.malformed, "the subscription is not JSON: \(error.message)")
                }
            case .give:
                guard head.headerLength >= 24 else { throw FrameRefusal(.malformed, "a header that is too short") }
                let start = bytes.startIndex
                let count = Int(bytes.little(UInt32.self, at: start + 20))
                guard count <= 1024, extra.count == 4 * count else {
                    throw FrameRefusal(.malformed, "\(count) slots in \(extra.count) bytes")
                }
                let slots = (0..<count).map { extra.little(UInt32.self, at: extra.startIndex + 4 * $0) }
                self = .give(credit: Int(bytes.little(UInt32.self, at: start + 16)), slots: slots)
            case .ping: self = .ping
            case .unsubscribe: self = .unsubscribe
            default: throw FrameRefusal(.malformed, "clients send no records of kind \(head.kind)")
            }
        }
    }
}

/// The reason for which a subscription is refused or ended.
package struct FrameRefusal: Error, Equatable {
    package enum Code: String {
        case version, malformed, wanted, ticket, user, object, subscribers, memory, closed, stopping, unsubscribed,
            slots
    }

    package let code: Code
    package let text: String

    package init(_ code: Code, _ text: String) { (self.code, self.text) = (code, text) }

    package var value: PythonValue { .dict(["code": .str(code.rawValue), "text": .str(text)]) }
}

extension [UInt8] {
    package mutating func append(little value: some FixedWidthInteger) {
        for index in 0..<value.bitWidth / 8 { append(UInt8(truncatingIfNeeded: value >> (8 * index))) }
    }

    package mutating func append(little value: Double) { append(little: value.bitPattern) }
}

extension ArraySlice<UInt8> {
    /// A number at a place, all of whose bytes are there.
    func little<Value: FixedWidthInteger & UnsignedInteger>(_: Value.Type, at place: Int) -> Value {
        (0..<Value.bitWidth / 8).reduce(0) { $0 | Value(self[place + $1]) << (8 * $1) }
    }
}
