internal import Devices
internal import Logging
internal import Pickle
internal import Platform
internal import Pyro

/// The opening of a definition's devices in a worker.
struct Opening {
    let worker: Worker
    let definition: Definition
    let order: WorkerOrder
    let pyro: PyroSettings
    let server: DeviceServer

    /// Opens the devices, each after those that it uses, and restores what clients had set.
    ///
    /// - Parameter log: the definition's.
    func run(_ log: Logger) throws {
        if let openTogether = definition.openTogether, !definition.devices.isEmpty {
            let context = context(for: definition.devices, log)
            try open(definition.devices, context.faults, log) { try openTogether(context) }
        } else {
            for device in definition.devicesInOrder {
                // Each device of a group has a log file of its own, besides the group's.
                let isAlone = definition.devices.count == 1
                let log = isAlone ? log : Log(name: device.name, options: order.log).logger
                let context = context(for: [device], log)
                try open([device], context.faults, log) { [try device.driver.open(context)] }
            }
        }
        if order.isRestart, server.hasLightSource { verifyDarkness() }
        server.restore(order.memory) { call in
            // Known to the supervisor before the call is made, which may end this process.
            worker.outbox.send(.restoring(call))
            worker.outbox.flush(within: .seconds(1))
        }
    }

    /// Switches off light that an earlier worker may have left on, and reports what is read back.
    private func verifyDarkness() {
        worker.outbox.send(.light(server.switchLightsOff(within: .seconds(2)), isFinal: false))
    }

    private func open(
        _ devices: [ConfiguredDevice],
        _ faults: OrderedFaults?,
        _ log: Logger,
        _ body: () throws -> [any Device]
    ) throws {
        do {
            let wanted = devices.map { device in
                var preparation = Preparation(device, order, definition.interlocks)
                preparation.faults = faults
                return (device.name, preparation)
            }
            try server.open(wanted, log: log) {
                let opened = try body()
                faults?.holdOpening()
                return opened
            }
        } catch let error as PreparationError {
            throw error
        } catch {
            throw ServerError("\(place(of: devices)): \(ErrorTranslation.text(of: error))")
        }
    }

    /// The place of devices that are opened together.
    private func place(of devices: [ConfiguredDevice]) -> Place {
        devices.count == 1 ? devices[0].place : definition.place
    }

    /// The context for the driver of these devices, of which there is at least one.
    private func context(for devices: [ConfiguredDevice], _ log: Logger) -> DriverContext {
        let device = devices[0]
        var deviceLog = DeviceLog(log)
        // A problem cannot be attributed to one of them.
        deviceLog.report = { [problems = server.problems, names = devices.map(\.name)] problem in
            for name in names { problems.note(problem, of: name) }
        }
        var context = DriverContext(isSimulated: device.isSimulated, log: deviceLog)
        context.hardwareName = device.name
        if devices.allSatisfy(\.takesFaults) {
            let configured = devices.lazy.compactMap(\.fault).first
            context.faults = OrderedFaults(device.name, configured, log: deviceLog)
        }
        context.part = { reference in try link(to: reference, from: device.name) }
        context.claim = { part, context in try worker.claim(part, context, for: definition) }
        return context
    }

    /// Connects to a device that another one uses, in this process or elsewhere.
    private func link(to reference: DeviceReference, from owner: String) throws -> any DeviceLink {
        let text: String
        switch reference {
        case .named(let name):
            if let link = server.link(to: name) { return link }
            guard let uri = order.parts[name] else {
                throw ServerError("the address of \(name) is unknown: a function must name the devices that it uses")
            }
            text = uri
        case .at(let uri): text = uri
        }
        guard let uri = PyroURI(text) else { throw ServerError("'\(text)' is not a URI") }
        var options = pyro.delivery.client
        // Unlike frames, a call to a part is made on a new connection if the old one has ended.
        options.carriesFrames = false
        options.handshakeLimit = nil
        options.connectLimit = .seconds(5)
        return RemoteDeviceLink(uri, options: options, server: server, owner: owner)
    }
}

extension Preparation {
    fileprivate init(_ device: ConfiguredDevice, _ order: WorkerOrder, _ interlocks: [Interlock]) {
        self.init(
            settings: device.settings.map { Setting(name: $0.name, value: $0.value, place: "\($0.place)") },
            enable: device.startsEnabled
        )
        isSimulated = device.isSimulated
        staysDisabled = order.memory.disabled.contains(device.name)
        keepsLightOff = order.isRestart
        safety = device.safety
        self.interlocks = interlocks.filter { $0.light.name == device.name }
    }
}

extension Worker {
    /// Opens candidates until one is open, and waits for the decision on it.
    ///
    /// - Returns: the order to serve it; nil if nobody wants it, or if no candidate is available.
    func search(_ order: WorkerOrder, _ definition: Definition) throws -> WorkerOrder? {
        guard let (device, part) = definition.cameraRequests.first else {
            throw ServerError("\(definition.place): there is no floating device to search for")
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

    /// How long another process may take to release a device that this one needs as well.
    private static let patience = Duration.seconds(10)

    /// Opens the floating device that a definition requests, or takes it if it was opened while searching.
    func claim(
        _ part: CameraRequest,
        _ context: DriverContext,
        for definition: Definition
    ) throws -> any OpenedCandidate {
        let others = Set(definition.cameraRequests.map(\.part.uid))
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
                // A process that searches for another device may have it open, and is about to release it.
                guard ContinuousClock.now < end else { throw error }
                Pause.wait(for: .milliseconds(100))
            }
        }
    }
}

extension Definition {
    /// The floating devices that it needs, each with the device of the definition that uses it.
    var cameraRequests: [(device: ConfiguredDevice, part: CameraRequest)] {
        devices.flatMap { device in device.driver.cameraRequests.map { (device, $0) } }
    }
}

/// Candidates that a worker has opened and not yet turned into devices.
final class OpenedCandidates: Sendable {
    private let claims = Lock<[any OpenedCandidate]>([])

    func keep(_ claim: any OpenedCandidate) { claims.withLock { $0.append(claim) } }

    func take(_ uid: String) -> (any OpenedCandidate)? {
        claims.withLock { claims in
            claims.firstIndex { $0.uid == uid }.map { claims.remove(at: $0) }
        }
    }

    func releaseAll() {
        let all = claims.withLock { claims in
            defer { claims.removeAll() }
            return claims
        }
        for claim in all { claim.release() }
    }
}
