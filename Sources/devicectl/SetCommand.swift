import ArgumentParser
import MicroscopeClient

struct SetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set",
        abstract: "Sets a value of a device's, and prints what the device made of it.",
        discussion: """
            NAME is as for get. VALUE is a number, true, false, a text, or a literal of Python's such as "(0, 0, 512, \
            512)"; for an enum setting it is the label or the key. What follows -- is not taken for an option.

            Examples:
              devicectl set Camera@127.0.0.1:8001 gain 8
              devicectl set Camera@127.0.0.1:8001 "image pattern" gradient
              devicectl set Wheel@127.0.0.1:8002 position 3
              devicectl set TestCamera@127.0.0.1:8011 roi -- 0,0,512,512
            """
    )

    @OptionGroup var device: DeviceArgument

    @Argument(help: "What to set.")
    var name: String

    @Argument(help: "The new value; a method may take several.")
    var value: [String]

    func run() async throws {
        let member = try await Member.find(name, of: try device.connect())
        try await member.set(value)
        if member.isReadable { print(member.text(try await member.value)) }
    }
}
