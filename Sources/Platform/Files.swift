internal import Glibc

/// The file system, as far as a program without Foundation needs it.
public enum FileSystem {
    /// The names in a folder, in order; none if it cannot be read.
    public static func names(in folder: String) -> [String] { (try? entries(of: folder)) ?? [] }

    /// The names in a folder, in order.
    public static func entries(of folder: String) throws(SystemError) -> [String] {
        guard let directory = unsafe opendir(folder) else { throw SystemError("cannot read the folder \(folder)") }
        defer { unsafe closedir(directory) }
        var names: [String] = []
        while let entry = unsafe readdir(directory) {
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// The folder in the path of a file; empty if the path has none.
    public static func folder(of path: String) -> String {
        path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? ""
    }

    /// The path with all links followed; nil if the file does not exist.
    public static func realPath(_ path: String) -> String? {
        // PATH_MAX is what the function writes at most.
        unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(PATH_MAX) + 1) { buffer in
            guard let start = buffer.baseAddress, let real = unsafe realpath(path, start) else { return nil }
            return unsafe String(cString: real)
        }
    }

    /// The path that a link holds; nil if it is not a link.
    public static func target(ofLink path: String) -> String? {
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = unsafe bytes.withUnsafeMutableBytes { buffer in
            unsafe buffer.baseAddress.map { unsafe readlink(path, $0, buffer.count) } ?? -1
        }
        guard count > 0 else { return nil }
        return String(decoding: bytes.prefix(count), as: UTF8.self)
    }

    /// The beginning of a file.
    ///
    /// - Parameter limit: no more bytes than this are read, so that a file named by mistake fills no memory.
    public static func bytes(of path: String, limit: Int) throws(SystemError) -> [UInt8] {
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw SystemError("cannot read \(path)") }
        defer { close(file) }
        var bytes: [UInt8] = []
        var room = [UInt8](repeating: 0, count: min(max(limit, 1), 65536))
        while bytes.count < limit {
            let count = unsafe room.withUnsafeMutableBytes { room in
                unsafe read(file, room.baseAddress, min(room.count, limit - bytes.count))
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw SystemError("cannot read \(path)") }
            guard count > 0 else { break }
            bytes += room.prefix(count)
        }
        return bytes
    }

    /// The beginning of a file as text, without the line ends after its last line; nil if it cannot be read.
    public static func text(of path: String, limit: Int = 65536) -> String? {
        guard var text = try? bytes(of: path, limit: limit) else { return nil }
        while let last = text.last, last == 10 || last == 13 { text.removeLast() }
        return String(decoding: text, as: UTF8.self)
    }
}

/// A file that is written beside the one it replaces, and takes its place once it is complete.
///
/// Until ``commit()`` the old file is untouched. If anything goes wrong before that, such as a full disk, the old file
/// stays and the unfinished one is removed. A path that leads to something other than a regular file, such as
/// `/dev/stdout`, is written directly.
public struct ReplacingFile: ~Copyable {
    /// Where to write: the file beside, or the path itself if it is not a regular file.
    public let path: String
    /// The file that will be replaced, with links followed; nil if ``path`` is written directly.
    private let target: String?

    /// Makes an empty file beside a path, with the permissions of the file there.
    public init(_ path: String) throws(SystemError) {
        var status = stat()
        let exists = unsafe stat(path, &status) == 0
        if exists, status.st_mode & S_IFMT != S_IFREG {
            (self.path, target) = (path, nil)
            return
        }
        // A file that may not be written must not be replaced either, though its folder would allow it.
        if exists, unsafe access(path, W_OK) != 0 { throw SystemError("cannot write \(path)") }
        let target = FileSystem.realPath(path) ?? path
        let slash = target.lastIndex(of: "/").map { target.index(after: $0) } ?? target.startIndex
        for _ in 0..<100 {
            let name = "\(target[..<slash]).\(target[slash...].prefix(100)).\(UInt32.random(in: 0...UInt32.max))"
            let file = unsafe open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o666)
            if file < 0, errno == EEXIST { continue }
            guard file >= 0 else { throw SystemError("cannot write \(path)") }
            if exists { fchmod(file, status.st_mode & 0o7777) }
            close(file)
            (self.path, self.target) = (name, target)
            return
        }
        throw SystemError("cannot write \(path)", code: EEXIST)
    }

    deinit { if target != nil { unsafe unlink(path) } }

    /// Puts the file in the place of the old one, after the disk has all of it.
    public consuming func commit() throws(SystemError) {
        guard let target else { return }
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw SystemError("cannot write \(target)") }
        // Without this a power failure could leave an empty file in the place of the old one.
        let isStored = fsync(file) == 0 || errno == EINVAL
        let code = errno
        close(file)
        guard isStored else { throw SystemError("cannot write \(target)", code: code) }
        guard unsafe rename(path, target) == 0 else { throw SystemError("cannot write \(target)") }
    }

    /// Gives the file its name, after the disk has all of it, unless another file has that name by now.
    private consuming func commitNew() throws(SystemError) {
        guard let target else { return }
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw SystemError("cannot write \(target)") }
        defer { close(file) }
        guard fsync(file) == 0 || errno == EINVAL else { throw SystemError("cannot write \(target)") }
        // The name beside is removed with this value. A link never takes the place of another file.
        if unsafe link(path, target) == 0 { return }
        guard errno == EPERM || errno == EOPNOTSUPP else { throw SystemError("cannot write \(target)") }
        // A file system without links, as on USB sticks.
        guard unsafe access(target, F_OK) != 0 else { throw SystemError("cannot write \(target)", code: EEXIST) }
        guard unsafe rename(path, target) == 0 else { throw SystemError("cannot write \(target)") }
    }

    /// Writes a new file with these bytes; if that fails, or a file of the name exists, nothing is left or changed.
    public static func writeNew(_ bytes: [UInt8], to path: String) throws(SystemError) {
        guard FileSystem.realPath(path) == nil, FileSystem.target(ofLink: path) == nil else {
            throw SystemError("cannot write \(path)", code: EEXIST)
        }
        let new = try ReplacingFile(path)
        try new.fill(with: bytes)
        try new.commitNew()
    }

    /// Replaces a file by one with these bytes, or leaves it as it is.
    public static func write(_ bytes: [UInt8], to path: String) throws(SystemError) {
        let replacing = try ReplacingFile(path)
        try replacing.fill(with: bytes)
        try replacing.commit()
    }

    private func fill(with bytes: [UInt8]) throws(SystemError) {
        let (replacing, path) = (path, target ?? path)
        let file = unsafe open(replacing, O_WRONLY | O_CLOEXEC)
        guard file >= 0 else { throw SystemError("cannot write \(path)") }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(file, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                let code = errno
                close(file)
                throw SystemError("cannot write \(path)", code: code)
            }
            rest = rest.dropFirst(count)
        }
        guard close(file) == 0 else { throw SystemError("cannot write \(path)") }
    }
}

