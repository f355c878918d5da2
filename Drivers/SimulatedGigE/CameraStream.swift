internal import Platform
internal import Transports

/// An image that has been sent, whose packets may be asked for again.
struct SentFrame: Sendable {
    let leader, data, trailer: [UInt8]
    /// The number of image bytes in a packet.
    let packetBytes: Int

    var packetCount: Int { (data.count + packetBytes - 1) / packetBytes }

    /// The content of a packet, by its number; nil if there is none.
    func content(_ number: Int) -> (type: UInt8, bytes: ArraySlice<UInt8>)? {
        if number == 0 { return (1, leader[...]) }
        guard number <= packetCount else { return number == packetCount + 1 ? (2, trailer[...]) : nil }
        let start = (number - 1) * packetBytes
        return (3, data[start..<min(start + packetBytes, data.count)])
    }
}

/// The images of a simulated camera.
extension SimulatedGigECamera {
    /// An image to be taken.
    struct Shot {
        let geometry: Geometry
        let exposure: Duration
    }

    /// What the bytes of an image depend on.
    struct Geometry: Equatable {
        let format: SimulatedPixelFormat
        let width, height, left, top, binningX, binningY, padding: Int
    }

    /// Sends images until the camera is closed.
    func sendImages() {
        var next = ContinuousClock.now
        var prepared: (geometry: Geometry, data: [UInt8])?
        while let shot = nextShot(after: next) {
            let began = ContinuousClock.now
            pause(shot.exposure)
            let geometry = shot.geometry
            if prepared?.geometry != geometry { prepared = (geometry, Self.pattern(geometry)) }
            guard let data = prepared?.data else { continue }
            send(data, geometry)
            next = max(began, next) + .microseconds(state.withLock { $0.memory[feature: CameraModel.Register.period] })
        }
    }

    /// Waits until an image is due; nil when the camera is closed.
    private func nextShot(after due: ContinuousClock.Instant) -> Shot? {
        while true {
            let limit = max(.milliseconds(1), min(.milliseconds(100), due - .now))
            let found: Shot?? = state.wait(within: limit) { state -> Shot?? in
                if state.isClosed { return .some(nil) }
                guard state.isAcquiring, state.target != nil, state.socket != nil else { return nil }
                if state.isTriggered {
                    guard state.triggers > 0 else { return nil }
                    state.triggers -= 1
                } else {
                    guard .now >= due else { return nil }
                }
                return state.shot.map { .some($0) }
            }
            if let found { return found }
        }
    }

    /// Exposes, or less if the acquisition is stopped meanwhile.
    private func pause(_ exposure: Duration) {
        let end = ContinuousClock.now + exposure
        _ = state.wait(within: exposure) { state -> Bool? in
            state.isClosed || !state.isAcquiring || .now >= end ? true : nil
        }
    }

    private static func pattern(_ geometry: Geometry) -> [UInt8] {
        SimulatedImage.bytes(
            geometry.format,
            width: geometry.width,
            height: geometry.height,
            padding: geometry.padding
        ) { x, y in
            SimulatedImage.light((geometry.left + x) * geometry.binningX, (geometry.top + y) * geometry.binningY)
        }
    }

