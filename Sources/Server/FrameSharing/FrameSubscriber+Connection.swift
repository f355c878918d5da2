internal import Devices
internal import Pickle
internal import Platform
internal import Pyro

/// A subscriber elsewhere: records and pixels on the connection by which it has subscribed.
extension FrameSubscriber {
    private static let attention = Duration.seconds(1)

    /// Serves the client, on its thread, until one of both ends the subscription.
    ///
    /// - Returns: the reason; nil if the client has closed the connection.
    func serve(on connection: HandedConnection, number: () -> Int) throws -> FrameRefusal? {
        connection.tuneForFrames()
        var wire = SignedRecords(connection)
        while true {
            try sendAll(&wire)
            if let reason = state.withLock(\.end) {
                try wire.send(FrameRecord.plain(.end, reason.value))
                return reason
            }
            guard connection.wait(or: wakeup, within: Self.attention) else { continue }
            guard let bytes = try connection.readSome() else { return nil }
            do throws(FrameRefusal) {
                wire.received += bytes
                while let request = try wire.next() {
                    if let answer = try take(request, number()) { try wire.answer(answer) }
                }
            } catch { end(error) }
        }
    }

    private func sendAll(_ wire: inout SignedRecords) throws {
        while true {
            let (news, next) = state.withLock { state -> ([Bool], FrameNote?) in
                defer { state.news = [] }
                guard state.end == nil, canSend(state) else { return (state.news, nil) }
                state.isSending = true
                return (state.news, takeFirst(&state))
            }
            for isSending in news { try wire.send(FrameRecord.plain(.state, .dict(["sending": .bool(isSending)]))) }
            guard let note = next else { return }
            defer {
                state.withLock { state in
                    state.isSending = false
                    giveBack(note.byteCount, &state)
                }
                hasMoreRoom()
            }
            try send(note, &wire)
            state.withLock { $0.counts.sent += 1 }
        }
    }

    private func send(_ note: FrameNote, _ wire: inout SignedRecords) throws {
        guard let frame = note.prepared(inSlot: false) else {
            return try wire.send(state.withLock { record(note, &$0) })
        }
        var (pixels, place) = (frame.pixels, PixelPlace())
        if let compression = wanted.compression, wanted.compressesAlways || isBehind,
            let short = compression.compressed(frame)
        {
            (pixels, place.encoding) = (short, compression.rawValue)
        }
        place.followingBytes = pixels.count
        let whole = state.withLock { record(note, frame, place, &$0) }
        try wire.send(whole, pixels)
    }

    /// Whether frames come faster than the connection takes them.
    private var isBehind: Bool {
        state.withLock { !$0.waiting.isEmpty || $0.counts.lost[.network] > 0 || $0.counts.skipped > 0 }
    }
}

/// Records on a connection, with signatures if its messages had them.
struct SignedRecords {
    private let connection: HandedConnection
    private let key: [UInt8]?
    private var (sentCount, receivedCount) = (UInt64(0), UInt64(0))
    /// What has arrived and was not read yet.
    var received: [UInt8] = []

    init(_ connection: HandedConnection) { (self.connection, key) = (connection, connection.signingKey) }

    mutating func send(_ record: (header: [UInt8], extra: [UInt8]), _ pixels: Bytes? = nil) throws {
        var parts = [Bytes(record.header + record.extra)]
        if let pixels { parts.append(pixels) }
        if let key {
            let signature = RecordSignature.sign([Self.prefix("S", sentCount)] + parts, key: key)
            parts.append(Bytes(signature))
        }
        sentCount += 1
        try connection.write(parts)
    }

    /// Sends where only refusals may be thrown: a connection that fails is noticed by the next read.
    mutating func answer(_ record: (header: [UInt8], extra: [UInt8])) throws(FrameRefusal) {
        do { try send(record) } catch { throw FrameRefusal(.closed, "\(error)") }
    }

    private static func prefix(_ direction: Character, _ count: UInt64) -> Bytes {
        var bytes = [direction.asciiValue ?? 0]
        bytes.append(little: count)
        return Bytes(bytes)
    }

    /// The next whole record of the client.
    mutating func next() throws(FrameRefusal) -> FrameRecord.Request? {
        guard received.count >= FrameRecord.headLength else { return nil }
        let length = try FrameRecord.Head(received[...]).length
        let signed = length + (key == nil ? 0 : RecordSignature.byteCount)
        guard received.count >= signed else { return nil }
        let record = Array(received[..<length])
        if let key {
            let signature = Array(received[length..<signed])
            let parts = [Self.prefix("C", receivedCount), Bytes(record)]
            guard RecordSignature.isValid(signature, of: parts, key: key) else {
                throw FrameRefusal(.malformed, "the signature of a record is wrong")
            }
        }
        receivedCount += 1
        received.removeFirst(signed)
        return try FrameRecord.Request(record[...])
    }
}
