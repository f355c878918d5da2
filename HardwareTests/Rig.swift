import Contracts
import Devices
import DriverCatalogue
import Glibc
import Server

/// The devices on a bench, as the configuration file has them that the environment names by `RIG`.
enum Rig {
    static let file = environment("RIG")

    /// None without a rig.
    static var devices: [RigDevice] { get throws { try read.get() } }

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
        guard let file else { return [RigDevice]() }
        let configuration = try ServerConfiguration(file: file, drivers: drivers)
        let definitions = configuration.definitions.flatMap(\.devices)
        simulateWanted(definitions)
        return definitions.map(RigDevice.init)
    }

    /// Lets simulated hardware have the floating devices that the rig names, as a server does for its workers.
    private static func simulateWanted(_ definitions: [DeviceDefinition]) {
        let parts = definitions.filter(\.isSimulated).flatMap(\.driver.floatingParts)
        for (_, parts) in Dictionary(grouping: parts, by: \.candidates.driver) {
            for (name, value) in parts[0].candidates.simulating(parts.map(\.uid)) {
                _ = unsafe setenv(name, value, 0)
            }
        }
    }

    private static func environment(_ name: String) -> String? {
        guard let text = unsafe getenv(name), unsafe text.pointee != 0 else { return nil }
        return unsafe String(cString: text)
    }
}

/// Why a rig cannot be tested.
struct RigError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
