internal import Devices
internal import Pickle

/// One trial of a contract on a device, which notes what is not as promised.
final class Trial {
    /// The device as clients reach it.
    let client: Client
    /// How long to wait for what should come soon, beyond the time that the device says it takes.
    let patience: Duration
    private(set) var findings = Findings()

    init(_ device: any Device, patience: Duration) { (client, self.patience) = (Client(device), patience) }

    func violate(_ violation: String) { findings.violations.append(violation) }

    /// Notes what could not be tried.
    func remark(_ remark: String) { findings.remarks.append(remark) }

    /// Does something that should not fail; nil if it did.
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

    /// Expects something to be refused with an error of a certain class.
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

/// Thrown by a contract that cannot be tried on a device.
struct NotTried: Error {
    let reason: String

    init(_ reason: String) { self.reason = reason }
}
