import ArgumentParser
import MicroscopeClient
import Pickle
import Platform
import Pyro

/// The options for reaching servers.
struct ConnectionArguments: ParsableArguments {
    @Option(
        help: ArgumentHelp("Give up on a call after this many seconds. Default: no limit.", valueName: "seconds")
    )
    var timeout: Double?

    @Option(
        help: ArgumentHelp(
            "The HMAC key of the server. The variable PYRO_HMAC_KEY is safer: other users cannot see it.",
            valueName: "key"
        )
    )
    var hmacKey: String?

    @Option(
        help: ArgumentHelp(
            "The Pyro name server for names without a host, such as PYRONAME:Camera.",
            valueName: "host[:port]"
        )
    )
    var nameServer = "localhost"

    @OptionGroup var ssl: SSLArguments

    func validate() throws {
        guard timeout.map({ $0 > 0 && $0 <= 1e6 }) ?? true else {
            throw ValidationError("--timeout must be a positive number of seconds.")
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

    /// The object with a URI; `PYRO:` may be omitted.
    func connect(_ uri: String) throws -> PyroConnection {
        let isWhole =
            ["PYRO", "MDNS:"].contains { uri.uppercased().hasPrefix($0) } && uri.contains(":") && PyroURI(uri) != nil
        return try PyroConnection(
            to: isWhole || PyroURI("PYRO:\(uri)") == nil ? uri : "PYRO:\(uri)",
            options: try options
        )
    }
}

/// The device that a command acts on.
struct DeviceArgument: ParsableArguments {
    @Argument(help: "The device, such as PYRO:Camera@127.0.0.1:8001, PYRONAME:Camera or MDNS:Camera.")
    var uri: String

    @OptionGroup(title: "Connection")
    var connection: ConnectionArguments

    func connect() throws -> PyroConnection { try connection.connect(uri) }
}

/// The options for reaching servers with SSL.
///
/// A missing option is taken from the environment variable that Pyro4's clients use.
struct SSLArguments: ParsableArguments {
    @Flag(help: "Use SSL (variable PYRO_SSL); --ca and --certificate imply it.")
    var ssl = false

    @Option(
        help: ArgumentHelp(
            "Trust the certificates of these authorities instead of those that this machine trusts "
                + "(variable PYRO_SSL_CACERTS).",
            valueName: "file"
        ),
        completion: .file()
    )
    var ca: String?

    @Option(
        help: ArgumentHelp(
            "Present this certificate to servers that request one or send data (variable PYRO_SSL_CLIENTCERT).",
            valueName: "file"
        ),
        completion: .file()
    )
    var certificate: String?

    @Option(
        help: ArgumentHelp(
            "The key of the certificate, if it is in a separate file (variable PYRO_SSL_CLIENTKEY).",
            valueName: "file"
        ),
        completion: .file()
    )
    var key: String?

    @Option(
        help: ArgumentHelp(
            "A file with the password of the key; other users must not be able to read it.",
            valueName: "file"
        ),
        completion: .file()
    )
    var keyPasswordFile: String?

    /// The SSL context for these options; nil without SSL.
    var context: SSLContext? {
        get throws {
            let isOn = ["1", "on", "true", "yes"].contains(Environment["PYRO_SSL"]?.lowercased())
            guard isOn || ssl || ca != nil || certificate != nil else { return nil }
            var files = SSLFiles(authorities: ca ?? Environment["PYRO_SSL_CACERTS"])
            files.certificate = certificate ?? Environment["PYRO_SSL_CLIENTCERT"]
            // The key variable belongs to the certificate variable.
            files.key = key ?? (certificate == nil ? Environment["PYRO_SSL_CLIENTKEY"] : nil)
            files.keyPasswordFile = keyPasswordFile
            do { return try SSLContext(files) } catch { throw ValidationError("\(error)") }
        }
    }
}

/// A place where servers may listen: a host with one or several ports, or a Unix socket.
struct ServerPlace: ExpressibleByArgument {
    let locations: [PyroURI.Location]
    /// Whether some of the ports may have no server.
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
