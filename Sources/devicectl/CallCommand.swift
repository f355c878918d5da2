import ArgumentParser
import MicroscopeClient
import Pickle

struct CallCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "call",
        abstract: "Calls a method of a device's and prints its result.",
        discussion: """
            Each argument is a number, true, false, none, a text, or a literal of Python's; NAME=VALUE gives one by its \
            name. What follows -- is not taken for an option.

            Examples:
              devicectl call Laser@127.0.0.1:8003 enable
              devicectl call Stage@127.0.0.1:8004 move_by "{'x': -12.5}"
            """
    )

    @OptionGroup var device: DeviceArgument

    @Argument(help: "The method.")
    var method: String

    @Argument(help: "Its arguments.")
    var arguments: [String] = []

    @Flag(help: "Print the result as JSON.")
    var json = false

    func run() async throws {
        let connection = try device.connect()
        var positional: [PythonValue] = []
        var keywords = PythonDictionary()
        for argument in arguments {
            if let (name, value) = Self.named(argument) {
                keywords[.str(name)] = Values.parse(value)
            } else {
                positional.append(Values.parse(argument))
            }
        }
        let result = try await connection.call(method, with: positional, keywords: keywords)
        if json {
            print(try Values.json(result))
        } else if result != .none {
            print(Values.text(result))
        }
    }

    /// Name and value of an argument that is given by its name.
    private static func named(_ argument: String) -> (name: String, value: String)? {
        guard let equals = argument.firstIndex(of: "="), let first = argument.first else { return nil }
        let name = argument[..<equals]
        let isName = name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") } && !first.isNumber
        guard isName, !name.isEmpty else { return nil }
        return (String(name), String(argument[argument.index(after: equals)...]))
    }
}
