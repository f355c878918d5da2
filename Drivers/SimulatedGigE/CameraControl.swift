internal import Platform
internal import Transports

/// The answers of a simulated camera to commands.
extension SimulatedGigECamera {
    /// Answers until the camera is closed.
    static func answer(_ state: Lock<State>) {
        while true {
            let (isClosed, sockets) = state.withLock { state in
                (state.isClosed, ([state.socket] + state.ears).compactMap(\.self))
            }
            guard !isClosed else { return }
            guard let own = sockets.first else {
                Pause.wait(for: .milliseconds(5))
                continue
            }
            state.update { $0.checkHeartbeat() }
            var isIdle = true
            for socket in sockets {
                // The first one is asked all the time, the others now and then.
                guard let (bytes, sender) = socket.receive(within: socket === own ? .milliseconds(2) : .zero) else {
                    continue
                }
                isIdle = false
                respond(to: bytes, from: sender, state, by: own)
            }
            if isIdle, sockets.count > 1 { continue }
        }
    }

    private static func respond(
        to bytes: [UInt8],
        from sender: DatagramEndpoint,
        _ state: Lock<State>,
        by socket: DatagramSocket
    ) {
        guard let message = GVCP.Message(bytes), message.isCommand else { return }
        let faults = state.withLock(\.faults)
        guard !faults.isSilent else { return }
        if faults.delay > .zero { Pause.wait(for: faults.delay) }
        if message.code == GVCP.Command.packetResend.rawValue { return resend(message.payload, state, by: socket) }
        let answer = state.update { $0.answer(message, from: sender) }
        if message.wantsAnswer, let answer { socket.send(answer.bytes, to: sender) }
    }
}

extension SimulatedGigECamera.State {
    /// Takes control from a program that has not been heard for its time.
    mutating func checkHeartbeat() {
        guard controller != nil else { return }
        let limit = Duration.milliseconds(Int64(memory[GVCP.Register.heartbeat]))
        if ContinuousClock.now - lastHeard > limit { loseControl() }
    }

    /// Executes a command; nil if it is not for this camera.
    mutating func answer(_ message: GVCP.Message, from sender: DatagramEndpoint) -> GVCP.Message? {
        if sender == controller { lastHeard = .now }
        func reply(_ status: GVCP.Status, _ payload: [UInt8] = []) -> GVCP.Message {
            .answer(message.code + 1, id: message.id, status, payload)
        }
        let payload = message.payload
        switch GVCP.Command(rawValue: message.code) {
        case .discovery: return reply(.success, memory.read(0, GVCP.descriptionLength))
        case .forceIP:
            // It is for all cameras; only the one with the hardware address takes it.
            guard payload.count >= 56, Array(payload[2..<8]) == memory.read(GVCP.Register.macHigh + 2, 6),
                let address = payload.number(at: 20), let mask = payload.number(at: 36),
                let moved = try? DatagramSocket(IPv4Address(address), port: GVCP.port)
            else { return nil }
            loseControl()
            memory[GVCP.Register.address] = address
            memory[GVCP.Register.mask] = mask
            socket = moved
            return reply(.success)
        case .readRegisters:
            guard payload.count % 4 == 0, !payload.isEmpty else { return reply(.invalidParameter) }
            var values: [UInt8] = []
            for place in stride(from: 0, to: payload.count, by: 4) {
                guard let address = payload.number(at: place), memory.has(address, 4) else {
                    return reply(.invalidAddress)
                }
                guard address % 4 == 0 else { return reply(.badAlignment) }
                values += memory[address].bigEndianBytes
            }
            return reply(.success, values)
        case .writeRegisters:
            guard payload.count % 8 == 0, !payload.isEmpty else { return reply(.invalidParameter) }
            for place in stride(from: 0, to: payload.count, by: 8) {
                guard let address = payload.number(at: place), let value = payload.number(at: place + 4) else { break }
                let status = write(value, to: address, from: sender)
                guard status == .success else { return reply(status, [0, 0] + UInt16(place / 8).bigEndianBytes) }
            }
            return reply(.success, [0, 0] + UInt16(truncatingIfNeeded: payload.count / 8).bigEndianBytes)
        case .readMemory:
            guard let address = payload.number(at: 0), let count = payload.word(at: 6), count <= 536 else {
                return reply(.invalidParameter)
            }
            guard memory.has(address, Int(count)) else { return reply(.invalidAddress) }
            return reply(.success, address.bigEndianBytes + memory.read(address, Int(count)))
        case .writeMemory:
            guard let address = payload.number(at: 0) else { return reply(.invalidParameter) }
            guard sender == controller else { return reply(.accessDenied) }
            let content = Array(payload[4...])
            guard memory.isWritable(address, content.count) else { return reply(.invalidAddress) }
            guard address >= GVCP.Register.userName else { return reply(.writeProtected) }
            memory.write(content, at: address)
            return reply(.success, [0, 0] + UInt16(truncatingIfNeeded: content.count).bigEndianBytes)
        case .packetResend, nil: return reply(.notImplemented)
        }
    }

