internal import Devices
internal import Pickle
internal import Platform
internal import Pyro

/// A problem of a configuration on this computer, beyond what its text shows: a port, file or host name.
public struct ConfigurationFinding: Sendable, CustomStringConvertible {
    public enum Severity: Sendable {
        /// A device cannot be served as configured.
        case error
        /// A device may not be reached as intended.
        case warning
    }

    public let severity: Severity
    public let place: Place
    public let message: String

    public var description: String { "\(place): \(severity == .warning ? "warning: " : "")\(message)" }
}

extension ServerConfiguration {
    /// The problems of the configuration on this computer now, in the order of the file.
    ///
    /// Looks up host names, so it may take seconds.
    public func findings() -> [ConfigurationFinding] {
        let hosts = HostAddresses(definitions)
        let all = hosts.findings + hosts.sharedPorts + sharedSerialPorts + missingFiles
        return all.sorted { $0.place < $1.place }
    }

    private var devices: [ConfiguredDevice] { definitions.flatMap(\.devices) }

    /// Serial ports that two devices name in different ways.
    private var sharedSerialPorts: [ConfigurationFinding] {
        let candidates = devices.filter { !$0.isSimulated && $0.driver.deviceFile != nil }
        // One alone shares its port with nobody, and need not be looked for.
        guard candidates.count > 1 else { return [] }
        var first: [String: ConfiguredDevice] = [:]
        return candidates.compactMap { device in
            guard let file = device.driver.deviceFile?() else { return nil }
            guard let other = first[file] else {
                first[file] = device
                return nil
            }
            let (port, otherPort) = (device.driver.serialPort ?? file, other.driver.serialPort ?? file)
            return ConfigurationFinding(
                severity: .error,
                place: device.place,
                message:
                    "\(device.name) and \(other.name) (\(other.place.seen(from: device.place))) use one serial port: "
                    + "\(port) and \(otherPort) both lead to \(file)"
            )
        }
    }

    private var missingFiles: [ConfigurationFinding] {
        devices.flatMap { device in
            device.driver.files.compactMap { file in
                file.problem.map {
                    ConfigurationFinding(severity: .error, place: device.place, message: "\(device.name): \($0)")
                }
            }
        }
    }
}

/// The addresses of the hosts at which definitions listen.
private struct HostAddresses {
    private let definitions: [Definition]
    private let addresses: [String: Result<[String], any Error>]

    init(_ definitions: [Definition]) {
        self.definitions = definitions
        let hosts = Set(definitions.flatMap(\.hosts))
        addresses = Dictionary(
            uniqueKeysWithValues: hosts.map { host in
                (host, Result { try Endpoint.addresses(of: host) })
            }
        )
    }

    /// Names that cannot be resolved, and names that other computers would not reach.
    var findings: [ConfigurationFinding] {
        var seen: Set<String> = []
        return definitions.flatMap { definition in
            definition.hosts.filter { seen.insert($0).inserted }.compactMap { host in
                problem(of: host).map {
                    ConfigurationFinding(severity: .warning, place: definition.place, message: $0)
                }
            }
        }
    }

    private func problem(of host: String) -> String? {
        switch addresses[host] {
        case .failure(let error): return "\(error)"
        case .success(let found):
            let isName = !found.contains(host)
            guard isName, host.lowercased() != "localhost", !found.isEmpty, found.allSatisfy(\.isLoopback) else {
                return nil
            }
            return
                "the host name \(host.shown()) leads to \(found.joined(separator: ", ")), which other computers cannot "
                + "reach; use this computer's address in the network, or 0.0.0.0 for all of its addresses"
        case nil: return nil
        }
    }

    /// Ports that two definitions share, because their hosts are names of one address.
    var sharedPorts: [ConfigurationFinding] {
        var first: [String: Definition] = [:]
        return definitions.compactMap { definition in
            guard case .tcp(let host, let port) = definition.endpoint, port != 0 else { return nil }
            for address in (try? addresses[host]?.get()) ?? [] {
                let key = "\(address) \(port)"
                guard let other = first[key] else {
                    first[key] = definition
                    continue
                }
                // The same text is an error of the configuration itself.
                guard case .tcp(let otherHost, _) = other.endpoint, otherHost != host else { continue }
                return ConfigurationFinding(
                    severity: .error,
                    place: definition.place,
                    message: "port \(port) of \(host) is already used in \(other.place.seen(from: definition.place)): "
                        + "\(host) and \(otherHost) are names of \(address)"
                )
            }
            return nil
        }
    }
}

extension Definition {
    /// The host names and addresses by which clients reach the definition.
    fileprivate var hosts: [String] {
        var hosts: [String] = []
        if case .tcp(let host, _) = endpoint { hosts.append(host) }
        return hosts + [pyro.publicPlace?.host].compactMap(\.self)
    }
}

extension ConfiguredDriver {
    fileprivate var serialPort: String? {
        if case .serialPort(let port) = attachment { port } else { nil }
    }
}

extension OptionFile {
    /// The reason why the file cannot be used; nil if it can.
    fileprivate var problem: String? {
        if mayBeNew {
            let folder = FileSystem.folder(of: path)
            let exists = folder.isEmpty || FileSystem.realPath(folder) != nil
            return exists ? nil : "the folder of \(path.shown()) does not exist"
        }
        return FileSystem.realPath(path) == nil ? "the file \(path.shown()) does not exist" : nil
    }
}

extension String {
    fileprivate var isLoopback: Bool { hasPrefix("127.") || self == "::1" }
}
