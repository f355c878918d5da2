internal import Glibc
internal import Platform
public import Transports

/// A computer as its system files describe it, and the user on whose behalf it is examined.
public struct Machine: Sendable {
    /// The prefix of `/sys`, `/proc`, `/dev` and other paths: empty for this computer, a folder for a recorded one.
    public let root: String
    /// The user whose permissions are checked.
    public var user: User
    /// Whether the clock is synchronised; nil if unknown.
    public var isClockSynchronised: Bool?
    /// Finds the serial ports on USB.
    public let ports: PortFinder

    /// - Parameters:
    ///   - user: by default, the user who runs this program.
    ///   - ports: by default, the ports that udev knows on this computer.
    public init(
        root: String = "",
        user: User? = nil,
        isClockSynchronised: Bool? = nil,
        ports: PortFinder = PortFinder()
    ) {
        self.root = FileSystem.realPath(root) ?? root
        self.user = user ?? .current
        self.isClockSynchronised = isClockSynchronised
        self.ports = ports
    }

    /// The computer that this program runs on.
    public static var this: Machine { Machine(isClockSynchronised: Clock.isSynchronised) }

    func path(_ path: String) -> String { root + path }

    /// The text of a file, trimmed; nil if it is empty or missing.
    func text(_ path: String) -> String? {
        guard let text = FileSystem.text(of: self.path(path)) else { return nil }
        let words = text.split(whereSeparator: \.isWhitespace)
        return words.isEmpty ? nil : words.joined(separator: " ")
    }

    func lines(_ path: String) -> [Substring] {
        (FileSystem.text(of: self.path(path), limit: 1 << 20) ?? "").split(separator: "\n")
    }

    func names(_ folder: String) -> [String] { FileSystem.names(in: path(folder)) }

    /// The target of a path after all links, as a path on that machine.
    func realPath(_ path: String) -> String? { FileSystem.realPath(self.path(path)).map(withoutRoot) }

    func withoutRoot(_ path: String) -> String {
        !root.isEmpty && path.hasPrefix("\(root)/") ? String(path.dropFirst(root.count)) : path
    }

    /// Whether the user may read and write a device's file.
    func mayUse(_ path: String) -> Bool {
        if user == .current { return unsafe access(self.path(path), R_OK | W_OK) == 0 }
        return owner(of: path)?.lets(user) ?? false
    }

    /// The owner of a file; nil if the file is missing.
    func owner(of path: String) -> FileOwner? {
        var status = stat()
        guard unsafe stat(self.path(path), &status) == 0 else { return nil }
        return FileOwner(user: status.st_uid, group: status.st_gid, mode: status.st_mode)
    }
}

/// The owner, group and mode of a file.
struct FileOwner {
    let user: UInt32
    let group: UInt32
    let mode: UInt32

    /// Whether a user may read and write the file, by its mode; access lists are not considered.
    func lets(_ someone: User) -> Bool {
        if someone.id == 0 { return true }
        if user == someone.id { return mode & 0o600 == 0o600 }
        if someone.groups.contains(group) { return mode & 0o060 == 0o060 }
        return mode & 0o006 == 0o006
    }
}

/// A user of devices.
public struct User: Sendable, Hashable {
    public let name: String
    public let id: UInt32
    /// The ids of the user's groups.
    public let groups: Set<UInt32>

    public init(_ name: String, id: UInt32, groups: Set<UInt32>) {
        (self.name, self.id, self.groups) = (name, id, groups)
    }

    /// The user who runs this program.
    public static let current: User = {
        var groups = [gid_t](repeating: 0, count: 1024)
        let count = unsafe getgroups(Int32(groups.count), &groups)
        let name = Machine(root: "", user: User("", id: 0, groups: [])).accounts.first { $0.id == geteuid() }?.name
        return User(
            name ?? "\(geteuid())",
            id: geteuid(),
            groups: Set(groups.prefix(Int(max(0, count)))).union([getegid()])
        )
    }()
}

/// A line of `/etc/passwd`.
struct Account {
    let name: String
    let id: UInt32
    let group: UInt32
}

/// A line of `/etc/group`.
struct Group {
    let name: String
    let id: UInt32
    let members: [String]
}

extension Machine {
    var accounts: [Account] {
        lines("/etc/passwd").compactMap { line in
            let fields = line.split(separator: ":", omittingEmptySubsequences: false)
            guard fields.count > 3, let id = UInt32(fields[2]), let group = UInt32(fields[3]) else { return nil }
            return Account(name: String(fields[0]), id: id, group: group)
        }
    }

    var groups: [Group] {
        lines("/etc/group").compactMap { line in
            let fields = line.split(separator: ":", omittingEmptySubsequences: false)
            guard fields.count > 3, let id = UInt32(fields[2]) else { return nil }
            return Group(name: String(fields[0]), id: id, members: fields[3].split(separator: ",").map(String.init))
        }
    }

    /// A user as after the next login, from the account files; nil if there is no user of that name.
    public func user(named name: String) -> User? {
        guard let account = accounts.first(where: { $0.name == name }) else { return nil }
        let more = groups.filter { $0.members.contains(name) }.map(\.id)
        return User(name, id: account.id, groups: Set(more).union([account.group]))
    }
}

/// The kernel's clock.
enum Clock {
    private typealias Function = @convention(c) (UnsafeMutableRawPointer) -> Int32

    /// Whether the clock is synchronised, as the kernel reports without special rights; nil if it does not.
    static var isSynchronised: Bool? {
        // Swift does not import `adjtimex`. It fills 208 bytes; a leading zero means that nothing is changed.
        guard let found = unsafe dlsym(nil, "adjtimex") else { return nil }
        let adjtimex = unsafe unsafeBitCast(found, to: Function.self)
        var state = [UInt64](repeating: 0, count: 64)
        let answer = unsafe state.withUnsafeMutableBytes { bytes in
            unsafe bytes.baseAddress.map { unsafe adjtimex($0) } ?? -1
        }
        // TIME_ERROR: not synchronised.
        return answer < 0 ? nil : answer != 5
    }
}
