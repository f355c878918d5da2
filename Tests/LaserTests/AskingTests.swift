import Devices
import Lasers
import Testing

/// What a laser is asked that nobody has opened, to learn whether it is there.
struct AskingTests {
    @Test(arguments: LaserKind.all, [false, true])
    func askingTellsTheSerialNumberAndLeavesTheLightAsItIs(kind: LaserKind, isOn: Bool) throws {
        let bench = try kind.makeBench()
        if isOn { bench.change { $0.startByItself() } }
        let driver = try #require(Lasers.drivers.first { $0.name == kind.testDescription })
        let ask = try #require(driver.ask)
        #expect(try !ask(bench.path).isEmpty)
        #expect(!bench.transcript.isEmpty)
        #expect(bench.isSwitchedOn == isOn)
    }

    @Test(arguments: LaserKind.all) func noDriversQuestionSwitchesAnotherLaserOn(kind: LaserKind) throws {
        let bench = try kind.makeBench()
        for driver in Lasers.drivers where driver.name != kind.testDescription {
            bench.forgetTranscript()
            // What it answers does not matter; that it was asked does.
            _ = try? driver.ask?(bench.path)
            #expect(!bench.transcript.isEmpty, "\(driver.name)")
            #expect(!bench.isSwitchedOn, "\(driver.name)")
        }
    }
}
