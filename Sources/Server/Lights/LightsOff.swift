internal import Devices
internal import Platform

/// An emergency procedure that switches off every light source of a configuration when no server can do so.
///
/// Each device that may have light is opened, which with every driver switches light off, then disabled, queried and
/// shut down. Definitions are treated in parallel, so that a device that does not answer delays no other.
public struct LightsOff: Sendable {
    private let definitions: [Definition]

    public init(_ configuration: ServerConfiguration) {
        definitions = configuration.definitions.compactMap { definition in
            var definition = definition
            // Devices that are opened together are shut down together.
            let isKept = definition.openTogether != nil && definition.devices.contains(where: \.driver.mayHaveLight)
            if !isKept { definition.devices.removeAll { !$0.driver.mayHaveLight } }
            return definition.devices.isEmpty ? nil : definition
        }
    }

    /// The state of one light source afterwards.
    public struct Finding: Sendable, CustomStringConvertible {
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
        let progress = Monitor(Outstanding(definitions))
        for definition in definitions {
            _ = BlockingThread("lights off") {
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
        _ devices: [DeviceDefinition],
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
    static func darkened(_ device: any Device, _ name: String) -> [Finding] {
        if let light = device as? any LightSource {
            do {
                try light.disable()
                return [Finding(name: name, light: try light.isOn ? .on : .off)]
            } catch {
                return [Finding(name: name, light: .unknown(ErrorTranslation.text(of: error)))]
            }
        }
        if let gate = device as? any LightGate {
            do {
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
