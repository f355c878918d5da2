internal import Platform

/// A driver of devices that only tell which ones they are once they are open, so that each has to be tried.
///
/// Opening is in two steps: a candidate is opened as far as it takes to learn its uid, and becomes a device, with the
/// options of the definition that means it, once it is known to be wanted.
public struct FloatingDriver<Configuration: Decodable & Sendable>: ConfigurableDriver {
    /// The word for it in configuration files: `andor-sdk3`.
    public let name: String
    /// What it drives, in a line, for `--list-drivers`.
    public let summary: String
    /// How all of its devices are attached; which of them is which cannot be told from outside.
    public let attachment: Attachment?
    private let opensSideBySide: @Sendable (Configuration) -> Bool
    private let deviceKind: DeviceKind
    private let kind: @Sendable (Configuration) -> String
    private let count: @Sendable (Configuration, DriverContext) throws -> Int
    private let open: @Sendable (Int, Configuration, DriverContext) throws -> Candidate<any OpenedCandidate>
    private let device: @Sendable (any OpenedCandidate, Configuration, DriverContext) throws -> any Device
    private let simulating: @Sendable ([String]) -> [String: String]

    /// - Parameters:
    ///   - opensSideBySide: whether several processes may open candidates at the same time.
    ///   - kind: what of the options decides which candidates there are, such as the library's file; definitions in
    ///     which it is the same are searched for together.
    ///   - count: how many candidates there are, held ones among them.
    ///   - open: opens a candidate. Which one an index means may differ from process to process, but not within one.
    ///   - device: makes a device of an opened candidate, on the thread that will make all calls to it. If it throws,
    ///     the claim is released.
    ///   - attachment: how its devices are attached.
    ///   - simulating: the environment of processes whose simulated hardware is to have devices with these uids.
    public init<Claim: OpenedCandidate, Opened: Device & SendableMetatype>(
        _ name: String,
        _ summary: String,
        opensSideBySide: @escaping @Sendable (Configuration) -> Bool = { _ in true },
        kind: @escaping @Sendable (Configuration) -> String = { _ in "" },
        count: @escaping @Sendable (Configuration, DriverContext) throws -> Int,
        open: @escaping @Sendable (Int, Configuration, DriverContext) throws -> Candidate<Claim>,
        device: @escaping @Sendable (Claim, Configuration, DriverContext) throws -> Opened,
        attachment: Attachment? = nil,
        simulating: @escaping @Sendable ([String]) -> [String: String] = { _ in [:] }
    ) {
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
                throw DeviceError(.initialise, "\(claim.uid) was opened by another driver than \(name)")
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
    /// - Parameter uid: which device is meant; nil for the first that can be had, which suits a program with one.
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

/// A device that was opened to learn which one it is, and that nobody else can open as long as it is not released.
public protocol OpenedCandidate: AnyObject, Sendable {
    /// What the device is known by wherever it is plugged in: its serial number.
    var uid: String { get }
    /// What else is known of it once it is open: `model`, `firmware`.
    var details: [String: String] { get }
    /// Closes it, for other processes to open.
    func release()
}

extension OpenedCandidate {
    public var details: [String: String] { [:] }
}

/// A floating device that a definition needs: which one, and among which candidates it is to be found.
public struct CameraRequest: Sendable {
    public let uid: String
    public let candidates: Candidates

    public init(uid: String, candidates: Candidates) {
        self.uid = uid
        self.candidates = candidates
    }
}

/// Takes down the floating devices that a driver's options name while these are decoded.
///
/// A decoder carries it under ``CodingUserInfoKey/cameraRequests``.
public final class CameraRequests: Sendable {
    private let parts = Lock<[CameraRequest]>([])

    public init() {}

    public var all: [CameraRequest] { parts.withLock { $0 } }

    func append(contentsOf new: [CameraRequest]) { parts.withLock { $0 += new } }
}

extension CodingUserInfoKey {
    /// Under which a decoder carries the ``CameraRequests``.
    // The name is not empty, so the key is made.
    public static let cameraRequests = CodingUserInfoKey(rawValue: "cameraRequests")!
}
