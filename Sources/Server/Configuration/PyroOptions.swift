internal import Logging
public import Pickle
public import Pyro

/// The options of a definition's communication with its clients.
public struct PyroOptions: Sendable, Hashable {
    /// The serializers that clients may use.
    public var serializers = Set(SerializerID.allCases)
    /// The key that signs messages, if both sides share one.
    public var hmacKey: [UInt8]?
    /// A file whose first line is the key, and that other users cannot read.
    public var hmacKeyFile: String?
    /// The certificates, if connections are encrypted.
    ///
    /// They hold for connections from clients and for those to clients, name servers and devices on other machines; Unix
    /// sockets are not encrypted.
    public var ssl: SSLFiles?
    public var compresses = false
    /// The protocol number in the header of pickles.
    public var pickleProtocol: UInt8 = 4
    /// The largest message that is accepted, in bytes.
    public var maximumMessageSize = 256 << 20
    /// The maximum number of clients at the same time.
    public var maximumConnections = 200
    /// The time limit for a client's handshake.
    public var handshakeLimit = Duration.seconds(10)
    public var delivery = DeliveryMethod.batch
    /// The number of frames that wait for a slow client before the oldest ones are dropped.
    public var queueLength = 32
    /// The kernel's algorithm on connections that carry images; nil keeps the system's, and ``automaticCongestionControl``
    /// keeps it for clients on other machines.
    public var congestionControl: String? = Self.automaticCongestionControl
    /// reno for clients on this machine, since bbr would pace them, and the system's for others, with whom images share
    /// the network.
    public static let automaticCongestionControl = "auto"
    /// The time limit for a client that does not read; nil waits forever.
    public var sendLimit: Duration? = .seconds(30)
    /// How long a client that cannot be reached, or does not read, stays registered and is tried again; zero forgets it
    /// at once.
    public var clientMemory = Duration.seconds(3600)
    /// Who may get frames through shared memory, and how much memory those who subscribe may hold.
    public var frames = FrameOptions()
    /// The address by which clients reach the device, if it differs from where it listens: behind a router, or in a
    /// container.
    public var publicPlace: ServerOptions.PublicPlace?
    /// The name server that devices are registered with, if any.
    public var nameServer: PyroURI.Location?
    /// Whether the devices are announced in the local network by mDNS.
    public var isAnnounced = false
    /// The addresses of clients that may connect, and of those that may only read.
    public var access = AccessRules()

    public init() {}
}

/// An option with its key in files, its property in programs and the values that it accepts.
struct OptionRow<Options> {
    let key: String
    /// Reads the option of a file.
    let read: (Section, inout Options) -> Void
    /// Checks the option of a program.
    let check: (Options, ConfigurationNode, ConfigurationReader) -> Void

    init<Value>(
        _ key: String,
        _ property: String,
        _ path: WritableKeyPath<Options, Value>,
        _ expectation: Expectation<Value>
    ) {
        self.key = key
        read = { section, options in section.read(key, expectation, into: &options[keyPath: path]) }
        check = { options, node, reader in
            let node = node.position(property)
            reader.reporting { () throws(ConfigurationError) in
                try expectation.check(options[keyPath: path], at: node)
            }
        }
    }
}

extension PyroOptions {
    static var rows: [OptionRow<Self>] {
        [
            OptionRow("compression", "compresses", \.compresses, .bool),
            OptionRow("pickle_protocol", "pickleProtocol", \.pickleProtocol, .integer(in: 2...5)),
            OptionRow(
                "max_message_size",
                "maximumMessageSize",
                \.maximumMessageSize,
                .byteCount(in: 4096...Int(Int32.max))
            ),
            OptionRow("max_connections", "maximumConnections", \.maximumConnections, .integer(in: 1...10_000)),
            OptionRow("handshake_timeout", "handshakeLimit", \.handshakeLimit, .seconds(in: 0.1...3600)),
            OptionRow("delivery", "delivery", \.delivery, .word),
            OptionRow("queue_length", "queueLength", \.queueLength, .integer(in: 1...100_000)),
            OptionRow(
                "congestion_control",
                "congestionControl",
                \.congestionControl,
                Expectation<String>.text.optional(isNil: \.isEmpty)
            ),
            OptionRow(
                "comm_timeout",
                "sendLimit",
                \.sendLimit,
                Expectation<Duration>.seconds(in: 0...86400).optional { $0 == .zero }
            ),
            OptionRow("remember_clients", "clientMemory", \.clientMemory, .seconds(in: 0...604_800)),
            OptionRow("shared_memory", "frames.sharing", \.frames.sharing, .word),
            OptionRow("frame_memory", "frames.memory", \.frames.memory, .byteCount(in: 1 << 20...1 << 40)),
            OptionRow("name_server", "nameServer", \.nameServer, Expectation<PyroURI.Location>.nameServer.optional()),
            OptionRow("mdns", "isAnnounced", \.isAnnounced, .bool),
            OptionRow("call_back_to", "access.callBacks", \.access.callBacks, .word),
        ]
    }
}

extension LogOptions {
    static var rows: [OptionRow<Self>] {
        [
            OptionRow("directory", "directory", \.directory, Expectation<String>.path.optional()),
            OptionRow("level", "level", \.level, .word),
            OptionRow("max_size", "maximumSize", \.maximumSize, .byteCount(in: 4096...1 << 40)),
            OptionRow("keep", "keptFiles", \.keptFiles, .integer(in: 0...1000)),
        ]
    }
}

