internal import Devices
internal import Pickle
internal import Platform
internal import Pyro

/// A subscription at the Unix socket of a server on this machine: one packet a frame, and pixels where the server has them.
final class SharedFrames: FrameSource {
    let way = FrameWay.sharedMemory
    private let link: SlotLink
    private var buffer: [UInt8]
    private var slots: [UInt32: MappedMemory] = [:]

    /// - Throws: ``SubscriptionEnd`` if the server does not want this client there, `SystemError` if there is no such socket.
    init(at path: String, _ wanted: PythonDictionary, within limit: Duration) throws {
        buffer = [UInt8](repeating: 0, count: FrameMessage.longestHeader + FrameMessage.longestExtra)
        let socket = try PacketSocket.connected(to: path)
        link = SlotLink(socket)
        guard case .sent = socket.send(FrameMessage.plain(.subscribe, .dict(wanted))) else {
            throw SubscriptionEnd("memory", "the socket does not take anything")
        }
        let answer = try welcome(within: limit)
        link.give(credit: min(1024, max(1, Int(python: answer["hold"] ?? .none) ?? 1)))
    }

    // Images that are still referenced keep the connection, and their slots; nothing more comes on it.
    deinit { link.unsubscribe() }

    private func welcome(within limit: Duration) throws -> PythonDictionary {
        let (end, wakeup) = (ContinuousClock.now + limit, try Wakeup())
        while ContinuousClock.now < end {
            _ = link.socket.wait(or: wakeup, within: end - .now)
            guard let (count, _) = try link.socket.receive(into: &buffer) else { continue }
            let record = buffer[..<count]
            let head = try FrameMessage.Head(record)
            guard count >= head.headerLength + head.extraLength,
                case .dict(let value) = try SerializerID.json.value(of: record.dropFirst(head.headerLength))
            else { break }
            if head.kind == .welcome { return value }
            throw SubscriptionEnd(value)
        }
        throw SubscriptionEnd("memory", "the server's socket does not answer")
    }

    func next(or wakeup: Wakeup, within limit: Duration) throws -> FrameItem? {
        guard let (count, passed) = try link.socket.receive(into: &buffer) else {
            _ = link.socket.wait(or: wakeup, wantsRoom: link.hasWaiting, within: limit)
            link.flush()
            return nil
        }
        guard count > 0 else { throw ClientError.lost("the server closed it") }
        let record = buffer[..<count]
        let head = try FrameMessage.Head(record)
        guard count >= head.headerLength + head.extraLength else { throw FrameMessage.Malformed("half a record") }
        let (header, extra) = (record.prefix(head.headerLength), record.dropFirst(head.headerLength))
        switch head.kind {
        case .frame:
            guard header.count >= FrameMessage.frameLength else { throw FrameMessage.Malformed("a short header") }
            return .datum(.array(try image(header, passed)), header.timestamp, FrameFacts(frame: header))
        case .retire:
            for place in stride(from: 0, to: extra.count - 3, by: 4) { slots[UInt32(extra.little(at: place, 4))] = nil }
            return nil
        default: return try FrameItem(head, header, extra)
        }
    }

    private func image(_ header: ArraySlice<UInt8>, _ passed: PassedMemory?) throws -> NDArray {
        let pixels = try FrameMessage.Pixels(header)
        if let passed { slots[pixels.slot] = try passed.mapped(pixels.slotLength) }
        guard let memory = slots[pixels.slot] else { throw FrameMessage.Malformed("a frame in a slot without memory") }
        let (start, overflows) = pixels.offset.addingReportingOverflow(pixels.byteCount)
        let room = unsafe memory.bytes.count
        guard !overflows, start <= room else { throw FrameMessage.Malformed("pixels beyond their slot") }
        let loan = SlotLoan(memory, from: pixels.offset, pixels.byteCount) { [link, slot = pixels.slot] in
            link.give(back: slot)
        }
        return try pixels.image(in: Bytes(loan))
    }
}

/// The socket by which slots are given back, from any thread.
private final class SlotLink: Sendable {
    let socket: PacketSocket
    /// What the socket had no room for.
    private let waiting = Lock<[UInt32]>([])

    init(_ socket: PacketSocket) { self.socket = socket }

    var hasWaiting: Bool { waiting.withLock { !$0.isEmpty } }

    func give(credit: Int) { _ = socket.send(FrameMessage.give(credit: credit)) }

    func unsubscribe() {
        _ = socket.send(FrameMessage.plain(.unsubscribe))
    }

    func give(back slot: UInt32) {
        waiting.withLock { $0.append(slot) }
        flush()
    }

    func flush() {
        waiting.withLock { waiting in
            while !waiting.isEmpty {
                let slots = Array(waiting.prefix(1024))
                switch socket.send(FrameMessage.give(credit: slots.count, slots: slots)) {
                case .full: return
                // The end of the connection gives everything back.
                case .sent, .gone: waiting.removeFirst(slots.count)
                }
            }
        }
    }
}

/// The pixels of a frame in the server's memory, which nobody writes until this is gone.
// Why unchecked: the memory is read-only, and the function may be called by any thread.
@safe private final class SlotLoan: ByteMemory, @unchecked Sendable {
    private let memory: MappedMemory
    private let start: Int
    let byteCount: Int
    private let giveBack: @Sendable () -> Void

    init(_ memory: MappedMemory, from start: Int, _ count: Int, giveBack: @escaping @Sendable () -> Void) {
        (self.memory, self.start, byteCount, self.giveBack) = (memory, start, count, giveBack)
    }

    deinit { giveBack() }

    @unsafe var bytes: UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(rebasing: memory.bytes[start..<start + byteCount])
    }
}
