public import Pickle
public import Pyro

/// How a definition talks to its clients.
public struct PyroOptions: Sendable, Hashable {
    /// The serializers that clients may use.
    public var serializers = Set(SerializerID.allCases)
    /// The key that signs messages, if both sides share one.
    public var hmacKey: [UInt8]?
    /// A file that begins with a line which is the key, and that other users cannot read.
    public var hmacKeyFile: String?
    /// The certificates, if connections are to be encrypted.
    ///
    /// That concerns those that clients make, and those to clients, name servers and parts on other machines; Unix
    /// sockets stay as they are.
    public var ssl: SSLFiles?
    public var compresses = false
    /// The number that pickles carry in front.
    public var pickleProtocol: UInt8 = 4
    /// The most bytes that a message may have that comes in.
    public var maximumMessageSize = 256 << 20
    /// The most clients at once.
    public var maximumConnections = 200
    /// How long a client may take to say who it is.
    public var handshakeLimit = Duration.seconds(10)
    public var delivery = DeliveryMethod.batch
    /// How many data wait for a slow client before the oldest are lost.
    public var queueLength = 32
    /// The kernel's algorithm on connections that carry images; nil leaves the system's.
    public var congestionControl: String? = "reno"
    /// How long to wait for a client that does not read what it is sent; nil waits for ever.
    public var sendLimit: Duration? = .seconds(30)
    /// Where clients reach the device, if not where it listens: behind a router, or in a container.
    public var publicPlace: ServerOptions.PublicPlace?
    /// The name server that is told where the devices are, if any.
    public var nameServer: PyroURI.Location?
    /// Whether the devices are announced in the local network, by mDNS.
    public var isAnnounced = false

    public init() {}
}

// What options may be, whether a file or a program gives them.

extension PyroOptions {
    static let pickleProtocols: ClosedRange<UInt8> = 2...5
    static let messageSizes = 4096...Int(Int32.max)
    static let connectionCounts = 1...10_000
    static let handshakeSeconds = 0.1...3600
    static let queueLengths = 1...100_000
    static let sendSeconds = 0.0...86400
}

extension LogOptions {
    static let sizes = 4096...1 << 40
    static let fileCounts = 0...1000
}

extension ConfigurationReader {
    /// The options of a section's `pyro`, where it has some, in place of those given.
    func pyroOptions(of parent: Section, over defaults: PyroOptions) -> PyroOptions {
        var options = defaults
        guard let node = parent.value("pyro"), !node.isNull else { return options }
        _ = section(node) { read($0, into: &options) }
        return options
    }

    private func read(_ pyro: Section, into options: inout PyroOptions) {
        if let list = pyro.value("serializers"), !list.isNull {
            let names = items(of: list, "a list of serializers")
            options.serializers = Set(names.compactMap { value(of: $0, .serializer) })
        }
        readKey(of: pyro, into: &options)
        readSSL(of: pyro, into: &options)
        pyro.read("compression", .bool, into: &options.compresses)
        pyro.read("pickle_protocol", .integer(in: PyroOptions.pickleProtocols), into: &options.pickleProtocol)
        pyro.read("max_message_size", .byteCount(in: PyroOptions.messageSizes), into: &options.maximumMessageSize)
        pyro.read("max_connections", .integer(in: PyroOptions.connectionCounts), into: &options.maximumConnections)
        pyro.read("handshake_timeout", .seconds(in: PyroOptions.handshakeSeconds), into: &options.handshakeLimit)
        pyro.read("delivery", .word, into: &options.delivery)
        pyro.read("queue_length", .integer(in: PyroOptions.queueLengths), into: &options.queueLength)
        if let name = pyro.read("congestion_control", .text) { options.congestionControl = name.isEmpty ? nil : name }
        if let place = pyro.read("name_server", .nameServer) { options.nameServer = place }
        pyro.read("mdns", .bool, into: &options.isAnnounced)
        if let limit = pyro.read("comm_timeout", .seconds(in: PyroOptions.sendSeconds)) {
            options.sendLimit = limit == .zero ? nil : limit
        }
        readPublicPlace(of: pyro, into: &options)
        pyro.report(Pyro4Item.advice)
    }

    private func readKey(of pyro: Section, into options: inout PyroOptions) {
        if let key = pyro.read("hmac_key", .text("text") { !$0.isEmpty }) {
            (options.hmacKey, options.hmacKeyFile) = (Array(key.utf8), nil)
        }
        guard let path = pyro.read("hmac_key_file", .path) else { return }
        let node = pyro.requiredValue("hmac_key_file")
        if pyro.value("hmac_key")?.isNull == false { report(node.error("there is an 'hmac_key' already")) }
        (options.hmacKey, options.hmacKeyFile) = (nil, path)
        guard opensFiles else { return }
        do { _ = try SecretFile.firstLine(of: path) } catch { report(node.error("'\(path)' \(error.text)")) }
    }

    private func readPublicPlace(of pyro: Section, into options: inout PyroOptions) {
        if let host = pyro.read("nat_host", .host) {
            options.publicPlace = ServerOptions.PublicPlace(host: host, port: options.publicPlace?.port ?? 0)
        }
        guard let port = pyro.read("nat_port", .integer(in: 0...65535)) else { return }
        guard options.publicPlace != nil else {
            // A wrong 'nat_host' has its own error.
            if pyro.value("nat_host")?.isNull ?? true {
                report(pyro.requiredValue("nat_port").error("there is no 'nat_host' that it is a port of"))
            }
            return
        }
        options.publicPlace?.port = port
    }

    private func readSSL(of pyro: Section, into options: inout PyroOptions) {
        guard let node = pyro.value("ssl"), !node.isNull else { return }
        // A definition's way to do without what the file has for all.
        if node.scalar?.meaning == .bool(false) { return options.ssl = nil }
        options.ssl = section(node) { ssl in
            var files = SSLFiles(certificate: ssl.require("certificate", .path))
            files.key = ssl.read("key", .path)
            files.keyPasswordFile = ssl.read("key_password_file", .path)
            files.authorities = ssl.read("ca", .path)
            ssl.read("require_client_certificate", .bool, into: &files.requiresClientCertificate)
            if opensFiles, files.certificate != nil { check(files, ssl) }
            return files
        }
    }

    private func check(_ files: SSLFiles, _ ssl: Section) {
        do { _ = try SSLContext(files) } catch {
            report((ssl.value(error.part.rawValue) ?? ssl.node).error(error.description))
        }
    }
}

extension Expectation<String> {
    fileprivate static var path: Self { text("a path") { !$0.isEmpty && !$0.contains("\0") } }
}