    private mutating func write(_ value: UInt32, to address: UInt32, from sender: DatagramEndpoint) -> GVCP.Status {
        typealias G = GVCP.Register
        typealias R = CameraModel.Register
        guard address % 4 == 0 else { return .badAlignment }
        guard memory.isWritable(address, 4) else { return .invalidAddress }
        if address == G.privilege { return takeControl(value, sender) }
        guard sender == controller else { return .accessDenied }
        switch Int(address) {
        case 0..<Int(G.userName), R.sensorWidth, R.sensorHeight, R.temperature: return .writeProtected
        case R.width, R.height, R.format, R.binningX, R.binningY, R.padding:
            // As TLParamsLocked says.
            guard !isAcquiring else { return .accessDenied }
        case R.acquisition: (triggers, frameCount) = (0, 0)
        case R.trigger:
            if isAcquiring, isTriggered, memory[feature: R.triggerSource] == 1 { triggers += 1 }
            return .success
        case Int(G.timeControl):
            if value & 2 != 0 {
                let now = nanoseconds
                memory[G.timeHigh] = UInt32(truncatingIfNeeded: now >> 32)
                memory[G.timeLow] = UInt32(truncatingIfNeeded: now)
            }
            return .success
        case Int(G.packetSize):
            if value & 0x8000_0000 != 0 { sendTestPacket(Int(value & 0xffff)) }
            memory[address] = value & 0x7fff_ffff
            return .success
        default: break
        }
        memory[address] = value
        return .success
    }

    /// The camera's clock.
    var nanoseconds: UInt64 {
        let time = (ContinuousClock.now - began).components
        return UInt64(time.seconds) * 1_000_000_000 + UInt64(time.attoseconds / 1_000_000_000)
    }

    private mutating func takeControl(_ value: UInt32, _ sender: DatagramEndpoint) -> GVCP.Status {
        guard controller == nil || controller == sender else { return .accessDenied }
        guard value & 3 != 0 else {
            loseControl()
            return .success
        }
        controller = sender
        lastHeard = .now
        memory[GVCP.Register.privilege] = value
        return .success
    }

    /// Where images are sent; nil while no program has asked for them.
    var target: DatagramEndpoint? {
        let port = UInt16(truncatingIfNeeded: memory[GVCP.Register.streamPort])
        return port == 0 ? nil : DatagramEndpoint(IPv4Address(memory[GVCP.Register.destination]), port)
    }

    /// Sends a packet of the size, by which programs find out what their network carries.
    private func sendTestPacket(_ size: Int) {
        guard let target, let socket, size > 36 else { return }
        socket.send([UInt8](repeating: 0, count: size - 28), to: target)
    }
}
