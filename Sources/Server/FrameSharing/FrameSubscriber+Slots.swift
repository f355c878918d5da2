internal import Devices
internal import Pickle
internal import Platform
internal import Pyro

/// A subscriber on this machine: packets that name slots, over a Unix socket.
extension FrameSubscriber {
    /// Sends what may be sent and needs no preparation, without waiting.
    ///
    /// - Returns: whether the subscriber's thread has something to do.
    func sendReady(on socket: PacketSocket, _ state: inout State) -> Bool {
        while canSend(state), let note = state.waiting.first {
            guard note.isFrame else {
                // The losses are counted again if the record does not go.
                let lost = state.lost
                let (header, extra) = record(note, &state)
                guard accept(socket.send(header, extra), &state) else {
                    state.lost = lost
                    return true
                }
                giveBack(takeFirst(&state).byteCount, &state)
                state.counts.sent += 1
                continue
            }
            guard let frame = note.frame(inSlot: true) else { return true }
            guard lend(frame, of: note, on: socket, &state) else { return true }
        }
        return false
    }

    /// Sends a frame in a slot; false if the socket does not take it now.
    private func lend(_ frame: Frame, of note: FrameNote, on socket: PacketSocket, _ state: inout State) -> Bool {
        guard let slot = frame.slot else { return false }
        let isNew = state.known[slot.number] == nil
        let place = PixelPlace(slot: slot.number, slotBytes: slot.byteCount, passesDescriptor: isNew)
        let before = (state.lost, state.generation)
        let (header, extra) = record(note, frame, place, &state)
        guard accept(socket.send(header, extra, passing: isNew ? slot.descriptor : nil), &state) else {
            (state.lost, state.generation) = before
            return false
        }
        _ = takeFirst(&state)
        if isNew { state.known[slot.number] = WeakSlot(slot: slot) }
        state.lent[slot.number, default: []].append(frame)
        state.lentCount += 1
        state.counts.sent += 1
        return true
    }

    private func accept(_ outcome: PacketSocket.Sending, _ state: inout State) -> Bool {
        state.isBlocked = outcome == .full
        if outcome == .gone, state.end == nil { state.end = FrameRefusal(.closed, "the client has gone") }
        return outcome == .sent
    }

    // MARK: The subscriber's thread

    /// How often slots that are not used any more are looked for.
    private static let attention = Duration.seconds(1)

    /// Serves the client until one of both ends the subscription.
    ///
    /// - Returns: the reason.
    func serve(on socket: PacketSocket, number: () -> Int) -> FrameRefusal? {
        var lastLook = ContinuousClock.now
        while true {
            if let reason = state.withLock(\.end) {
                let (header, extra) = FrameRecord.plain(.end, reason.value)
                _ = socket.send(header, extra)
                if reason.code == .unsubscribed { waitForReturns(from: socket, number) }
                return reason
            }
            prepareAndSend(on: socket)
            let isBlocked = state.withLock(\.isBlocked)
            let isReadable = socket.wait(or: wakeup, wantsRoom: isBlocked, within: Self.attention)
            if isReadable {
                do throws(FrameRefusal) {
                    guard try read(from: socket, number) else { return nil }
                } catch {
                    end(error)
                }
            }
            if ContinuousClock.now - lastLook >= Self.attention {
                lastLook = .now
                retire(on: socket)
            }
        }
    }

    /// Waits until a client that wants no more has given back what it has, or has gone.
    private func waitForReturns(from socket: PacketSocket, _ number: () -> Int) {
        dropAll()
        while state.withLock(\.lentCount) > 0 {
            guard socket.wait(or: wakeup, within: Self.attention) else { continue }
            guard (try? read(from: socket, number)) == true else { return }
        }
    }

    /// Prepares the frames that need it, and sends what may be sent.
    private func prepareAndSend(on socket: PacketSocket) {
        while true {
            let next = state.withLock { state -> FrameNote? in
                for isSending in state.news {
                    let (header, extra) = FrameRecord.plain(.state, .dict(["sending": .bool(isSending)]))
                    guard accept(socket.send(header, extra), &state) else { return nil }
                }
                state.news = []
                guard sendReady(on: socket, &state), !state.isBlocked, state.end == nil else { return nil }
                return state.waiting.first
            }
            guard let note = next else { return }
            if note.prepared(inSlot: true) == nil {
                state.withLock { state in
                    guard let place = state.waiting.firstIndex(where: { $0 === note }) else { return }
                    giveBack(state.waiting.remove(at: place).byteCount, &state)
                    state.lose(at: .server)
                }
            }
        }
    }

    /// The most records that are read before frames are sent again.
    private static let mostAtOnce = 64
    /// The number of slots given back without having been lent that a client may get away with.
    private static let mostFalseSlots = 1000

    /// Takes what the client has sent; false if it has gone.
    private func read(from socket: PacketSocket, _ number: () -> Int) throws(FrameRefusal) -> Bool {
        for _ in 0..<Self.mostAtOnce {
            switch socket.receive(atMost: FrameRecord.longest) {
            case .nothing: return true
            case .end: return false
            case .tooLong: throw FrameRefusal(.malformed, "a record of more than \(FrameRecord.longest) bytes")
            case .packet(let bytes):
                if let answer = try take(FrameRecord.Request(bytes[...]), number()) {
                    _ = socket.send(answer.header, answer.extra)
                }
            }
            guard state.withLock(\.counts.refused) <= Self.mostFalseSlots else {
                throw FrameRefusal(.slots, "more than \(Self.mostFalseSlots) slots given back that were not lent")
            }
        }
        return true
    }

    /// Lists the slots that the client can unmap.
    private func retire(on socket: PacketSocket) {
        state.withLock { state in
            let gone = state.known.filter { $0.value.slot == nil }.map(\.key).sorted().prefix(256)
            guard !gone.isEmpty else { return }
            var extra: [UInt8] = []
            for slot in gone { extra.append(little: slot) }
            guard accept(socket.send(FrameRecord.begin(.retire, extraLength: extra.count), extra), &state) else {
                return
            }
            for slot in gone { state.known[slot] = nil }
        }
    }
}
