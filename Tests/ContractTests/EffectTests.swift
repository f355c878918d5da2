import Contracts
import Devices
import Simulators
import Testing

/// The announcement of what a trial does, before it is run.
struct EffectTests {
    private func effects(of device: any Device, when isMeant: (Contract) -> Bool = { _ in true }) -> Set<Effect> {
        Contract.all(for: device).filter(isMeant).reduce(into: []) { $0.formUnion($1.effects(on: device)) }
    }

    @Test func whatSwitchesLightOnSaysSo() throws {
        let light = SwitchedLight()
        for contract in Contract.all(for: light) {
            let count = light.switchedOn
            _ = contract.findings(on: light)
            #expect((light.switchedOn > count) == contract.effects(on: light).contains(.light), "\(contract)")
        }
    }

    @Test func noLightIsBrighterThanIsSaid() {
        for contract in Contract.all(for: SwitchedLight()) {
            let light = SwitchedLight(setPoint: 0.9)
            _ = contract.findings(on: light)
            #expect(light.mostPowerWhileOn <= 0.4, "\(contract)")
            #expect(light.setPoint == 0.9 || contract.isLast, "\(contract)")
        }
    }

    @Test func whatMovesAWheelSaysSo() throws {
        let wheel = CountedWheel()
        for contract in Contract.all(for: wheel) {
            let count = wheel.moves
            _ = contract.findings(on: wheel)
            #expect((wheel.moves > count) == contract.effects(on: wheel).contains(.motion), "\(contract)")
        }
    }

    @Test func lightOfAControllerIsItsEffectToo() {
        let controller = SimulatedController([("light", SimulatedLightSource())])
        #expect(effects(of: controller) { $0.isLast } == [.light])
    }

    @Test func whatLetsLightOutSaysSo() throws {
        let lines = GatingLines()
        for contract in Contract.all(for: lines) {
            let count = lines.raised
            _ = contract.findings(on: lines)
            #expect(lines.raised == count || contract.effects(on: lines).contains(.light), "\(contract)")
        }
        #expect(lines.raised > 0)
        #expect(effects(of: lines) { $0.isLast } == [.output, .light])
    }

    @Test func otherKindsHaveTheEffectsOfTheirs() {
        #expect(effects(of: OddCamera()) == [.images, .settings])
        #expect(effects(of: OddLines()) == [.output, .images, .settings])
        #expect(effects(of: OddMirror()) == [.motion, .settings])
        #expect(effects(of: OddStage()) == [.motion, .travel, .settings])
        #expect(effects(of: OddSensors()) == [.images, .settings])
    }
}
