import Contracts
import Devices
import Simulators
import Testing

/// That who runs the contracts is told beforehand what a trial does.
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

    @Test func otherKindsHaveTheEffectsOfTheirs() {
        #expect(effects(of: OddCamera()) == [.images, .settings])
        #expect(effects(of: OddLines()) == [.output, .images, .settings])
        #expect(effects(of: OddMirror()) == [.motion, .settings])
        #expect(effects(of: OddStage()) == [.motion, .travel, .settings])
        #expect(effects(of: OddSensors()) == [.images, .settings])
    }
}

/// Counts how often it is switched on.
private final class SwitchedLight: LightSource, OnlyTriggersBulbOnSoftware {
    var isEnabled = false
    var setPoint = 0.0
    private(set) var isOn = false
    private(set) var measuredPower = 0.0
    private(set) var switchedOn = 0
    let status = ["fine"]

    func performEnable() { (isOn, switchedOn) = (true, switchedOn + 1) }
    func performDisable() { isOn = false }
    func performSetPower(_ power: Double) { measuredPower = power }
}

/// Counts its moves.
private final class CountedWheel: FilterWheel {
    var isEnabled = false
    let positionCount = 3
    private(set) var position = 0
    let isMoving = false
    private(set) var moves = 0

    func startMove(to position: Int) { (self.position, moves) = (position, moves + 1) }
}
