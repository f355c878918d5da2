internal import COpenSSL
internal import Glibc

/// What SSL connections begin with at this end: who it is and whom it trusts, read from files once.
///
/// One serves both for a server and for clients, as for a device server, which is a client of those it sends images to.
/// Unix sockets stay without SSL: what goes through them does not leave the machine, and Pyro4's clients, which would
/// look for the name of a host in such a socket's path, take no certificate for it.
@safe public final class SSLContext: Sendable, Equatable {
    /// Whether a server can use it.
    public var hasCertificate: Bool { files.certificate != nil }
    /// How many days from now the certificate is valid, less than 0 if it is no longer; nil without a certificate.
    public let daysLeft: Int?

    private let files: SSLFiles
    // Why unsafe: threads may share it (`SSL_CTX`, manual page "openssl-threads") once it is set up, which `init` does.
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

    /// Whether they are the same one.
    public static func == (left: SSLContext, right: SSLContext) -> Bool { left === right }

    deinit { unsafe SSL_CTX_free(context) }

    /// One connection's state, which whoever asks for it has to free; nil if there is no memory for it.
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
            throw SSLFileError(.certificate, path, "holds no certificate in PEM: \(OpenSSLError.text)")
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
        case -1: throw SSLFileError(part, keyPath, "has a password, which key_password_file has to give")
        default: throw SSLFileError(part, keyPath, problemOfKey)
        }
        guard unsafe SSL_CTX_check_private_key(context) == 1 else { throw SSLFileError(part, keyPath, problemOfKey) }
    }

    private static var problemOfKey: String {
        if openssl_is_other_key(ERR_peek_error()) == 1 { return "is not the key of the certificate" }
        return "holds no private key in PEM, or its password is another one: \(OpenSSLError.text)"
    }

    @unsafe private static func useAuthorities(_ files: SSLFiles, _ context: OpaquePointer) throws(SSLFileError) {
        ERR_clear_error()
        guard let path = files.authorities else {
            // Those that the machine trusts give certificates to everybody.
            if files.requiresClientCertificate {
                throw SSLFileError(.authorities, "to require certificates of clients takes a 'ca', which says whose")
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
            throw SSLFileError(.authorities, path, "holds no certificate in PEM: \(OpenSSLError.text)")
        }
        // Which of them a client's certificate may come from, it is told in the handshake.
        if files.requiresClientCertificate, let names = unsafe SSL_load_client_CA_file(path) {
            unsafe SSL_CTX_set_client_CA_list(context, names)
        }
    }

    private static func check(_ path: String, _ part: SSLFiles.Part, isSecret: Bool) throws(SSLFileError) {
        do { try SecretFile.check(path, isSecret: isSecret) } catch { throw SSLFileError(part, path, error.text) }
    }
}

/// Which end of a connection this is.
enum SSLRole {
    case server
    /// A client that wants to reach a host and no other.
    case client(host: String)
}

/// The files, all of PEM, from which an end of SSL connections has its certificates.
public struct SSLFiles: Sendable, Hashable {
    /// One of them, by its key in a configuration.
    public enum Part: String, Sendable, CaseIterable {
        case certificate, key
        case keyPasswordFile = "key_password_file"
        case authorities = "ca"
    }

    /// What this end shows, and behind it the certificates that lead from it to an authority.
    ///
    /// A server must have one; a client needs one where servers ask for it.
    public var certificate: String?
    /// The key of the certificate; nil if it stands in the same file.
    public var key: String?
    /// The password of the key, in a file that other users must not be able to read.
    public var keyPasswordFile: String?
    /// The authorities that are trusted, in a file or in a folder as `openssl rehash` makes it; nil for those that the
    /// machine trusts.
    public var authorities: String?
    /// Whether a server takes only clients that show a certificate of these authorities.
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

/// Why a certificate or a key cannot be used.
public struct SSLFileError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Which of the files is at fault.
    public let part: SSLFiles.Part
    public let description: String

    init(_ part: SSLFiles.Part, _ path: String, _ problem: String) { self.init(part, "'\(path)' \(problem)") }

    init(_ part: SSLFiles.Part, _ description: String) { (self.part, self.description) = (part, description) }
}

/// What OpenSSL says of the last thing that went wrong on this thread.
enum OpenSSLError {
    /// Empties the list of errors, the first of which is the cause of the others.
    static var text: String {
        let code = ERR_get_error()
        defer { ERR_clear_error() }
        guard code != 0 else { return "unknown error" }
        guard let text = unsafe ERR_reason_error_string(code) else { return "error \(code)" }
        return unsafe String(cString: text)
    }
}
