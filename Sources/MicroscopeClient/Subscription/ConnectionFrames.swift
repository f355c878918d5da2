internal import Pickle
internal import Platform
internal import Pyro

/// A subscription on a connection of this program's own to the device's port.
final class ConnectionFrames: FrameSource {
    let way = FrameWay.ownConnection
    private let connection: TakenConnection
    private let key: [UInt8]?
    private var (sent, received) = (UInt64(0), UInt64(0))
    /// How many more frames the server may send, and how many were taken since that was last said.
    private var (window, taken) = (0, 0)

    private static let (fewest, most, underWay) = (4, 64, 16 << 20)
    private static let longest = 1 << 33
    private static let silence = Duration.seconds(10)

    init(to place: PyroURI, _ options: ClientOptions, _ wanted: PythonDictionary) throws {
        let (answer, connection) = try TakenConnection.taken(
            from: place,
            options,
            silence: Self.silence,
            by: "frames_subscribe",
            [.dict(wanted)]
        )
        guard case .dict(let answer) = answer else { throw FrameMessage.Malformed("no answer to the subscription") }
        self.connection = connection
        key = answer["signed"] == .bool(true) ? connection.signingKey : nil
        try widen(to: Self.fewest)
    }

    func next(or wakeup: Wakeup, within limit: Duration) throws -> FrameItem? {
        guard connection.wait(or: wakeup, within: limit) else { return nil }
        let start = try connection.read(FrameMessage.headLength)
        let head = try FrameMessage.Head(start[...])
        let record = start + (try connection.read(head.headerLength + head.extraLength - start.count))
        let (header, extra) = (record.prefix(head.headerLength), record.dropFirst(head.headerLength))
        guard head.kind == .frame else {
            try check(record, [])
            return try FrameItem(head, header, extra)
        }
        guard header.count >= FrameMessage.frameLength else { throw FrameMessage.Malformed("a short header") }
        let pixels = try FrameMessage.Pixels(header)
        // Compression was not asked for.
        guard pixels.encoding == 0, pixels.sentCount == pixels.byteCount, pixels.byteCount <= Self.longest else {
            throw FrameMessage.Malformed("pixels that were not agreed on")
        }
        let rows = try connection.read(pixels.byteCount)
        try check(record, rows)
        taken += 1
        try widen(to: max(Self.fewest, min(Self.most, Self.underWay / max(1, rows.count))))
        return .datum(.array(try pixels.image(in: Bytes(rows))), header.timestamp, FrameFacts(frame: header))
    }

    /// Grants credit for frames, so that a bounded number of bytes is under way, in few records.
    private func widen(to wanted: Int) throws {
        let more = max(0, wanted - window)
        window = max(window, wanted)
        guard more > 0 || 2 * taken >= window else { return }
        let record = FrameMessage.give(credit: more + taken)
        taken = 0
        try connection.write(
            record + (key.map { RecordSignature.sign(part("C", sent) + [Bytes(record)], key: $0) } ?? [])
        )
        sent += 1
    }

    private func check(_ record: [UInt8], _ pixels: [UInt8]) throws {
        guard let key else { return }
        let signature = try connection.read(RecordSignature.byteCount)
        let parts = part("S", received) + [Bytes(record), Bytes(pixels)]
        guard RecordSignature.isValid(signature, of: parts, key: key) else {
            throw FrameMessage.Malformed("a record with a wrong signature")
        }
        received += 1
    }

    /// What is signed in front of a record: the direction, and the number of the record in it.
    private func part(_ direction: String, _ count: UInt64) -> [Bytes] {
        [Bytes(Array(direction.utf8) + (0..<8).map { UInt8(truncatingIfNeeded: count >> UInt64(8 * $0)) })]
    }
}
