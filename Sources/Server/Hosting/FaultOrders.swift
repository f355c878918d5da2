internal import Devices
internal import Pickle

/// The method by which clients order faults of a simulated device, which does not wait for the device's lock: a device
/// that hangs takes orders as well.
///
/// It is not among the methods that clients find when they connect, so that simulated devices have the same ones
/// as real devices.
struct FaultOrders {
    static let method = "order_fault"

    private let faults: OrderedFaults

    init(_ faults: OrderedFaults) { self.faults = faults }

    /// Orders a fault; `none` ends it, and without an argument nothing changes.
    ///
    /// - Returns: the fault and the seconds that it still lasts, or `none`.
    func call(_ arguments: CallArguments) throws -> PythonValue {
        if arguments != CallArguments() {
            try order(try arguments.decode(for: Self.method, Parameter<String>("fault")))
        }
        return .str(faults.current.map(\.description) ?? "none")
    }

    private func order(_ text: String) throws {
        if text == "none" {
            faults.order(nil)
        } else {
            guard let order = FaultOrder(text) else {
                throw RemoteError.value("'\(text)' is not a fault: expected \(FaultOrder.rule), or 'none'")
            }
            faults.order(order)
        }
    }
}
