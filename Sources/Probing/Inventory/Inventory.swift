public import Devices
public import Server
internal import Transports

/// The devices attached to a machine, found without disturbing any of them.
public struct Inventory: Sendable {
    public let usb: [AttachedUSB]
    public let ports: [AttachedPort]
    /// The cameras of Video4Linux.
    public let cameras: [AttachedCamera]
    public let surveyed: [SurveyedDevice]
    public let served: [ServedDevice]
    /// Notes on the limits of the inventory.
    public let notes: [String]

    /// Takes the inventory.
    ///
    /// - Parameters:
    ///   - drivers: the drivers whose devices are recognised.
    ///   - served: the devices of running servers.
    ///   - opensCameras: whether free cameras are opened briefly to read their serial numbers.
    ///   - context: the context for vendor libraries.
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
        cameras = machine.cameras(holders)
        // Drivers without an attachment are simulations.
        let floating = opensCameras ? drivers.drivers.filter { $0.isFloating && $0.attachment != nil } : []
        let surveys = floating.map { Survey($0, served: served, context) }
        surveyed = surveys.flatMap(\.devices)
        self.served = served
        notes += surveys.flatMap(\.problems)
        if !holders.areAllSeen {
            notes.append(
                "Processes of other users are hidden; run as root (sudo) to see which program uses each device."
            )
        }
        self.notes = notes
    }

    /// The USB devices with a driver of ours.
    public var knownUSB: [AttachedUSB] { usb.filter { !$0.drivers.isEmpty } }

    /// The name of the served device that one of these processes has open.
    func servedName(_ holders: [Holder]) -> String? {
        served.first { device in !device.isSimulated && holders.contains { $0.pid == device.pid } }?.name
    }

    /// The users of a device, in words; nil if none is known.
    func use(_ holders: [Holder]) -> String? {
        guard !holders.isEmpty else { return nil }
        let names = holders.map(\.description).joined(separator: ", ")
        return servedName(holders).map { "\(names), as \($0)" } ?? names
    }
}

/// A device found through a vendor's library, such as an Andor camera.
public struct SurveyedDevice: Sendable, Hashable {
    public let driver: String
    /// Its serial number; nil if another program has it open.
    public let uid: String?
    public let model: String?
    public let firmware: String?
    /// The program that has it open; nil if it is free.
    public let holder: String?
}

/// A survey of the devices that a vendor's library finds.
///
/// Free devices are opened briefly, the only way to read their serial numbers; devices in use are not touched.
public struct Survey: Sendable {
    public let devices: [SurveyedDevice]
    /// The reasons why devices are missing from the survey.
    public let problems: [String]

    /// - Parameter served: the devices of running servers, which are not counted as unknown.
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
            // The doctor explains it where it matters: with a camera on USB, or in a configuration.
            problems.append("\(driver.name): the vendor's library is missing, so its devices are not listed.")
        } catch { problems.append("\(driver.name): \(error)") }
        let unnamed = max(0, sweep.report.held - served.count)
        devices += (0..<unnamed).map { _ in
            SurveyedDevice(driver: driver.name, uid: nil, model: nil, firmware: nil, holder: "another program")
        }
        self.devices = devices
        self.problems = problems + sweep.report.failures.map { "\(driver.name): \($0)" }
    }
}

/// The USB ids known to this program's drivers.
struct DriverKnowledge: Sendable {
    private let rows: [(kind: String, driver: any ConfigurableDriver)]

    init(_ catalog: DriverCatalog) {
        rows = catalog.drivers.flatMap { driver -> [(String, any ConfigurableDriver)] in
            guard case .usb(let kinds, _, _)? = driver.attachment else { return [] }
            return kinds.map { ($0, driver) }
        }
    }

    func drivers(of kind: USBKind) -> [String] { rows.filter { Self.covers($0.kind, kind) }.map(\.driver.name) }

    /// Whether its driver identifies devices only after opening them.
    func isFloating(_ kind: USBKind) -> Bool {
        rows.contains { Self.covers($0.kind, kind) && $0.driver.isFloating }
    }

    /// Whether a pattern such as `03c3:1f01` or `03c3` covers a kind.
    static func covers(_ text: String, _ kind: USBKind) -> Bool {
        "\(kind)" == text || "\(kind)".hasPrefix("\(text):")
    }
}
