import Devices
import SerialInstruments
import Testing
import Transports

@testable import FilterWheels

/// An answer that comes too late is never taken for a position.
struct LateAnswerTests {
    @Test(arguments: LateAnswers.all) func fw102c(late: LateAnswers) throws {
        let setup = try SerialWheelTests.fw102c { $0.position = 2 }
        let wheel = try setup.open()
        let setting = try #require(wheel.settings.first)
        #expect(late.run(setup.port.spoil, slow: { _ = try setting.get() }, check: { try wheel.position == 1 }))
    }

    @Test(arguments: LateAnswers.all) func elliptec(late: LateAnswers) throws {
        let setup = try SerialWheelTests.elliptec()
        let slider = try setup.open()
        try slider.go(to: 2)
        let setting = slider.settings.first
        #expect(late.run(setup.port.spoil, slow: { _ = try setting?.get() }, check: { try slider.position == 2 }))
    }
}
