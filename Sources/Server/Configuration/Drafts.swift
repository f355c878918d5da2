public import Devices
public import Pickle
internal import Pyro

extension ServerConfiguration {
    /// Checks the definitions that a program makes as those of a file are, and reports every error in them at once.
    ///
    /// - Parameters:
    ///   - host: where definitions listen unless they say otherwise.
    ///   - pyro: the options of definitions unless they say otherwise.
    ///   - place: where the program makes them.
    public init(
        _ drafts: [DefinitionDraft],
        host: String,
        pyro: PyroOptions,
        log: LogOptions,
        place: Place
    ) throws(ConfigurationErrors) {
        let reader = ConfigurationReader(file: place.file, drivers: DriverCatalog([]))
        let configuration = reader.configuration(of: drafts, host: host, pyro: pyro, log: log, place: place)
        guard reader.errors.isEmpty else { throw ConfigurationErrors(reader.errors) }
        self = configuration
    }
}

extension ConfigurationReader {
    /// The configuration of what is right in drafts; what is not is reported.
    fileprivate func configuration(
        of drafts: [DefinitionDraft],
        host: String,
        pyro: PyroOptions,
        log: LogOptions,
        place: Place
    ) -> ServerConfiguration {
        if drafts.isEmpty { report(ConfigurationError("there are no devices to serve", at: place)) }
        _ = value(of: .made(host, place, "host"), .host)
        check(pyro, place, [])
        check(log, place)
        var claims = Claims()
        let definitions = drafts.compactMap { definition($0, host, pyro, &claims) }
        checkReferences(among: definitions.flatMap(\.devices), names: claims.takenNames)
        return ServerConfiguration(definitions: definitions, log: log)
    }

    private func definition(
        _ draft: DefinitionDraft,
        _ host: String,
        _ defaults: PyroOptions,
        _ claims: inout Claims
    ) -> Definition? {
        let title = [draft.name ?? draft.devices.first?.name].compactMap(\.self)
        if let name = draft.name { claim(name, .made(name, draft.place, name), &claims) }
        if draft.devices.isEmpty {
            report(ConfigurationError("there are no devices in the group", at: draft.place, path: title.made))
        }
        let devices = draft.devices.compactMap { device($0, &claims) }
        let location = location(of: draft, title, host, &claims)
        var pyro = defaults
        draft.pyro?(&pyro)
        if pyro != defaults { check(pyro, draft.place, title) }
        guard let first = devices.first, let location else { return nil }
        var definition = Definition(
            name: draft.name ?? first.name,
            devices: devices,
            endpoint: location,
            pyro: pyro,
            place: draft.place
        )
        definition.openTogether = draft.openTogether
        if draft.openTogether != nil {
            for index in devices.indices { definition.devices[index].isOpenedWithOthers = true }
        }
        return definition
    }
}

extension ConfigurationReader {
    /// One device of a draft; nil when there is an error in it.
    func device(_ draft: DeviceDraft, _ claims: inout Claims) -> DeviceDefinition? {
        let node = ConfigurationNode.made(draft.name, draft.place, draft.name)
        claim(draft.name, node, &claims)
        if draft.hasOwnPlace {
            report(node.error("a device of a group has the group's port, host, socket and pyro, and none of its own"))
        }
        if let uid = draft.uid {
            _ = value(of: .made(uid, draft.place, draft.name, "uid"), .text("text that is not empty") { !$0.isEmpty })
        }
        func optionNode(_ path: [String]) -> ConfigurationNode {
            .made("", draft.place, path: [draft.name] + (path.isEmpty ? [] : ["conf"] + path))
        }
        for reference in draft.contents.references {
            references.append(ReferencePlace(reference.device, reference.kind, optionNode(reference.path)))
        }
        for (path, claim) in draft.contents.flaws { report(optionNode(path).error(claim)) }
        guard let driver = attempt(at: node, { try draft.driver() }) else { return nil }
        for part in driver.floatingParts {
            do throws(ConfigurationError) { try claims.claim(part, at: node) } catch { report(error) }
        }
        let settings = draft.settings.map { InitialSetting(name: $0.name, value: $0.value, place: draft.place) }
        return DeviceDefinition(
            name: draft.name,
            driver: driver,
            uid: draft.uid,
            settings: settings,
            startsEnabled: draft.startsEnabled,
            isSimulated: draft.isSimulated,
            mayBeAbsent: draft.mayBeAbsent,
            place: draft.place
        )
    }

