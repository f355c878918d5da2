internal import Transports

/// A process that has a device open.
public struct Holder: Sendable, Hashable, CustomStringConvertible {
    public let pid: Int
    /// What it is called: `device-server`.
    public let name: String
    /// Whether a server has started it for a device: `device-server worker Wheel`.
    let isWorker: Bool

    public var description: String { "\(name) (process \(pid))" }
}

/// Who has which device or socket open, at one moment.
struct Holders {
    private var byPath: [String: [Holder]] = [:]
    /// Whether the files of every process could be seen, which only root is granted.
    private(set) var areAllSeen = true

    init(_ machine: Machine) {
        for name in machine.names("/proc") {
            guard let pid = Int(name) else { continue }
            let folder = machine.path("/proc/\(name)/fd")
            let files = Files.names(in: folder)
            if files.isEmpty, machine.owner(of: "/proc/\(name)/fd")?.user != machine.user.id { areAllSeen = false }
            let targets = Set(
                files.compactMap { Files.target(ofLink: "\(folder)/\($0)") }.map { target in
                    Self.name(of: machine.withoutRoot(target))
                }
            )
            for path in targets where path.hasPrefix("/dev/") || path.hasPrefix("socket:") {
                byPath[path, default: []].append(Holder(pid, machine))
            }
        }
    }

    /// In a test's world a device's file stands somewhere else, under the same name.
    private static func name(of path: String) -> String {
        let parts = path.split(separator: "/").suffix(5)
        return parts.count == 5 && parts.starts(with: ["dev", "bus", "usb"]) ? "/\(parts.joined(separator: "/"))" : path
    }

    /// Those that have a file, or a socket as `/proc` names it (`socket:[4711]`), open, by their numbers.
    func of(_ path: String) -> [Holder] { (byPath[path] ?? []).sorted { $0.pid < $1.pid } }
}

extension Holder {
    fileprivate init(_ pid: Int, _ machine: Machine) {
        name = machine.text("/proc/\(pid)/comm") ?? "?"
        // Whatever the program is called.
        let words = (machine.text("/proc/\(pid)/cmdline") ?? "").split(separator: "\0")
        isWorker = name == "device-server" || words.dropFirst().first == "worker"
        self.pid = pid
    }
}
