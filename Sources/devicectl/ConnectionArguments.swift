import ArgumentParser
import MicroscopeClient
import Pickle
import Pyro

/// How to reach servers.
struct ConnectionArguments: ParsableArguments {
    @Option(
        help: ArgumentHelp("Give up when a call takes so many seconds; else it is waited for.", valueName: "seconds")
    )
    var timeout: Double?

    @Option(
        help: ArgumentHelp(
            "The key that the server signs messages with. Better given by the variable PYRO_HMAC_KEY, which other users "
                + "cannot see.",
            valueName: "key"
        )
    )
    var hmacKey: String?

    @Option(
        help: ArgumentHelp(
            "The Pyro name server that knows names without a place, as in PYRONAME:Camera.",
            valueName: "host[:port]"
        )
    )
    var nameServer = "localhost"

    @OptionGroup var ssl: SSLArguments

    func validate() throws {
        guard timeout.map({ $0 > 0 && $0 <= 1e6 }) ?? true else {
            throw ValidationError("--timeout must be a number of seconds above 0.")
        }
        guard place != nil else { throw ValidationError("--name-server must be HOST or HOST:PORT.") }
    }

    private var place: PyroURI.Location? { PyroURI("PYRONAME:any@\(nameServer)")?.location }

    var options: ConnectionOptions {
        get throws {
            var options = ConnectionOptions()
            options.callLimit = timeout.map { .seconds($0) }
            options.hmacKey = (hmacKey ?? Environment["PYRO_HMAC_KEY"]).map { Array($0.utf8) }
            options.ssl = try ssl.context
            if let place { options.nameServer = place }
            return options
        }
    }

    /// The object with a URI, of which `PYRO:` may be left out.
    func connect(_ uri: String) throws -> PyroConnection {
        let isWhole =
            ["PYRO", "MDNS:"].contains { uri.uppercased().hasPrefix($0) } && uri.contains(":") && PyroURI(uri) != nil
        return try PyroConnection(
            to: isWhole || PyroURI("PYRO:\(uri)") == nil ? uri : "PYRO:\(uri)",
            options: try options
        )
    }
}

/// The device that a command is about.
struct DeviceArgument: ParsableArguments {
    @Argument(help: "The device, such as PYRO:Camera@127.0.0.1:8001, PYRONAME:Camera or MDNS:Camera.")
    var uri: String

    @OptionGroup(title: "Connection")
    var connection: ConnectionArguments

    func connect() throws -> PyroConnection { try connection.connect(uri) }
}

/// How to reach servers with SSL.
///
/// Where an option is missing, the variable counts by which Pyro4's clients are told.
struct SSLArguments: ParsableArguments {
    @Flag(help: "Reach servers with SSL (variable PYRO_SSL); so do --ca and --certificate.")
    var ssl = false

    @Option(
        help: ArgumentHelp(
            "Trust servers with certificates of these authorities, in place of those that the machine trusts "
                + "(variable PYRO_SSL_CACERTS).",
            valueName: "file"
        ),
        completion: .file()
    )
    var ca: String?

    @Option(
        help: ArgumentHelp(
            "Show this certificate to servers that ask for one, and to those that send data (variable PYRO_SSL_CLIENTCERT).",
            valueName: "file"
        ),
        completion: .file()
    )
    var certificate: String?

    @Option(
        help: ArgumentHelp(
            "The key of the certificate, if it is not in the same file (variable PYRO_SSL_CLIENTKEY).",
            valueName: "file"
        ),
        completion: .file()
    )
    var key: String?

    @Option(
        help: ArgumentHelp("The password of the key, in a file that others cannot read.", valueName: "file"),
        completion: .file()
    )
    var keyPasswordFile: String?

    /// What all this comes to; nil without SSL.
    var context: SSLContext? {
        get throws {
            let isOn = ["1", "on", "true", "yes"].contains(Environment["PYRO_SSL"]?.lowercased())
            guard isOn || ssl || ca != nil || certificate != nil else { return nil }
            var files = SSLFiles(authorities: ca ?? Environment["PYRO_SSL_CACERTS"])
            files.certificate = certificate ?? Environment["PYRO_SSL_CLIENTCERT"]
            // The variable's key belongs to the variable's certificate.
            files.key = key ?? (certificate == nil ? Environment["PYRO_SSL_CLIENTKEY"] : nil)
            files.keyPasswordFile = keyPasswordFile
            do { return try SSLContext(files) } catch { throw ValidationError("\(error)") }
        }
    }
}

/// Where servers may be: a host with a port or several, or a Unix socket.
struct ServerPlace: ExpressibleByArgument {
    let locations: [PyroURI.Location]
    /// Whether there need not be a server at each of them.
    let isRange: Bool

    /// From `HOST:PORT`, `HOST:FIRST-LAST` or `./u:PATH`.
    init?(argument: String) {
        if let location = PyroURI("PYRO:any@\(argument)")?.location {
            locations = [location]
            isRange = false
            return
        }
        guard let colon = argument.lastIndex(of: ":"), colon != argument.startIndex else { return nil }
        let ports = argument[argument.index(after: colon)...].split(separator: "-", omittingEmptySubsequences: false)
        guard ports.count == 2, let first = UInt16(ports[0]), let last = UInt16(ports[1]), first <= last,
            case .tcp(let host, _)? = PyroURI("PYRO:any@\(argument[..<colon]):1")?.location
        else { return nil }
        isRange = true
        locations = (first...last).map { .tcp(host: host, port: Int($0)) }
    }
}
