import ArgumentParser
import MicroscopeClient
import Pickle

struct FaultCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fault",
        abstract: "Order a fault of a simulated device, or show the present one.",
        discussion: """
            ORDER is hang, crash, unplug, slow, garbage, drop or short, then the seconds that it lasts (10 if none are given) \
            and, after the word "after", those until it begins; or none, which ends a fault. Real devices refuse orders.

            Examples:
              devicectl fault Camera@127.0.0.1:8001 unplug 30
              devicectl fault Camera@127.0.0.1:8001 hang 20 after 5
              devicectl fault Camera@127.0.0.1:8001 none
            """
    )

    @OptionGroup var device: DeviceArgument

    @Argument(help: "The fault. Default: show the present one.")
    var order: [String] = []

    func run() async throws {
        let arguments = order.isEmpty ? [] : [PythonValue.str(order.joined(separator: " "))]
        print(Values.text(try await device.connect().call("order_fault", with: arguments)))
    }
}
