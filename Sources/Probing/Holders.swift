internal import Platform
internal import Transports

/// A process that has a device open.
public struct Holder: Sendable, Hashable, CustomStringConvertible {
    public let pid: Int
    /// The program's name: `device-server`.
    public let name: String
    /// Whether it is a worker process of a server: `device-server worker Wheel`.
    let isWorker: Bool

    public var description: String { "\(name) (process \(pid))" }
}

/// A snapshot of the processes that have each device or socket open.
struct Holders {
    private var byPath: [String: [Holder]] = [:]
    /// Whether the files of every process were visible, which needs root.
    private(set) var areAllSeen = true

    init(_ machine: Machine) {
        for name in machine.names("/proc") {
            guard let pid = Int(name) else { continue }
            let folder = machine.path("/proc/\(name)/fd")
            let files = FileSystem.names(in: folder)
            if files.isEmpty, machine.owner(of: "/proc/\(name)/fd")?.user != machine.user.id { areAllSeen = false }
            let targets = Set(
                files.compactMap { FileSystem.target(ofLink: "\(folder)/\($0)") }.map { target in
                    Self.name(of: machine.withoutRoot(target))
                }
            )
            for path in targets where path.hasPrefix("/dev/") || path.hasPrefix("socket:") {
                byPath[path, default: []].append(Holder(pid, machine))
            }
        }
    }

    /// In tests, device files are in another folder under the same name.
    private static func name(of path: String) -> String {
        let parts = path.split(separator: "/").suffix(5)
        return parts.count == 5 && parts.starts(with: ["dev", "bus", "usb"]) ? "/\(parts.joined(separator: "/"))" : path
    }

    /// The processes that have a file or socket (`socket:[4711]`) open, ordered by pid.
    func of(_ path: String) -> [Holder] { (byPath[path] ?? []).sorted { $0.pid < $1.pid } }
}

extension Holder {
    fileprivate init(_ pid: Int, _ machine: Machine) {
        name = machine.text("/proc/\(pid)/comm") ?? "?"
        // Programs with definitions in Swift have other names.
        let words = (machine.text("/proc/\(pid)/cmdline") ?? "").split(separator: "\0")
        isWorker = name == "device-server" || words.dropFirst().first == "worker"
        self.pid = pid
    }
}
