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
