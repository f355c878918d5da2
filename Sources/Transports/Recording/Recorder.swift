public import Devices
internal import Glibc
internal import Platform

/// A recorder of the conversation with a device, in a file that people can read and tests can replay.
public final class Recorder: Sendable {
    /// The environment variable that names the folder for recordings; `device-server --record` sets it.
    public static let variable = "DEVICE_SERVER_RECORD"

    private let file: Int32
    private let log: DeviceLog
    /// Whether lines are still written: The lock is held while a line is written, so that lines do not mix.
    private let isWriting = Lock(true)

    /// Records to a file in a folder, after any earlier recordings in that file.
    ///
    /// - Parameters:
    ///   - device: names the file, with dashes in place of characters that file names should not have.
    ///   - facts: lines that a replay needs before the first exchange.
    ///   - log: receives the end of the recording, if the disk is full.
    /// - Returns: nil if the file cannot be written, or something other than a regular file has its name.
    public init?(folder: String, device: String, facts: [String] = [], log: DeviceLog = DeviceLog()) {
        self.log = log
        unsafe mkdir(folder, 0o777)
        // Without waiting, as for a program at the other end of a named pipe.
        let flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK
        file = unsafe open("\(folder)/\(Self.fileName(for: device))", flags, 0o666)
        guard file >= 0 else { return nil }
        var status = stat()
        guard unsafe fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            errno = EEXIST
            return nil
        }
        write((["# \(device)"] + facts.map { "# \($0)" }).joined(separator: "\n"))
    }

    /// Makes a folder ready for recordings.
    ///
    /// Returns the reason if that fails, otherwise nil.
    public static func problem(with folder: String) -> String? {
        unsafe mkdir(folder, 0o777)
        var status = stat()
        guard unsafe stat(folder, &status) == 0 else { return SystemError.text(errno) }
        guard status.st_mode & S_IFMT == S_IFDIR else { return SystemError.text(ENOTDIR) }
        return unsafe access(folder, W_OK | X_OK) == 0 ? nil : SystemError.text(errno)
    }

    deinit { if file >= 0 { close(file) } }

    /// A recorder for a device, if recordings were requested.
    public static func requested(for device: String, facts: [String] = [], log: DeviceLog) -> Recorder? {
        guard let folder = Environment[variable] else { return nil }
        guard let recorder = Recorder(folder: folder, device: device, facts: facts, log: log) else {
            log.error("\(device) cannot be recorded in \(folder): \(SystemError.text(errno))")
            return nil
        }
        log.info("recorded in \(folder)/\(fileName(for: device))")
        return recorder
    }

    /// Adds an exchange that has just happened.
    public func note(_ direction: Exchange.Direction, _ channel: String = "", _ bytes: [UInt8], error: String? = nil) {
        write(Exchange(time: WallClock.seconds, direction, channel, bytes, error: error).line)
    }

    /// Writes a whole line or nothing, so that a full disk leaves a recording that can be read.
    private func write(_ line: String) {
        isWriting.withLock { [file, log] isWriting in
            guard isWriting else { return }
            let line = Array("\(line)\n".utf8)
            let count = unsafe line.withUnsafeBytes { unsafe Glibc.write(file, $0.baseAddress, $0.count) }
            guard count != line.count else { return }
            let reason = count < 0 ? SystemError.text(errno) : SystemError.text(ENOSPC)
            if count > 0 { ftruncate(file, lseek(file, 0, SEEK_END) - count) }
            isWriting = false
            log.error("the recording ends here, since it cannot be written: \(reason)")
        }
    }

    private static func fileName(for device: String) -> String {
        let name = device.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == ".") ? $0 : "-" }
        return String(name).split(separator: "-").joined(separator: "-") + ".txt"
    }
}
