public import Devices
public import Pickle

/// A device or a group of devices as a program defines it, not checked yet.
public enum DefinitionDraft: Sendable {
    case device(DeviceDraft)
    case group(GroupDraft)
}

/// A device as a program defines it, not checked yet.
public struct DeviceDraft: Sendable {
    public var name: String
    /// Makes the driver with its options; throws a `DecodingError` if options are missing.
    public var driver: @Sendable () throws -> ConfiguredDriver
    /// The devices, drivers and errors in the options.
    public var contents: OptionContents
    /// Nil for a driver that is not floating.
    public var uid: String?
    public var settings: [(name: String, value: PythonValue)]
    public var startsEnabled: Bool
    public var isSimulated: Bool
    public var mayBeAbsent: Bool
    public var fault: FaultOrder?
    /// Nil for the microscope's.
    public var safety: SafetyOptions?
    public var endpoint: EndpointDraft
    public var place: Place

    public init(
        name: String,
        contents: OptionContents,
        uid: String? = nil,
        settings: [(name: String, value: PythonValue)] = [],
        startsEnabled: Bool = false,
        isSimulated: Bool = false,
        mayBeAbsent: Bool = false,
        fault: FaultOrder? = nil,
        safety: SafetyOptions? = nil,
        endpoint: EndpointDraft = EndpointDraft(),
        place: Place,
        driver: @escaping @Sendable () throws -> ConfiguredDriver
    ) {
        (self.name, self.contents, self.uid, self.settings) = (name, contents, uid, settings)
        (self.startsEnabled, self.isSimulated, self.mayBeAbsent) = (startsEnabled, isSimulated, mayBeAbsent)
        self.fault = fault
        (self.safety, self.endpoint, self.place, self.driver) = (safety, endpoint, place, driver)
    }
}

/// A group of devices as a program defines it, not checked yet.
public struct GroupDraft: Sendable {
    /// Nil for the first device's name.
    public var name: String?
    public var devices: [DeviceDraft]
    public var endpoint: EndpointDraft
    /// Opens all devices at once; nil if each device has a driver that opens it.
    public var openTogether: (@Sendable (DriverContext) throws -> [any Device])?
    public var place: Place

    public init(
        name: String? = nil,
        devices: [DeviceDraft],
        endpoint: EndpointDraft,
        openTogether: (@Sendable (DriverContext) throws -> [any Device])? = nil,
        place: Place
    ) {
        (self.name, self.devices, self.endpoint) = (name, devices, endpoint)
        (self.openTogether, self.place) = (openTogether, place)
    }
}

/// The place where a program's device or group listens, and the options of its communication with clients.
public struct EndpointDraft: Sendable {
    public var port: Int?
    /// Nil for the microscope's.
    public var host: String?
    /// The path of a Unix socket, instead of host and port.
    public var socket: String?
    /// Changes the microscope's options.
    public var pyro: (@Sendable (inout PyroOptions) -> Void)?

    public init(
        port: Int? = nil,
        host: String? = nil,
        socket: String? = nil,
        pyro: (@Sendable (inout PyroOptions) -> Void)? = nil
    ) {
        (self.port, self.host, self.socket, self.pyro) = (port, host, socket, pyro)
    }
}

extension ServerConfiguration {
    /// Checks a program's definitions in the same way as those of a file, and reports all errors together.
    ///
    /// - Parameters:
    ///   - host: where definitions without a host of their own listen.
    ///   - pyro: the options that definitions inherit.
    ///   - safety: the safety rules that devices inherit.
    ///   - place: where the program makes the microscope.
    public init(
        _ drafts: [DefinitionDraft],
        host: String,
        pyro: PyroOptions,
        safety: SafetyOptions = SafetyOptions(),
        interlocks: [Interlock] = [],
        log: LogOptions,
        place: Place
    ) throws(ConfigurationErrors) {
        let reader = ConfigurationReader(file: place.file, drivers: DriverCatalog([]))
        let root = DraftNode(place: place, path: [])
        let tree = root.mapping([
            ("host", root.given(host, "host")),
            ("pyro", root.given(PyroChange(change: { $0 = pyro }, isForAll: true), "pyro")),
            ("safety", root.given(safety, "safety")),
            ("interlocks", root.given(interlocks, "interlocks")),
            ("log", root.given(log, "log")),
            ("devices", root.list(drafts.map(\.node))),
        ])
        let configuration = reader.configuration(tree)
        guard let configuration, reader.errors.isEmpty else { throw ConfigurationErrors(reader.errors) }
        self = configuration
    }
}

// MARK: As nodes

/// A program's driver with its options.
struct GivenDriver: Sendable {
    let driver: @Sendable () throws -> ConfiguredDriver
    let contents: OptionContents
}

/// A program's function that opens all devices of a group at once.
struct JointOpening: Sendable {
    static let key = "open"
    let open: @Sendable (DriverContext) throws -> [any Device]
}

/// A maker of nodes for one draft.
private struct DraftNode {
    let place: Place
    let path: [String]

    /// A value under a key, as error messages name it; without a key, the draft itself.
    func given(_ value: any Sendable, _ keys: String...) -> ConfigurationNode { node(.given(value), keys) }

    func list(_ items: [ConfigurationNode]) -> ConfigurationNode { node(.list(items), []) }

    func mapping(_ entries: [(String, ConfigurationNode?)], _ keys: String...) -> ConfigurationNode {
        node(.mapping(entries.compactMap { key, value in value.map { (PathKey(key), place, $0) } }), keys)
    }

    private func node(_ content: ConfigurationNode.Content, _ keys: [String]) -> ConfigurationNode {
        ConfigurationNode(content: content, place: place, path: (path + keys).map { PathKey($0) })
    }
}

extension DefinitionDraft {
    fileprivate var node: ConfigurationNode {
        switch self {
        case .device(let device): device.node
        case .group(let group): group.node
        }
    }
}

extension DeviceDraft {
    fileprivate var node: ConfigurationNode {
        let draft = DraftNode(place: place, path: [name])
        let settings = self.settings.map { ($0.name, draft.given($0.value, "settings", $0.name)) }
        return draft.mapping(
            [
                ("name", draft.given(name)),
                ("driver", draft.given(GivenDriver(driver: driver, contents: contents))),
                ("uid", uid.map { draft.given($0, "uid") }),
                ("settings", draft.mapping(settings, "settings")),
                ("enable", draft.given(startsEnabled, "enable")),
                ("simulated", draft.given(isSimulated, "simulated")),
                ("may_be_absent", draft.given(mayBeAbsent, "mayBeAbsent")),
                ("fault", fault.map { draft.given($0, "fault") }),
                ("safety", safety.map { draft.given($0, "safety") }),
            ] + endpoint.entries(draft)
        )
    }
}

extension GroupDraft {
    fileprivate var node: ConfigurationNode {
        let title = name ?? devices.first?.name
        let draft = DraftNode(place: place, path: title.map { [$0] } ?? [])
        return draft.mapping(
            [
                ("name", name.map { draft.given($0) }),
                ("devices", draft.list(devices.map(\.node))),
                (JointOpening.key, openTogether.map { draft.given(JointOpening(open: $0)) }),
            ] + endpoint.entries(draft)
        )
    }
}

extension EndpointDraft {
    fileprivate func entries(_ draft: DraftNode) -> [(String, ConfigurationNode?)] {
        [
            ("port", port.map { draft.given($0, "port") }),
            ("host", host.map { draft.given($0, "host") }),
            ("socket", socket.map { draft.given($0, "socket") }),
            ("pyro", pyro.map { draft.given(PyroChange(change: $0), "pyro") }),
        ]
    }
}