/// The processes that have a file open, as far as the kernel shows them to this user.
public struct FileHolders: Sendable {
    /// The processes beside this one that have the file open.
    public private(set) var processes: [Int32] = []
    /// Whether there are processes whose files this user may not see.
    public private(set) var isIncomplete = false

    /// The holders of a file, by the paths that `/proc` shows.
    public init(where isIt: (String) -> Bool) {
        self.init(ofFile: { isIt(FileSystem.target(ofLink: $0) ?? "") })
    }

    /// The holders of a character device, whatever path it was opened by.
    ///
    /// A pseudo-terminal is also open in the program at its other end, as in a simulator; that program is left out.
    public init(ofDeviceAt path: String) {
        var wanted = stat()
        guard unsafe stat(path, &wanted) == 0, wanted.st_mode & S_IFMT == S_IFCHR else {
            self.init(processes: [], isIncomplete: false)
            return
        }
        let device = wanted.st_rdev
        self.init(ofFile: { link in
            var status = stat()
            return unsafe stat(link, &status) == 0 && status.st_mode & S_IFMT == S_IFCHR && status.st_rdev == device
        })
        // The kernel's numbers for pseudo-terminals (`Documentation/admin-guide/devices.txt`).
        let (major, minor) = ((device >> 8) & 0xfff, device & 0xff | (device >> 12) & 0xfff00)
        if (136...143).contains(major) {
            let number = (major - 136) * 256 + minor
            processes.removeAll { Self.isAtOtherEnd(ofTerminal: "\(number)", process: $0) }
        }
    }

    private init(processes: [Int32], isIncomplete: Bool) {
        (self.processes, self.isIncomplete) = (processes, isIncomplete)
    }

    private init(ofFile isIt: (_ link: String) -> Bool) {
        for process in FileSystem.names(in: "/proc").compactMap({ pid_t($0) }) where process != getpid() {
            let folder = "/proc/\(process)/fd"
            do {
                let files = try FileSystem.entries(of: folder)
                if files.contains(where: { isIt("\(folder)/\($0)") }) { processes.append(process) }
            } catch {
                // The kernel's own threads belong to root, and have no program and no files.
                let isThread = error.code == EACCES && FileSystem.text(of: "/proc/\(process)/cmdline")?.isEmpty != false
                if error.code == EACCES, !isThread { isIncomplete = true }
            }
        }
    }

    private static func isAtOtherEnd(ofTerminal number: String, process: Int32) -> Bool {
        FileSystem.names(in: "/proc/\(process)/fdinfo").contains { file in
            let lines = FileSystem.text(of: "/proc/\(process)/fdinfo/\(file)")?.split(separator: "\n") ?? []
            return lines.contains {
                $0.split(whereSeparator: \.isWhitespace).elementsEqual(["tty-index:", number[...]])
            }
        }
    }

    /// The processes by name, such as `minicom (process 4211)`.
    public var names: [String] { processes.map(Self.name) }

    /// A process by name, such as `minicom (process 4211)`.
    public static func name(of process: Int32) -> String {
        "\(FileSystem.text(of: "/proc/\(process)/comm") ?? "a program") (process \(process))"
    }
}
