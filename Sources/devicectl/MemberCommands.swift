import ArgumentParser
import Devices
import MicroscopeClient
import Pickle
import Platform
import Pyro

struct DescribeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "describe",
        abstract: "Show the kind, properties, settings and methods of a device."
    )

    @OptionGroup var device: DeviceArgument

    func run() async throws {
        let connection = try device.connect()
        let metadata = try await connection.metadata
        let kind = RemoteKind(metadata)
        print("\(connection.uri.text): \(kind?.rawValue ?? "an object that is not a device")")
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

    /// Words in indented lines of up to 80 characters.
    private static func wrapped(_ words: [String]) -> String {
        var lines = [" "]
        for word in words {
            if lines[lines.count - 1].count + word.count + 1 > 80 { lines.append(" ") }
            lines[lines.count - 1] += " \(word)"
        }
        return lines.joined(separator: "\n")
    }
}

struct GetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get",
        abstract: "Print one value of a device, or all values.",
        discussion: """
            NAME is a setting, a property, the part after get_ in a method's name, or a method without arguments: \
            gain, position, exposure_time, read_all_lines.
            """
    )

    @OptionGroup var device: DeviceArgument

    @Argument(help: "The value to print. Default: all settings and properties.")
    var name: String?

    @Flag(help: "Print JSON: the key of an enum setting, or an object with all values.")
    var json = false

    func run() async throws {
        let connection = try device.connect()
        guard let name else { return try await printAll(of: connection) }
        let member = try await Member.find(name, of: connection)
        let value = try await ProgressLine.during {
            "waiting for \(name): \($0.inSeconds)"
        } _: {
            try await member.value
        }
        print(json ? try Values.json(value) : member.text(value))
    }

    private func printAll(of connection: PyroConnection) async throws {
        var values: [(member: Member, value: PythonValue?)] = []
        for member in try await Member.all(of: connection) {
            do {
                values.append((member, try await member.value))
            } catch let error as CallFailure {
                // A value that cannot be read does not hide the others.
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

struct SetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set",
        abstract: "Set a value of a device, and print the value that the device uses.",
        discussion: """
            NAME is as for get. VALUE is a number, true, false, a text, or a Python literal such as "(0, 0, 512, 512)"; \
            for an enum setting, the label or the key. Words after -- are not read as options.

            Examples:
              devicectl set Camera@127.0.0.1:8001 gain 8
              devicectl set Camera@127.0.0.1:8001 "image pattern" gradient
              devicectl set Wheel@127.0.0.1:8002 position 3
              devicectl set TestCamera@127.0.0.1:8011 roi -- 0,0,512,512
            """
    )

    @OptionGroup var device: DeviceArgument

    @Argument(help: "The value to set.")
    var name: String

    @Argument(help: "The new value; a method may take several.")
    var value: [String]

    func run() async throws {
        let member = try await Member.find(name, of: try device.connect())
        try await ProgressLine.during {
            "setting \(name): \($0.inSeconds)"
        } _: {
            try await member.set(value)
        }
        if member.isReadable { print(member.text(try await member.value)) }
    }
}

struct CallCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "call",
        abstract: "Call a method of a device and print its result.",
        discussion: """
            Each argument is a number, true, false, none, a text, or a Python literal; NAME=VALUE gives an argument by \
            name. Words after -- are not read as options.

            Examples:
              devicectl call Laser@127.0.0.1:8003 enable --keep
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

    @OptionGroup var keeping: LightKeeping

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
        let result = try await ProgressLine.during {
            "waiting for \(method): \($0.inSeconds)"
        } _: {
            try await connection.call(method, with: positional, keywords: keywords)
        }
        try await keeping.apply(after: method, to: connection)
        if json {
            print(try Values.json(result))
        } else if result != .none {
            print(Values.text(result))
        }
    }

    /// The name and value of an argument given as NAME=VALUE.
    private static func named(_ argument: String) -> (name: String, value: String)? {
        guard let equals = argument.firstIndex(of: "="), let first = argument.first else { return nil }
        let name = argument[..<equals]
        let isName = name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") } && !first.isNumber
        guard isName, !name.isEmpty else { return nil }
        return (String(name), String(argument[argument.index(after: equals)...]))
    }
}
