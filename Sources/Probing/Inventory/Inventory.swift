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

/// A device that only a vendor's library can tell of: an Andor camera.
public struct SurveyedDevice: Sendable, Hashable {
    public let driver: String
    /// Its serial number; nil if another program has it, which leaves nothing to be asked.
    public let uid: String?
    public let model: String?
    public let firmware: String?
    /// Who has it; nil if it is free.
    public let holder: String?
}

/// What a vendor's library tells, asked device by device.
///
/// Free ones are opened for a moment, since nothing else tells which they are; held ones cannot be, and are not touched.
public struct Survey: Sendable {
    public let devices: [SurveyedDevice]
    /// Why nothing can be told, or not of every device.
    public let problems: [String]

    /// - Parameter served: what servers hold, which is not looked for among those that no one can name.
    init(_ driver: any ConfigurableDriver, served: [ServedDevice], _ context: DriverContext = DriverContext()) {
        let served = served.filter { $0.driver == driver.name && !$0.isSimulated && $0.isServed }
        var devices = served.map { device in
            SurveyedDevice(
                driver: driver.name,
                uid: device.uid,
                model: nil,
                firmware: nil,
                holder: "device-server\(device.pid.map { " (process \($0))" } ?? ""), as \(device.name)"
            )
        }
        guard let candidates = driver.candidates else {
            (self.devices, problems) = (devices, [])
            return
        }
        var sweep = CandidateSweep(candidates, context)
        var problems: [String] = []
        do {
            while let claim = try sweep.next() {
                defer { claim.release() }
                devices.append(
                    SurveyedDevice(
                        driver: driver.name,
                        uid: claim.uid,
                        model: claim.details["model"],
                        firmware: claim.details["firmware"],
                        holder: nil
                    )
                )
            }
        } catch let error as DeviceError where error.kind == .library {
            // The doctor tells it at length where it matters: with a camera on USB, or one in a configuration.
            problems.append("\(driver.name): without the vendor's library none of its devices is found.")
        } catch { problems.append("\(driver.name): \(error)") }
        let unnamed = max(0, sweep.report.held - served.count)
        devices += (0..<unnamed).map { _ in
            SurveyedDevice(driver: driver.name, uid: nil, model: nil, firmware: nil, holder: "another program")
        }
        self.devices = devices
        self.problems = problems + sweep.report.failures.map { "\(driver.name): \($0)" }
    }
}

/// What the drivers that this program was built with know.
struct DriverKnowledge: Sendable {
    private let rows: [(kind: String, driver: any ConfigurableDriver)]

    init(_ catalog: DriverCatalog) {
        rows = catalog.drivers.flatMap { driver -> [(String, any ConfigurableDriver)] in
            guard case .usb(let kinds, _, _)? = driver.attachment else { return [] }
            return kinds.map { ($0, driver) }
        }
    }

    func drivers(of kind: USBKind) -> [String] { rows.filter { Self.covers($0.kind, kind) }.map(\.driver.name) }

    /// Whether its drivers tell devices apart only once they are open.
    func isFloating(_ kind: USBKind) -> Bool {
        rows.contains { Self.covers($0.kind, kind) && $0.driver.isFloating }
    }

    /// Whether a kind is meant by `03c3:1f01`, or by `03c3`.
    static func covers(_ text: String, _ kind: USBKind) -> Bool {
        "\(kind)" == text || "\(kind)".hasPrefix("\(text):")
    }
}
