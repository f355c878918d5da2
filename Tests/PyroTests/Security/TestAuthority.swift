import Foundation
import Pyro

/// A certificate authority for a test, made with the program `openssl`.
final class TestAuthority: Sendable {
    let folder: URL
    var certificate: String { path("ca.pem") }

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "authority-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        try run(
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-days",
            "2",
            "-subj",
            "/CN=Authority \(UUID().uuidString)",
            "-keyout",
            path("ca.key"),
            "-out",
            certificate
        )
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func path(_ name: String) -> String { folder.appending(path: name).path }

    /// The files of a certificate for a host, with this authority as the trusted one.
    ///
    /// - Parameter names: such as `DNS:localhost` and `IP:127.0.0.1`.
    func files(
        for names: String = "DNS:localhost,IP:127.0.0.1",
        password: String? = nil,
        requiresClientCertificate: Bool = false
    ) throws -> SSLFiles {
        let name = UUID().uuidString
        let (certificate, key) = (path("\(name).pem"), path("\(name).key"))
        try run(
            ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-days", "2"]
                + (password.map { ["-passout", "pass:\($0)"] } ?? ["-nodes"])
                + ["-subj", "/CN=test", "-addext", "subjectAltName=\(names)"]
                + ["-addext", "basicConstraints=critical,CA:FALSE"]
                + ["-CA", self.certificate, "-CAkey", path("ca.key"), "-keyout", key, "-out", certificate]
        )
        return SSLFiles(
            certificate: certificate,
            key: key,
            authorities: self.certificate,
            requiresClientCertificate: requiresClientCertificate
        )
    }

    func write(_ text: String, to name: String, mode: Int = 0o600) throws -> String {
        try Data(text.utf8).write(to: folder.appending(path: name))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path(name))
        return path(name)
    }

    private func run(_ arguments: String...) throws { try run(arguments) }

    private func run(_ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/openssl")
        process.arguments = arguments
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure(arguments: arguments) }
    }

    private struct Failure: Error {
        let arguments: [String]
    }
}
