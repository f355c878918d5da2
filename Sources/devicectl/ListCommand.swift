import ArgumentParser
import Avahi
import DriverCatalogue
import Glibc
import MicroscopeClient
import Pickle
import Pyro
import Server

struct ListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists the devices of running servers.",
        discussion: """
            The servers are those named, those of a device-server's configuration, with --names those that a Pyro \
            name server knows, or with --mdns those announced in the local network. A line for each device has its \
            URI, its kind and whether it is enabled; what cannot be reached is told in its place, and makes the exit \
            status 69.

            Examples:
              devicectl list scope-pc:8001 scope-pc:8010-8014
              devicectl list --config Configs/simulated.yaml
              devicectl list --names --name-server scope-pc
              devicectl list --mdns
            """
    )

    @Argument(help: "Where servers are: HOST:PORT, HOST:FIRST-LAST for several ports, or ./u:PATH for a Unix socket.")
    var servers: [ServerPlace] = []

    @Option(
        help: ArgumentHelp("List what this configuration of device-server says.", valueName: "file"),
        completion: .file(extensions: ["yaml"])
    )
    var config: String?

    @Flag(help: "List what the name server knows.")
    var names = false

    @Flag(help: "List what is announced in the local network, by the avahi daemon.")
    var mdns = false

    @Flag(help: "Also list what belongs to another device: the axes of stages, the devices of controllers.")
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
        let found = await withTaskGroup { group in
            for (number, search) in searches.enumerated() {
                group.addTask { (number, await search.lines(options, parts: parts)) }
            }
            return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        let lines = searches.indices.flatMap { found[$0] ?? [] }
        Output.table(lines.map(\.cells))
        if lines.isEmpty || lines.contains(where: \.isDown) { throw ExitCode(EX_UNAVAILABLE) }
    }

    /// The devices that a configuration serves, as programs on this machine reach them.
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

    /// What a name server knows; blocks, with nothing else to do yet.
    private static func names(at options: ConnectionOptions) throws -> [Search] {
        let place = options.nameServer
        var limits = ClientOptions()
        limits.wire.hmacKey = options.hmacKey
        limits.wire.ssl = options.ssl
        do {
            return try NameServer(at: place, options: limits).names.filter { $0.name != "Pyro.NameServer" }
                .map { .name("PYRONAME:\($0.name)", $0.uri) }
        } catch let error as ClientError {
            throw CallFailure("the name server at \(Endpoint(place))", "", .connection(error))
        }
    }
}

extension ListCommand {
    /// What is announced in the local network, each with its computer where the name alone does not tell which it is.
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
    /// The place by which this machine reaches a server of its own that listens there.
    fileprivate var fromHere: PyroURI.Location {
        switch self {
        case .tcp("0.0.0.0", let port): .tcp(host: "127.0.0.1", port: port)
        case .tcp("::", let port): .tcp(host: "::1", port: port)
        default: self
        }
    }
}

/// A place to look for devices at, and what is there.
enum Search: Sendable {
    /// All objects of a server; whether there is one need not be sure.
    case server(PyroURI.Location, isExpected: Bool)
    case object(PyroURI)
    /// What has a URI without a place, by a name server or by mDNS, and where that is.
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
            // Where nobody was expected nobody may listen; a server that refuses is one all the same.
            if !isExpected, case .connection(.unreachable)? = (error as? CallFailure)?.cause { return [] }
            return [Line(cells: ["\(Endpoint(location))", "not reached: \(reason(error))"], isDown: true)]
        }
    }

    /// Whether an object belongs to another one: `Stage.axes.x` here, `obj_…` with python-microscope.
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
            let kind = DeviceKind(metadata)?.rawValue ?? "no device"
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
