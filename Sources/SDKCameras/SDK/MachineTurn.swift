internal import Devices
internal import Glibc
internal import Platform

/// Something that only one process of a computer may do at a time, such as looking for cameras on a bus.
public struct MachineTurn: Sendable {
    private let name: String
    private let folders: [String]

    /// - Parameter name: the same for all processes that must not disturb each other; a part of a file name.
    public init(_ name: String) { self.init(name, in: ["/run/lock", "/tmp"]) }

    init(_ name: String, in folders: [String]) { (self.name, self.folders) = (name, folders) }

    /// Does something while no other process and no other thread does it.
    ///
    /// - Parameter limit: the longest wait for the others, after which an error of kind `initialise` names the turn.
    public func take<Result>(within limit: Duration, _ body: () throws -> Result) throws -> Result {
        let file = try open()
        defer { close(file) }
        let end = ContinuousClock.now + limit
        // The kernel ends the turn of a process that dies.
        while flock(file, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK || errno == EINTR else {
                throw DeviceError(.initialise, "the turn \(name) cannot be taken: \(SystemError.text(errno))")
            }
            guard ContinuousClock.now < end else {
                throw DeviceError(.initialise, "another program has had the turn \(name) for \(limit)")
            }
            Pause.wait(for: .milliseconds(5))
        }
        return try body()
    }

    /// The file that stands for the turn, which users share: nobody needs to write to it.
    private func open() throws -> Int32 {
        var reason = ENOENT
        for folder in folders {
            let path = "\(folder)/device-server-\(name).lock"
            // Another user's file in such a folder must not be opened for making it.
            for flags in [O_RDONLY, O_RDONLY | O_CREAT | O_EXCL, O_RDONLY] {
                let file = unsafe Glibc.open(path, flags | O_CLOEXEC | O_NOFOLLOW, 0o644)
                guard file < 0 else { return file }
                reason = errno
            }
        }
        throw DeviceError(.initialise, "the turn \(name) cannot be taken: \(SystemError.text(reason))")
    }
}
