import ArgumentParser
import MicroscopeClient
import Pickle

struct GetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get",
        abstract: "Prints a value of a device's, or all of them.",
        discussion: """
            NAME is a setting, a property, what stands behind get_ in the name of a method, or a method without \
            arguments: gain, position, exposure_time, read_all_lines.
            """
    )

    @OptionGroup var device: DeviceArgument

    @Argument(help: "What to print; all settings and properties if nothing is named.")
    var name: String?

    @Flag(help: "Print JSON: of an enum setting the key, of everything an object.")
    var json = false

    func run() async throws {
        let connection = try device.connect()
        guard let name else { return try await printAll(of: connection) }
        let member = try await Member.find(name, of: connection)
        let value = try await member.value
        print(json ? try Values.json(value) : member.text(value))
    }

    private func printAll(of connection: PyroConnection) async throws {
        var values: [(member: Member, value: PythonValue?)] = []
        for member in try await Member.all(of: connection) {
            do {
                values.append((member, try await member.value))
            } catch let error as CallFailure {
                // One that cannot be read now does not hide the others.
                guard case .raised = error.cause else { throw error }
                values.append((member, nil))
            }
        }
        if json {
            return print(
                try Values.json(.dict(PythonDictionary(values.map { (.str($0.member.name), $0.value ?? .none) })))
            )
        }
        Output.table(values.map { [$0.member.name, $0.value.map($0.member.text) ?? "cannot be read now"] })
    }
}
