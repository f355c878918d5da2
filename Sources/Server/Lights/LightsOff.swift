internal import Devices
internal import Threads

/// Makes sure that no light source of a configuration is on, when there is no server to do so.
///
/// Each device that may be one is opened, which with every driver switches light off, then told so in words, asked, and
/// shut down. All definitions are gone through at the same time, since one that does not answer must not keep the others
/// waiting.
public struct Blackout: Sendable {
    private let definitions: [Definition]

    public init(_ configuration: ServerConfiguration) {
        definitions = configuration.definitions.compactMap { definition in
            var definition = definition
            // What is opened together is shut down together.
            let isKept = definition.openTogether != nil && definition.devices.contains(where: \.driver.mayHaveLight)
            if !isKept { definition.devices.removeAll { !$0.driver.mayHaveLight } }
            return definition.devices.isEmpty ? nil : definition
        }
    }

    /// What has become of one light source.
    public struct Finding: Sendable, CustomStringConvertible {
        public enum Light: Sendable, Equatable {
            case off
            case on
            /// Why it could not be found out.
            case unknown(String)
        }

        /// The device's name; with a part's behind it, if it is one of a controller's.
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

    /// Goes through all of them.
    ///
    /// - Parameters:
    ///   - limit: when to give up those that do not answer.
    ///   - report: told of each light source as its turn has come, on several threads.
    /// - Returns: whether all light is off, for certain.
    public func run(within limit: Duration, report: @escaping @Sendable (Finding) -> Void) -> Bool {
        let progress = Monitor(Headway(definitions))
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

/// How far a blackout has come.
private struct Headway {
    var awaited: [String]
    var isAllOff = true
    var isOver = false

    init(_ definitions: [Definition]) { awaited = definitions.flatMap { $0.devices.map(\.name) } }

    mutating func note(_ findings: [Blackout.Finding], of name: String) {
        awaited.removeAll { $0 == name }
        if findings.contains(where: { $0.light != .off }) { isAllOff = false }
    }
}

extension Definition {
    /// Opens the devices, switches off what light they have, and shuts them down.
    ///
    /// - Parameter report: told the name of each device that has had its turn, and what was found.
    fileprivate func darken(_ report: (String, [Blackout.Finding]) -> Void) {
        guard let openTogether else {
            for device in devices { Self.darken([device], { [try device.driver.open($0)] }, report) }
            return
        }
        Self.darken(devices, openTogether, report)
    }

    private static func darken(
        _ devices: [DeviceDefinition],
        _ open: (DriverContext) throws -> [any Device],
        _ report: (String, [Blackout.Finding]) -> Void
    ) {
        do {
            let opened = try open(DriverContext(isSimulated: devices.contains(where: \.isSimulated)))
            let findings = zip(devices, opened).map { ($0.name, Blackout.darkened($1, $0.name)) }
            // What they say about light has been said; the rest of them does not matter here.
            for device in opened { try? device.shutdown() }
            for (name, findings) in findings { report(name, findings) }
        } catch {
            let reason = ErrorTranslation.text(of: error)
            for device in devices {
                let finding = Blackout.Finding(name: device.name, light: .unknown(reason))
                report(device.name, device.driver.mayHaveLight ? [finding] : [])
            }
        }
    }
}

extension ConfiguredDriver {
    /// Whether the device is a light source, may have one among its parts, or lets the light of others out.
    ///
    /// What is made of other definitions' devices has no light of its own.
    fileprivate var mayHaveLight: Bool {
        (kind == .lightSource || kind == .controller || gatesLight) && references.isEmpty
    }
}

extension Blackout {
    /// Switches off what light a device and its parts have, and finds out whether it is.
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