    /// Takes the name of a device or group, if it is fit and free.
    func claim(_ name: String, _ node: ConfigurationNode, _ claims: inout Claims) {
        guard value(of: node, .objectName) != nil else { return }
        do throws(ConfigurationError) { try claims.claim(name: name, at: node) } catch { report(error) }
    }

    /// Where a draft is to be served, once that has been found fit and free.
    func location(
        of draft: DefinitionDraft,
        _ title: [String],
        _ host: String,
        _ claims: inout Claims
    ) -> PyroURI.Location? {
        func node(_ value: String, _ key: String) -> ConfigurationNode {
            .made(value, draft.place, path: title + [key])
        }
        let found: (node: ConfigurationNode, location: PyroURI.Location?)
        if let socket = draft.socket {
            found = (node(socket, "socket"), value(of: node(socket, "socket"), .socketPath).map { .unix(path: $0) })
            for key in [draft.host.map { _ in "host" }, draft.port.map { _ in "port" }].compactMap(\.self) {
                report(node("", key).error("there is a socket already, which has no \(key)"))
            }
        } else if let port = draft.port {
            let number = ConfigurationNode.made(Scalar(plain: "\(port)"), draft.place, path: title + ["port"])
            let host = draft.host.flatMap { value(of: node($0, "host"), .host) } ?? host
            let location = value(of: number, .integer(in: 0...65535)).map { PyroURI.Location.tcp(host: host, port: $0) }
            found = (number, location)
        } else {
            report(ConfigurationError("there is neither a port nor a socket", at: draft.place, path: title.made))
            return nil
        }
        guard let location = found.location else { return nil }
        do throws(ConfigurationError) { try claims.claim(location, at: found.node) } catch { report(error) }
        return location
    }

    /// Reports options that are beyond what they may be.
    func check(_ pyro: PyroOptions, _ place: Place, _ title: [String]) {
        func check<Value>(_ key: String, _ value: String, _ expectation: Expectation<Value>) {
            let node = ConfigurationNode.made(Scalar(plain: value), place, path: title + ["pyro", key])
            _ = self.value(of: node, expectation)
        }
        if pyro.serializers.isEmpty {
            report(ConfigurationError("there are no serializers", at: place, path: (title + ["pyro"]).made))
        }
        if pyro.hmacKey?.isEmpty == true {
            report(ConfigurationError("the key is empty", at: place, path: (title + ["pyro", "hmacKey"]).made))
        }
        checkFiles(of: pyro, place, title + ["pyro"])
        check("pickleProtocol", "\(pyro.pickleProtocol)", .integer(in: PyroOptions.pickleProtocols))
        check("maximumMessageSize", "\(pyro.maximumMessageSize)", .byteCount(in: PyroOptions.messageSizes))
        check("maximumConnections", "\(pyro.maximumConnections)", .integer(in: PyroOptions.connectionCounts))
        check("handshakeLimit", "\(pyro.handshakeLimit / .seconds(1))", .seconds(in: PyroOptions.handshakeSeconds))
        check("queueLength", "\(pyro.queueLength)", .integer(in: PyroOptions.queueLengths))
        if let limit = pyro.sendLimit {
            check("sendLimit", "\(limit / .seconds(1))", .seconds(in: PyroOptions.sendSeconds))
        }
    }

    /// Reports keys and certificates that are not there or of no use.
    private func checkFiles(of pyro: PyroOptions, _ place: Place, _ title: [String]) {
        if let path = pyro.hmacKeyFile {
            do { _ = try SecretFile.firstLine(of: path) } catch {
                let message = "'\(path)' \(error.text)"
                report(ConfigurationError(message, at: place, path: (title + ["hmacKeyFile"]).made))
            }
        }
        guard let files = pyro.ssl else { return }
        do { _ = try SSLContext(files) } catch {
            report(ConfigurationError(error.description, at: place, path: (title + ["ssl"]).made))
        }
    }

