public import Devices
internal import Pickle

/// A sensor whose library calls back with each reading.
public final class ExampleSensor: ValueLogger {
    public var isEnabled = false
    public let sensorCount = 1
    private let mailbox = Mailbox()

    public init() {}

    public var dataSource: any DataSource { mailbox }
    public var values: [Double] { get throws { [20.5] } }
    public func abort() {}

    /// Called by the library on a thread of its own.
    func receive(_ reading: Double) { mailbox.put(Datum([reading].python, at: Timestamp.now)) }
}