extension ConfigurationReader {
    /// The options of a section's `pyro` over those that it inherits.
    func pyroOptions(of parent: Section, over defaults: PyroOptions) -> PyroOptions {
        guard let node = parent.value("pyro") else { return defaults }
        if let change: PyroChange = node.given() {
            var options = defaults
            change.change(&options)
            // The errors of inherited options are reported once.
            if options != defaults || change.isForAll { check(options, node) }
            return options
        }
        var options = defaults
        _ = section(node) { read($0, into: &options) }
        return options
    }

    // MARK: Files

    private func read(_ pyro: Section, into options: inout PyroOptions) {
        if let list = pyro.value("serializers") {
            let names = items(of: list, "a list of serializers")
            options.serializers = Set(names.compactMap { value(of: $0, .serializer) })
        }
        readKey(of: pyro, into: &options)
        readSSL(of: pyro, into: &options)
        for row in PyroOptions.rows { row.read(pyro, &options) }
        readPublicPlace(of: pyro, into: &options)
        if let networks = networks(of: pyro, "allow_from") { options.access.allowed = networks }
        if let networks = networks(of: pyro, "read_only_from") { options.access.readOnly = networks }
        if let methods = methodNetworks(of: pyro) { options.access.restricted = methods }
        pyro.report(ForeignWords.pyroItem)
    }

    private func readKey(of pyro: Section, into options: inout PyroOptions) {
        if let key = pyro.read("hmac_key", .nonEmptyText) {
            (options.hmacKey, options.hmacKeyFile) = (Array(key.utf8), nil)
        }
        guard let path = pyro.read("hmac_key_file", .path).map(resolved) else { return }
        let node = pyro.position(of: "hmac_key_file")
        if pyro.value("hmac_key") != nil { report(node.error("'hmac_key' is given already")) }
        (options.hmacKey, options.hmacKeyFile) = (nil, path)
        if opensFiles { checkKeyFile(path, node) }
    }

    private func readPublicPlace(of pyro: Section, into options: inout PyroOptions) {
        if let host = pyro.read("nat_host", .host) {
            options.publicPlace = ServerOptions.PublicPlace(host: host, port: options.publicPlace?.port ?? 0)
        }
        guard let port = pyro.read("nat_port", .integer(in: 0...65535)) else { return }
        guard options.publicPlace != nil else {
            // A wrong 'nat_host' has its own error.
            if pyro.value("nat_host") == nil {
                report(pyro.position(of: "nat_port").error("'nat_port' needs a 'nat_host'"))
            }
            return
        }
        options.publicPlace?.port = port
    }

    /// The networks whose clients may call a method, by its name.
    private func methodNetworks(of pyro: Section) -> [String: [ClientNetwork]]? {
        guard let node = pyro.value("methods_from") else { return nil }
        return section(node) { methods in
            Dictionary(uniqueKeysWithValues: methods.keys.map { ($0, networks(of: methods, $0) ?? []) })
        }
    }

    private func networks(of pyro: Section, _ key: String) -> [ClientNetwork]? {
        guard let list = pyro.value(key) else { return nil }
        return items(of: list, "a list of networks").compactMap { value(of: $0, .network) }
    }

    private func readSSL(of pyro: Section, into options: inout PyroOptions) {
        guard let node = pyro.value("ssl") else { return }
        // A definition's way to do without what the file has for all.
        if node.scalar?.meaning == .bool(false) { return options.ssl = nil }
        options.ssl = section(node) { ssl in
            var files = SSLFiles(certificate: ssl.require("certificate", .path).map(resolved))
            files.key = ssl.read("key", .path).map(resolved)
            files.keyPasswordFile = ssl.read("key_password_file", .path).map(resolved)
            files.authorities = ssl.read("ca", .path).map(resolved)
            ssl.read("require_client_certificate", .bool, into: &files.requiresClientCertificate)
            if opensFiles, files.certificate != nil {
                checkCertificate(files) { ssl.value($0.rawValue) ?? ssl.node }
            }
            return files
        }
    }

    private func checkKeyFile(_ path: String, _ node: ConfigurationNode) {
        do { _ = try SecretFile.firstLine(of: path) } catch { report(node.error("'\(path)' \(error.text)")) }
    }

    private func checkCertificate(_ files: SSLFiles, _ node: (SSLFiles.Part) -> ConfigurationNode) {
        do { _ = try SSLContext(files) } catch { report(node(error.part).error(error.description)) }
    }

    // MARK: Programs

    private func check(_ options: PyroOptions, _ node: ConfigurationNode) {
        if options.serializers.isEmpty { report(node.error("there are no serializers")) }
        if options.hmacKey?.isEmpty == true { report(node.position("hmacKey").error("the key is empty")) }
        if let path = options.hmacKeyFile { checkKeyFile(path, node.position("hmacKeyFile")) }
        if let files = options.ssl { checkCertificate(files) { _ in node.position("ssl") } }
        for row in PyroOptions.rows { row.check(options, node, self) }
    }
}

/// A program's change to the options that a definition inherits.
struct PyroChange: Sendable {
    let change: @Sendable (inout PyroOptions) -> Void
    var isForAll = false
}

extension Expectation<ClientNetwork> {
    fileprivate static var network: Self {
        Expectation("an address or network such as 192.168.7.12 or 192.168.7.0/24") { try? ClientNetwork($0.text) }
    }
}
