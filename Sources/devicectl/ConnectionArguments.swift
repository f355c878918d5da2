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
