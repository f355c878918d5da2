internal import Devices
internal import Pickle
internal import Platform

/// An emergency procedure that switches off every light source of a configuration when no server can do so.
///
/// Each device that may have light is opened, which with every driver switches light off, then disabled, queried and
/// shut down. Definitions are treated in parallel, so that a device that does not answer delays no other.
public struct LightsOff: Sendable {
    private let definitions: [Definition]

    public init(_ configuration: ServerConfiguration) {
        self.init(configuration.definitions)
    }

    init(_ definitions: [Definition]) {
        self.definitions = definitions.filter(\.mayHaveLight).map { definition in
            var definition = definition
            // Devices that are opened together are shut down together.
            if definition.openTogether == nil { definition.devices.removeAll { !$0.driver.mayHaveLight } }
            return definition
        }
    }

    /// The state of one light source afterwards.
    public struct Finding: Sendable, Equatable, CustomStringConvertible {
        public enum Light: Sendable, Equatable {
            case off
            case on
            /// The reason why the state could not be read.
            case unknown(String)
        }

        /// The name of the device, followed by the name of the part for parts of a controller.
        public let name: String
        public let light: Light

        public var description: String {
            switch light {
            case .off: "\(name): light is off"
            case .on: "\(name): LIGHT IS STILL ON"
            case .unknown(let reason): "\(name): whether light is on is UNKNOWN: \(reason)"
            }
        }
    }

    /// Switches off all light sources.
    ///
    /// - Parameters:
    ///   - limit: the time after which devices that do not answer are given up.
    ///   - report: called with each result, on several threads, one call at a time.
    /// - Returns: whether all light is confirmed to be off.
    public func run(within limit: Duration, report: @escaping @Sendable (Finding) -> Void) -> Bool {
        let progress = Lock(Outstanding(definitions))
        for definition in definitions {
            inParallel("lights off") {
                definition.darken { name, findings in
                    progress.update { progress in
                        guard !progress.isOver else { return }
                        findings.forEach(report)
                        progress.note(findings, of: name)
                    }
                }
            }
        }
        let isComplete: Bool? = progress.wait(within: limit) { $0.awaited.isEmpty ? true : nil }
        return progress.withLock { progress in
            progress.isOver = true
            for name in progress.awaited {
                report(Finding(name: name, light: .unknown("no answer within \(limit.formatted)")))
            }
            return isComplete == true && progress.isAllOff
        }
    }

    /// Switches off all light sources; returns the state of each.
    func findings(within limit: Duration) -> [Finding] {
        let findings = Lock<[Finding]>([])
        _ = run(within: limit) { finding in findings.withLock { $0.append(finding) } }
        return findings.withLock(\.self)
    }
}

extension DeviceServer {
    /// Switches off the light of all devices that are served here, and reads back their state.
    ///
    /// - Parameter limit: how long to wait for devices that are in the middle of a call.
    func switchLightsOff(within limit: Duration) -> [LightsOff.Finding] {
        let hosts = hosts.withLock { $0 }.filter(\.hasLightSource)
        let results = Lock<[Int: [LightsOff.Finding]]>([:])
        for (number, host) in hosts.enumerated() {
            inParallel("lights off") {
                let findings = host.darken()
                results.update { $0[number] = findings }
            }
        }
        let _: Bool? = results.wait(within: limit) { $0.count == hosts.count ? true : nil }
        let finished = results.withLock(\.self)
        return hosts.enumerated().flatMap { number, host in
            finished[number] ?? host.findings(becauseOf: "no answer within \(limit.formatted)")
        }
    }
}

extension DeviceHost {
    /// The unknown states of light sources that could not be asked.
    fileprivate func findings(becauseOf reason: String) -> [LightsOff.Finding] {
        objects.filter(\.isLightSource).map { LightsOff.Finding(name: $0.id, light: .unknown(reason)) }
    }
}

