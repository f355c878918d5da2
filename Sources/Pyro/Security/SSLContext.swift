internal import COpenSSL
internal import CZlib
internal import Glibc

/// The certificates of one end of SSL connections, read from files once.
///
/// A context serves servers and clients alike: a device server is a client of those to which it sends images. Unix
/// sockets do not use SSL: their data do not leave the machine, and a Pyro4 client would accept no certificate for one,
/// because it looks for a host name in the path of the socket.
@safe public final class SSLContext: Sendable, Equatable {
    /// Whether a server can use this context.
    public var hasCertificate: Bool { files.certificate != nil }
    /// The number of days until the certificate expires, negative if it has expired.
    ///
    /// Nil without a certificate.
    public let daysLeft: Int?

    private let files: SSLFiles
    // Why unsafe: threads may share an `SSL_CTX` once it is set up (manual page "openssl-threads"), and `init` sets it up.
    nonisolated(unsafe) private let context: OpaquePointer

    public init(_ files: SSLFiles) throws(SSLFileError) {
        self.files = files
        guard let context = unsafe ssl_context_new() else { throw SSLFileError(.certificate, "", "out of memory") }
        unsafe self.context = unsafe context
        do throws(SSLFileError) {
            try unsafe Self.useCertificate(files, context)
            try unsafe Self.useAuthorities(files, context)
        } catch {
            daysLeft = nil
            throw error
        }
        var days: Int32 = 0
        daysLeft = unsafe ssl_context_days_left(context, &days) == 1 ? Int(days) : nil
    }

    /// Whether both are the same object.
    public static func == (left: SSLContext, right: SSLContext) -> Bool { left === right }

    deinit { unsafe SSL_CTX_free(context) }

    /// The state of a new connection, which the caller must free.
    ///
    /// Nil if there is not enough memory.
    @unsafe func makeConnection(as role: SSLRole) -> OpaquePointer? {
        guard let ssl = unsafe SSL_new(context) else { return nil }
        switch role {
        case .server:
            let mode = files.requiresClientCertificate ? SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0
            unsafe SSL_set_verify(ssl, mode, nil)
            unsafe SSL_set_accept_state(ssl)
        case .client(let host):
            unsafe SSL_set_verify(ssl, SSL_VERIFY_PEER, nil)
            unsafe SSL_set_connect_state(ssl)
            guard unsafe ssl_expect(ssl, host) == 1 else {
                unsafe SSL_free(ssl)
                return nil
            }
        }
        return unsafe ssl
    }

    // MARK: Files

    @unsafe private static func useCertificate(_ files: SSLFiles, _ context: OpaquePointer) throws(SSLFileError) {
        guard let path = files.certificate else { return }
        try check(path, .certificate, isSecret: files.key == nil)
        ERR_clear_error()
        guard unsafe SSL_CTX_use_certificate_chain_file(context, path) == 1 else {
            throw SSLFileError(.certificate, path, "contains no PEM certificate: \(OpenSSLError.text)")
        }
        let (part, keyPath) = files.key.map { (.key, $0) } ?? (SSLFiles.Part.certificate, path)
        try check(keyPath, part, isSecret: true)
        var password: String?
        if let file = files.keyPasswordFile {
            do { password = try SecretFile.firstLine(of: file) } catch {
                throw SSLFileError(.keyPasswordFile, file, error.text)
            }
        }
        switch unsafe ssl_context_use_key(context, keyPath, password) {
        case 1: break
        case -1: throw SSLFileError(part, keyPath, "is encrypted: give its password in key_password_file")
        default: throw SSLFileError(part, keyPath, problemOfKey)
        }
        guard unsafe SSL_CTX_check_private_key(context) == 1 else { throw SSLFileError(part, keyPath, problemOfKey) }
    }

    private static var problemOfKey: String {
        if openssl_is_other_key(ERR_peek_error()) == 1 { return "is not the key of the certificate" }
        return "contains no PEM private key, or its password is wrong: \(OpenSSLError.text)"
    }

