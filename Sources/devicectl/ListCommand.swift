import ArgumentParser
import Avahi
import Drivers
import Glibc
import MicroscopeClient
import Pickle
import Platform
import Pyro
import Server

struct ListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the devices of running servers.",
        discussion: """
            Name servers on the command line, or use --config for a device-server configuration, --names for a Pyro \
            name server, --mdns for the local network. Each device has a line with its URI, kind and state. A device \
            that cannot be reached is listed with the reason, and the exit status is 69.

            Examples:
              devicectl list scope-pc:8001 scope-pc:8010-8014
              devicectl list --config Configs/simulated.yaml
              devicectl list --names --name-server scope-pc
              devicectl list --mdns
            """
    )

    @Argument(help: "Servers: HOST:PORT, HOST:FIRST-LAST for a range of ports, or ./u:PATH for a Unix socket.")
    var servers: [ServerPlace] = []

    @Option(
        help: ArgumentHelp("List the devices of this device-server configuration.", valueName: "file"),
        completion: .file(extensions: ["yaml"])
    )
    var config: String?

    @Flag(help: "List the devices registered with the name server.")
    var names = false

    @Flag(help: "List the devices announced in the local network (needs the avahi daemon).")
    var mdns = false

    @Flag(help: "Also list the axes of stages and the devices of controllers.")
    var parts = false

    @OptionGroup(title: "Connection") var connection: ConnectionArguments

    func validate() throws {
        guard !servers.isEmpty || config != nil || names || mdns else {
            throw ValidationError("Name servers, such as 127.0.0.1:8001, or a configuration with --config.")
        }
    }

    func run() async throws {
        let options = try connection.options
        var searches = servers.flatMap { place in
            place.locations.map { Search.server($0, isExpected: !place.isRange) }
        }
        if let config { searches += try Self.devices(of: config).map { Search.object($0) } }
        if names { searches += try Self.names(at: options) }
        if mdns { searches += try Self.announced() }
        let count = searches.count
        let progress = ProgressLine { "asking \(count) servers and devices: \($0.inSeconds)" }
        let found = await withTaskGroup { group in
            for (number, search) in searches.enumerated() {
                group.addTask { (number, await search.lines(options, parts: parts)) }
            }
            return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        progress.end()
        let lines = searches.indices.flatMap { found[$0] ?? [] }
        Output.table(lines.map(\.cells))
        if lines.isEmpty || lines.contains(where: \.isDown) { throw ExitCode(EX_UNAVAILABLE) }
    }

    /// The devices of a configuration, by the URIs that work on this machine.
    private static func devices(of file: String) throws -> [PyroURI] {
        do {
            return try ServerConfiguration(file: file, drivers: drivers).definitions.flatMap { definition in
                definition.devices.map { PyroURI(object: $0.name, location: definition.endpoint.fromHere) }
            }
        } catch {
            Output.note("\(error)")
            throw ExitCode(EX_CONFIG)
        }
    }

    /// The objects registered with a name server; blocks.
    private static func names(at options: ConnectionOptions) throws -> [Search] {
        let place = options.nameServer
        var limits = ClientOptions()
        limits.wire.hmacKey = options.hmacKey
        limits.wire.ssl = options.ssl
        do {
            return try NameServer(at: place, options: limits).names.filter { $0.name != "Pyro.NameServer" }
                .map { .name("PYRONAME:\($0.name)", $0.uri) }
        } catch let error as ClientError {
            throw CallFailure("the name server at \(place)", "", .connection(error))
        }
    }
}

extension ListCommand {
    /// The devices announced in the local network, with the computer's name where two devices share a name.
    fileprivate static func announced() throws -> [Search] {
        do {
            let devices = try AnnouncedDevice.all
            guard !devices.isEmpty else {
                throw CallFailure("the local network", "", .address("no device is announced by mDNS"))
            }
            let counts = Dictionary(devices.map { ($0.object, 1) }, uniquingKeysWith: +)
            return devices.map { device in
                let isAlone = counts[device.object] == 1
                return .name("MDNS:\(device.object)" + (isAlone ? "" : "@\(device.shortHost)"), device.uri)
            }
        } catch let error as AvahiError {
            throw CallFailure("the local network", "", .address("\(error)"))
        }
    }
}

extension PyroURI.Location {
    /// The address at which this machine reaches its own server.
    fileprivate var fromHere: PyroURI.Location {
        switch self {
        case .tcp("0.0.0.0", let port): .tcp(host: "127.0.0.1", port: port)
        case .tcp("::", let port): .tcp(host: "::1", port: port)
        default: self
        }
    }
}

/// A place to look for devices, and the lines of the list for it.
enum Search: Sendable {
    /// All objects of a server, which may be absent if it is not expected.
    case server(PyroURI.Location, isExpected: Bool)
    case object(PyroURI)
    /// A name from a name server or mDNS, and its location.
    case name(String, PyroURI)

    /// A line of the list.
    struct Line: Sendable {
        let cells: [String]
        let isDown: Bool
    }

    func lines(_ options: ConnectionOptions, parts: Bool) async -> [Line] {
        switch self {
        case .server(let location, let isExpected):
            await Self.lines(at: location, options, isExpected: isExpected, parts: parts)
        case .object(let uri): [await Self.line(uri.text, uri, options)]
        case .name(let name, let uri): [await Self.line(name, uri, options, place: uri.text)]
        }
    }

    private static func lines(
        at location: PyroURI.Location,
        _ options: ConnectionOptions,
        isExpected: Bool,
        parts: Bool
    ) async -> [Line] {
        let daemon = PyroConnection(to: PyroURI(object: "Pyro.Daemon", location: location), options: options)
        do {
            let ids = try await daemon.call("registered", as: [String].self).sorted()
            var lines: [Line] = []
            for id in ids where id != "Pyro.Daemon" && (parts || !isPart(id)) {
                let uri = PyroURI(object: id, location: location)
                lines.append(await line(uri.text, uri, options))
            }
            return lines
        } catch {
            // A port in a range may have no server, but a server that refuses the connection is listed.
            if !isExpected {
                switch (error as? CallFailure)?.cause {
                case .connection(.unreachable), .connection(.refused): return []
                default: break
                }
            }
            return [Line(cells: ["\(location)", "not reached: \(reason(error))"], isDown: true)]
        }
    }

    /// Whether an object belongs to another one: `Stage.axes.x` here, `obj_…` in python-microscope.
    private static func isPart(_ id: String) -> Bool { id.contains(".") || id.hasPrefix("obj_") }

    private static func line(
        _ name: String,
        _ uri: PyroURI,
        _ options: ConnectionOptions,
        place: String? = nil
    ) async -> Line {
        let connection = PyroConnection(to: uri, options: options)
        do {
            let metadata = try await connection.metadata
            let kind = RemoteKind(metadata)?.rawValue ?? "not a device"
            var cells = [name, kind]
            if metadata.methods.contains("get_is_enabled") {
                let isEnabled = try? await connection.call("get_is_enabled", as: Bool.self)
                cells.append(isEnabled.map { $0 ? "enabled" : "disabled" } ?? "unknown")
            } else {
                cells.append("")
            }
            return Line(cells: cells + (place.map { [$0] } ?? []), isDown: false)
        } catch {
            return Line(cells: [name, "not reached: \(reason(error))"], isDown: true)
        }
    }

    private static func reason(_ error: any Error) -> String { (error as? CallFailure)?.reason ?? "\(error)" }
}
