import Foundation
import Pyro
import Testing

/// Error messages for certificates and keys that cannot be used.
@Suite struct SSLFileTests {
    private let authority: TestAuthority

    init() throws { authority = try TestAuthority() }

    private func problem(_ files: SSLFiles) throws -> SSLFileError {
        try #require(#expect(throws: SSLFileError.self) { try SSLContext(files) })
    }

    @Test func keysWithAPasswordAreOpened() throws {
        var files = try authority.files(password: "open ✓ sesame")
        #expect(
            try problem(files).description
                == "'\(files.key ?? "")' is encrypted: give its password in key_password_file"
        )
        files.keyPasswordFile = try authority.write("open ✓ sesame\n", to: "password")
        let context = try SSLContext(files)
        #expect(context.hasCertificate)
        #expect(context.daysLeft == 2)
        files.keyPasswordFile = try authority.write("guess\n", to: "guess")
        let wrong = try problem(files)
        #expect(wrong.part == .key)
        #expect(wrong.description.contains("its password is wrong"))
    }

    @Test func certificateAndKeyMayShareAFile() throws {
        let files = try authority.files()
        let both = try [files.certificate, files.key].map { try String(contentsOfFile: #require($0), encoding: .utf8) }
        let path = try authority.write(both.joined(), to: "both.pem")
        #expect(try SSLContext(SSLFiles(certificate: path)).hasCertificate)
    }

    @Test func secretsThatOthersCanReadAreRefused() throws {
        var files = try authority.files(password: "x")
        files.keyPasswordFile = try authority.write("x", to: "open", mode: 0o604)
        #expect(try problem(files).part == .keyPasswordFile)
        #expect(try problem(files).description.contains("can be read by every user of this machine"))
        files = try authority.files()
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: #require(files.key))
        #expect(try problem(files).part == .key)
        #expect(try problem(files).description.contains("chmod o-rwx"))
    }

    @Test func theFileAtFaultIsNamed() throws {
        let good = try authority.files()
        let text = try authority.write("no PEM", to: "text")
        let cases: [(WritableKeyPath<SSLFiles, String?>, SSLFiles.Part)] = [
            (\.certificate, .certificate), (\.key, .key), (\.authorities, .authorities),
            (\.keyPasswordFile, .keyPasswordFile),
        ]
        for (path, part) in cases {
            for (name, words) in [
                ("/nowhere", "cannot be read: No such file"),
                (authority.folder.path, part == .authorities ? "" : "is not a file"),
                (text, part == .keyPasswordFile ? "" : "contains no PEM"),
            ] where !words.isEmpty {
                var files = good
                files[keyPath: path] = name
                let problem = try problem(files)
                #expect(problem.part == part)
                #expect(problem.description.contains(words) && problem.description.contains(name))
            }
        }
    }

    @Test func aKeyOfAnotherCertificateIsRefused() throws {
        var files = try authority.files()
        files.key = try authority.files().key
        #expect(try problem(files).description.hasSuffix("is not the key of the certificate"))
    }

    @Test func clientsCanOnlyBeAskedForCertificatesOfSomeAuthority() throws {
        var files = try authority.files(requiresClientCertificate: true)
        files.authorities = nil
        #expect(try problem(files).part == .authorities)
    }
}

@Test func librariesHaveVersions() throws {
    let versions = Dictionary(PyroLibraries.versions.map { ($0.library, $0.version) }) { first, _ in first }
    #expect(try #require(versions["OpenSSL"]).hasPrefix("3."))
    #expect(try #require(versions["zlib"]).hasPrefix("1."))
}
