import Contracts
import Devices
import Simulators
import Testing

/// That a device is examined whole, no further than is allowed, and shut down whatever happens.
struct ExaminationTests {
    private func examined(
        _ device: any Device,
        without forbidden: Set<Effect> = [],
        patience: Duration = .seconds(30),
        until interruption: Interruption = Interruption()
    ) throws -> [TrialResult] {
        var results: [TrialResult] = []
        try Examination(
            open: { device },
            forbidding: { _ in forbidden },
            patience: patience,
            until: interruption,
            report: { results.append($0) }
        )
        .run()
        return results
    }

    @Test func triesAllContractsOnTheDeviceAndItsParts() throws {
        let light = OddLight()
        let controller = SimulatedController([("light", light), ("wheel", OddWheel())])
        let results = try examined(controller)
        #expect(Set(results.map(\.path)) == ["", ".light", ".wheel"])
        for (path, part) in controller.parts {
            let expected = Contract.all(for: part).filter { path == "" || !$0.isLast }.map(\.name)
            #expect(results.filter { $0.path == path }.map(\.contract.name) == expected)
        }
        #expect(results.allSatisfy { $0.verdict != .broken })
        #expect(!light.isOn)
    }

    @Test func opensTheDeviceAnewAfterEachContractThatShutsItDown() throws {
        var opened: [SwitchedLight] = []
        try Examination(
            open: {
                opened.append(SwitchedLight())
                return opened[opened.count - 1]
            },
            forbidding: { _ in [] },
            report: { _ in }
        )
        .run()
        #expect(opened.count == Contract.all(for: SwitchedLight()).filter(\.isLast).count)
        #expect(opened.allSatisfy { $0.wasShutDown })
    }

    @Test func reportsWhatIsBroken() throws {
        let broken = try examined(OddLight(.isWeak), patience: .milliseconds(100)).filter { $0.verdict == .broken }
        #expect(broken.map(\.contract.name) == ["a light source gives the power that was set"])
        #expect(broken[0].findings.violations[0].contains("power is within 0.1 of the 0.4 that was set"))
        #expect(broken[0].duration >= .milliseconds(100))
    }

    @Test func doesNothingThatIsForbidden() throws {
        let light = SwitchedLight()
        let results = try examined(light, without: [.light])
        #expect(light.switchedOn == 0)
        #expect(light.wasShutDown)
        let left = results.filter { $0.verdict == .notTried && $0.findings.remarks == ["light is not allowed"] }
        #expect(left.map(\.contract.name).contains("a light source is off after shutdown"))
        #expect(left.allSatisfy { $0.duration == .zero })
    }

    @Test func whenInterruptedSwitchesOffAndDoesNothingMore() throws {
        let interruption = Interruption()
        let light = SwitchedLight { interruption.ask() }
        let results = try examined(light, until: interruption)
        #expect(light.switchedOn == 1)
        #expect(!light.isOn && light.wasShutDown)
        // The contract that was being tried has no result.
        #expect(!results.isEmpty && results.allSatisfy { $0.contract.effects(on: light).isEmpty })
    }

    @Test func whenInterruptedDoesNotWaitForWhatDoesNotCome() throws {
        let interruption = Interruption()
        // Never reports that it is on, for which the contract would wait half a minute.
        let light = SwitchedLight(isDark: true) { interruption.ask() }
        let start = ContinuousClock.now
        _ = try examined(light, until: interruption)
        #expect(ContinuousClock.now - start < .seconds(5))
    }

    @Test func whenInterruptedMovesNothingBack() throws {
        let interruption = Interruption()
        let wheel = CountedWheel { interruption.ask() }
        _ = try examined(wheel, until: interruption)
        #expect(wheel.moves == 1)
    }

    @Test func shutsTheDeviceDownWhenNobodyAnswers() throws {
        let light = SwitchedLight()
        #expect(throws: DeviceError.self) {
            try Examination(
                open: { light },
                forbidding: { _ in throw DeviceError(.failed, "nobody is there") },
                report: { _ in Issue.record("something was tried") }
            )
            .run()
        }
        #expect(light.wasShutDown)
    }

    // MARK: What is said beforehand

    @Test func saysExactlyWhatWillHappen() {
        let stage = OddStage()
        #expect(
            Effect.travel.doings(of: stage, called: "Stage") == [
                "Stage goes to both ends of its limits, x from 0.0 to 100.0, y from 0.0 to 100.0, one axis after the "
                    + "other, and back"
            ]
        )
        #expect(Effect.light.doings(of: stage, called: "Stage") == [])
        let controller = SimulatedController([("light", OddLight()), ("wheel", OddWheel())])
        #expect(
            Effect.light.doings(of: controller, called: "Stand") == [
                "Stand.light switches light on, again and again, at no more than 40 % of its power"
            ]
        )
        #expect(
            Effect.motion.doings(of: controller, called: "Stand") == [
                "Stand.wheel goes to each of its 4 positions, and back"
            ]
        )
        #expect(
            Effect.output.doings(of: OddLines(), called: "Lines") == [
                "Lines sets its outputs (0, 2) high and low, and makes them inputs for a moment"
            ]
        )
    }

    @Test func saysSomethingOfWhateverNeedsConsent() {
        for device in Fault.all.map({ $0.device() }) {
            for effect in Effect.dangerous {
                let happens = Contract.all(for: device).contains { $0.effects(on: device).contains(effect) }
                #expect(happens == !effect.doings(of: device, called: "it").isEmpty)
            }
        }
    }
}
