internal import Devices
internal import Pickle
internal import Synchronization

/// One trial of a contract on a device, which collects the violations.
final class Trial {
    /// The device as clients reach it.
    let client: Client
    /// The limit for anything that should come soon, in addition to the time that the device declares.
    let patience: Duration
    private(set) var findings = Findings()

    init(_ device: any Device, patience: Duration) { (client, self.patience) = (Client(device), patience) }

    func violate(_ violation: String) { findings.violations.append(violation) }

    /// Adds the reason why something could not be tried.
    func remark(_ remark: String) { findings.remarks.append(remark) }

    /// Runs something that should not fail; nil if it did.
    @discardableResult
    func attempt<Result>(_ failure: String = "failed", _ body: () throws -> Result) -> Result? {
        do { return try body() } catch let error as NotTried { remark(error.reason) } catch {
            violate("\(failure): \(error)")
        }
        return nil
    }

    func expect<Value: Equatable>(_ what: String, _ got: Value, is expected: Value) {
        if got != expected { violate("\(what): expected \(text(expected)), got \(text(got))") }
    }

    func expect<Bound>(_ what: String, _ got: Bound, isIn range: ClosedRange<Bound>) {
        if !range.contains(got) { violate("\(what): expected \(range.lowerBound) to \(range.upperBound), got \(got)") }
    }

    func expect(_ what: String, _ got: Double, near expected: Double, within tolerance: Double) {
        if !(abs(got - expected) <= tolerance) {
            violate("\(what): expected \(expected), give or take \(tolerance), got \(got)")
        }
    }

    /// Expects something to be refused with one of these errors.
    func expect(_ what: String, isRefusedBy refusals: Refusal..., doing body: () throws -> Void) {
        let expected = refusals.map(\.name).joined(separator: " or ")
        do {
            try body()
            violate("\(what): expected \(expected), got no error")
        } catch {
            if !refusals.contains(where: { $0.matches(error) }) {
                violate("\(what): expected \(expected), got \(error)")
            }
        }
    }

    private func text(_ value: Any) -> String {
        switch value {
        case let value as PythonValue: value.shown
        case let values as [PythonValue]: PythonValue.list(values).shown
        default: "\(value)"
        }
    }
}

/// The error of a contract that cannot be tried on a device.
struct NotTried: Error {
    let reason: String

    init(_ reason: String) { self.reason = reason }
}

extension Trial {
    /// The longest time until an interrupted trial ends.
    private static let slice = Duration.milliseconds(200)

    /// Longer than it takes until a requested datum is there.
    func patience(with device: any DataDevice) -> Duration { patience + device.cycle * 3 }

    /// The next datum, which was requested or comes by itself.
    func datum(of device: any DataDevice) throws -> Datum {
        let patience = patience(with: device)
        let limit = ContinuousClock.now + patience
        repeat {
            try Interruption.check()
            let wait = min(Self.slice, ContinuousClock.now.duration(to: limit))
            if let datum = try device.dataSource.next(within: wait) { return datum }
        } while ContinuousClock.now < limit
        throw DeviceError(.failed, "nothing came within \(patience)")
    }
}

extension DataDevice {
    /// The time after which it is certain that nothing comes.
    var silence: Duration { .milliseconds(10) + cycle }

    /// The time that an image takes; zero for a device that is not a camera.
    fileprivate var cycle: Duration {
        guard let seconds = try? (self as? any Camera)?.cycleTime, (0...3600).contains(seconds) else { return .zero }
        return .seconds(seconds)
    }
}

/// The results of trying a contract on a device.
public struct Findings: Sendable, Equatable {
    /// The violations of the contract, one sentence each: `power after disable: expected 0.0, got 0.5`.
    public internal(set) var violations: [String]
    /// The parts that could not be tried on this device, and why.
    public internal(set) var remarks: [String]

    public init(violations: [String] = [], remarks: [String] = []) {
        (self.violations, self.remarks) = (violations, remarks)
    }
}

/// A request to end trials early.
///
/// A trial checks it wherever it calls the device or waits. It then disables the device and does nothing more with it;
/// nothing is moved back.
public final class Interruption: Sendable {
    /// The interruption of the running trial.
    @TaskLocal static var ofTrial: Interruption?

    private let flag = Atomic(false)

    public init() {}

    public var isAsked: Bool { flag.load(ordering: .acquiring) }

    /// May be called from any thread.
    public func ask() { flag.store(true, ordering: .releasing) }

    /// Throws if the running trial should end.
    static func check() throws {
        if ofTrial?.isAsked == true { throw TrialInterrupted() }
    }
}

/// The error that ends an interrupted trial, whose findings are dropped.
private struct TrialInterrupted: Error {}
