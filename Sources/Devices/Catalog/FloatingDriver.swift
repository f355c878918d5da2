internal import Platform

/// A driver of devices whose identity is known only after opening, so that each has to be tried.
///
/// A device is opened in two steps: a candidate is opened far enough to read its uid, and becomes a device, with the
/// options of the definition that selects it, if that uid is wanted.
public struct FloatingDriver<Configuration: Decodable & Sendable>: ConfigurableDriver {
    /// The driver name in configuration files: `andor-sdk3`.
    public let name: String
    /// The hardware it drives, in one line, for `--list-drivers`.
    public let summary: String
    /// The attachment of all of its devices, which look the same from outside.
    public let attachment: Attachment?
    public internal(set) var proof: Proof?
    public var installationFaults: (@Sendable () -> [InstallationFault])?
    private let opensSideBySide: @Sendable (Configuration) -> Bool
    private let deviceKind: DeviceKind
    private let kind: @Sendable (Configuration) -> String
    private let count: @Sendable (Configuration, DriverContext) throws -> Int
    private let open: @Sendable (Int, Configuration, DriverContext) throws -> Candidate<any OpenedCandidate>
    private let device: @Sendable (any OpenedCandidate, Configuration, DriverContext) throws -> any Device
    private let simulating: @Sendable ([String]) -> [String: String]
    private let isSimulator: Bool

    /// - Parameters:
    ///   - opensSideBySide: whether several processes may open candidates at the same time.
    ///   - kind: the part of the options that determines the candidates, such as the library's file; definitions with
    ///     the same value are searched together.
    ///   - count: the number of candidates, including those that other processes hold.
    ///   - open: opens a candidate. The meaning of an index may differ from process to process, but not within one.
    ///   - device: makes a device of an opened candidate. If it throws, the claim is released.
    ///   - attachment: the attachment of its devices.
    ///   - isSimulator: whether its devices are simulations in any case.
    ///   - simulating: the environment of processes whose simulated hardware has devices with these uids.
    public init<Claim: OpenedCandidate, Opened: Device & SendableMetatype>(
        _ name: String,
        _ summary: String,
        opensSideBySide: @escaping @Sendable (Configuration) -> Bool = { _ in true },
        kind: @escaping @Sendable (Configuration) -> String = { _ in "" },
        count: @escaping @Sendable (Configuration, DriverContext) throws -> Int,
        open: @escaping @Sendable (Int, Configuration, DriverContext) throws -> Candidate<Claim>,
        device: @escaping @Sendable (Claim, Configuration, DriverContext) throws -> Opened,
        attachment: Attachment? = nil,
        isSimulator: Bool = false,
        simulating: @escaping @Sendable ([String]) -> [String: String] = { _ in [:] }
    ) {
        self.isSimulator = isSimulator
        (self.name, self.summary, self.opensSideBySide) = (name, summary, opensSideBySide)
        self.attachment = attachment
        deviceKind = DeviceKind(of: Opened.self)
        (self.kind, self.count, self.simulating) = (kind, count, simulating)
        self.open = { index, configuration, context in
            switch try open(index, configuration, context) {
            case .opened(let claim): .opened(claim)
            case .heldElsewhere: .heldElsewhere
            case .unwanted(let text): .unwanted(text)
            }
        }
        self.device = { claim, configuration, context in
            guard let claim = claim as? Claim else {
                throw DeviceError(.initialise, "\(claim.uid) was opened by a driver other than \(name)")
            }
            return try device(claim, configuration, context)
        }
    }

    public var isFloating: Bool { true }

    public func configured(from decoder: any Decoder, uid: String?) throws -> ConfiguredDriver {
        configured(try Configuration(from: decoder), uid: uid)
    }

    /// The driver with its options.
    ///
    /// - Parameter uid: the uid of the device; nil for the first available one, which suits a program with one device.
    public func configured(_ configuration: Configuration, uid: String?) -> ConfiguredDriver {
        let candidates = candidates(configuration)
        let part = uid.map { CameraRequest(uid: $0, candidates: candidates) }
        var driver = ConfiguredDriver(name: name, kind: deviceKind, cameraRequests: part.map { [$0] } ?? []) {
            [device] context in
            let claim = try part.map { try context.claim($0, context) } ?? candidates.openFirst(context)
            do { return try device(claim, configuration, context) } catch {
                claim.release()
                throw error
            }
        }
        driver.attachment = attachment
        driver.isSimulator = isSimulator
        return driver
    }

    public var candidates: Candidates? {
        guard let configuration = try? Configuration(from: NoOptionsDecoder(codingPath: [], userInfo: [:])) else {
            return nil
        }
        return candidates(configuration)
    }

    private func candidates(_ configuration: Configuration) -> Candidates {
        Candidates(
            driver: name,
            kind: kind(configuration),
            opensSideBySide: opensSideBySide(configuration),
            count: { [count] context in try count(configuration, context) },
            open: { [open] index, context in try open(index, configuration, context) },
            simulating: simulating
        )
    }
}

/// A device that was opened to read its uid, and that nobody else can open until it is released.
public protocol OpenedCandidate: AnyObject, Sendable {
    /// The identifier of the device wherever it is plugged in: its serial number.
    var uid: String { get }
    /// Further details of the open device: `model`, `firmware`.
    var details: [String: String] { get }
    /// Closes the device, so that other processes can open it.
    func release()
}

extension OpenedCandidate {
    public var details: [String: String] { [:] }
}

/// A floating device that a definition needs, and the candidates among which it is searched.
public struct CameraRequest: Sendable {
    public let uid: String
    public let candidates: Candidates

    public init(uid: String, candidates: Candidates) {
        self.uid = uid
        self.candidates = candidates
    }
}

/// The list of floating devices that a driver's options name, collected while the options are decoded.
///
/// A decoder carries it under ``CodingUserInfoKey/cameraRequests``.
public final class CameraRequests: Sendable {
    private let parts = Lock<[CameraRequest]>([])

    public init() {}

    public var all: [CameraRequest] { parts.withLock { $0 } }

    func append(contentsOf new: [CameraRequest]) { parts.withLock { $0 += new } }
}

extension CodingUserInfoKey {
    /// The key under which a decoder carries the ``CameraRequests``.
    // The initializer fails only for an empty name.
    public static let cameraRequests = CodingUserInfoKey(rawValue: "cameraRequests")!
}
