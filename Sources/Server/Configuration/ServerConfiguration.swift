public import Devices
internal import Glibc
public import Pickle
internal import Platform

/// The devices that a server serves, and its options.
///
/// Reading the same text gives the same configuration, so a worker process receives the text and the index of its
/// definition.
public struct ServerConfiguration: Sendable {
    public var definitions: [Definition]
    public var log: LogOptions
    /// The facts that hardware tests need.
    public var rig: RigWiring

    public init(definitions: [Definition], log: LogOptions = LogOptions(), rig: RigWiring = RigWiring()) {
        self.definitions = definitions
        self.log = log
        self.rig = rig
    }

    /// Reads the text of a configuration and reports all errors together.
    ///
    /// - Parameters:
    ///   - file: the name of the file in errors.
    ///   - opensFiles: whether certificates and keys must exist and be usable. Only the server needs them; other programs
    ///     that read the configuration may lack permission.
    public init(
        text: String,
        file: String,
        drivers: DriverCatalog,
        opensFiles: Bool = false
    ) throws(ConfigurationErrors) {
        let reader = ConfigurationReader(file: file, drivers: drivers, opensFiles: opensFiles)
        let configuration = reader.configuration(of: text)
        guard let configuration, reader.errors.isEmpty else { throw ConfigurationErrors(reader.errors) }
        self = configuration
    }

    /// Reads a configuration file and reports all errors together.
    public init(file: String, drivers: DriverCatalog) throws(ConfigurationErrors) {
        try self.init(text: Self.text(ofFile: file), file: file, drivers: drivers)
    }

    /// Simulates the hardware of every device.
    public mutating func simulateEverything() {
        for definition in definitions.indices {
            for device in definitions[definition].devices.indices {
                definitions[definition].devices[device].isSimulated = true
            }
        }
    }
}

/// A device, or a group of devices, that one worker process serves at one endpoint.
public struct Definition: Sendable {
    /// The name in logs: the group's own name, or that of the first device.
    public var name: String
    public var devices: [ConfiguredDevice]
    /// The endpoint to listen at; the kernel chooses the port if it is 0.
    public var endpoint: PyroURI.Location
    public var pyro: PyroOptions
    /// The interlocks of its light sources.
    public var interlocks: [Interlock] = []
    public var place: Place
    /// A program's function that opens all devices at once, in their order; nil if each has a driver that opens it.
    public var openTogether: (@Sendable (DriverContext) throws -> [any Device])?
    /// The definition as text, for comparing two versions of the file.
    var text = ""

    public init(
        name: String,
        devices: [ConfiguredDevice],
        endpoint: PyroURI.Location,
        pyro: PyroOptions = PyroOptions(),
        place: Place
    ) {
        self.name = name
        self.devices = devices
        self.endpoint = endpoint
        self.pyro = pyro
        self.place = place
    }

    /// Whether the definition or one of its devices has the name.
    func isCalled(_ name: String) -> Bool { self.name == name || devices.contains { $0.name == name } }
}

/// A device to serve: its name, its driver and its initial state.
public struct ConfiguredDevice: Sendable {
    /// The Pyro object's id.
    public var name: String
    /// The driver with the device's own options; its `name` is the word in the file.
    public var driver: ConfiguredDriver
    /// The serial number of the device, for a floating driver.
    public var uid: String?
    /// The settings to apply before the device is served, in the order of the file.
    public var settings: [InitialSetting]
    /// Whether the device is enabled after opening.
    public var startsEnabled: Bool
    /// Whether the hardware is simulated.
    public var isSimulated: Bool
    /// Whether hardware tests skip the device if it is absent.
    ///
    /// A server retries it like any other.
    public var mayBeAbsent: Bool
    /// A fault of the simulated device from its first opening on.
    public var fault: FaultOrder?
    public var safety: SafetyOptions
    public var place: Place
    /// Whether a function opens it together with other devices, so that its driver cannot.
    public var isOpenedWithOthers = false

    public init(
        name: String,
        driver: ConfiguredDriver,
        uid: String? = nil,
        settings: [InitialSetting] = [],
        startsEnabled: Bool = false,
        isSimulated: Bool = false,
        mayBeAbsent: Bool = false,
        fault: FaultOrder? = nil,
        safety: SafetyOptions = SafetyOptions(),
        place: Place
    ) {
        self.name = name
        self.driver = driver
        self.uid = uid
        self.settings = settings
        self.startsEnabled = startsEnabled
        self.isSimulated = isSimulated
        self.mayBeAbsent = mayBeAbsent
        self.fault = fault
        self.safety = safety
        self.place = place
    }
}

extension ConfiguredDevice {
    /// Whether faults can be ordered for it: it is simulated.
    public var takesFaults: Bool { isSimulated || driver.isSimulator }
}

/// A setting and its value before the device is served.
///
/// Only its form is checked here. The open device knows what the value means, such as the label of a choice.
public struct InitialSetting: Sendable, Hashable {
    public var name: String
    /// A number, a bool, a text or a list of these.
    public var value: PythonValue
    /// The place of the value, for errors that only the device can find.
    public var place: Place

    public init(name: String, value: PythonValue, place: Place) {
        self.name = name
        self.value = value
        self.place = place
    }
}

extension ServerConfiguration {
    /// The text of a configuration file, which is read here and again in worker processes.
    public static func text(ofFile path: String) throws(ConfigurationErrors) -> String {
        do throws(ConfigurationError) {
            let bytes = try contents(ofFile: path)
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw ConfigurationError("the file is not text in UTF-8", at: Place(file: path))
            }
            return text
        } catch {
            throw ConfigurationErrors([error])
        }
    }

    /// No configuration comes near this size; a larger file was named by mistake.
    private static let maximumLength = 4 << 20

    private static func contents(ofFile path: String) throws(ConfigurationError) -> [UInt8] {
        do throws(SystemError) {
            let bytes = try FileSystem.bytes(of: path, limit: maximumLength + 1)
            if bytes.count <= maximumLength { return bytes }
        } catch {
            throw ConfigurationError("cannot read the file: \(SystemError.text(error.code))", at: Place(file: path))
        }
        throw ConfigurationError("the file is longer than 4 MiB", at: Place(file: path))
    }
}
