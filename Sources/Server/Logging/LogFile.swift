internal import Glibc

/// A log file that is rotated to `a.log.1`, `a.log.2` and so on when it has grown large.
///
/// Several processes may write to it: each line is one system call, and before each the file is checked to still be the
/// one with that name.
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

    mutating func append(_ line: [UInt8]) throws(ServerError) {
        let size = try sizeOfOpened()
        if size > 0, size + line.count > maximumSize {
            try rotate(before: line.count)
            _ = try sizeOfOpened()
        }
        let code = writeAll(line, to: descriptor)
        if code != 0 { throw error(code) }
    }

    /// The size of the file, which is opened if it is not open, or if another file has taken its name.
    private mutating func sizeOfOpened() throws(ServerError) -> Int {
        if let size = currentSize() { return size }
        if descriptor >= 0 { close(descriptor) }
        makeDirectories(directory)
        descriptor = unsafe open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw error(errno) }
        return currentSize() ?? 0
    }

    /// The size of the open file; nil if it no longer has its name.
    private func currentSize() -> Int? {
        var (opened, named) = (stat(), stat())
        guard descriptor >= 0, unsafe fstat(descriptor, &opened) == 0, unsafe stat(path, &named) == 0 else {
            return nil
        }
        return opened.st_ino == named.st_ino && opened.st_dev == named.st_dev ? Int(opened.st_size) : nil
    }

    /// Renames the file and the files rotated before, and removes the oldest.
    private func rotate(before length: Int) throws(ServerError) {
        flock(descriptor, LOCK_EX)
        defer { flock(descriptor, LOCK_UN) }
        // Another process may have rotated it while this one waited.
        guard let size = currentSize(), size + length > maximumSize else { return }
        // The file before is only replaced once it has been moved on itself.
        for number in stride(from: keptFiles - 1, through: 1, by: -1) {
            try move("\(path).\(number)", to: "\(path).\(number + 1)")
        }
        if keptFiles > 0 { return try move(path, to: "\(path).1") }
        if unsafe unlink(path) != 0 { throw error(errno) }
    }

    /// Renames a file if there is one; nothing but a log file, which is a regular file, is replaced.
    private func move(_ old: String, to new: String) throws(ServerError) {
        var status = stat()
        guard unsafe lstat(old, &status) == 0 else { return }
        if unsafe lstat(new, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
            throw ServerError("cannot rename the log file \(old): \(new) is not a log file")
        }
        if unsafe rename(old, new) != 0 { throw error(errno) }
    }

    private func error(_ code: CInt) -> ServerError { ServerError("cannot write the log file \(path)", code) }

    /// A file name that stays in the directory and is unique for each device.
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

/// Writes bytes by one system call, unless that accepts only some of them.
///
/// - Returns: the error number, or 0.
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

/// Makes a directory and its parents where they are missing.
///
/// A failure shows when a file is opened there.
func makeDirectories(_ path: String) {
    let parts = path.split(separator: "/")
    for end in parts.indices {
        let directory = (path.hasPrefix("/") ? "/" : "") + parts[...end].joined(separator: "/")
        unsafe mkdir(directory, 0o755)
    }
}
