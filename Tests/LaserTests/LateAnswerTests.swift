import Devices
import SerialInstruments
import Testing
import Transports

/// An answer that comes too late is never taken for "off".
struct LateAnswerTests {
    @Test(arguments: LaserKind.all, LateAnswers.all) func lightThatIsOnIsNeverReportedAsOff(
        kind: LaserKind,
        late: LateAnswers
    ) throws {
        let setup = try kind.makeSetup()
        let light = try setup.openLight()
        try light.enable()
        let words = ["fault", "interlock", "key"]
        let setting = light.settings.first { setting in words.contains { setting.name.contains($0) } }
        let isRight = late.run(
            setup.spoil,
            slow: { if let setting { _ = try setting.get() } else { _ = try light.power } },
            check: { try light.isOn }
        )
        #expect(isRight)
    }
}
