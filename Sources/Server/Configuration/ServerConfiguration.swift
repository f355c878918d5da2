public import Devices
internal import Glibc
public import Pickle

/// What a server serves and how, as a configuration file says.
///
/// Reading the same text gives the same configuration, so a worker process is handed the text and the number of its
/// definition.
public struct ServerConfiguration: Sendable {
    public var definitions: [Definition]
    public var log: LogOptions
    /// What tests on a bench need to know.
    public var rig: RigWiring

    public init(definitions: [Definition], log: LogOptions = LogOptions(), rig: RigWiring = RigWiring()) {
        self.definitions = definitions
        self.log = log
        self.rig = rig
    }

    /// Reads the text of a configuration and reports every error in it at once.
    ///
    /// - Parameters:
    ///   - file: What errors call the file.
    ///   - opensFiles: whether certificates and keys have to be there and usable: by the server itself, while others who
    ///     want to know what it serves may not be allowed to read them.
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

    /// Reads a configuration file and reports every error in it at once.
    public init(file: String, drivers: DriverCatalog) throws(ConfigurationErrors) {
        try self.init(text: Self.text(ofFile: file), file: file, drivers: drivers)
    }

    /// Lets every device talk to a simulation of its hardware.
    public mutating func simulateEverything() {
        for definition in definitions.indices {
            for device in definitions[definition].devices.indices {
                definitions[definition].devices[device].isSimulated = true
            }
        }
    }
}

/// What one worker process serves at one place: a device, or a group of them.
public struct Definition: Sendable {
    /// What logs call it: the group's own name, or else that of the first device.
    public var name: String
    public var devices: [DeviceDefinition]
    /// Where it listens; the kernel chooses the port when it is 0.
    public var endpoint: PyroURI.Location
    public var pyro: PyroOptions
    public var place: Place
    /// Opens all of the devices at once, in their order, where a program has a function that does; nil where each is
    /// opened by its own driver.
    public var openTogether: (@Sendable (DriverContext) throws -> [any Device])?
    /// What the file says of it, to tell whether another version of the file says the same.
    var text = ""

    public init(
        name: String,
        devices: [DeviceDefinition],
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

    /// Whether it, or one of its devices, has that name.
    func isCalled(_ name: String) -> Bool { self.name == name || devices.contains { $0.name == name } }
}

/// A device to serve: its name, how to open it and what to do before clients come.
public struct DeviceDefinition: Sendable {
    /// The Pyro object's id.
    public var name: String
    /// The driver with the device's own options; its `name` is the word in the file.
    public var driver: ConfiguredDriver
    /// Which of several devices it is, for a floating driver.
    public var uid: String?
    /// What to set before the device is served, in the order of the file.
    public var settings: [InitialSetting]
    /// Whether it is enabled once it is open.
    public var startsEnabled: Bool
    /// Whether it talks to a simulation of the hardware.
    public var isSimulated: Bool
    /// Whether tests on a bench pass over it when it is not there; a server tries it again and again, as any other.
    public var mayBeAbsent: Bool
    public var place: Place
    /// Whether a function opens it together with others, so that its driver cannot.
    public var isOpenedWithOthers = false

    public init(
        name: String,
        driver: ConfiguredDriver,
        uid: String? = nil,
        settings: [InitialSetting] = [],
        startsEnabled: Bool = false,
        isSimulated: Bool = false,
        mayBeAbsent: Bool = false,
        place: Place
    ) {
        self.name = name
        self.driver = driver
        self.uid = uid
        self.settings = settings
        self.startsEnabled = startsEnabled
        self.isSimulated = isSimulated
        self.mayBeAbsent = mayBeAbsent
        self.place = place
    }
}

/// A setting and the value that it is given before the device is served.
///
/// Only the shape is checked here. What the value means, such as a label for an enum's key, the opened device knows.
public struct InitialSetting: Sendable, Hashable {
    public var name: String
    /// A number, a bool, a text or a list of such.
    public var value: PythonValue
    /// Where the value stands, for errors that only the device can find.
    public var place: Place

    public init(name: String, value: PythonValue, place: Place) {
        self.name = name
        self.value = value
        self.place = place
    }
}

extension ServerConfiguration {
    /// The text of a configuration file, for reading it here and again in worker processes.
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

    /// No configuration comes near it; what does is another file, named by mistake.
    private static let maximumLength = 4 << 20

    private static func contents(ofFile path: String) throws(ConfigurationError) -> [UInt8] {
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw unreadable(path, errno) }
        defer { close(file) }
        var bytes: [UInt8] = []
        while bytes.count <= maximumLength {
            var failure: CInt = 0
            let chunk = unsafe [UInt8](unsafeUninitializedCapacity: 65536) { buffer, count in
                let received = unsafe read(file, buffer.baseAddress, buffer.count)
                if received < 0 { failure = errno }
                count = max(received, 0)
            }
            if failure == EINTR { continue }
            guard failure == 0 else { throw unreadable(path, failure) }
            if chunk.isEmpty { return bytes }
            bytes += chunk
        }
        throw ConfigurationError("the file is longer than 4 MiB", at: Place(file: path))
    }

    private static func unreadable(_ path: String, _ code: CInt) -> ConfigurationError {
        ConfigurationError("cannot read the file: \(unsafe String(cString: strerror(code)))", at: Place(file: path))
    }
}
