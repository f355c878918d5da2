internal import Devices
internal import Glibc

/// The file that keeps a calibration from one start of the server to the next.
struct CalibrationFile: Sendable {
    let path: String

    /// Far more than any calibration takes.
    private static let mostBytes = 65_536

    /// The calibration in it, or nil if there is no such file.
    ///
    /// Throws a ``DeviceError`` that names the file if it is no calibration.
    func read() throws -> ClarityCalibration? {
        guard let file = unsafe fopen(path, "re") else {
            if errno == ENOENT { return nil }
            throw failure("cannot be read", Self.reason())
        }
        defer { unsafe fclose(file) }
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: Self.mostBytes) { buffer, count in
            count = unsafe fread(buffer.baseAddress, 1, buffer.count, file)
        }
        guard unsafe ferror(file) == 0 else { throw failure("cannot be read", Self.reason()) }
        do {
            return try ClarityCalibration(text: String(decoding: bytes, as: UTF8.self))
        } catch {
            throw failure("is none", "\(error)")
        }
    }

    /// Writes a calibration in place of an older one: another file first, so that there is always a whole one.
    func write(_ calibration: ClarityCalibration) throws {
        let new = path + ".new"
        guard let file = unsafe fopen(new, "we") else { throw failure("cannot be written", Self.reason()) }
        let bytes = Array(calibration.text.utf8)
        let count = unsafe fwrite(bytes, 1, bytes.count, file)
        guard unsafe fclose(file) == 0, count == bytes.count, unsafe rename(new, path) == 0 else {
            let reason = Self.reason()
            _ = unsafe unlink(new)
            throw failure("cannot be written", reason)
        }
    }

    private func failure(_ what: String, _ reason: String) -> DeviceError {
        DeviceError(.failed, "the calibration file \(path) \(what): \(reason)")
    }

    private static func reason() -> String { unsafe String(cString: strerror(errno)) }
}
