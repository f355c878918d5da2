internal import Glibc

/// Somebody who wants to use devices.
public struct User: Sendable, Hashable {
    public let name: String
    public let id: UInt32
    /// The numbers of the groups that it has now.
    public let groups: Set<UInt32>

    public init(_ name: String, id: UInt32, groups: Set<UInt32>) {
        (self.name, self.id, self.groups) = (name, id, groups)
    }

    /// Who runs this program.
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

    /// A user as it will be once it has logged in anew, by the files of accounts; nil if there is none of that name.
    public func user(named name: String) -> User? {
        guard let account = accounts.first(where: { $0.name == name }) else { return nil }
        let more = groups.filter { $0.members.contains(name) }.map(\.id)
        return User(name, id: account.id, groups: Set(more).union([account.group]))
    }
}
