internal import Devices
internal import Glibc
internal import Threads

/// A simulated camera that this process has and no other can have: the lock of a file.
final class SimulatedCameraClaim: FloatingClaim {
    let uid: String
    private let file: Lock<Int32?>

    /// Nil if another process has the camera.
    init?(_ uid: String) throws {
        let folder = try Self.folder()
        // What is no name of a file must not be one.
        let name = uid.utf8.map { byte in byte.isFileSafe ? String(UnicodeScalar(byte)) : "%\(byte)" }.joined()
        let path = "\(folder)/\(name).lock"
        let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw DeviceError(.initialise, "\(path): \(unsafe String(cString: strerror(errno)))")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            return nil
        }
        (self.uid, file) = (uid, Lock(descriptor))
    }

    func release() {
        let descriptor = file.withLock { file in
            defer { file = nil }
            return file
        }
        if let descriptor { close(descriptor) }
    }

    /// A folder of this user's own: nobody else can lock its files, or put others in their place.
    private static func folder() throws -> String {
        let parent = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
        let path = "\(parent)/simulated-floating-cameras-\(getuid())"
        _ = unsafe mkdir(path, 0o700)
        var status = stat()
        guard unsafe lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR, status.st_uid == getuid() else {
            throw DeviceError(.initialise, "\(path) is not a folder of this user's")
        }
        return path
    }
}

extension UInt8 {
    fileprivate var isFileSafe: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"): true
        default: false
        }
    }
}
