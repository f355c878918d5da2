internal import Glibc

extension ServerConfiguration {
    /// The text of a configuration file, for reading it here and again in worker processes.
    public static func text(ofFile path: String) throws(ConfigurationErrors) -> String {
        do throws(ConfigurationError) {
            let bytes = try contents(ofFile: path)
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw ConfigurationError("the file is not text in UTF-8", at: Place(file: path))
            }
            return text
        } catch {
            throw ConfigurationErrors([error])
        }
    }

    /// No configuration comes near it; what does is another file, named by mistake.
    private static let maximumLength = 4 << 20

    private static func contents(ofFile path: String) throws(ConfigurationError) -> [UInt8] {
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw unreadable(path, errno) }
        defer { close(file) }
        var bytes: [UInt8] = []
        while bytes.count <= maximumLength {
            var failure: CInt = 0
            let chunk = unsafe [UInt8](unsafeUninitializedCapacity: 65536) { buffer, count in
                let received = unsafe read(file, buffer.baseAddress, buffer.count)
                if received < 0 { failure = errno }
                count = max(received, 0)
            }
            if failure == EINTR { continue }
            guard failure == 0 else { throw unreadable(path, failure) }
            if chunk.isEmpty { return bytes }
            bytes += chunk
        }
        throw ConfigurationError("the file is longer than 4 MiB", at: Place(file: path))
    }

    private static func unreadable(_ path: String, _ code: CInt) -> ConfigurationError {
        ConfigurationError("cannot read the file: \(unsafe String(cString: strerror(code)))", at: Place(file: path))
    }
}
