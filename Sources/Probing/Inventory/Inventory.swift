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
        let asked =
            opensCameras
            ? drivers.drivers.filter { $0.attachment != nil && ($0.isFloating || $0.listedDevices != nil) } : []
        let surveys = asked.map { Survey($0, served: served, context) }
        surveyed = surveys.flatMap(\.devices)
        self.served = served
        notes += surveys.flatMap(\.problems) + Self.missing(surveys.filter(\.lacksLibrary).map(\.driver))
        if !holders.areAllSeen {
            notes.append(
                "Processes of other users are hidden; run as root (sudo) to see which program uses each device."
            )
        }
        self.notes = notes
    }

    private static func missing(_ drivers: [String]) -> [String] {
        switch drivers.count {
        case 0: []
        case 1: ["\(drivers[0]): the vendor's library is missing, so its devices are not listed."]
        default:
            ["\(drivers.joined(separator: ", ")): the vendors' libraries are missing, so their devices are not listed."]
        }
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
    /// How it is connected, in the library's words.
    public let link: String?
    /// The option that selects it by its serial number; nil for a floating one, which has its uid.
    public let option: String?
    /// The program that has it open; nil if it is free, or if the library does not say so.
    public let holder: String?

    init(_ driver: String, _ uid: String?, model: String? = nil, firmware: String? = nil, holder: String? = nil) {
        (self.driver, self.uid, self.model, self.firmware) = (driver, uid, model, firmware)
        (link, option, self.holder) = (nil, nil, holder)
    }

    init(_ driver: String, _ listed: ListedDevice, holder: String?) {
        (self.driver, uid, model) = (driver, listed.serial, listed.model)
        (firmware, link, option, self.holder) = (listed.firmware, listed.link, listed.option, holder)
    }
}

/// A survey of the devices that a vendor's library finds.
///
/// Free devices are opened briefly, the only way to read their serial numbers; devices in use are not touched.
public struct Survey: Sendable {
    public let devices: [SurveyedDevice]
    /// The reasons why devices are missing from the survey.
    public let problems: [String]
    /// Whether the vendor's library is missing.
    ///
    /// The doctor explains it where it matters: with a camera on USB, or in a configuration.
    public let lacksLibrary: Bool
    let driver: String

    /// - Parameter served: the devices of running servers, which are not counted as unknown.
    init(_ driver: any ConfigurableDriver, served: [ServedDevice], _ context: DriverContext = DriverContext()) {
        let served = served.filter { $0.driver == driver.name && !$0.isSimulated && $0.isServed }
        var devices = served.map { device in
            SurveyedDevice(
                driver.name,
                device.uid,
                holder: "device-server\(device.pid.map { " (process \($0))" } ?? ""), as \(device.name)"
            )
        }
        self.driver = driver.name
        guard let candidates = driver.candidates else {
            // A second program can disturb a library that a server has.
            guard let list = driver.listedDevices, devices.isEmpty else {
                (self.devices, problems, lacksLibrary) = (devices, [], false)
                return
            }
            let result = Result { try list(context).map { SurveyedDevice(driver.name, $0, holder: nil) } }
            self.devices = (try? result.get()) ?? []
            (problems, lacksLibrary) = Self.problems(result, driver)
            return
        }
        var sweep = CandidateSweep(candidates, context)
        let result = Result {
            while let claim = try sweep.next() {
                defer { claim.release() }
                devices.append(
                    SurveyedDevice(
                        driver.name,
                        claim.uid,
                        model: claim.details["model"],
                        firmware: claim.details["firmware"]
                    )
                )
            }
        }
        let problems: [String]
        (problems, lacksLibrary) = Self.problems(result, driver)
        let unnamed = max(0, sweep.report.held - served.count)
        devices += (0..<unnamed).map { _ in
            SurveyedDevice(driver.name, nil, holder: "another program")
        }
        self.devices = devices
        self.problems = problems + sweep.report.failures.map { "\(driver.name): \($0)" }
    }

    private static func problems<Found>(
        _ result: Result<Found, any Error>,
        _ driver: any ConfigurableDriver
    ) -> ([String], lacksLibrary: Bool) {
        guard case .failure(let error) = result else { return ([], false) }
        if let error = error as? DeviceError, error.kind == .library { return ([], true) }
        return (["\(driver.name): \(error)"], false)
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
