internal import Devices
internal import Logging
internal import Threads

extension Worker {
    /// Opens candidates until one is open, and waits for the word what it is for.
    ///
    /// - Returns: the order to serve it; nil if nobody wants it, or if there is none to be had.
    func search(_ order: WorkerOrder, _ definition: Definition) throws -> WorkerOrder? {
        guard let (device, part) = definition.floatingParts.first else {
            throw ControlError("\(definition.place): there is no floating device to search for")
        }
        let log = Log(name: part.candidates.driver, options: order.log)
        defer { log.flush() }
        let context = DriverContext(isSimulated: device.isSimulated, log: DeviceLog(log.logger))
        let count = try part.candidates.count(context)
        outbox.send(.counted(count))
        var sweep = CandidateSweep(part.candidates, context)
        guard let claim = try sweep.next() else {
            outbox.send(.exhausted(sweep.report))
            return nil
        }
        claims.keep(claim)
        outbox.send(.opened(uid: claim.uid))
        guard case .start(let order)? = inbox.next() else { return nil }
        return order
    }

    /// How long another process may take to let go of a device that this one needs as well.
    private static let patience = Duration.seconds(10)

    /// Opens the floating device that a part of the definition means, unless it was opened while searching.
    func claim(
        _ part: FloatingPart,
        _ context: DriverContext,
        for definition: Definition
    ) throws -> any FloatingClaim {
        let others = Set(definition.floatingParts.map(\.part.uid))
        let end = ContinuousClock.now + Self.patience
        while true {
            if let claim = claims.take(part.uid) { return claim }
            do {
                let claim = try part.candidates.open(uid: part.uid, context) { claim in
                    guard others.contains(claim.uid) else { return false }
                    claims.keep(claim)
                    outbox.send(.opened(uid: claim.uid))
                    return true
                }
                outbox.send(.opened(uid: claim.uid))
                return claim
            } catch {
                // It may be in the hands of a process that searches for another device and is about to release it.
                guard ContinuousClock.now < end else { throw error }
                Pause.wait(for: .milliseconds(100))
            }
        }
    }
}

extension Definition {
    /// The floating devices that it needs, with the device of the definition for which each is.
    var floatingParts: [(device: DeviceDefinition, part: FloatingPart)] {
        devices.flatMap { device in device.driver.floatingParts.map { (device, $0) } }
    }
}