/// The devices that ``LightsOff`` still waits for.
private struct Outstanding {
    var awaited: [String]
    var isAllOff = true
    var isOver = false

    init(_ definitions: [Definition]) { awaited = definitions.flatMap { $0.devices.map(\.name) } }

    mutating func note(_ findings: [LightsOff.Finding], of name: String) {
        awaited.removeAll { $0 == name }
        if findings.contains(where: { $0.light != .off }) { isAllOff = false }
    }
}

extension Definition {
    /// Opens the devices, switches off their light, and shuts them down.
    ///
    /// - Parameter report: called with the name of each device and the states of its light sources.
    fileprivate func darken(_ report: (String, [LightsOff.Finding]) -> Void) {
        guard let openTogether else {
            for device in devices { Self.darken([device], { [try device.driver.open($0)] }, report) }
            return
        }
        Self.darken(devices, openTogether, report)
    }

    private static func darken(
        _ devices: [ConfiguredDevice],
        _ open: (DriverContext) throws -> [any Device],
        _ report: (String, [LightsOff.Finding]) -> Void
    ) {
        do {
            let opened = try open(DriverContext(isSimulated: devices.contains(where: \.isSimulated)))
            let findings = zip(devices, opened).map { ($0.name, LightsOff.darkened($1, $0.name)) }
            // Light was checked already; other failures do not matter here.
            for device in opened { try? device.shutdown() }
            for (name, findings) in findings { report(name, findings) }
        } catch {
            let reason = ErrorTranslation.text(of: error)
            for device in devices {
                let finding = LightsOff.Finding(name: device.name, light: .unknown(reason))
                report(device.name, device.driver.mayHaveLight ? [finding] : [])
            }
        }
    }
}

extension Definition {
    /// Whether a device of the definition may have light; see ``ConfiguredDriver/mayHaveLight``.
    var mayHaveLight: Bool { devices.contains(where: \.driver.mayHaveLight) }
}

extension ConfiguredDriver {
    /// Whether the device is a light source, may have one among its parts, or gates the light of others.
    ///
    /// Devices composed of other definitions' devices have no light of their own.
    fileprivate var mayHaveLight: Bool {
        (kind == .lightSource || kind == .controller || gatesLight) && references.isEmpty
    }
}

extension LightsOff {
    /// Switches off the light of a device and its parts, and reads back their state.
    ///
    /// - Parameter faults: the faults that are ordered for it.
    static func darkened(_ device: any Device, _ name: String, meeting faults: OrderedFaults? = nil) -> [Finding] {
        if let light = device as? any LightSource {
            do {
                try faults?.meet()
                try light.disable()
                return [Finding(name: name, light: try light.isOn ? .on : .off)]
            } catch {
                return [Finding(name: name, light: .unknown(ErrorTranslation.text(of: error)))]
            }
        }
        if let gate = device as? any LightGate {
            do {
                try faults?.meet()
                try gate.disable()
                return [Finding(name: name, light: .off)]
            } catch {
                return [Finding(name: name, light: .unknown(ErrorTranslation.text(of: error)))]
            }
        }
        guard let controller = device as? any Controller else { return [] }
        return controller.devices.flatMap { darkened($0.device, "\(name).\($0.name)") }
    }
}

extension LightsOff.Finding {
    var value: PythonValue {
        let (word, reason): (String, PythonValue) =
            switch light {
            case .off: ("off", .none)
            case .on: ("on", .none)
            case .unknown(let reason): ("unknown", .str(reason))
            }
        return .dict(["name": .str(name), "light": .str(word), "reason": reason])
    }

    init?(_ value: PythonValue) {
        guard case .dict(let fields) = value, let name = fields["name"]?.text else { return nil }
        self.name = name
        switch fields["light"]?.text {
        case "off": light = .off
        case "on": light = .on
        default: light = .unknown(fields["reason"]?.text ?? "no reason given")
        }
    }
}
