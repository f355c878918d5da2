import Devices
import Lasers
import Platform
import Testing

/// The question that identifies a laser without opening it.
struct AskingTests {
    /// A setup whose light the driver has switched off: some lasers emit from power-up.
    private static func darkSetup(_ kind: LaserKind) throws -> any AnySetup {
        let setup = try kind.makeSetup()
        _ = try setup.openLight()
        try setup.shutDown()
        setup.forgetTranscript()
        return setup
    }

    @Test(arguments: LaserKind.all, [false, true])
    func askingTellsTheSerialNumberAndLeavesTheLightAsItIs(kind: LaserKind, isOn: Bool) throws {
        let setup = try Self.darkSetup(kind)
        if isOn { setup.change { $0.startByItself() } }
        let driver = try #require(Lasers.drivers.first { $0.name == kind.driver })
        let ask = try #require(driver.ask)
        #expect(try !ask(setup.path).isEmpty)
        #expect(!setup.transcript.isEmpty)
        #expect(setup.isSwitchedOn == isOn)
    }

    /// All at the same time: they mostly wait for an answer that makes sense.
    @Test func noDriversQuestionSwitchesAnotherLaserOn() {
        let findings = Lock<[String]>([])
        let threads = LaserKind.all.flatMap { kind in
            Lasers.drivers.filter { $0.name != kind.driver }.map { driver in
                BlockingThread.startEventually("asking") {
                    let finding = Result { try Self.finding(asking: kind, in: driver) }
                    findings.update { $0.append("\(driver.name) asks \(kind.testDescription): \(finding)") }
                }
            }
        }
        for thread in threads { thread.join() }
        let all = findings.withLock { $0 }
        #expect(all.count == threads.count)
        // A box and its lasers speak one language, in which a single laser has the number 1.
        let answered = [
            "obis asks obis-box: success(\"asked with the answer LB0042, dark\")",
            "obis-box asks obis: success(\"asked with the answer 1: 212001234, dark\")",
        ]
        #expect(all.filter { !$0.hasSuffix("success(\"asked in vain, dark\")") }.sorted() == answered.sorted())
    }

    private static let opening = Lock(())

    private static func finding(asking kind: LaserKind, in driver: any ConfigurableDriver) throws -> String {
        guard let ask = driver.ask else { return "has no question" }
        // One at a time: the driver has little patience on these setups.
        let setup = try opening.withLock { _ in try darkSetup(kind) }
        let answer = try? ask(setup.path)
        guard !setup.transcript.isEmpty else { return "was not asked" }
        return "asked \(answer.map { "with the answer \($0)" } ?? "in vain"), \(setup.isSwitchedOn ? "lit" : "dark")"
    }
}
