import ArgumentParser
import Devices
import MicroscopeClient
import Pickle
import Pyro

struct DescribeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "describe",
        abstract: "Tells what a device is, what its settings may be, and what can be called."
    )

    @OptionGroup var device: DeviceArgument

    func run() async throws {
        let connection = try device.connect()
        let metadata = try await connection.metadata
        let kind = DeviceKind(metadata)
        print("\(connection.uri.text): \(kind?.rawValue ?? "an object that is no device")")
        try await printProperties(of: connection, metadata)
        if metadata.methods.contains("describe_settings") { try await printSettings(of: PlainDevice(connection)) }
        print("\nMethods")
        print(Self.wrapped(metadata.methods.sorted()))
    }

    private func printProperties(of connection: PyroConnection, _ metadata: ObjectMetadata) async throws {
        guard !metadata.attributes.isEmpty else { return }
        print("\nProperties")
        var rows: [[String]] = []
        for name in metadata.attributes.sorted() {
            do {
                rows.append(["  \(name)", Values.text(try await connection.get(name))])
            } catch let error as CallFailure {
                guard case .raised = error.cause else { throw error }
                rows.append(["  \(name)", "cannot be read now: \(error.reason)"])
            }
        }
        Output.table(rows)
    }

    private func printSettings(of device: PlainDevice) async throws {
        let settings = try await device.settings
        guard !settings.isEmpty else { return }
        let values = try await device.settingValues
        print("\nSettings")
        Output.table(
            settings.map { setting in
                let value = values[.str(setting.name)] ?? .none
                let text = value == .none ? "cannot be read now" : Values.text(value, of: setting)
                let allowed = [setting.allowed, setting.isReadOnly ? "read-only" : ""].filter { !$0.isEmpty }
                return ["  \(setting.name)", setting.type.rawValue, text, allowed.joined(separator: "; ")]
            }
        )
    }

    /// Words in lines of no more than 80 characters, a little to the right.
    private static func wrapped(_ words: [String]) -> String {
        var lines = [" "]
        for word in words {
            if lines[lines.count - 1].count + word.count + 1 > 80 { lines.append(" ") }
            lines[lines.count - 1] += " \(word)"
        }
        return lines.joined(separator: "\n")
    }
}
