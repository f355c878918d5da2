import Bench
import Contracts
import DriverCatalogue
import Glibc
import Server

extension Rig {
    static let file = environment("RIG")

    /// That of the configuration file that the environment names by `RIG`; one without devices if it names none.
    static var named: Rig { get throws { try read.get() } }

    /// Whether somebody looks at the bench and answers questions at the terminal.
    static let isWatched = environment("RIG_EYES") == "1"

    /// What nothing on the bench may be put through, by the words of `RIG_WITHOUT`.
    static var forbidden: Set<Effect> {
        get throws {
            let words = (environment("RIG_WITHOUT") ?? "").split(separator: ",")
            return Set(
                try words.map { word in
                    guard let effect = Effect(rawValue: String(word)) else {
                        let known = Effect.allCases.map(\.rawValue).joined(separator: ", ")
                        throw RigError("RIG_WITHOUT has '\(word)', known are \(known)")
                    }
                    return effect
                }
            )
        }
    }

    private static let read = Result {
        try file.map { try Rig(file: $0, drivers: drivers) } ?? Rig(ServerConfiguration(definitions: []))
    }

    static func environment(_ name: String) -> String? {
        guard let text = unsafe getenv(name), unsafe text.pointee != 0 else { return nil }
        return unsafe String(cString: text)
    }
}
