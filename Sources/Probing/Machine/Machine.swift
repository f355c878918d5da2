internal import Glibc
public import Transports

/// A computer by the files in which Linux tells of it, and who asks.
public struct Machine: Sendable {
    /// What stands before `/sys`, `/proc`, `/dev` and the others: empty for this computer, a folder for a recorded one.
    public let root: String
    /// For whom to say what may be used.
    public var user: User
    /// Whether the clock follows others; nil if that is not known.
    public var isClockSynchronised: Bool?
    /// Finds the serial ports on USB.
    public let ports: PortFinder

    /// - Parameters:
    ///   - user: unless given, who runs this program.
    ///   - ports: unless given, asks udev, which knows this computer alone.
    public init(
        root: String = "",
        user: User? = nil,
        isClockSynchronised: Bool? = nil,
        ports: PortFinder = PortFinder()
    ) {
        self.root = Files.realPath(root) ?? root
        self.user = user ?? .current
        self.isClockSynchronised = isClockSynchronised
        self.ports = ports
    }

    /// The computer that this program runs on.
    public static var this: Machine { Machine(isClockSynchronised: Clock.isSynchronised) }

    func path(_ path: String) -> String { root + path }

    /// The text of a file, without white space around it; nil if there is none, or no such file.
    func text(_ path: String) -> String? {
        guard let text = Files.text(of: self.path(path)) else { return nil }
        let words = text.split(whereSeparator: \.isWhitespace)
        return words.isEmpty ? nil : words.joined(separator: " ")
    }

    func lines(_ path: String) -> [Substring] {
        (Files.text(of: self.path(path), limit: 1 << 20) ?? "").split(separator: "\n")
    }

    func names(_ folder: String) -> [String] { Files.names(in: path(folder)) }

    /// Where a path leads when its links are followed, as the machine itself would write it.
    func realPath(_ path: String) -> String? { Files.realPath(self.path(path)).map(withoutRoot) }

    func withoutRoot(_ path: String) -> String {
        !root.isEmpty && path.hasPrefix("\(root)/") ? String(path.dropFirst(root.count)) : path
    }

    /// Whether the user may read and write a device's file.
    func mayUse(_ path: String) -> Bool {
        if user == .current { return unsafe access(self.path(path), R_OK | W_OK) == 0 }
        return owner(of: path)?.lets(user) ?? false
    }

    /// To whom a file belongs; nil if it is not there.
    func owner(of path: String) -> FileOwner? {
        var status = stat()
        guard unsafe stat(self.path(path), &status) == 0 else { return nil }
        return FileOwner(user: status.st_uid, group: status.st_gid, mode: status.st_mode)
    }
}

/// To whom a file belongs, and what others may do with it.
struct FileOwner {
    let user: UInt32
    let group: UInt32
    let mode: UInt32

    /// Whether a user may read and write it, as far as the mode tells: access lists say more.
    func lets(_ someone: User) -> Bool {
        if someone.id == 0 { return true }
        if user == someone.id { return mode & 0o600 == 0o600 }
        if someone.groups.contains(group) { return mode & 0o060 == 0o060 }
        return mode & 0o006 == 0o006
    }
}