    /// Reports options that are beyond what they may be.
    func check(_ log: LogOptions, _ place: Place) {
        func check<Value>(_ key: String, _ value: String, _ expectation: Expectation<Value>) {
            _ = self.value(of: .made(Scalar(plain: value), place, path: ["log", key]), expectation)
        }
        check("maximumSize", "\(log.maximumSize)", .byteCount(in: LogOptions.sizes))
        check("keptFiles", "\(log.keptFiles)", .integer(in: LogOptions.fileCounts))
    }
}

extension ConfigurationNode {
    /// A text that a program gives, which means nothing else.
    static func made(_ text: String, _ place: Place, _ path: String...) -> Self {
        made(text, place, path: path)
    }

    static func made(_ text: String, _ place: Place, path: [String]) -> Self {
        let plain = Scalar(plain: text)
        return made(plain.meaning == .text ? plain : Scalar(quoted: text), place, path: path)
    }

    static func made(_ scalar: Scalar, _ place: Place, path: [String]) -> Self {
        ConfigurationNode(content: .scalar(scalar), place: place, path: path.map { PathKey($0) })
    }
}

extension [String] {
    /// As errors tell it.
    var made: String { map { PathKey($0) }.text }
}

/// What one worker is to serve at one place, as a program defines it: not checked yet.
public struct DefinitionDraft: Sendable {
    /// The group's own name, if it has one.
    public var name: String?
    public var devices: [DeviceDraft]
    /// Nil for the microscope's.
    public var host: String?
    /// Nil where there is a socket, or where somebody forgot it.
    public var port: Int?
    /// The path of a Unix socket, in place of host and port.
    public var socket: String?
    /// What differs from the microscope's options.
    public var pyro: (@Sendable (inout PyroOptions) -> Void)?
    /// Opens all devices at once; nil where each has a driver that opens it.
    public var openTogether: (@Sendable (DriverContext) throws -> [any Device])?
    public var place: Place

    public init(
        name: String? = nil,
        devices: [DeviceDraft],
        host: String? = nil,
        port: Int? = nil,
        socket: String? = nil,
        pyro: (@Sendable (inout PyroOptions) -> Void)? = nil,
        openTogether: (@Sendable (DriverContext) throws -> [any Device])? = nil,
        place: Place
    ) {
        (self.name, self.devices, self.place) = (name, devices, place)
        (self.host, self.port, self.socket) = (host, port, socket)
        (self.pyro, self.openTogether) = (pyro, openTogether)
    }

    /// Whether it says where and how to serve it.
    public var isServedByItself: Bool { host != nil || port != nil || socket != nil || pyro != nil }
}

/// A device as a program defines it, which has not been checked yet.
public struct DeviceDraft: Sendable {
    public var name: String
    /// Makes the driver with its options; throws a `DecodingError` if options are missing.
    public var driver: @Sendable () throws -> ConfiguredDriver
    /// What is in the options.
    public var contents: OptionContents
    /// Nil for a driver that is not floating.
    public var uid: String?
    public var settings: [(name: String, value: PythonValue)]
    public var startsEnabled: Bool
    public var isSimulated: Bool
    public var mayBeAbsent: Bool
    public var place: Place
    /// Whether it is of a group and yet says where and how it is to be served.
    public var hasOwnPlace = false

    public init(
        name: String,
        contents: OptionContents,
        uid: String? = nil,
        settings: [(name: String, value: PythonValue)] = [],
        startsEnabled: Bool = false,
        isSimulated: Bool = false,
        mayBeAbsent: Bool = false,
        place: Place,
        driver: @escaping @Sendable () throws -> ConfiguredDriver
    ) {
        (self.name, self.contents, self.uid, self.settings) = (name, contents, uid, settings)
        (self.startsEnabled, self.isSimulated, self.mayBeAbsent) = (startsEnabled, isSimulated, mayBeAbsent)
        (self.place, self.driver) = (place, driver)
    }
}
