import Contracts
import Devices
import Platform
import Server

/// A test run of the contracts on devices, one after the other.
struct Conformance {
    private let file: String
    private let consent: Consent
    private let interruption: Interruption
    private let progress: ((String) -> Void)?
    private let wait = TrialWait()

    /// - Parameters:
    ///   - file: the name of the configuration in the report.
    ///   - progress: takes lines for people as the run proceeds.
    init(_ file: String, consent: Consent, interruption: Interruption, progress: ((String) -> Void)?) {
        (self.file, self.consent, self.interruption, self.progress) = (file, consent, interruption, progress)
    }

    func report(on devices: [RigDevice], servedAlready: [ServedDevice]) -> ConformReport {
        let start = ContinuousClock.now
        let reports = devices.map { device -> DeviceReport in
            say("\(device.name) (\(device.definition.driver.name))")
            let holder = servedAlready.first { $0.isMeant(by: device.definition, of: file) }
            let report = holder.map { DeviceReport(device, held: $0) } ?? self.report(on: device)
            say("\(report.summary)\n")
            return report
        }
        return ConformReport(file: file, devices: reports, duration: ContinuousClock.now - start)
    }

    private func report(on device: RigDevice) -> DeviceReport {
        var report = DeviceReport(device)
        guard !interruption.isAsked else {
            report.verdict = .interrupted
            return report
        }
        let start = ContinuousClock.now
        defer { wait.end() }
        do {
            try Examination(
                open: {
                    wait.begin("opening \(device.name)")
                    return try device.open(log: Self.log)
                },
                forbidding: {
                    // Questions need the terminal.
                    wait.end()
                    report.identity = DeviceIdentity(of: $0)
                    report.forbidden = consent.forbidden(on: $0, called: device.name)
                    wait.begin("testing \(device.name)")
                    return report.forbidden
                },
                until: interruption,
                report: { result in
                    report.results.append(result)
                    wait.end()
                    say(result.line)
                    wait.begin("testing \(device.name)")
                }
            )
            .run()
            report.verdict = interruption.isAsked ? .interrupted : report.isBroken ? .broken : .kept
        } catch let error as RigError where error.cause == .absence && device.definition.mayBeAbsent {
            (report.verdict, report.reason) = (.absent, "\(error)")
        } catch let error as RigError where error.cause == .dependence {
            (report.verdict, report.reason) = (.dependent, "\(error)")
        } catch {
            (report.verdict, report.reason) = (.failed, "\(error)")
        }
        report.duration = ContinuousClock.now - start
        return report
    }

    private func say(_ text: String) {
        progress?(text)
        flushOutput()
    }

    /// Drivers log to standard error, which is not part of the report.
    @Sendable private static func log(_ line: String) {
        var standardError = StandardError()
        print(line, to: &standardError)
    }
}

/// The line of progress for what a person at the terminal waits for.
private final class TrialWait {
    private var line: ProgressLine?

    func begin(_ act: String) {
        end()
        line = ProgressLine { "\(act): \($0.inSeconds)" }
    }

    func end() {
        line?.end()
        line = nil
    }
}