    private func send(_ pattern: [UInt8], _ geometry: Geometry) {
        let job = state.withLock { state -> (UInt16, SentFrame, DatagramSocket, DatagramEndpoint, Double)? in
            guard state.isAcquiring, let target = state.target, let socket = state.socket else { return nil }
            let id = state.frameID
            state.frameID = id == .max ? 1 : id + 1
            var data = pattern
            // The first pixel is the number of the image; its neighbours in the same bytes stay as they are.
            var group = [state.frameCount & 255]
            group += (1..<4).map {
                SimulatedImage.value(
                    SimulatedImage.light((geometry.left + $0) * geometry.binningX, geometry.top * geometry.binningY),
                    geometry.format
                )
            }
            var start: [UInt8] = []
            SimulatedImage.append(group, geometry.format, to: &start)
            data.replaceSubrange(0..<min(start.count, data.count), with: start.prefix(data.count))
            state.frameCount += 1
            let size = Int(state.memory[GVCP.Register.packetSize] & 0xffff)
            let frame = SentFrame(
                leader: leader(geometry, at: state.nanoseconds),
                data: data,
                trailer: [0, 0, 0, 1] + UInt32(geometry.height).bigEndianBytes,
                packetBytes: max(256, min(size, 65_000) - 36)
            )
            state.sent[id] = frame
            // As many as a program may ask for again.
            state.sent[id > 4 ? id - 4 : 65_531 + id] = nil
            return (id, frame, socket, target, state.faults.isSilent ? 0 : state.lineRate)
        }
        guard let (id, frame, socket, target, rate) = job, rate > 0 else { return }
        let began = ContinuousClock.now
        var bytes = 0.0
        for number in 0...frame.packetCount + 1 {
            let isLost = state.withLock { $0.faults.lostPerMille > 0 && $0.chance.perMille() < $0.faults.lostPerMille }
            if !isLost { Self.send(number, of: frame, id, to: target, by: socket) }
            bytes += Double(frame.packetBytes)
            // Not faster than the line, so that nothing is lost that a line would not lose.
            let ahead = Duration.seconds(bytes / rate) - (.now - began)
            if ahead > .microseconds(500) { Pause.wait(for: ahead) }
        }
    }

    private func leader(_ geometry: Geometry, at time: UInt64) -> [UInt8] {
        let numbers = [
            Int(geometry.format.rawValue), geometry.width, geometry.height, geometry.left, geometry.top,
        ]
        return [0, 0, 0, 1] + time.bigEndianBytes + numbers.flatMap { UInt32(truncatingIfNeeded: $0).bigEndianBytes }
            + UInt16(truncatingIfNeeded: geometry.padding).bigEndianBytes + [0, 0]
    }

    private static func send(
        _ number: Int,
        of frame: SentFrame,
        _ id: UInt16,
        to target: DatagramEndpoint,
        by socket: DatagramSocket
    ) {
        guard let (type, bytes) = frame.content(number) else { return }
        let head = [0, 0] + id.bigEndianBytes + (UInt32(type) << 24 | UInt32(number)).bigEndianBytes
        socket.send(head, bytes, to: target)
    }

    /// Sends packets again that a program has missed.
    static func resend(_ order: [UInt8], _ state: Lock<State>, by socket: DatagramSocket) {
        guard let block = order.number(at: 0), let first = order.number(at: 4), let last = order.number(at: 8) else {
            return
        }
        let id = UInt16(truncatingIfNeeded: block)
        let (frame, target, refuses) = state.withLock { ($0.sent[id], $0.target, $0.faults.refusesResend) }
        guard let frame, let target, !refuses, first <= last else { return }
        let highest = min(Int(last & 0xff_ffff), frame.packetCount + 1)
        guard Int(first) <= highest else { return }
        for number in Int(first)...highest { send(number, of: frame, id, to: target, by: socket) }
    }
}

extension SimulatedGigECamera.State {
    /// What the registers say about the next image; nil if they contradict each other.
    fileprivate var shot: SimulatedGigECamera.Shot? {
        typealias R = CameraModel.Register
        guard let format = SimulatedPixelFormat(rawValue: memory[UInt32(R.format)]) else { return nil }
        func value(_ place: Int, _ limits: ClosedRange<Int>) -> Int {
            min(max(memory[feature: place], limits.lowerBound), limits.upperBound)
        }
        let geometry = SimulatedGigECamera.Geometry(
            format: format,
            width: value(R.width, 1...8192),
            height: value(R.height, 1...8192),
            left: value(R.left, 0...8192),
            top: value(R.top, 0...8192),
            binningX: value(R.binningX, 1...16),
            binningY: value(R.binningY, 1...16),
            padding: value(R.padding, 0...64)
        )
        return .init(geometry: geometry, exposure: .microseconds(value(R.exposure, 0...100_000_000)))
    }
}
