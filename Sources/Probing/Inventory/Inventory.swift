public import Devices
public import Server
internal import Transports

/// What is attached to a machine, as far as can be told without disturbing anything.
public struct Inventory: Sendable {
    public let usb: [AttachedUSB]
    public let ports: [AttachedPort]
    public let surveyed: [SurveyedDevice]
    public let served: [ServedDevice]
    /// What should be known when reading the rest.
    public let notes: [String]

    /// Looks around.
    ///
    /// - Parameters:
    ///   - drivers: those whose devices are known.
    ///   - served: what running servers say that they serve.
    ///   - opensCameras: whether cameras that are free are opened for a moment, to learn which they are.
    ///   - context: how vendors' libraries are used.
    public init(
        of machine: Machine,
        _ drivers: DriverCatalog,
        served: [ServedDevice] = [],
        opensCameras: Bool = true,
        _ context: DriverContext = DriverContext()
    ) {
        let knowledge = DriverKnowledge(drivers)
        let holders = Holders(machine)
        usb = machine.usbDevices(knowledge, holders)
        var notes: [String] = []
        var onUSB: [USBSerialPort] = []
        do { onUSB = try machine.ports.ports } catch { notes.append("Serial ports on USB \(error)") }
        ports = machine.serialPorts(onUSB, holders)
        // Those without an attachment are simulations, of which nothing is attached.
        let floating = opensCameras ? drivers.drivers.filter { $0.isFloating && $0.attachment != nil } : []
        let surveys = floating.map { Survey($0, served: served, context) }
        surveyed = surveys.flatMap(\.devices)
        self.served = served
        notes += surveys.flatMap(\.problems)
        if !holders.areAllSeen {
            notes.append("Processes of other users cannot be seen; as root (sudo) it is told who has which device.")
        }
        self.notes = notes
    }

    /// The devices on USB that a driver of ours knows.
    public var knownUSB: [AttachedUSB] { usb.filter { !$0.drivers.isEmpty } }

    /// What a server calls the device that it has open with one of these processes.
    func servedName(_ holders: [Holder]) -> String? {
        served.first { device in !device.isSimulated && holders.contains { $0.pid == device.pid } }?.name
    }

    /// Who has a device, in words; nil if nobody is known to.
    func use(_ holders: [Holder]) -> String? {
        guard !holders.isEmpty else { return nil }
        let names = holders.map(\.description).joined(separator: ", ")
        return servedName(holders).map { "\(names), as \($0)" } ?? names
    }
}