    @unsafe private static func useAuthorities(_ files: SSLFiles, _ context: OpaquePointer) throws(SSLFileError) {
        ERR_clear_error()
        guard let path = files.authorities else {
            // The authorities that the machine trusts issue certificates to everybody.
            if files.requiresClientCertificate {
                throw SSLFileError(
                    .authorities,
                    "require_client_certificate needs a 'ca', the authority of those certificates"
                )
            }
            unsafe SSL_CTX_set_default_verify_paths(context)
            return
        }
        if SecretFile.isFolder(path) {
            unsafe SSL_CTX_load_verify_dir(context, path)
            return
        }
        try check(path, .authorities, isSecret: false)
        guard unsafe SSL_CTX_load_verify_file(context, path) == 1 else {
            throw SSLFileError(.authorities, path, "contains no PEM certificate: \(OpenSSLError.text)")
        }
        // The handshake names the authorities that may have issued a client's certificate.
        if files.requiresClientCertificate, let names = unsafe SSL_load_client_CA_file(path) {
            unsafe SSL_CTX_set_client_CA_list(context, names)
        }
    }

    private static func check(_ path: String, _ part: SSLFiles.Part, isSecret: Bool) throws(SSLFileError) {
        do { try SecretFile.check(path, isSecret: isSecret) } catch { throw SSLFileError(part, path, error.text) }
    }
}

/// The end of a connection that this program is.
enum SSLRole {
    case server
    /// A client that accepts only this host.
    case client(host: String)
}

/// The PEM files with the certificates and the key of one end of SSL connections.
public struct SSLFiles: Sendable, Hashable {
    /// One of the files, by its key in a configuration.
    public enum Part: String, Sendable, CaseIterable {
        case certificate, key
        case keyPasswordFile = "key_password_file"
        case authorities = "ca"
    }

    /// The certificate of this end, followed by the certificates that lead from it to an authority.
    ///
    /// A server must have one. A client needs one if servers require it.
    public var certificate: String?
    /// The certificate's private key.
    ///
    /// Nil if it is in the same file.
    public var key: String?
    /// A file with the key's password, which other users must not be able to read.
    public var keyPasswordFile: String?
    /// The trusted authorities, in a file or in a folder prepared by `openssl rehash`.
    ///
    /// Nil for those that the machine trusts.
    public var authorities: String?
    /// Whether a server accepts only clients with a certificate from these authorities.
    public var requiresClientCertificate = false

    public init(
        certificate: String? = nil,
        key: String? = nil,
        keyPasswordFile: String? = nil,
        authorities: String? = nil,
        requiresClientCertificate: Bool = false
    ) {
        self.certificate = certificate
        self.key = key
        self.keyPasswordFile = keyPasswordFile
        self.authorities = authorities
        self.requiresClientCertificate = requiresClientCertificate
    }
}

/// The reason why a certificate or a key cannot be used.
public struct SSLFileError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The file with the problem.
    public let part: SSLFiles.Part
    public let description: String

    init(_ part: SSLFiles.Part, _ path: String, _ problem: String) { self.init(part, "'\(path)' \(problem)") }

    init(_ part: SSLFiles.Part, _ description: String) { (self.part, self.description) = (part, description) }
}

/// The last error of OpenSSL on this thread.
enum OpenSSLError {
    /// The first error, which caused any others.
    ///
    /// Reading it clears all of them.
    static var text: String {
        let code = ERR_get_error()
        defer { ERR_clear_error() }
        guard code != 0 else { return "unknown error" }
        guard let text = unsafe ERR_reason_error_string(code) else { return "error \(code)" }
        return unsafe String(cString: text)
    }
}

/// The versions of the shared libraries in use, which the system updates independently of this program.
public enum PyroLibraries {
    public static var versions: [(library: String, version: String)] {
        [
            ("OpenSSL", unsafe String(cString: OpenSSL_version(OPENSSL_VERSION_STRING))),
            ("zlib", unsafe String(cString: zlibVersion())),
        ]
    }
}
