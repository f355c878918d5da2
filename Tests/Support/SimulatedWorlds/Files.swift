internal import Devices
internal import Glibc

/// The few file operations that the tests need.
public enum Files {
    /// Writes a file.
    public static func write(_ text: String, to path: String) throws {
        // In one step, so that the simulation never reads half of it.
        try write(Array(text.utf8), to: path + ".new")
        unsafe rename(path + ".new", path)
    }

    /// A new folder with a unique name.
    public static func makeFolder() throws -> String {
        let path = "/tmp/simulated-world-\(getpid())-\(UInt64.random(in: 0 ... .max))"
        try makeFolder(path)
        return path
    }

    /// Makes a folder; throws if it exists.
    public static func makeFolder(_ path: String) throws {
        guard unsafe mkdir(path, 0o700) == 0 else { throw DeviceError(.failed, "cannot make \(path)") }
    }

    /// Copies a file.
    public static func copy(_ source: String, to target: String) throws { try write(try read(source), to: target) }

    /// Removes a folder and all that is in it.
    public static func remove(_ folder: String) {
        guard let entries = unsafe opendir(folder) else { return }
        while let entry = unsafe readdir(entries) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
                unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            guard name != ".", name != ".." else { continue }
            let path = "\(folder)/\(name)"
            if unsafe unlink(path) != 0 { remove(path) }
        }
        unsafe closedir(entries)
        unsafe rmdir(folder)
    }

    /// The path without links; nil if there is nothing.
    public static func realPath(_ path: String) -> String? {
        guard let resolved = unsafe realpath(path, nil) else { return nil }
        defer { unsafe free(resolved) }
        return unsafe String(cString: resolved)
    }

    private static func read(_ path: String) throws -> [UInt8] {
        let file = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw DeviceError(.failed, "cannot read \(path)") }
        defer { close(file) }
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = unsafe Glibc.read(file, &part, part.count)
            guard count > 0 else { return bytes }
            bytes += part.prefix(count)
        }
    }

    private static func write(_ bytes: [UInt8], to path: String) throws {
        let file = unsafe Glibc.open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o755)
        guard file >= 0 else { throw DeviceError(.failed, "cannot write \(path)") }
        defer { close(file) }
        guard unsafe Glibc.write(file, bytes, bytes.count) == bytes.count else {
            throw DeviceError(.failed, "cannot write all of \(path)")
        }
    }
}
