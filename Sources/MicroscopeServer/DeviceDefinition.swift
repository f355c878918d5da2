public import Devices
internal import Pickle
public import Server

/// A device to serve: its name, its driver and its initial state.
///
/// Alone it has its own process and port; in a ``DeviceGroup`` it has the group's.
public struct DeviceDefinition: Sendable {
    let draft: DeviceDraft

    /// A device that a driver opens.
    ///
    /// - Parameters:
    ///   - name: the Pyro object's id, which clients use in the URI.
    ///   - driver: a driver of this package, such as `.cobolt`, or of the program.
    ///   - conf: the driver's options; by default the same as an absent `conf` in a configuration file.
    ///   - port: the TCP port; with 0 the kernel chooses one.
    ///   - host: the name or address to listen at; by default the microscope's.
    ///   - socket: the path of a Unix socket, instead of port and host.
    ///   - settings: the settings to apply before the first client connects, in this order; for a choice its key or its
    ///     label.
    ///   - enable: whether to enable the device after opening it.
    ///   - simulated: whether to simulate the hardware.
    ///   - mayBeAbsent: whether hardware tests skip the device if it is absent.
    ///   - fault: a fault that the simulated device shows from its first opening on.
    ///   - safety: the rules for its light and for hanging calls; by default the microscope's.
    ///   - pyro: changes the microscope's options for this device.
    public init<Options>(
        _ name: String,
        _ driver: Driver<Options>,
        conf: Options? = nil,
        port: Int? = nil,
        host: String? = nil,
        socket: String? = nil,
        settings: KeyValuePairs<String, any PythonConvertible> = [:],
        enable: Bool = false,
        simulated: Bool = false,
        mayBeAbsent: Bool = false,
        fault: FaultOrder? = nil,
        safety: SafetyOptions? = nil,
        pyro: (@Sendable (inout PyroOptions) -> Void)? = nil,
        file: String = #fileID,
        line: Int = #line
    ) {
        let contents = OptionContents(conf as Any)
        draft = DeviceDraft(
            name: name,
            contents: contents,
            settings: settings.map { ($0, $1.python) },
            startsEnabled: enable,
            isSimulated: simulated,
            mayBeAbsent: mayBeAbsent,
            fault: fault,
            safety: safety,
            endpoint: EndpointDraft(port: port, host: host, socket: socket, pyro: pyro),
            place: Place(file: file, line: line)
        ) {
            guard let conf else { return try driver.configured() }
            var driver = driver.configured(conf)
            driver.refer(to: contents)
            return driver
        }
    }

    /// A device whose serial number is known only after opening, such as Andor's cameras.
    ///
    /// - Parameters:
    ///   - uid: the serial number of the device.
    ///   - driver: a driver of this package, such as `.andorSDK3`, or of the program.
    public init<Options>(
        _ name: String,
        _ driver: FloatingDriver<Options>,
        conf: Options? = nil,
        uid: String,
        port: Int? = nil,
        host: String? = nil,
        socket: String? = nil,
        settings: KeyValuePairs<String, any PythonConvertible> = [:],
        enable: Bool = false,
        simulated: Bool = false,
        mayBeAbsent: Bool = false,
        fault: FaultOrder? = nil,
        safety: SafetyOptions? = nil,
        pyro: (@Sendable (inout PyroOptions) -> Void)? = nil,
        file: String = #fileID,
        line: Int = #line
    ) {
        let contents = OptionContents(conf as Any)
        draft = DeviceDraft(
            name: name,
            contents: contents,
            uid: uid,
            settings: settings.map { ($0, $1.python) },
            startsEnabled: enable,
            isSimulated: simulated,
            mayBeAbsent: mayBeAbsent,
            fault: fault,
            safety: safety,
            endpoint: EndpointDraft(port: port, host: host, socket: socket, pyro: pyro),
            place: Place(file: file, line: line)
        ) {
            guard let conf else { return try driver.configured(uid: uid) }
            var driver = driver.configured(conf, uid: uid)
            driver.refer(to: contents)
            return driver
        }
    }

    /// A device that a function opens and configures.
    ///
    /// - Parameters:
    ///   - uses: the other devices that the function opens through its context. They are started first.
    ///   - simulated: whether the context asks for simulated hardware.
    ///   - open: the function. It is called in the process that serves the device, and again after each restart.
    public init<Opened: Device & SendableMetatype>(
        _ name: String,
        port: Int? = nil,
        host: String? = nil,
        socket: String? = nil,
        settings: KeyValuePairs<String, any PythonConvertible> = [:],
        enable: Bool = false,
        uses references: [DeviceReference] = [],
        simulated: Bool = false,
        mayBeAbsent: Bool = false,
        fault: FaultOrder? = nil,
        safety: SafetyOptions? = nil,
        pyro: (@Sendable (inout PyroOptions) -> Void)? = nil,
        file: String = #fileID,
        line: Int = #line,
        open: @escaping @Sendable (DriverContext) throws -> Opened
    ) {
        draft = DeviceDraft(
            name: name,
            contents: OptionContents(naming: references),
            settings: settings.map { ($0, $1.python) },
            startsEnabled: enable,
            isSimulated: simulated,
            mayBeAbsent: mayBeAbsent,
            fault: fault,
            safety: safety,
            endpoint: EndpointDraft(port: port, host: host, socket: socket, pyro: pyro),
            place: Place(file: file, line: line)
        ) { .opened(Opened.self, using: references, by: open) }
    }
}

extension ConfiguredDriver {
    /// A driver for a type of device that a function opens, alone or together with other devices.
    static func opened<Opened: Device & SendableMetatype>(
        _ type: Opened.Type,
        using references: [DeviceReference],
        by open: @escaping @Sendable (DriverContext) throws -> Opened = { _ in
            throw DeviceError(.initialise, "it is opened together with other devices")
        }
    ) -> ConfiguredDriver {
        var driver = ConfiguredDriver(name: "\(type)", kind: DeviceKind(of: type)) { try open($0) }
        driver.references = references
        return driver
    }
}

extension Device {
    /// Sets a setting like a client does, for functions that configure the devices that they open.
    ///
    /// - Parameter value: for a choice its key or its label.
    public func setSetting(_ name: String, to value: any PythonConvertible) throws {
        try SettingList(settings).set(name, to: value.python)
    }
}
