public import Devices
internal import Glibc
internal import Platform

/// A recorder of the conversation with a device, in a file that people can read and tests can replay.
public final class Recorder: Sendable {
    /// The environment variable that names the folder for recordings; `device-server --record` sets it.
    public static let variable = "DEVICE_SERVER_RECORD"

    private let file: Int32
    // Held while a line is written, so that lines do not mix.
    private let lock = Lock(())

    /// Records to a file in a folder, after any earlier recordings in that file.
    ///
    /// - Parameters:
    ///   - device: names the file, with dashes in place of characters that file names should not have.
    ///   - facts: lines that a replay needs before the first exchange.
    /// - Returns: nil if the file cannot be written.
    public init?(folder: String, device: String, facts: [String] = []) {
        unsafe mkdir(folder, 0o777)
        file = unsafe open("\(folder)/\(Self.fileName(for: device))", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
        guard file >= 0 else { return nil }
        write((["# \(device)"] + facts.map { "# \($0)" }).joined(separator: "\n"))
    }

    /// Makes a folder ready for recordings.
    ///
    /// Returns the reason if that fails, otherwise nil.
    public static func problem(with folder: String) -> String? {
        unsafe mkdir(folder, 0o777)
        var status = stat()
        guard unsafe stat(folder, &status) == 0 else { return reason }
        guard status.st_mode & S_IFMT == S_IFDIR else { return unsafe String(cString: strerror(ENOTDIR)) }
        return unsafe access(folder, W_OK | X_OK) == 0 ? nil : reason
    }

    private static var reason: String { unsafe String(cString: strerror(errno)) }

    deinit { if file >= 0 { close(file) } }

    /// A recorder for a device, if recordings were requested.
    public static func requested(for device: String, facts: [String] = [], log: DeviceLog) -> Recorder? {
        guard let folder = unsafe getenv(variable).map({ unsafe String(cString: $0) }), !folder.isEmpty else {
            return nil
        }
        guard let recorder = Recorder(folder: folder, device: device, facts: facts) else {
            log.error("\(device) cannot be recorded in \(folder): \(reason)")
            return nil
        }
        log.info("recorded in \(folder)/\(fileName(for: device))")
        return recorder
    }

    /// Adds an exchange that has just happened.
    public func note(_ direction: Exchange.Direction, _ channel: String = "", _ bytes: [UInt8], error: String? = nil) {
        var now = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &now)
        let time = Double(now.tv_sec) + Double(now.tv_nsec) / 1e9
        write(Exchange(time: time, direction, channel, bytes, error: error).line)
    }

    private func write(_ line: String) {
        lock.withLock { [file] _ in
            _ = unsafe Array("\(line)\n".utf8).withUnsafeBytes { unsafe Glibc.write(file, $0.baseAddress, $0.count) }
        }
    }

    private static func fileName(for device: String) -> String {
        let name = device.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == ".") ? $0 : "-" }
        return String(name).split(separator: "-").joined(separator: "-") + ".txt"
    }
}
