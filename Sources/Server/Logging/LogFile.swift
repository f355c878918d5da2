internal import Glibc

/// A file that lines are appended to, and that is put aside as `a.log.1`, `a.log.2` and so on when it has grown large.
///
/// Several processes may write to it: each line is one call of the kernel, and before each it is looked at whether the
/// file still is the one that goes by the name.
struct LogFile: ~Copyable {
    let path: String
    private let directory: String
    private let maximumSize: Int
    private let keptFiles: Int
    private var descriptor: CInt = -1

    init(directory: String, name: String, maximumSize: Int, keptFiles: Int) {
        path = "\(directory)/\(Self.fileName(of: name)).log"
        self.directory = directory
        self.maximumSize = maximumSize
        self.keptFiles = keptFiles
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    mutating func append(_ line: [UInt8]) throws(LogFileError) {
        let size = try sizeOfOpened()
        if size > 0, size + line.count > maximumSize {
            try putAside(before: line.count)
            _ = try sizeOfOpened()
        }
        let code = writeAll(line, to: descriptor)
        if code != 0 { throw LogFileError(path: path, code: code) }
    }

    /// The size of the file, which is opened if it is not or if another has taken its name.
    private mutating func sizeOfOpened() throws(LogFileError) -> Int {
        if let size = currentSize() { return size }
        if descriptor >= 0 { close(descriptor) }
        makeDirectories(directory)
        descriptor = unsafe open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw LogFileError(path: path, code: errno) }
        return currentSize() ?? 0
    }

    /// The size of the opened file; nil if it does not go by the name any more.
    private func currentSize() -> Int? {
        var (opened, named) = (stat(), stat())
        guard descriptor >= 0, unsafe fstat(descriptor, &opened) == 0, unsafe stat(path, &named) == 0 else {
            return nil
        }
        return opened.st_ino == named.st_ino && opened.st_dev == named.st_dev ? Int(opened.st_size) : nil
    }

    /// Renames the file and those put aside before, of which the oldest goes.
    private func putAside(before length: Int) throws(LogFileError) {
        flock(descriptor, LOCK_EX)
        defer { flock(descriptor, LOCK_UN) }
        // Another process may have done so while this one waited.
        guard let size = currentSize(), size + length > maximumSize else { return }
        for number in stride(from: keptFiles - 1, through: 1, by: -1) {
            unsafe rename("\(path).\(number)", "\(path).\(number + 1)")
        }
        let status = unsafe keptFiles > 0 ? rename(path, "\(path).1") : unlink(path)
        if status != 0 { throw LogFileError(path: path, code: errno) }
    }

    /// A name that stays in its directory, and another one for each device.
    private static func fileName(of name: String) -> String {
        var text = ""
        for (index, character) in name.prefix(120).enumerated() {
            let isSafe = character.unicodeScalars.allSatisfy {
                $0.value > 0x20 && !"/%\u{7f}".unicodeScalars.contains($0)
            }
            if isSafe, index > 0 || character != "." {
                text.append(character)
            } else {
                for byte in character.utf8 { text += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16) }
            }
        }
        return text.isEmpty ? "%" : text
    }
}

/// Why a log file cannot be written.
struct LogFileError: Error, CustomStringConvertible {
    let path: String
    let code: CInt

    var description: String { "cannot write the log file \(path): \(unsafe String(cString: strerror(code)))" }
}

/// Writes bytes by one call of the kernel, unless it takes only some of them.
///
/// - Returns: The error's number, or 0.
func writeAll(_ bytes: [UInt8], to descriptor: CInt) -> CInt {
    unsafe bytes.withUnsafeBytes { bytes in
        var written = 0
        while written < bytes.count {
            let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[written...])
            let count = unsafe write(descriptor, rest.baseAddress, rest.count)
            if count > 0 {
                written += count
            } else if count == 0 || errno != EINTR {
                return count == 0 ? EIO : errno
            }
        }
        return 0
    }
}

/// Makes a directory and those above it, where they are missing; what fails, opening a file in it will tell.
func makeDirectories(_ path: String) {
    let parts = path.split(separator: "/")
    for end in parts.indices {
        let directory = (path.hasPrefix("/") ? "/" : "") + parts[...end].joined(separator: "/")
        unsafe mkdir(directory, 0o755)
    }
}
