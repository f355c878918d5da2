import ArgumentParser
import MicroscopeClient
import Pyro

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
